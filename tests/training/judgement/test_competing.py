import numpy as np
import pytest

from models.outcomes import Ended
from training.judgement.competing import competing_calibration, cumulative_incidence

EVENT, DIED, LOST, HORIZON = Ended.EVENT, Ended.DIED, Ended.CENSORED, Ended.HORIZON


def incidence(days: list[int], ended: list[int]) -> float:
    one = np.ones((len(days), 1))
    return float(cumulative_incidence(np.array(days), np.array(ended), one)[0])


def test_by_hand() -> None:
    # day 1: one of 5 has the event; day 2: one of 4 dies; day 3: one is lost; day 4: of 2, one
    # has the event. 1/5 + (4/5 x 3/4) x 1/2 = 0.5
    got = incidence([1, 2, 3, 4, 10], [EVENT, DIED, LOST, EVENT, HORIZON])
    assert got == pytest.approx(0.5)


def test_without_censoring_it_is_the_share_who_had_the_event() -> None:
    assert incidence([3, 3, 7, 9], [EVENT, DIED, EVENT, HORIZON]) == pytest.approx(0.5)


def test_events_of_a_day_come_before_its_censoring() -> None:
    assert incidence([5, 5], [EVENT, LOST]) == pytest.approx(0.5)


def test_it_agrees_with_lifelines() -> None:
    """AalenJohansenFitter of lifelines 0.30.3 on the same 60 people, computed apart: it does
    not install beside pandas 3."""
    days, ended = sixty()
    assert incidence(list(days), list(ended)) == pytest.approx(LIFELINES, abs=1e-10)


def sixty() -> tuple[np.ndarray, np.ndarray]:
    number = np.arange(60)
    days = (number * 37) % 61 + 1  # no two alike
    ended = np.array([EVENT, LOST, DIED, HORIZON, EVENT])[(number * 7 + number // 9) % 5]
    days = np.where(ended == HORIZON, 90, days)
    return days, ended


LIFELINES = 0.46877570316509326


def test_weights_of_two_are_the_person_twice() -> None:
    days, ended = sixty()
    twice = np.where(np.arange(60) % 3 == 0, 2, 1)
    weighted = cumulative_incidence(days, ended, twice[:, None].astype(float))
    repeated = np.repeat(np.arange(60), twice)
    again = cumulative_incidence(days[repeated], ended[repeated], np.ones((len(repeated), 1)))
    assert weighted[0] == pytest.approx(again[0])


def calibrated(people: int = 4000) -> tuple[np.ndarray, ...]:
    """Risk of the event within 100 days is p; others may die first; some are lost."""
    rng = np.random.default_rng(5)
    p = rng.uniform(0.02, 0.5, people)
    happens = rng.random(people) < p
    dies = ~happens & (rng.random(people) < 0.1)
    days = np.where(happens | dies, rng.integers(0, 100, people), 100)
    lost = rng.integers(0, 400, people)
    ended = np.where(happens, EVENT, np.where(dies, DIED, HORIZON))
    ended = np.where(lost < days, LOST, ended)
    days = np.minimum(days, lost)
    return p, days, ended


def test_true_risks_lie_within_the_intervals_of_what_was_observed() -> None:
    from models.outcomes import censoring_weights

    p, days, ended = calibrated()
    weight = censoring_weights(days, ended == LOST)
    draws = np.random.default_rng(1).poisson(1.0, (len(p), 100)).astype(np.float32)
    judged = competing_calibration("unplanned_365", p, days, ended, weight, draws)
    assert [tenth.people for tenth in judged.tenths] == [400] * 10
    within = [t.observed.low <= t.predicted <= t.observed.high for t in judged.tenths]
    assert sum(within) >= 8
    assert judged.furthest < 0.02


def test_tenths_of_few_outcomes_are_joined() -> None:
    p, days, ended = calibrated(300)
    none = np.ones((300, 0), dtype=np.float32)
    judged = competing_calibration("unplanned_365", p, days, ended, np.ones(300), none)
    assert 2 <= len(judged.tenths) < 10
    assert sum(tenth.people for tenth in judged.tenths) == 300
    for tenth in judged.tenths:
        assert tenth.people * tenth.observed.value > 5


def test_too_few_outcomes_cannot_be_judged() -> None:
    days, ended = np.full(50, 100), np.full(50, int(HORIZON))
    ended[:3] = EVENT
    none = np.ones((50, 0), dtype=np.float32)
    judged = competing_calibration("x", np.linspace(0, 1, 50), days, ended, np.ones(50), none)
    assert judged.tenths == ()
    assert judged.why == "too few outcomes"
