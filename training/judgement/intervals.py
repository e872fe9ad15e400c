"""How sure the figures are: a bootstrap of persons (Efron & Tibshirani 1993).

Whole persons are drawn, with all their index dates, so that a person who stands in the
test data twice does not count as two. The same draws judge every model of a target.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from training.judgement.metrics import GROUP_METRICS, METRICS, Sample

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


@dataclass(frozen=True)
class Drawn:
    """Metrics of one sample: ``values`` of the people as they are, and ``resampled``, one
    value a draw, (resamples,) each; empty where nothing was drawn."""

    values: Mapping[str, float]
    resampled: Mapping[str, np.ndarray]

    def figures(self) -> dict[str, Figure]:
        return {name: figure_of(value, self.resampled[name]) for name, value in self.values.items()}

    def less(self, other: Drawn, metric: str) -> Figure:
        """The difference to another model on the same draws, with its paired interval."""
        difference = self.values[metric] - other.values[metric]
        return figure_of(difference, self.resampled[metric] - other.resampled[metric])


def figure_of(value: float, resampled: np.ndarray) -> Figure:
    """A value with the percentile interval of its resamples; without any, the interval is
    the value itself."""
    drawn = resampled if len(resampled) else np.array([value])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Figure(float(value), np.nan, np.nan)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(float(value), float(low), float(high))


def judge(
    event: np.ndarray,
    probability: np.ndarray,
    weight: np.ndarray,
    draws: np.ndarray,
    list_share: float,
    *,
    threshold: float | None = None,
    listed: np.ndarray | None = None,
    metrics: Collection[str] = tuple(METRICS),
    once: Collection[str] = (),
) -> Drawn:
    """The metrics, and their resamples.

    ``event``, ``probability``, ``weight`` (IPCW), ``listed``: (n,). ``draws``: (n,
    resamples), as ``person_draws``. ``list_share``, ``threshold``, ``listed``: as of a
    ``Sample``. ``once``: metrics that are not resampled; their intervals are NaN. Rows of no
    weight are left out.
    """
    used = weight > 0
    # Equal scores share a rank, so the order within them is free; sorting once here makes
    # every resample's ranking a walk through memory.
    order = np.flatnonzero(used)[np.argsort(-probability[used], kind="stable")]
    event, probability, weight = event[order], probability[order], weight[order]
    draws, places = draws[order], None if listed is None else listed[order]
    whole = Sample.of(event, probability, weight, list_share, threshold, places)
    values = _all(whole, metrics)
    width = max(_FEWEST_AT_ONCE, _CELLS // max(len(event), 1))
    drawn = [name for name in metrics if name not in once]
    parts = [
        _all(replace(whole, weight=weight[:, None] * draws[:, start : start + width]), drawn)
        for start in range(0, draws.shape[1], width)
    ]
    return Drawn(
        {name: float(values[name][0]) for name in metrics},
        {
            name: np.concatenate([np.empty(0), *(part[name] for part in parts)])
            if name in drawn
            else np.array([np.nan])
            for name in metrics
        },
    )


def _all(sample: Sample, metrics: Collection[str]) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: GROUP_METRICS[name].function(sample) for name in metrics}
