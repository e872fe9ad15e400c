"""From a registered version to the champion, to force, and back, in a real MLflow store."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from features.errors import ExtractMissing, ModelMissing, SettingsError
from features.home import Home
from features.store import ExtractStore
from models.registry import FOLDER, FORCED, PROMOTED, ROLLED_BACK, Registry, StoredModel
from tests.training.conftest import QUICKER
from tests.training.toy import toy_home
from training.cohort import Cohort
from training.make import Fitted, fit_model
from training.plan import cohorts, plan_of
from training.promotion.decision import WAITING
from training.promotion.listing import listing
from training.promotion.promote import checked_reason, held_out, promote, reason_of, settle
from training.promotion_commands import app

REASON = "The unit closes on Friday; see the minutes of the steering group."


@dataclass
class Shop:
    """A home with a good model as versions 1 and 2, and as version 3 one that cannot tell
    people apart."""

    home: Home
    test: Cohort
    registry: Registry
    versions: dict[str, StoredModel]

    @property
    def coverage(self):  # type: ignore[no-untyped-def]
        return ExtractStore(self.home).current().manifest.coverage

    def settle(self, version: str, reason: str = ""):  # type: ignore[no-untyped-def]
        return settle(self.registry, self.versions[version], self.test, self.coverage, reason)


def register(registry: Registry, fitted: Fitted, work: Path) -> StoredModel:
    fitted.save(work / FOLDER)
    (work / "artifacts").mkdir()
    names = fitted.model.features
    return registry.register(
        work / FOLDER,
        example=pd.DataFrame(np.zeros((1, len(names)), np.float32), columns=names),
        params={"primary": "unplanned_365"},
        metrics={"unplanned_365.auroc": 0.7, "unplanned_365.average_precision": 0.4},
        artifacts=work / "artifacts",
        tags={},
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("promotion")
    home = toy_home(folder, people=1200)
    plan = plan_of(ExtractStore(home).current(), QUICKER)
    development, test = cohorts(plan)
    good = fit_model(plan, development)
    one_round = replace(QUICKER.boosters, rounds=1, feature_fraction=0.01)
    poor = fit_model(replace(plan, settings=replace(QUICKER, boosters=one_round)), development)
    registry = Registry(home)
    versions = [
        register(registry, fitted, folder / f"work{number}")
        for number, fitted in enumerate((good, good, poor))
    ]
    return Shop(home, test, registry, {stored.version: stored for stored in versions})


def test_the_first_model_becomes_champion_by_the_floors(shop: Shop) -> None:
    decision = shop.settle("1")
    assert decision.kind == PROMOTED, decision.sentence()
    assert not decision.compared
    assert shop.registry.champion_version() == "1"


def test_the_same_model_again_is_no_worse_and_becomes_champion(shop: Shop) -> None:
    decision = shop.settle("2")
    assert decision.compared
    assert decision.kind == PROMOTED, decision.sentence()
    assert shop.registry.champion_version() == "2"
    assert decision.people == int((shop.test.weight["unplanned_365"] > 0).sum())


def test_a_worse_one_stays_challenger_and_the_champion_serves(shop: Shop) -> None:
    decision = shop.settle("3")
    assert decision.kind == WAITING
    assert "AUROC" in decision.sentence()
    assert "lower than version 2's" in decision.sentence()
    champion = shop.registry.champion()
    assert champion.version == "2"
    newest = shop.registry.versions()[0]
    assert newest.aliases == ("challenger",)
    assert newest.tags["decision"] == WAITING
    assert newest.tags["decision_says"] == decision.sentence()


def test_the_evidence_is_in_the_run(shop: Shop) -> None:
    run = shop.registry._client().get_run(shop.versions["3"].run_id)
    file = Path(run.info.artifact_uri) / "promotion.json"
    evidence = json.loads(file.read_text(encoding="utf-8"))
    assert evidence["decision"] == WAITING
    assert evidence["against"] == "2"
    checks = {check["name"]: check for check in evidence["checks"]}
    assert {"targets", "auroc", "average_precision", "ici", "net_benefit"} <= set(checks)
    assert {"latency_ms", "size_mb"} <= set(checks)
    assert not checks["auroc"]["passed"]
    assert checks["size_mb"]["passed"]
    assert run.data.metrics["promotion.passed"] == 0.0
    assert run.data.metrics["promotion.auroc.low"] == pytest.approx(checks["auroc"]["low"])


def test_a_later_promotion_is_judged_as_the_first_was(shop: Shop) -> None:
    again = held_out(ExtractStore(shop.home).current(), shop.versions["3"])
    assert again.matrix.index.equals(shop.test.matrix.index)
    np.testing.assert_array_equal(again.weight["unplanned_365"], shop.test.weight["unplanned_365"])
    decision = promote(shop.home, "3")
    assert decision.kind == WAITING
    assert decision.people == int((shop.test.weight["unplanned_365"] > 0).sum())
    assert shop.registry.champion_version() == "2"


def test_force_makes_it_champion_with_the_reason_on_record(shop: Shop) -> None:
    decision = promote(shop.home, "3", REASON)
    assert decision.kind == FORCED
    assert decision.sentence().startswith("Version 3 is champion by force, although: AUROC")
    assert shop.registry.champion_version() == "3"
    newest = shop.registry.versions()[0]
    assert newest.tags["reason"] == REASON
    change = shop.registry.changes()[-1]
    assert (change.kind, change.before, change.after, change.reason) == (FORCED, "2", "3", REASON)
    with pytest.raises(SettingsError, match="champion already"):
        promote(shop.home, "3")


def test_one_command_goes_back(shop: Shop) -> None:
    assert shop.registry.roll_back("Too many were missed.").after == "2"
    assert shop.registry.champion().version == "2"


def test_the_list_of_versions_says_all_of_it(shop: Shop) -> None:
    lines = listing(shop.home).splitlines()
    assert lines[0].split() == [
        *("version", "registered", "(UTC)", "alias", "target", "AUROC", "AP", "decision"),
    ]
    cells = [line.split() for line in lines[1:4]]
    assert [row[0] for row in cells] == ["3", "2", "1"]
    assert [row[3] for row in cells] == ["-", "champion", "-"]
    assert cells[0][4:7] == ["unplanned_365", "0.700", "0.400"]
    assert lines[1].endswith("rolled back")
    assert lines[2].endswith("promoted")
    assert "Version 3 was rolled back to version 2." in lines
    assert "  Reason given: Too many were missed." in lines
    assert {change.kind for change in shop.registry.changes()} == {PROMOTED, FORCED, ROLLED_BACK}


def test_killed_before_the_alias_moves_the_champion_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(Registry, "make_champion", killed)
        with pytest.raises(KeyboardInterrupt):
            shop.settle("1")
    assert shop.registry.champion().version == "2"
    assert shop.settle("1").kind == PROMOTED
    assert shop.registry.champion().version == "1"


def test_where_nothing_can_be_judged_only_force_helps(shop: Shop) -> None:
    pointer = shop.home.extracts / "current"
    kept = pointer.read_bytes()
    pointer.unlink()
    try:
        with pytest.raises(ExtractMissing):
            promote(shop.home, "2")
        assert shop.registry.champion_version() == "1"
        decision = promote(shop.home, "2", REASON)
    finally:
        pointer.write_bytes(kept)
    assert decision.kind == FORCED
    assert "although: it could not be judged" in decision.sentence()
    assert shop.registry.champion_version() == "2"


def test_a_version_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(ModelMissing, match="no version 12"):
        promote(shop.home, "12")
    with pytest.raises(ModelMissing, match="framsynt train"):
        listing(Home.at(shop.home.path / "nothing"))


def test_the_commands_say_what_happened(shop: Shop) -> None:
    """Before this: version 2 is champion, after 1, after 2."""

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--home", str(shop.home.path)])
        assert done.exception is None, done.exception
        return done.stdout

    assert "2        " in run("models")
    said = run("promote", "3", "--force", "--reason", REASON)
    assert said.startswith("Version 3 is champion by force, although: ")
    assert "takes it up within seconds" in said
    assert "Version 2 is champion again, in place of version 3." in run("rollback")
    stays = run("promote", "3")
    assert stays.startswith("Version 3 stays challenger: ")
    assert "started again" not in stays
    assert "Version 1 is champion again" in run("rollback", "--reason", "One more.")
    refused = CliRunner().invoke(app, ["promote", "3", "--force", "--home", str(shop.home.path)])
    assert isinstance(refused.exception, SettingsError)


def test_nothing_logged_names_a_person(shop: Shop) -> None:
    files = [file for file in shop.home.mlflow_artifacts.rglob("*.json") if file.is_file()]
    assert [file for file in files if file.name.startswith("promotion")]
    for file in files:
        assert "p000" not in file.read_text(encoding="utf-8"), file.name
    for version in shop.registry.versions():
        assert not any("p000" in text for text in version.tags.values())


def test_force_needs_a_reason_and_a_reason_needs_force() -> None:
    assert reason_of("  Because\nof   this. ", forced=True) == "Because of this."
    assert reason_of("", forced=False) == ""
    with pytest.raises(SettingsError, match="--reason"):
        reason_of("  ", forced=True)
    with pytest.raises(SettingsError, match="--force"):
        reason_of("Because.", forced=False)


@pytest.mark.parametrize("number", ["19121212-1212", "121212-1212", "191212121212"])
def test_a_reason_that_names_somebody_is_refused(number: str) -> None:
    with pytest.raises(SettingsError, match="personal identity number") as refused:
        checked_reason(f"Wrong for {number}, says the unit.")
    assert number not in str(refused.value)
    with pytest.raises(SettingsError, match="500"):
        checked_reason("ö" * 501)
    assert checked_reason("Ticket 2026-11-15, case 1234567890.")
