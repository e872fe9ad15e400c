import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from training.judgement.groups import Groupings
from training.judgement.intervals import person_draws
from training.judgement.morbidity import (
    MorbidityAtScore,
    adjusted_differences,
    morbidity_at_score,
)
from training.judgement.regression import spline

PEOPLE = 3000


def people(sicker: float = 0.0, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, sex (women's scores lie higher) and diseases; at equal score women have
    ``sicker`` more of them."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["female", "male"], PEOPLE)
    log_odds = rng.normal(-2.5, 1.0, PEOPLE) + 0.5 * (sex == "female")
    diseases = 2.0 + 0.8 * log_odds + rng.normal(0, 1.0, PEOPLE) + sicker * (sex == "female")
    return log_odds, sex, diseases


def checked(sicker: float, **more: np.ndarray) -> dict[str, MorbidityAtScore]:
    log_odds, sex, diseases = people(sicker)
    draws = person_draws(np.arange(PEOPLE), 200, 1)
    found = morbidity_at_score(
        "avoidable_365",
        log_odds,
        {"chronic_groups_1825d": diseases, **more},
        Groupings.of({"sex": sex}),
        draws,
    )
    return {one.group: one for one in found if one.measure == "chronic_groups_1825d"}


def test_a_group_sicker_at_equal_score_is_found() -> None:
    women = checked(0.5)["female"]
    assert women.difference.low < 0.5 < women.difference.high
    assert women.is_material
    assert checked(0.5)["male"].difference.value == pytest.approx(-women.difference.value)


def test_a_group_sicker_only_because_its_scores_are_higher_is_not() -> None:
    women = checked(0.0)["female"]
    assert women.difference.low < 0.0 < women.difference.high
    assert not women.is_material
    _, sex, diseases = people(0.0)
    assert diseases[sex == "female"].mean() - diseases[sex == "male"].mean() > 0.3


def test_the_difference_is_that_of_a_regression() -> None:
    log_odds, sex, diseases = people(0.3)
    place = np.random.default_rng(1).choice(["A", "B", "C"], PEOPLE)
    inputs = spline(log_odds)
    groups = np.column_stack([sex == "female", place == "A"]).astype(float)
    weight = np.random.default_rng(2).poisson(1.0, (PEOPLE, 3)).astype(float)
    own = adjusted_differences(inputs, diseases, groups, weight)
    for column in range(3):
        for group in range(2):
            x = np.column_stack([inputs[:, 1:], groups[:, group]])
            theirs = LinearRegression().fit(x, diseases, sample_weight=weight[:, column])
            assert own[column, group] == pytest.approx(theirs.coef_[-1], abs=1e-5)


def test_means_by_tenth_rise_and_small_ones_are_hidden() -> None:
    log_odds, _, diseases = people()
    rare = np.full(PEOPLE, "common", dtype="U6")
    rare[np.argsort(log_odds)[:9]] = "rare"
    draws = np.ones((PEOPLE, 0))
    found = morbidity_at_score("x", log_odds, {"m": diseases}, Groupings.of({"sex": rare}), draws)
    common, few = found
    assert len(common.by_tenth) == 10
    assert common.by_tenth[9] > common.by_tenth[0]
    assert few.by_tenth[0] is not None
    assert few.by_tenth[1:] == (None,) * 9


def test_unknown_and_constant_measures_are_left_out() -> None:
    log_odds, sex, _ = people()
    nothing = {"never": np.full(PEOPLE, np.nan), "same": np.zeros(PEOPLE)}
    groupings = Groupings.of({"sex": sex})
    assert morbidity_at_score("x", log_odds, nothing, groupings, np.ones((PEOPLE, 2))) == []


def test_a_group_of_three_is_left_out() -> None:
    log_odds, _, diseases = people()
    place = np.repeat(["a", "b", "c"], [3, 1000, PEOPLE - 1003])
    groupings = Groupings.of({"municipality": place})
    found = morbidity_at_score("x", log_odds, {"m": diseases}, groupings, np.ones((PEOPLE, 2)))
    assert [one.group for one in found] == ["c"]
