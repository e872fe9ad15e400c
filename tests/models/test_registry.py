"""Versions, aliases and their moves, in a real MLflow store."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelMissing
from features.home import Home
from models.registry import FOLDER, FORCED, PROMOTED, ROLLED_BACK, Registry, StoredModel
from models.risk_model import RiskModel


def register(home: Home, model: RiskModel, work: Path) -> StoredModel:
    folder, artifacts = work / FOLDER, work / "artifacts"
    model.save(folder)
    artifacts.mkdir(parents=True, exist_ok=True)
    (artifacts / "report.md").write_text("# How it did\n")
    example = pd.DataFrame(np.zeros((1, len(model.features)), np.float32), columns=model.features)
    return Registry(home).register(
        folder,
        example=example,
        params={"primary": "avoidable_365"},
        metrics={"avoidable_365.auroc": 0.75},
        artifacts=artifacts,
        tags={"source": "made up"},
    )


@pytest.fixture(scope="module")
def home(model: RiskModel, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Three versions, none of them champion yet."""
    home = Home.at(tmp_path_factory.mktemp("registry") / "home")
    for number in range(3):
        register(home, model, tmp_path_factory.mktemp(f"work{number}"))
    return home


def aliases(home: Home) -> dict[str, tuple[str, ...]]:
    return {version.version: version.aliases for version in Registry(home).versions()}


def test_a_home_without_versions_says_so_and_stays_empty(tmp_path: Path) -> None:
    registry = Registry(Home.at(tmp_path / "none"))
    assert registry.versions() == []
    assert registry.champion_version() is None
    for ask in (registry.champion, registry.roll_back):
        with pytest.raises(ModelMissing, match="framsynt train"):
            ask()
    with pytest.raises(ModelMissing, match="no version 1"):
        registry.fetch("1")
    assert not (tmp_path / "none").exists()


def test_a_new_version_is_a_challenger_and_serves_nobody(home: Home) -> None:
    assert aliases(home) == {"3": ("challenger",), "2": (), "1": ()}
    with pytest.raises(ModelMissing, match="none is champion"):
        Registry(home).champion()


def test_any_version_can_be_fetched_and_is_the_model(
    home: Home, model: RiskModel, matrix: pd.DataFrame
) -> None:
    registry = Registry(home)
    stored = registry.fetch("2")
    assert stored.version == "2"
    pd.testing.assert_frame_equal(stored.model.predict(matrix), model.predict(matrix))
    with pytest.raises(ModelMissing, match="no version 9"):
        registry.fetch("9")


def test_versions_are_told_with_when_and_how_good(home: Home) -> None:
    newest = Registry(home).versions()[0]
    assert newest.version == "3"
    assert datetime.now(UTC) - newest.registered_at < timedelta(hours=1)
    assert newest.params["primary"] == "avoidable_365"
    assert newest.metrics["avoidable_365.auroc"] == 0.75


def test_what_is_noted_is_on_the_version_and_its_run(home: Home) -> None:
    registry = Registry(home)
    stored = registry.fetch("1")
    for decision in ("stays challenger", "champion"):
        registry.note(stored, {"decision": decision}, {"x": 0.5}, {"promotion.json": '{"ö": [1]}'})
    found = registry.versions()[-1]
    assert found.tags["decision"] == "champion"
    assert found.metrics["x"] == 0.5
    run = registry._client().get_run(stored.run_id)
    assert run.data.tags["decision"] == "champion"
    file = Path(run.info.artifact_uri) / "promotion.json"
    assert json.loads(file.read_text(encoding="utf-8")) == {"ö": [1]}


def test_a_trial_is_a_child_of_its_run(home: Home) -> None:
    registry = Registry(home)
    parent = registry.fetch("1").run_id
    child = registry.child_run(parent, {"num_leaves": 8}, {"average_precision": 0.2}, "trial 7")
    run = registry._client().get_run(child)
    assert run.data.tags["mlflow.parentRunId"] == parent
    assert run.data.params == {"num_leaves": "8"}
    assert run.data.metrics == {"average_precision": 0.2}
    assert run.info.run_name == "trial 7"
    assert run.info.status == "FINISHED"


def test_promotions_and_the_way_back(home: Home) -> None:
    registry = Registry(home)
    registry.make_champion("1", PROMOTED)
    with pytest.raises(ModelMissing, match="no champion before version 1"):
        registry.roll_back()
    registry.make_champion("3", FORCED, "The new unit opens on Monday.")
    assert aliases(home) == {"3": ("champion",), "2": (), "1": ()}
    with pytest.raises(ModelMissing, match="no version 9"):
        registry.make_champion("9", FORCED, "A slip of the keys.")
    assert registry.champion().version == "3"

    gone_back = registry.roll_back("Fewer on the list than there should be.")
    assert (gone_back.kind, gone_back.before, gone_back.after) == (ROLLED_BACK, "3", "1")
    assert registry.champion_version() == "1"
    told = [(change.kind, change.after, change.reason) for change in registry.changes()]
    assert told == [
        (PROMOTED, "1", ""),
        (FORCED, "3", "The new unit opens on Monday."),
        (ROLLED_BACK, "1", "Fewer on the list than there should be."),
    ]


def test_killed_before_the_alias_moves_the_champion_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient

    registry = Registry(home)
    if registry.champion_version() is None:  # where this test runs by itself
        registry.make_champion("1", PROMOTED)
    before, line = registry.champion_version(), len(registry.changes())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(MlflowClient, "set_registered_model_alias", killed)
        with pytest.raises(KeyboardInterrupt):
            registry.make_champion("2", PROMOTED)
    assert registry.champion_version() == before
    assert len(registry.changes()) == line + 1  # logged, and never made
    registry.make_champion("3", PROMOTED)
    assert registry.roll_back().after == before


def test_nothing_stored_names_who_trained_or_in_which_folder(home: Home) -> None:
    """Of the person at the keyboard; of people in the data, see tests/training."""
    client = Registry(home)._client()
    (experiment,) = [e for e in client.search_experiments() if e.name == "framsynt"]
    for run in client.search_runs([experiment.experiment_id]):
        assert run.data.tags["mlflow.user"] == "framsynt"
        assert run.data.tags["mlflow.source.name"] == "framsynt"
        assert run.info.user_id in {"framsynt", ""}
        assert getpass.getuser() not in run.data.tags.values()
    for logged in client.search_logged_models([experiment.experiment_id]):
        assert logged.tags["mlflow.user"] == "framsynt"
        assert logged.tags["mlflow.source.name"] == "framsynt"
