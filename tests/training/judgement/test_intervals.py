import numpy as np
import pytest

from training.judgement.intervals import Figure, judge, person_draws


def test_persons_are_drawn_whole() -> None:
    person = np.array(["a", "b", "a", "c", "b", "a"])
    draws = person_draws(person, resamples=50, seed=1)
    assert draws.shape == (6, 50)
    for label in "abc":
        rows = draws[person == label]
        assert (rows == rows[0]).all()
    drawn_persons = draws[[0, 1, 3]].sum(axis=0)
    assert (drawn_persons == 3).all()


def test_the_same_seed_draws_the_same() -> None:
    person = np.arange(100)
    assert (person_draws(person, 5, 9) == person_draws(person, 5, 9)).all()
    assert (person_draws(person, 5, 9) != person_draws(person, 5, 10)).any()


def test_the_interval_is_as_wide_as_theory_says() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.4, 4000)
    event = (rng.random(4000) < p).astype(int)
    draws = person_draws(np.arange(4000), 400, 1)
    figures = judge(event, p, np.ones(4000), draws, 0.05).figures()
    ratio = figures["observed_expected"]
    theory = 2 * 1.96 * np.sqrt((p * (1 - p)).sum()) / p.sum()
    assert ratio.high - ratio.low == pytest.approx(theory, rel=0.25)
    for name, figure in figures.items():
        assert figure.low <= figure.high, name
        assert np.isfinite([figure.value, figure.low, figure.high]).all()
    assert figures["auroc"].low < figures["auroc"].value < figures["auroc"].high


def test_twice_the_rows_of_the_same_persons_tell_no_more() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.4, 1000)
    event = (rng.random(1000) < p).astype(int)
    once = judge(event, p, np.ones(1000), person_draws(np.arange(1000), 100, 1), 0.05).figures()
    both = np.tile(np.arange(1000), 2)
    twice = judge(event[both], p[both], np.ones(2000), person_draws(both, 100, 1), 0.05).figures()
    assert twice["auroc"].value == pytest.approx(once["auroc"].value)
    assert twice["auroc"].low == pytest.approx(once["auroc"].low)


def test_rows_of_no_weight_do_not_count() -> None:
    p = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.9])
    event = np.array([0, 0, 1, 0, 1, 0])
    weight = np.array([1, 1, 1, 1, 1, 0.0])
    draws = np.ones((6, 1), dtype=np.float32)
    with_ = judge(event, p, weight, draws, 0.4).figures()
    without = judge(event[:5], p[:5], weight[:5], draws[:5], 0.4).figures()
    assert with_ == without


def test_excludes() -> None:
    assert Figure(0.9, 0.8, 0.95).excludes(1.0)
    assert Figure(1.1, 1.05, 1.2).excludes(1.0)
    assert not Figure(1.0, 0.9, 1.1).excludes(1.0)
