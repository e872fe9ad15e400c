import numpy as np
import pytest
from scipy.stats import beta, binom

from training.judgement.capacity import (
    exact_interval,
    expected_found,
    expected_on_all,
    judge_capacity,
    on_lists,
    poisson_binomial,
)


def test_a_list_holds_the_likeliest_of_a_unit_who_may_stand_on_it() -> None:
    unit = np.array(["A", "A", "A", "B", "B", "A"])
    p = np.array([0.1, 0.9, 0.5, 0.2, 0.3, 0.5])
    may = np.array([True, False, True, True, True, True])
    tie = np.array(["6", "5", "4", "3", "2", "1"])
    # Of A: 0.9 may not; of the two with 0.5 the first by name.
    assert on_lists(unit, p, may, tie, 1).tolist() == [False, False, False, False, True, True]
    assert on_lists(unit, p, may, tie, 9).tolist() == may.tolist()
    assert not on_lists(unit, p, np.zeros(6, dtype=bool), tie, 2).any()


def test_the_number_of_events_is_poisson_binomial() -> None:
    np.testing.assert_allclose(poisson_binomial(np.full(20, 0.3)), binom.pmf(range(21), 20, 0.3))
    np.testing.assert_allclose(poisson_binomial(np.array([0.5, 0.1])), [0.45, 0.5, 0.05])


def test_an_interval_is_that_of_the_binomial_and_wider_when_calibration_is_unsure() -> None:
    mean, low, high = expected_found(np.full(20, 0.3), 0.0)
    assert mean == pytest.approx(6.0)
    assert (low, high) == (binom.ppf(0.025, 20, 0.3), binom.ppf(0.975, 20, 0.3))
    _, wider_low, wider_high = expected_found(np.full(20, 0.3), 0.5)
    assert wider_low < low
    assert wider_high > high
    _, censored_low, censored_high = expected_found(np.full(20, 0.3), 0.0, extra=1.0)
    assert (censored_low, censored_high) != (low, high)


def test_exact_interval_is_clopper_and_pearsons() -> None:
    figure = exact_interval(8, 20)
    assert figure.value == pytest.approx(0.4)
    # The published bounds for 8 of 20.
    assert (figure.low, figure.high) == pytest.approx((0.1912, 0.6395), abs=5e-5)
    assert exact_interval(0, 10).low == 0.0
    assert exact_interval(10, 10).high == 1.0
    assert exact_interval(0, 10).high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert figure.low == pytest.approx(beta.ppf(0.025, 8, 13))


def region(units: int, off: float = 0.0, seed: int = 1) -> dict:
    """Units of 200 people whose risks are as foretold, or all off by ``off`` in log-odds."""
    rng = np.random.default_rng(seed)
    unit = np.repeat([f"U{n:02d}" for n in range(units)], 200)
    log_odds = rng.normal(-2.5, 1.2, len(unit))
    p = 1 / (1 + np.exp(-log_odds))
    event = (rng.random(len(unit)) < 1 / (1 + np.exp(-log_odds - off))).astype(int)
    return {
        "event": event,
        "probability": p,
        "weight": np.ones(len(unit)),
        "draws": rng.poisson(1.0, (len(unit), 100)).astype(np.float32),
        "listed": on_lists(unit, p, np.ones(len(unit), bool), np.arange(len(unit)), 20),
        "unit": unit,
    }


def judged(data: dict, **more: object):  # type: ignore[no-untyped-def]
    return judge_capacity(
        "avoidable_365",
        **data,
        places=20,
        judged_places=20,
        calibration_sd=0.05,
        **more,
    )


def test_nine_in_ten_units_find_as_many_as_was_foretold() -> None:
    inside = [judged(region(50, seed=seed)).inside for seed in range(4)]
    assert min(inside) >= 0.9


def test_risks_that_are_off_show_in_the_units_and_sooner_in_all_together() -> None:
    assert judged(region(50, off=1.0)).inside < 0.8
    assert judged(region(50, off=-0.4)).is_off
    # One in twenty by chance.
    assert sum(judged(region(20, seed=seed)).is_off for seed in range(20)) <= 3


def test_the_interval_of_all_lists_is_that_of_one_long_list() -> None:
    p = np.linspace(0.05, 0.6, 200)
    _, low, high = expected_found(p, 0.1, 0.2)
    assert expected_on_all(p, 0.1, 0.2) == pytest.approx((low, high), abs=1.5)


def test_all_lists_together() -> None:
    data = region(10)
    lists = judged(data)
    hits = int((data["event"] * data["listed"]).sum())
    assert (lists.lists, lists.listed, lists.found) == (10, 200, hits)
    assert lists.figures["ppv"].value == pytest.approx(hits / 200)
    assert lists.figures["missed"].value == data["event"].sum() - hits
    ppv = lists.figures["ppv"]
    assert ppv.low < ppv.value < ppv.high
    assert lists.expected == pytest.approx(data["probability"][data["listed"]].sum())


def test_a_units_small_numbers_are_hidden_and_all_without_leave() -> None:
    data = region(12)
    tells = [f"U{n:02d}" for n in range(1, 12)]
    units = judged(data, tells=tells).units
    assert units[0].found is None
    for unit in units:
        assert unit.listed == 20
        assert 0 <= unit.low <= unit.expected <= unit.high
        if unit.found is not None:
            assert min(unit.found, unit.listed - unit.found, unit.missed) > 7
            assert unit.ppv.value == pytest.approx(unit.found / 20)
    assert all(unit.found is None for unit in judged(data).units)


def test_censored_people_count_through_those_who_stand_in_for_them() -> None:
    data = region(60)
    rng = np.random.default_rng(3)
    lost = rng.random(len(data["unit"])) < 0.2
    data["weight"] = np.where(lost, 0.0, 1 / 0.8)
    lists = judged(data)
    assert lists.found == pytest.approx(judged(region(60)).found, rel=0.15)
    assert lists.inside >= 0.9


def test_few_found_on_all_lists_together_are_not_told() -> None:
    data = region(6)
    data["event"] = np.where(data["listed"], 0, data["event"])
    data["event"][np.flatnonzero(data["listed"])[:5]] = 1
    lists = judged(data)
    assert lists.why.startswith("7 or fewer found")
    assert lists.figures == {}
    assert np.isnan(lists.found)
    assert lists.inside < 0.2


def test_without_anybody_on_a_list_it_cannot_be_judged() -> None:
    data = region(3)
    data["listed"] = np.zeros(600, dtype=bool)
    assert judged(data).why == "nobody may stand on a list"
    assert judged(region(3)).inside is None
