"""From an extract to a registered champion, with a real MLflow store."""

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ExtractMissing, ModelMissing, SettingsError
from features.home import Home
from models.registry import CHAMPION, NAME, Registry
from training.boosters import BoosterSettings
from training.cohort import build_cohort
from training.judgement.evaluate import evaluate
from training.judgement.judged import MODEL
from training.make import steady_features
from training.report import show
from training.report.markdown import markdown
from training.score import score
from training.settings import TrainSettings
from training.split import PersonSplit
from training.train import TrainResult, train

from .conftest import QUICKER
from .toy import toy_home

Trained = tuple[Home, TrainResult]
INDEX = date(2024, 1, 1)


def test_the_champion_is_what_was_trained(trained: Trained) -> None:
    home, result = trained
    champion = Registry(home).champion()
    assert champion.version == result.version == "1"
    assert champion.run_id == result.run_id
    assert champion.model.targets == ["avoidable_365", "unplanned_365", "death_365"]
    assert champion.model.info["test_dates"] == ["2024-01-01"]


def test_it_is_judged_beside_the_baselines_and_learns_something(trained: Trained) -> None:
    _, result = trained
    judged = result.judgement.of("unplanned_365")
    assert {"age_sex", "admissions_last_year", "charlson", "logistic_plain"} <= set(judged.models)
    own = judged.models[MODEL]
    assert own["auroc"].low <= own["auroc"].value <= own["auroc"].high
    assert own["auroc"].value > 0.62
    assert own["average_precision"].value > judged.models["age_sex"]["average_precision"].value
    assert result.judgement.held_out_people
    assert result.judgement.held_out_time


def test_everything_about_the_run_is_in_mlflow(trained: Trained) -> None:
    home, result = trained
    registry = Registry(home)
    client = registry._client()
    run = client.get_run(result.run_id)
    assert run.data.params["training_dates"].endswith("2022-11-28")
    assert run.data.params["booster_num_leaves"] == str(BoosterSettings().num_leaves)
    assert run.data.metrics["unplanned_365.auroc"] == pytest.approx(
        result.judgement.of("unplanned_365").models[MODEL]["auroc"].value
    )
    files = {item.path for item in client.list_artifacts(result.run_id)}
    assert {
        "report.html",
        "report.md",
        "report.json",
        "model_card.md",
        "model_facts.json",
        "manifest.json",
        "figures",
    } <= files
    figures = {item.path for item in client.list_artifacts(result.run_id, "figures")}
    assert {"figures/calibration.svg", "figures/lists.svg", "figures/shap_summary.png"} <= figures
    assert client.get_model_version_by_alias(NAME, CHAMPION).run_id == result.run_id


def test_nothing_logged_names_a_person_or_is_a_pickle(trained: Trained) -> None:
    home, _ = trained
    files = [file for file in home.mlflow_artifacts.rglob("*") if file.is_file()]
    assert not [file for file in files if file.suffix in {".pkl", ".pickle", ".joblib"}]
    for file in files:
        if file.suffix in {".json", ".md", ".txt", ".yaml", ""}:
            assert "p000" not in file.read_text(encoding="utf-8"), file.name


def test_mlflow_loads_the_model_by_alias_on_its_own(trained: Trained, tmp_path: Path) -> None:
    """In a process and folder that know nothing of this repository."""
    home, _ = trained
    champion = Registry(home).champion()
    medians = {
        name: [champion.model.reference[name].get("p50", np.nan)]
        for name in champion.model.features
    }
    matrix = pd.DataFrame(medians, dtype="float32")
    matrix.to_parquet(tmp_path / "matrix.parquet")
    code = (
        "import sys, mlflow, pandas as pd; mlflow.set_tracking_uri(sys.argv[1]);"
        f"model = mlflow.pyfunc.load_model('models:/{NAME}@{CHAMPION}');"
        "print(model.predict(pd.read_parquet('matrix.parquet')).to_json())"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code, home.mlflow_uri],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    expected = champion.model.predict(matrix)
    for target in champion.model.targets:
        assert answer[target]["0"] == pytest.approx(expected[target].iloc[0], abs=1e-9)


def test_scores_are_of_everyone_present_and_the_same_twice(trained: Trained) -> None:
    home, result = trained
    scores = score(home, INDEX)
    assert list(scores.columns) == ["person_id", "target", "probability", "model_version"]
    assert scores["probability"].dtype == np.float64
    assert scores["probability"].between(0, 1).all()
    assert set(scores["model_version"]) == {result.version}
    assert scores["person_id"].is_monotonic_increasing
    assert not scores.duplicated(["person_id", "target"]).any()
    pd.testing.assert_frame_equal(scores, score(home, INDEX))


def test_evaluate_judges_only_people_never_trained_on(trained: Trained) -> None:
    home, result = trained
    again = evaluate(home)
    judged, before = again.of("unplanned_365"), result.judgement.of("unplanned_365")
    assert judged.people == before.people
    assert judged.models[MODEL]["auroc"] == before.models[MODEL]["auroc"]
    assert again.model_version == result.version


def test_evaluate_says_when_the_date_overlaps_training(trained: Trained) -> None:
    home, _ = trained
    same = evaluate(home, date(2022, 11, 28))
    assert "Judged on other people at the same time; not held out in time." in same.remarks
    near = evaluate(home, date(2023, 3, 6))
    assert any("not fully held out in time" in remark for remark in near.remarks)


def test_the_report_names_every_model_and_metric(trained: Trained) -> None:
    _, result = trained
    text = markdown(result.judgement)
    for word in ("LightGBM", "Age and sex", "AUROC", "O/E", "ICI", "PPV", "avoidable_365"):
        assert word in text
    card = (result.reports / "model_card.md").read_text(encoding="utf-8")
    assert "Known limits" in card
    assert "competing event" in card


def test_the_table_prints(trained: Trained) -> None:
    from rich.console import Console

    _, result = trained
    out = StringIO()
    show(result.judgement, Console(file=out, width=120))
    assert "Logistic regression" in out.getvalue()
    assert "All targets" in out.getvalue()


def test_training_again_moves_the_alias_and_joins_no_foreign_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = toy_home(tmp_path, people=600)
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)  # a run of some other store
    first = train(home, QUICKER)
    assert os.environ["MLFLOW_RUN_ID"] == "0" * 32
    client = Registry(home)._client()
    experiment = client.get_experiment_by_name(NAME)
    opened = client.create_run(experiment.experiment_id)  # as `mlflow run` does
    monkeypatch.setenv("MLFLOW_RUN_ID", opened.info.run_id)
    second = train(home, QUICKER)
    assert second.run_id == opened.info.run_id
    assert (first.version, second.version) == ("1", "2")
    assert Registry(home).champion().version == "2"
    assert not first.decision.compared
    assert second.decision.compared
    assert (second.reports / "promotion.json").exists()
    a, b = (client.get_run(run).data.metrics for run in (first.run_id, second.run_id))
    for metrics in (a, b):  # decided beside nothing, and beside the first
        for name in [name for name in metrics if name.startswith("promotion.")]:
            del metrics[name]
    assert a == b  # the same extract and settings give the same model

    # A run that dies before its last step leaves the champion be.
    def crash(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Registry, "_register_version", crash)
    with pytest.raises(KeyboardInterrupt):
        train(home, QUICKER)
    assert Registry(home).champion().version == "2"


def test_development_and_test_people_never_meet(trained: Trained) -> None:
    from features.store import ExtractStore
    from models.targets import TARGETS

    home, _ = trained
    split = PersonSplit(1)
    extract = ExtractStore(home).current()
    whole = build_cohort(extract, [INDEX], [TARGETS["death_365"]])
    held_out = split.is_test(whole.person_ids)
    one, other = whole.take(held_out), whole.take(~held_out)
    assert not set(one.person_ids) & set(other.person_ids)
    assert len(one) + len(other) == len(whole)
    assert (whole.matrix.dtypes == np.float32).all()


def test_features_that_fill_with_time_are_not_learnt_from(trained: Trained) -> None:
    from features.store import ExtractStore

    home, _ = trained
    extract = ExtractStore(home).current()
    early = [date(2021, 7, 5), date(2024, 1, 1)]
    steady = steady_features(build_cohort(extract, early, []))
    assert "primary_visits_90d" in steady
    assert "admissions_1825d" not in steady


def test_a_home_without_extract_or_model_says_so(tmp_path: Path) -> None:
    empty = Home.at(tmp_path / "nothing")
    with pytest.raises(ExtractMissing):
        train(empty)
    with pytest.raises(ModelMissing, match="framsynt train"):
        Registry(empty).champion()
    assert not empty.path.exists()
    untrained = toy_home(tmp_path, people=30)
    with pytest.raises(ModelMissing):
        score(untrained, INDEX)
    with pytest.raises(ModelMissing):
        evaluate(untrained, INDEX)


def test_an_unknown_target_is_refused_before_anything_is_read() -> None:
    with pytest.raises(SettingsError, match="Known targets: avoidable_365"):
        TrainSettings(targets=("readmission",))


def test_too_few_outcomes_are_told(tmp_path: Path) -> None:
    from features.errors import NotEnoughData

    with pytest.raises(NotEnoughData, match="too few outcomes of 'unplanned_365'"):
        train(toy_home(tmp_path, people=30), QUICKER)
