"""How sure the figures are: a bootstrap of persons (Efron & Tibshirani 1993).

Whole persons are drawn, with all their index dates, so that a person who stands in the
test data twice does not count as two. The same draws judge every model of a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.metrics import METRICS, Sample

LEVEL = 0.95
_CELLS = 400_000
"""Rows times resamples worked on at once: small enough for the processor's cache."""
_FEWEST_AT_ONCE = 32


@dataclass(frozen=True)
class Figure:
    """A metric with its percentile interval (95 %)."""

    value: float
    low: float
    high: float

    def excludes(self, value: float) -> bool:
        return self.low > value or self.high < value


def person_draws(person: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """How often each row is drawn: (rows, resamples), whole persons at a time, float32.

    ``person``: which person each row belongs to (any labels).
    """
    labels, row_of = np.unique(person, return_inverse=True)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(labels), np.full(len(labels), 1.0 / len(labels)), size=resamples)
    return np.ascontiguousarray(draws.T[row_of], dtype=np.float32)


def judge(
    event: np.ndarray,
    probability: np.ndarray,
    weight: np.ndarray,
    draws: np.ndarray,
    list_share: float,
) -> Mapping[str, Figure]:
    """Every metric with its interval.

    ``event``, ``probability``, ``weight`` (IPCW): (n,). ``draws``: (n, resamples), as
    ``person_draws``; without any resamples the interval is the value itself. Rows of no
    weight are left out.
    """
    used = weight > 0
    event, probability, weight = event[used], probability[used], weight[used]
    draws = draws[used]
    # Equal scores share a rank, so the order within them is free; sorting once here makes
    # every resample's ranking a walk through memory.
    order = np.argsort(-probability, kind="stable")
    event, probability, weight, draws = (
        event[order],
        probability[order],
        weight[order],
        draws[order],
    )
    values = _all(Sample.of(event, probability, weight, list_share))
    width = max(_FEWEST_AT_ONCE, _CELLS // max(len(event), 1))
    parts = [
        _all(
            Sample(
                event.astype(np.float64),
                probability,
                weight[:, None] * draws[:, start : start + width],
                list_share,
            )
        )
        for start in range(0, draws.shape[1], width)
    ]
    figures = {}
    for name in METRICS:
        value = float(values[name][0])
        drawn = np.concatenate([part[name] for part in parts]) if parts else np.array([value])
        drawn = drawn[np.isfinite(drawn)]
        cuts = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        low, high = np.quantile(drawn, cuts) if len(drawn) else (np.nan, np.nan)
        figures[name] = Figure(value, float(low), float(high))
    return figures


def _all(sample: Sample) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: metric.function(sample) for name, metric in METRICS.items()}
