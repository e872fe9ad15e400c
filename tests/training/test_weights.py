"""Weights against the Kaplan-Meier estimate, by hand, and on people whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from features.measures import FEATURE
from models.outcomes import NEVER, Ended, censoring_weights
from training.enrolled import Enrolled, TeamTimes, follow_up
from training.weights import (
    MOST,
    SEEN_BY_TEAMS,
    chance_of_no_team,
    propensity,
    strata_of,
    weights_of,
)


def times(joined: np.ndarray, left: np.ndarray, stays: np.ndarray | None = None) -> TeamTimes:
    none = np.full((len(joined), 2), NEVER)
    return TeamTimes(
        np.zeros(len(joined), dtype=bool), joined, left, none if stays is None else stays
    )


def test_in_one_stratum_day_by_day_it_is_kaplan_meier() -> None:
    rng = np.random.default_rng(2)
    joined = np.where(rng.random(500) < 0.6, rng.integers(0, 400, 500), NEVER)
    left = np.minimum(rng.integers(1, 700, 500), 365)
    of = times(joined, left)
    until = chance_of_no_team(of, np.zeros(500, dtype=np.int64), period_days=1)
    days, lost = np.minimum(joined, left), of.joins
    known = ~lost
    expected = censoring_weights(days, lost)
    assert 1 / until(days)[known] == pytest.approx(expected[known], rel=1e-9)


def test_a_life_table_by_hand() -> None:
    # Stratum 0: four people, 30 + 30 + 30 + 10 days at risk (joins on day 9, the tenth day).
    # Stratum 1: one is admitted on day 5 and joins on day 7, another is never at risk after.
    of = times(
        np.array([NEVER, NEVER, NEVER, 9, 7, NEVER]),
        np.array([30, 30, 30, 30, 30, 30]),
        np.array([[NEVER, NEVER]] * 4 + [[5, NEVER], [NEVER, NEVER]]),
    )
    until = chance_of_no_team(of, np.array([0, 0, 0, 0, 1, 1]))
    chance = until(np.array([0, 10, 30, 9, 7, 30]))
    daily, after_stay = 1 - 1 / 100, 1 - 1 / 3
    assert chance == pytest.approx([1, daily**10, daily**30, daily**9, after_stay**2, 1.0])


def test_who_was_in_a_team_already_is_nobodys_concern() -> None:
    of = TeamTimes(
        np.array([True, False, False]),
        np.array([NEVER, 5, NEVER]),
        np.array([365, 365, 365]),
        np.full((3, 2), NEVER),
    )
    days, ended = np.full(3, 365, dtype=np.int32), np.zeros(3, dtype=np.int8)
    after = follow_up(days, ended, 365, of, Enrolled.CENSOR)
    assert after.days.tolist() == [0, 5, 365]
    assert after.ended.tolist() == [Ended.CENSORED, Ended.CENSORED, Ended.HORIZON]
    until = chance_of_no_team(of, np.zeros(3, dtype=np.int64), period_days=1)
    weight = weights_of(after, np.zeros(3, dtype=np.int64), until)
    assert weight == pytest.approx([0, 0, 2])


def test_no_weight_is_larger_than_the_limit() -> None:
    joined = np.full(1000, NEVER)
    joined[:999] = 3
    of = times(joined, np.full(1000, 365))
    days, ended = np.full(1000, 365, dtype=np.int32), np.zeros(1000, dtype=np.int8)
    after = follow_up(days, ended, 365, of, Enrolled.CENSOR)
    until = chance_of_no_team(of, np.zeros(1000, dtype=np.int64))
    assert weights_of(after, np.zeros(1000, dtype=np.int64), until).max() == MOST


def test_teams_that_take_in_the_frail_hide_risk_and_strata_bring_it_back() -> None:
    """A known world: risk and the chance of being taken in rise with frailty, and with an
    admission on the way; an enrolment after an admission hides what would have come."""
    rng = np.random.default_rng(11)
    people = 60_000
    frailty = rng.normal(size=people)
    matrix = pd.DataFrame(0.0, index=range(people), columns=list(SEEN_BY_TEAMS))
    matrix["unplanned_admissions_365d"] = np.expm1(frailty - frailty.min())
    stay = rng.exponential(900 * np.exp(-0.5 * frailty)).astype(np.int64)
    event = rng.exponential(2500 * np.exp(-0.9 * frailty)).astype(np.int64)
    # After the stay the event comes four times as fast, and the team five times.
    event = np.where(event > stay, stay + (event - stay) // 4, event)
    joined = rng.exponential(1500 * np.exp(-frailty)).astype(np.int64)
    joined = np.where(joined > stay, stay + (joined - stay) // 5, joined)
    truth = (event < 365).mean()

    of = times(joined, np.full(people, 365), np.column_stack([stay, np.full(people, NEVER)]))
    days = np.minimum(event, 365).astype(np.int32)
    ended = np.where(event < 365, Ended.EVENT, Ended.HORIZON).astype(np.int8)
    after = follow_up(days, ended, 365, of, Enrolled.CENSOR)
    seen = after.ended == Ended.EVENT

    plain = censoring_weights(after.days, after.joined)
    rank = propensity(matrix, of.joins)
    until = chance_of_no_team(of, strata_of(rank, of.joins))
    weight = weights_of(after, np.zeros(people, dtype=np.int64), until)
    assert np.average(seen, weights=plain) < truth - 0.02
    assert np.average(seen, weights=weight) == pytest.approx(truth, abs=0.006)
    assert weight.sum() == pytest.approx(people, rel=0.02)


def test_who_is_taken_in_is_ranked_by_features_that_exist() -> None:
    assert set(SEEN_BY_TEAMS) <= set(FEATURE)
    nothing = pd.DataFrame(np.nan, index=range(5), columns=list(SEEN_BY_TEAMS))
    assert (propensity(nothing, np.array([True, False, False, False, True])) == 0).all()
