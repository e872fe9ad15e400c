"""Groups of people with known risks: who is judged, at which list, and what is hidden."""

import numpy as np
import pandas as pd
import pytest

from training.judgement.groups import (
    COMPLEMENTARY,
    LIST_TOO_SMALL,
    TOO_FEW_OUTCOMES,
    TOO_FEW_PEOPLE,
    GroupedFigures,
    Groupings,
    judge_groups,
)
from training.judgement.intervals import judge, person_draws
from training.judgement.metrics import GROUP_METRICS, Sample, auroc

PEOPLE = 4000


def judged(
    labels: dict[str, np.ndarray], *, off: np.ndarray | float = 0.0, all_intervals: bool = True
) -> dict[str, GroupedFigures]:
    """Risks that are right but for ``off`` (in log-odds), and a list of one in five."""
    event, p = people(off)
    ones, draws = np.ones(PEOPLE), person_draws(np.arange(PEOPLE), 100, 1)
    everyone = Sample.of(event, p, ones, 0.2)
    threshold = float(everyone.edge[0])
    overall = judge(event, p, ones, draws, 0.2, threshold=threshold)
    found = judge_groups(
        "unplanned_365",
        Groupings.of(labels),
        event,
        p,
        ones,
        draws,
        everyone.places,
        threshold,
        overall,
        all_intervals=all_intervals,
    )
    return {grouped.grouping: grouped for grouped in found}


def people(off: np.ndarray | float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    log_odds = rng.normal(-1.5, 1.0, PEOPLE)
    event = (rng.random(PEOPLE) < 1 / (1 + np.exp(-log_odds - off))).astype(int)
    return event, 1 / (1 + np.exp(-log_odds))


def labelled(**sizes: int) -> np.ndarray:
    return np.repeat(list(sizes), list(sizes.values()))


def test_each_group_is_judged_at_the_list_made_among_all() -> None:
    labels = labelled(female=2500, male=1500)
    event, p = people()
    grouped = judged({"sex": labels})["sex"]
    top = np.zeros(PEOPLE, dtype=bool)
    top[np.argsort(-p)[: PEOPLE // 5]] = True
    for name in ("female", "male"):
        rows, group = labels == name, grouped.of(name)
        assert (group.people, group.events) == (rows.sum(), event[rows].sum())
        assert group.listed == (top & rows).sum()
        figures = group.figures
        assert set(figures) == set(GROUP_METRICS)
        assert figures["ppv"].value == pytest.approx(event[rows & top].mean())
        assert figures["sensitivity"].value == pytest.approx(top[rows & (event > 0)].mean())
        assert figures["selection_rate"].value == pytest.approx(top[rows].mean())
        assert figures["auroc"].value == pytest.approx(auroc(Sample.of(event[rows], p[rows]))[0])
        for metric, figure in figures.items():
            assert figure.low <= figure.value <= figure.high or metric == "ici", metric
        assert group.why == ""


def test_the_comparison_is_fairlearns_on_persons() -> None:
    """MetricFrame in the plain way, a row a person, says the same."""
    from fairlearn.metrics import MetricFrame, selection_rate
    from sklearn.metrics import precision_score, recall_score, roc_auc_score

    labels = labelled(a=1500, b=1300, c=1200)
    event, p = people()
    grouped = judged({"unit": labels})["unit"]
    top = (p >= np.sort(p)[-PEOPLE // 5]).astype(int)
    frame = MetricFrame(
        metrics={
            "ppv": precision_score,
            "sensitivity": recall_score,
            "selection_rate": selection_rate,
        },
        y_true=event,
        y_pred=top,
        sensitive_features=labels,
    )
    ranked = MetricFrame(metrics=roc_auc_score, y_true=event, y_pred=p, sensitive_features=labels)
    for name in ("ppv", "sensitivity", "selection_rate"):
        assert grouped.difference[name] == pytest.approx(frame.difference()[name])
        assert grouped.ratio[name] == pytest.approx(frame.ratio()[name])
    assert grouped.difference["auroc"] == pytest.approx(ranked.difference())
    assert "calibration_intercept" not in grouped.ratio


def test_a_group_for_which_risks_are_too_low_shows() -> None:
    labels = labelled(a=2000, b=2000)
    off = np.where(labels == "b", 0.8, 0.0)
    grouped = judged({"unit": labels}, off=off)["unit"]
    assert not grouped.of("a").figures["observed_expected"].excludes(1.0)
    assert grouped.of("b").figures["observed_expected"].low > 1.2
    assert grouped.of("b").figures["calibration_intercept"].low > 0.5
    assert grouped.difference["observed_expected"] > 0.3


def test_a_group_of_three_is_hidden_and_cannot_be_had_from_the_total() -> None:
    grouped = judged({"place": labelled(a=3, b=900, c=3097)})["place"]
    small, next_, large = (grouped.of(name) for name in "abc")
    assert (small.people, small.events, small.figures) == (None, None, {})
    assert small.why == TOO_FEW_PEOPLE
    assert (next_.people, next_.why, next_.figures) == (None, COMPLEMENTARY, {})
    assert large.people == 3097
    assert grouped.difference == {}  # nothing to compare one group with


def test_a_group_without_outcomes_cannot_be_judged() -> None:
    event, _ = people()
    none = np.flatnonzero(event == 0)[:60]
    labels = np.full(PEOPLE, "b", dtype="U1")
    labels[none] = "a"
    labels[np.arange(PEOPLE) % 3 == 0] = "c"
    labels[none] = "a"
    grouped = judged({"place": labels})["place"]
    assert grouped.of("a").why == TOO_FEW_OUTCOMES
    assert grouped.of("a").people == 60
    assert grouped.of("a").figures == {}


def test_few_outcomes_are_judged_but_for_what_needs_a_curve() -> None:
    labels = labelled(a=110, b=115, c=PEOPLE - 225)
    grouped = judged({"place": labels})["place"]
    few = grouped.of("a")
    assert few.events is not None
    assert 7 < few.events < 30
    assert "auroc" in few.figures
    assert "ici" not in few.figures
    assert few.listed is None
    assert few.why == LIST_TOO_SMALL
    assert "ppv" not in few.figures
    assert "ici" in grouped.of("c").figures


def test_costly_intervals_may_be_left_out() -> None:
    grouped = judged({"sex": labelled(f=2000, m=2000)}, all_intervals=False)["sex"]
    full = judged({"sex": labelled(f=2000, m=2000)})["sex"]
    quick, slow = grouped.of("f").figures, full.of("f").figures
    assert quick["ici"].value == slow["ici"].value
    assert np.isnan([quick["ici"].low, quick["calibration_slope"].high]).all()
    assert quick["auroc"] == slow["auroc"]


def test_people_within_a_target_group_are_reported_and_those_outside_protected() -> None:
    within = np.where(np.arange(PEOPLE) < PEOPLE - 4, "frail", "")
    other = np.where(np.arange(PEOPLE) < 1000, "sick", "")
    found = judged({"target_group:frail": within, "target_group:sick": other})
    groups = found["target_group"]
    assert [group.group for group in groups.groups] == ["frail", "sick"]
    assert groups.of("frail").people is None  # all but four: the four would show
    assert groups.of("sick").people == 1000


def test_several_dates_count_persons_and_not_rows() -> None:
    labels = {"place": labelled(a=15, b=600, c=PEOPLE - 615)}
    assert Groupings.of(labels, dates=1).tells_people.all()
    assert not Groupings.of(labels, dates=2).tells_people[0]


def test_what_a_cohort_knows_makes_the_groupings() -> None:
    from training.judgement.groups import groupings_of

    found = groupings_of(*three_people())
    names = list(found.members)
    assert ("sex", "female") in names
    assert ("age", "75-84") in names
    assert ("deprivation", "quintile 3") in names
    assert ("care_unit", "unknown") in names
    assert not [name for name in names if name[0] == "municipality"]  # known of nobody
    assert ("target_group:multimorbid", "multimorbid") in names
    assert found.members["age", "75-84"].tolist() == [True, False, False]


def three_people() -> tuple[pd.DataFrame, pd.DataFrame]:
    from features.measures import FEATURE

    index = pd.MultiIndex.from_product(
        [["a", "b", "c"], [pd.Timestamp("2024-01-01")]], names=["person_id", "index_date"]
    )
    matrix = pd.DataFrame(0.0, index=index, columns=list(FEATURE), dtype="float32")
    matrix["age"] = [80.0, 64.0, 90.0]
    matrix["sex_female"] = [1.0, 0.0, np.nan]
    matrix["chronic_groups_1825d"] = [4.0, 1.0, 0.0]
    about = pd.DataFrame(
        {
            "care_unit": pd.Categorical(["V1", None, "V2"]),
            "municipality": pd.Categorical([None, None, None]),
            "deprivation": [3.0, np.nan, 1.0],
        },
        index=index,
    )
    return matrix, about


def nested(seed: int) -> tuple[Groupings, dict[str, np.ndarray]]:
    """Places of all sizes; few are admitted who are not admitted unplanned."""
    rng = np.random.default_rng(seed)
    place = rng.choice(list("ABCDEFGH"), PEOPLE, p=rng.dirichlet(np.full(8, 1.5)))
    unplanned = rng.random(PEOPLE) < 0.15
    admitted = unplanned | (rng.random(PEOPLE) < 0.02)
    soon = unplanned & (rng.random(PEOPLE) < 0.3)
    died = rng.random(PEOPLE) < 0.05
    happened = {"unplanned": unplanned, "soon": soon, "admitted": admitted, "died": died}
    return Groupings.of({"place": place}), happened


@pytest.mark.parametrize("seed", range(8))
def test_nobody_is_found_between_two_outcomes_of_a_group(seed: int) -> None:
    """Whoever subtracts those admitted unplanned from those admitted finds no small number:
    not in a group that tells both, nor in one that hides the wider, from the totals."""
    groupings, happened = nested(seed)
    told = groupings.tells_outcomes(happened)
    assert told["unplanned"].any()
    for inner, outer in (("unplanned", "admitted"), ("soon", "unplanned"), ("soon", "admitted")):
        between = happened[outer] & ~happened[inner]
        both = told[inner] & told[outer]
        sizes = np.array([(rows & between).sum() for rows in groupings.members.values()])
        assert (sizes[both] > 7).all()
        away = ~told[outer]
        if told[inner].all() and away.any():
            # The totals say how many lie between in the places that hide the outer: several
            # places, and not few.
            assert away.sum() > 1
            assert sizes[away].sum() > 7
    # An outcome that has nothing to do with the others hides nothing of itself.
    assert (told["died"] == groupings.tells_events(happened["died"])).all()


def test_what_comes_first_is_told_first() -> None:
    groupings, happened = nested(3)
    told = groupings.tells_outcomes(happened)
    assert (told["unplanned"] == groupings.tells_events(happened["unplanned"])).all()
    assert told["admitted"].sum() < groupings.tells_events(happened["admitted"]).sum()
