"""Boosters and their calibration on made-up rows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import NotEnoughData
from features.measures import FEATURES
from features.measures.base import Direction
from training.boosters import SPACE, BoosterSettings, Bounds, directions_of
from training.fit import Development

ROWS = 2400
RISING = [f.name for f in FEATURES if f.measure.direction is Direction.RAISES][:3]
FREE = [f.name for f in FEATURES if f.measure.direction is Direction.OPEN][:5]
NAMES = [*RISING, *FREE]
QUICK = BoosterSettings(rounds=60, patience=10, min_data_in_leaf=20, monotone=True, committee=2)


def made_up(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values with gaps, an outcome that rises and falls with them, a rarer one within it."""
    rng = np.random.default_rng(seed)
    values = rng.poisson(1.5, (ROWS, len(NAMES))).astype(np.float32)
    values[rng.random(values.shape) < 0.05] = np.nan
    known = np.nan_to_num(values)
    # Partly against what is declared, so that only a constraint keeps to it.
    log_odds = np.sin(2 * known[:, 0]) - 0.5 * known[:, 1] + 0.7 * known[:, 3] - 1.5
    event = rng.random(ROWS) < 1 / (1 + np.exp(-log_odds))
    return values, event, event & (rng.random(ROWS) < 0.5)


def development(values: np.ndarray, settings: BoosterSettings, **rows: np.ndarray) -> Development:
    return Development(values, NAMES, np.arange(ROWS) % 3, settings, 1, **rows)


@pytest.mark.parametrize("extra_trees", [True, False])
def test_declared_directions_are_kept_in_what_builds_on_another_too(extra_trees: bool) -> None:
    values, event, rarer = made_up(1)
    ones = np.ones(ROWS)
    fits = development(values, replace(QUICK, extra_trees=extra_trees)).fit_all(
        {"often": (event, ones), "rarely": (rarer, ones)}, {"rarely": "often"}
    )
    assert directions_of(NAMES) == [1, 1, 1, 0, 0, 0, 0, 0]
    for fitted in fits.values():
        for place in range(3):
            rising = np.repeat(values[:200], 12, axis=0)
            rising[:, place] = np.tile(np.arange(12), 200)
            margin = np.asarray(fitted.booster.predict(rising, raw_score=True)).reshape(200, 12)
            assert (np.diff(margin, axis=1) >= -1e-12).all()


def test_without_constraints_the_data_decide() -> None:
    values, event, _ = made_up(1)
    fitted = development(values, replace(QUICK, monotone=False)).fit("t", event, np.ones(ROWS))
    fewer, more = values[:500].copy(), values[:500].copy()
    fewer[:, 1], more[:, 1] = 0, 4
    drop = np.asarray(fitted.booster.predict(more)) - np.asarray(fitted.booster.predict(fewer))
    assert drop.mean() < -0.05


def test_side_by_side_is_the_same_as_one_after_the_other() -> None:
    values, event, rarer = made_up(2)
    ones = np.ones(ROWS)
    outcomes = {"often": (event, ones), "rarely": (rarer, ones)}
    both = development(values, QUICK).fit_all(outcomes, {"rarely": "often"})
    alone = development(values, QUICK)
    often = alone.fit("often", event, ones)
    rarely = alone.fit("rarely", rarer, ones, often)
    for one, other in ((both["often"], often), (both["rarely"], rarely)):
        assert one.booster.model_to_string() == other.booster.model_to_string()
        assert one.calibration == other.calibration
        assert (one.margins == other.margins).all()


@given(seed=st.integers(0, 2**31 - 1))
@settings(max_examples=3, deadline=None)
def test_rows_not_learnt_from_teach_nothing(seed: int) -> None:
    values, event, _ = made_up(3)
    late = np.arange(ROWS) >= ROWS * 2 // 3
    spoiled = event.copy()
    neither = np.arange(ROWS) < ROWS // 3
    spoiled[neither] = np.random.default_rng(seed).random(neither.sum()) < 0.5
    found = [
        development(values, QUICK, learn=~late & ~neither, judge=late)
        .out_of_fold("t", which, np.ones(ROWS))
        .margins
        for which in (event, spoiled)
    ]
    assert (found[0] == found[1]).all()


def test_no_outcomes_and_too_few_are_told_before_anything_is_trained() -> None:
    values, event, _ = made_up(4)
    ones = np.ones(ROWS)
    with pytest.raises(NotEnoughData, match="no outcome of 'none' at all"):
        development(values, QUICK).fit_all({"t": (event, ones), "none": (event & False, ones)})
    few = np.zeros(ROWS, dtype=bool)
    few[:9] = True
    with pytest.raises(
        NotEnoughData, match=r"too few outcomes of 'few'.*fewer than 10 in one of 3"
    ):
        development(values, QUICK).fit("few", few, ones)


def test_what_may_be_tuned_lies_within_its_bounds_by_default() -> None:
    for name, bounds in SPACE.items():
        value = getattr(BoosterSettings(), name)
        assert bounds.low <= value <= bounds.high if isinstance(bounds, Bounds) else value in bounds
