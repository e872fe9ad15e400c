"""How many people it takes to show that a model is no worse."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from training.judgement.intervals import LEVEL, Figure

POWER = 0.8
"""How often an equally good model should be let through by a check. Of trials, the usual
choice."""


def people_needed(gap: Figure, margin: float, people: int) -> float:
    """For an equally good model to pass a check with probability ``POWER``.

    ``gap``: the difference found on ``people``, with its interval, whose width gives the
    standard error of the difference; that falls with the root of their number. Needed are
    n ((z(97.5 %) + z(80 %)) SE / margin)^2 (Julious 2004, doi 10.1002/sim.1783, of
    non-inferiority with a true difference of 0), rounded to two digits. NaN where there is no
    interval.
    """
    error = standard_error(gap)
    if not np.isfinite(error):
        return math.nan
    normal = NormalDist()
    spread = normal.inv_cdf((1 + LEVEL) / 2) + normal.inv_cdf(POWER)
    return _two_digits(people * (spread * error / margin) ** 2)


def standard_error(gap: Figure) -> float:
    """Of a difference, from its percentile interval."""
    return (gap.high - gap.low) / (2 * NormalDist().inv_cdf((1 + LEVEL) / 2))


def _two_digits(number: float) -> float:
    if number <= 0:
        return 0.0
    unit = 10.0 ** max(math.floor(math.log10(number)) - 1, 0)
    return math.ceil(number / unit) * unit
