import json
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from features.errors import SettingsError
from models.risk_model import RiskModel
from training.judgement.judged import MODEL
from training.judgement.versus import SIMPLER
from training.split import PersonSplit
from training.table.evaluate import Evaluated, TableSettings, evaluate_table
from training.table.read import Roles
from training.table.report import markdown, show
from training.table.write import write

from .tables import breast_cancer, saved, visits

SETTINGS = TableSettings(resamples=100, list_share=0.3)
ROLES = Roles("outcome", ("smokes",), "person")


@pytest.fixture(scope="module")
def tumours(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Evaluated]:
    file = breast_cancer(tmp_path_factory.mktemp("tumours"))
    return file, evaluate_table(file, Roles("malignant"), SETTINGS)


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Evaluated]:
    file = saved(visits(3600), tmp_path_factory.mktemp("visits"))
    return file, evaluate_table(file, ROLES, SETTINGS)


def test_real_tumours_are_told_apart(tumours: tuple[Path, Evaluated]) -> None:
    _, evaluated = tumours
    figures = evaluated.judgement.models[MODEL]
    assert figures["auroc"].value > 0.98
    assert figures["observed_expected"].low < 1 < figures["observed_expected"].high
    assert evaluated.judgement.test_rows == pytest.approx(569 / 3, rel=0.15)


def test_the_figures_are_those_of_scikit_learn(tumours: tuple[Path, Evaluated]) -> None:
    _, evaluated = tumours
    event = evaluated.event
    for name, scores in evaluated.scores.items():
        figures = evaluated.judgement.models[name]
        assert figures["auroc"].value == pytest.approx(roc_auc_score(event, scores))
        assert figures["average_precision"].value == pytest.approx(
            average_precision_score(event, scores)
        )
        assert figures["brier"].value == pytest.approx(brier_score_loss(event, scores))
        assert figures["auroc"].low <= figures["auroc"].value <= figures["auroc"].high
    versus = evaluated.judgement.versus.differences["auroc"]
    both = [roc_auc_score(event, evaluated.scores[name]) for name in (MODEL, SIMPLER)]
    assert versus.value == pytest.approx(both[0] - both[1])


def test_the_regression_is_that_of_scikit_learn(tumours: tuple[Path, Evaluated]) -> None:
    """Its own pipeline on the same rows: as good, whichever penalty it is given."""
    file, evaluated = tumours
    frame = pd.read_csv(file)
    label = frame.pop("malignant").to_numpy()
    test = PersonSplit(SETTINGS.seed).is_test(np.arange(len(frame)).astype(str))
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    theirs = pipeline.fit(frame[~test], label[~test]).predict_proba(frame[test])[:, 1]
    assert (label[test] == evaluated.event).all()
    assert np.corrcoef(theirs, evaluated.scores[SIMPLER])[0, 1] > 0.98


def test_the_same_table_gives_the_same_judgement(visited: tuple[Path, Evaluated]) -> None:
    file, evaluated = visited
    again = evaluate_table(file, ROLES, SETTINGS)
    assert markdown(again.judgement) == markdown(evaluated.judgement)
    other = evaluate_table(file, ROLES, TableSettings(seed=5, resamples=0))
    assert other.judgement.test_events != evaluated.judgement.test_events


def test_text_gaps_and_odd_names_are_learnt_from(visited: tuple[Path, Evaluated]) -> None:
    _, evaluated = visited
    judgement = evaluated.judgement
    columns = [share.column for share in judgement.shares]
    assert set(columns) == {"year", "age", "marker", "smokes", "clinic", "noise, [odd] name"}
    # By how the table is made, these two weigh about the same, and most.
    assert set(columns[:2]) == {"age", "marker"}
    directions = {share.column: share.direction for share in judgement.shares}
    # A yes/no reaches no more than 0.8, however clear it is.
    assert directions["marker"] > 0.95
    assert directions["smokes"] > 0.7
    assert np.isnan(directions["clinic"])
    assert judgement.models[MODEL]["auroc"].value > 0.65


def test_groups_at_the_list_of_everybody(tmp_path: Path) -> None:
    file = saved(visits(3600), tmp_path)
    roles = Roles("outcome", ("smokes",), leave_out=("person",))
    evaluated = evaluate_table(file, roles, TableSettings(resamples=0, list_share=0.3))
    (by_habit,) = evaluated.judgement.groups
    assert [group.group for group in by_habit.groups] == ["False", "True"]
    frame = pd.read_csv(file)
    test = PersonSplit(SETTINGS.seed).is_test(np.arange(len(frame)).astype(str))
    smokes = frame.loc[test, "smokes"].to_numpy()
    judged = by_habit.of("True")
    assert judged.people == smokes.sum()
    event, scores = evaluated.event, evaluated.scores[MODEL]
    assert judged.figures["auroc"].value == pytest.approx(
        roc_auc_score(event[smokes], scores[smokes])
    )
    on_list = scores >= np.quantile(scores, 0.7)
    assert judged.figures["sensitivity"].value == pytest.approx(
        (event & on_list & smokes).sum() / (event & smokes).sum(), abs=0.02
    )


def test_a_group_of_three_is_not_judged(tmp_path: Path) -> None:
    frame = visits()
    ward = np.where(np.arange(len(frame)) < 9, "tiny", np.resize(["a", "b", "c"], len(frame)))
    roles = Roles("outcome", ("ward",), leave_out=("person",))
    file = saved(frame.assign(ward=ward), tmp_path)
    evaluated = evaluate_table(file, roles, TableSettings(resamples=0))
    tiny = evaluated.judgement.groups[0].of("tiny")
    assert [group.group for group in evaluated.judgement.groups[0].groups] == [*"abc", "tiny"]
    assert (tiny.people, tiny.events, dict(tiny.figures)) == (None, None, {})
    assert "7 people or fewer" in markdown(evaluated.judgement)
    # Another group is hidden beside it, or the total would tell.
    assert sum(group.people is None for group in evaluated.judgement.groups[0].groups) == 2


def test_a_column_that_tells_too_much_is_named(tmp_path: Path) -> None:
    frame = visits()
    late = frame["outcome"] * 3 + np.random.default_rng(1).random(len(frame))
    file = saved(frame.assign(days_in_hospital=late, unit="one"), tmp_path)
    judgement = evaluate_table(file, ROLES, TableSettings(resamples=0)).judgement
    told = " ".join(judgement.remarks)
    assert "nearly enough to tell the label: days_in_hospital" in told
    assert "do not vary in the rows learnt from: unit" in told


def test_the_report_and_the_model_as_files(visited: tuple[Path, Evaluated], tmp_path: Path) -> None:
    _, evaluated = visited
    write(evaluated, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["test_rows"] == len(evaluated.event)
    assert report["models"][MODEL]["auroc"]["value"] == pytest.approx(
        roc_auc_score(evaluated.event, evaluated.scores[MODEL])
    )
    for file in ("report.html", "report.md", "report.json", "model/model.json"):
        assert "a00001" not in (tmp_path / file).read_text(encoding="utf-8")
    model = RiskModel.load(tmp_path / "model", check_features=False)
    assert model.targets == ["outcome"]
    row = pd.DataFrame([dict.fromkeys(model.features, 0.0)], dtype="float32")
    same = evaluated.model.predict(row)["outcome"]
    assert model.predict(row)["outcome"].iloc[0] == same.iloc[0]


def test_the_terminal_shows_both_models(visited: tuple[Path, Evaluated]) -> None:
    out = StringIO()
    show(visited[1].judgement, Console(file=out, width=140))
    # A column's own brackets are no markup.
    for words in (
        "LightGBM",
        "Logistic regression, all features",
        "AUROC",
        "marker",
        "noise, [odd] name",
    ):
        assert words in out.getvalue()


def test_shares_that_cannot_be() -> None:
    for bad in ({"test_share": 0.99}, {"list_share": 0.0}, {"seed": -1}):
        with pytest.raises(SettingsError):
            TableSettings(**bad)
