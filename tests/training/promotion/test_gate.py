"""The gate, on people whose outcomes are known to follow from their log-odds."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from features.errors import ModelMismatch
from features.tables import Coverage
from models.baselines import write_baselines
from models.registry import FORCED, PROMOTED
from training.cohort import Cohort
from training.promotion.decision import WAITING, Decision
from training.promotion.gate import decide
from training.promotion.margins import Margins
from training.split import PersonSplit

from .scripted import COVERAGE, TARGET, People, Scripted, people, stored

QUICK = Margins(resamples=100)


@pytest.fixture(scope="module")
def held_out() -> People:
    return people()


def noisy(truth: pd.Series, spread: float, seed: int = 2) -> pd.Series:
    """As good as it gets, less some noise."""
    return truth + np.random.default_rng(seed).normal(0.0, spread, len(truth))


def put_to_the_gate(
    held_out: People, champion: Scripted, challenger: Scripted, folder: Path, megabytes: float = 0.1
) -> Decision:
    return decide(
        stored(challenger, "3", folder / "3", megabytes),
        stored(champion, "2", folder / "2"),
        held_out.cohort,
        COVERAGE,
        against="2",
        margins=QUICK,
    )


def test_the_same_model_again_is_promoted(held_out: People, tmp_path: Path) -> None:
    scores = noisy(held_out.truth, 0.5)
    decision = put_to_the_gate(held_out, Scripted(scores), Scripted(scores), tmp_path)
    assert decision.passed
    assert decision.kind == PROMOTED
    assert decision.sentence() == "Version 3 is champion."
    assert (decision.against, decision.compared, decision.remarks) == ("2", True, ())
    for check in decision.checks:
        if np.isfinite(check.low):
            assert check.low == check.high == 0.0


def test_the_figures_are_those_of_scikit_learn(held_out: People, tmp_path: Path) -> None:
    one, other = noisy(held_out.truth, 0.5), noisy(held_out.truth, 1.5)
    decision = put_to_the_gate(held_out, Scripted(one), Scripted(other), tmp_path)
    found = {check.name: check for check in decision.checks}
    event = held_out.cohort.event[TARGET]
    for name, metric in (("auroc", roc_auc_score), ("average_precision", average_precision_score)):
        assert found[name].champion == pytest.approx(metric(event, one), abs=1e-9)
        assert found[name].challenger == pytest.approx(metric(event, other), abs=1e-9)
        difference = metric(event, other) - metric(event, one)
        assert found[name].low < difference < found[name].high
    women = held_out.cohort.matrix["sex_female"].to_numpy() > 0
    assert found["sex.female.auroc"].challenger == pytest.approx(
        roc_auc_score(event[women], other.to_numpy()[women]), abs=1e-9
    )


def test_a_worse_ranking_stays_challenger_and_says_by_how_much(
    held_out: People, tmp_path: Path
) -> None:
    decision = put_to_the_gate(
        held_out, Scripted(held_out.truth), Scripted(noisy(held_out.truth, 1.5)), tmp_path
    )
    assert decision.kind == WAITING
    failed = {check.name for check in decision.failed}
    assert {"auroc", "average_precision", "net_benefit"} <= failed
    assert decision.sentence().startswith("Version 3 stays challenger: AUROC 0.")
    assert "lower than version 2's" in decision.sentence()
    assert "(margin 0.01); average precision" in decision.sentence()


def test_few_outcomes_do_not_pass_for_equality(held_out: People, tmp_path: Path) -> None:
    one, other = noisy(held_out.truth, 0.7, 5), noisy(held_out.truth, 0.7, 6)
    rows = np.arange(len(held_out.cohort)) < 400
    few = People(held_out.cohort.take(rows), held_out.truth)
    decision = put_to_the_gate(few, Scripted(one), Scripted(other), tmp_path)
    (auroc,) = [check for check in decision.failed if check.name == "auroc"]
    assert auroc.challenger - auroc.champion > -auroc.margin > auroc.low
    assert f"needs about {auroc.needs:,.0f} people (margin 0.01)" in auroc.says
    assert auroc.needs > 400
    undecided = [check for check in decision.failed if np.isfinite(check.needs)]
    if undecided == list(decision.failed):
        needs = max(check.needs for check in undecided)
        assert (
            f"cannot be shown with 400 people, it needs about {needs:,.0f}" in decision.sentence()
        )


def test_a_model_that_predicts_too_high_stays_challenger(held_out: People, tmp_path: Path) -> None:
    decision = put_to_the_gate(
        held_out, Scripted(held_out.truth), Scripted(held_out.truth + 0.4), tmp_path
    )
    failed = {check.name for check in decision.failed}
    assert "ici" in failed
    assert not failed & {"auroc", "average_precision", "net_benefit"}


def test_harm_to_one_group_is_not_outweighed_by_the_others(
    held_out: People, tmp_path: Path
) -> None:
    poorest = held_out.cohort.about["deprivation"].to_numpy() == 5
    champion = noisy(held_out.truth, 1.8)
    # As good as it gets for all others, and for the poorest a number of no meaning.
    challenger = held_out.truth.where(~poorest, noisy(held_out.truth, 0.1).mean())
    challenger = noisy(challenger, 0.01)
    decision = put_to_the_gate(held_out, Scripted(champion), Scripted(challenger), tmp_path)
    failed = {check.name for check in decision.failed}
    assert "auroc" not in failed
    assert {name for name in failed if name.endswith(".auroc")} == {"deprivation.quintile_5.auroc"}
    assert "worse for deprivation quintile 5." in decision.sentence()


def test_a_group_told_too_low_a_risk_is_harm_too(held_out: People, tmp_path: Path) -> None:
    women = held_out.cohort.matrix["sex_female"].to_numpy() > 0
    shifted = held_out.truth + np.where(women, -0.4, 0.4)
    decision = put_to_the_gate(held_out, Scripted(held_out.truth), Scripted(shifted), tmp_path)
    failed = {check.name for check in decision.failed}
    assert {"sex.female.observed_expected", "sex.male.observed_expected"} <= failed


def test_small_groups_are_not_looked_at(held_out: People, tmp_path: Path) -> None:
    """Fewer outcomes than the margins ask for: no figure, and no count of anyone."""
    matrix = held_out.cohort.matrix.copy()
    matrix["sex_female"] = (np.arange(len(matrix)) < 30).astype(np.float32)
    cohort = replace(held_out.cohort, matrix=matrix)
    scores = Scripted(held_out.truth)
    decision = put_to_the_gate(People(cohort, held_out.truth), scores, scores, tmp_path)
    names = {check.name for check in decision.checks}
    assert "sex.male.auroc" in names
    assert "sex.female.auroc" not in names


def test_a_missing_target_and_a_large_file_are_told(held_out: People, tmp_path: Path) -> None:
    champion = Scripted(held_out.truth, targets=[TARGET, "death_365"])
    decision = put_to_the_gate(
        held_out, champion, Scripted(held_out.truth), tmp_path, megabytes=3.0
    )
    assert {check.name for check in decision.failed} == {"targets", "size_mb"}
    assert "death_365" in decision.sentence()
    assert "3.0 MB" in decision.sentence()


def test_people_that_the_champion_was_trained_on_judge_nothing(
    held_out: People, tmp_path: Path
) -> None:
    """The champion knows those by heart whom it was trained on; with the others it guesses."""
    ids = held_out.cohort.person_ids
    test_of_champion = PersonSplit(9, 0.5, 3).is_test(ids)
    known = np.where(held_out.cohort.event[TARGET] == 1, 4.0, -4.0)
    by_heart = pd.Series(np.where(test_of_champion, noisy(held_out.truth, 3.0), known), index=ids)
    decision = put_to_the_gate(
        held_out, Scripted(by_heart, seed=9), Scripted(held_out.truth), tmp_path
    )
    assert decision.passed, decision.sentence()
    assert decision.people == int(test_of_champion.sum())
    assert len(decision.remarks) == 1
    assert "other seeds" in decision.remarks[0]
    assert f"{test_of_champion.mean():.0%}" in decision.remarks[0]


def test_a_champion_that_learnt_from_the_time_it_is_judged_at_is_told(
    held_out: People, tmp_path: Path
) -> None:
    later = Scripted(held_out.truth, trained_at="2024-09-02")
    decision = put_to_the_gate(held_out, later, Scripted(held_out.truth), tmp_path)
    assert ["can only favour it" in remark for remark in decision.remarks] == [True]


def flat_baseline() -> dict:
    """Age and sex that say nothing: everybody gets the same probability."""
    from models.baselines import FittedBaseline

    names = ("age", "age_over_45", "age_over_65", "age_over_80", "sex_female")
    zeros = (0.0,) * len(names)
    fitted = FittedBaseline("age_sex", names, zeros, zeros, (1.0,) * len(names), zeros, -2.0)
    return {TARGET: {"age_sex": fitted}}


def alone(held_out: Cohort, scores: pd.Series, folder: Path, champion: object = None) -> Decision:
    challenger = stored(Scripted(scores), "1", folder)
    write_baselines(flat_baseline(), folder)
    return decide(
        challenger,
        champion,  # type: ignore[arg-type]
        held_out,
        COVERAGE,
        against="" if champion is None else "8",
        margins=QUICK,
    )


def test_the_first_model_is_held_to_floors(held_out: People, tmp_path: Path) -> None:
    assert alone(held_out.cohort, held_out.truth, tmp_path).kind == PROMOTED
    upside_down = alone(held_out.cohort, -held_out.truth - 4.4, tmp_path)
    assert {"auroc", "average_precision", "calibration_slope"} <= {
        check.name for check in upside_down.failed
    }
    assert "age and sex alone 0.500" in upside_down.sentence()
    absurd = alone(held_out.cohort, held_out.truth - 2.0, tmp_path)
    assert [check.name for check in absurd.failed] == ["observed_expected"]
    assert "must lie between 0.5 and 2" in absurd.sentence()


def test_a_champion_that_cannot_be_judged_here_leaves_the_floors(
    held_out: People, tmp_path: Path
) -> None:
    gone = ModelMismatch("the model reads 3 features that this version does not have")
    reads_more = Coverage(frozenset({"persons", "labs"}), frozenset(), frozenset(), True)
    elsewhere = stored(Scripted(held_out.truth, coverage=reads_more), "8", tmp_path / "8")
    for champion, why in ((gone, "3 features"), (elsewhere, "does not deliver: labs")):
        decision = alone(held_out.cohort, held_out.truth, tmp_path, champion)
        assert decision.kind == PROMOTED
        assert not decision.compared
        assert decision.remarks[0].startswith("Version 8, champion until now, cannot be judged")
        assert why in decision.remarks[0]


def test_nothing_to_judge_by_is_no_pass(held_out: People, tmp_path: Path) -> None:
    nothing = {TARGET: np.zeros(len(held_out.cohort), np.int8)}
    cohort = replace(held_out.cohort, event=nothing)
    scores = Scripted(held_out.truth)
    for decision in (
        alone(cohort, held_out.truth, tmp_path),
        put_to_the_gate(People(cohort, held_out.truth), scores, scores, tmp_path),
    ):
        assert decision.kind == WAITING
        assert "cannot be judged" in decision.sentence()
        assert decision.people is None
        assert decision.events is None


def test_evidence_is_plain_json_and_names_nobody(held_out: People, tmp_path: Path) -> None:
    decision = put_to_the_gate(
        held_out, Scripted(held_out.truth), Scripted(noisy(held_out.truth, 1.5)), tmp_path
    )
    forced = replace(decision, reason="The old one cannot be explained.")
    assert forced.kind == FORCED
    assert forced.sentence().startswith("Version 3 is champion by force, although: ")
    text = json.dumps(forced.as_dict(), allow_nan=False)
    assert json.loads(text)["decision"] == FORCED
    assert "q0" not in text
    tags, metrics = forced.as_tags(), forced.as_metrics()
    assert tags["reason"] == "The old one cannot be explained."
    assert metrics["promotion.passed"] == 0.0
    assert metrics["promotion.auroc.margin"] == 0.01
    assert all(np.isfinite(value) for value in metrics.values())
