"""So many people, and an equally good model passes four times in five."""

import math

import numpy as np
import pytest

from training.judgement.intervals import Figure
from training.promotion.power import people_needed, standard_error


def test_an_interval_gives_the_standard_error() -> None:
    assert standard_error(Figure(0.0, -0.0196, 0.0196)) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("error", [0.002, 0.005, 0.02])
def test_with_as_many_people_as_needed_it_passes_as_often_as_said(error: float) -> None:
    """Differences of an equally good model, drawn for the number needed."""
    people, margin = 5000, 0.01
    gap = Figure(0.001, 0.001 - 1.96 * error, 0.001 + 1.96 * error)
    needed = people_needed(gap, margin, people)
    then = error * math.sqrt(people / needed)
    found = np.random.default_rng(1).normal(0.0, then, 200_000)
    passed = (found - 1.96 * then > -margin).mean()
    # Rounded up to two digits: at least 80 %, and not much more.
    assert 0.795 < passed < 0.87


def test_what_is_said_is_rounded_up_to_two_digits() -> None:
    assert people_needed(Figure(0.0, -0.0196, 0.0196), 0.01, 1000) == 7900
    assert people_needed(Figure(0.0, 0.0, 0.0), 0.01, 1000) == 0
    assert math.isnan(people_needed(Figure(0.0, math.nan, math.nan), 0.01, 1000))
