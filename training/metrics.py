"""How well probabilities agree with what happened. Each metric is a plain function.

A metric takes a ``Sample`` and returns one number per column of its weights, so that a
whole bootstrap is one call. Weights are those of censoring (and of a resample); with
weights of 1 the numbers are the familiar ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.risk_model import expit

SMALLEST = 1e-9
"""Probabilities are kept this far from 0 and 1 where their log-odds are taken."""


@dataclass(frozen=True)
class Sample:
    """Some people's outcomes beside their probabilities.

    ``event``: 0/1, (n,). ``probability``: (n,). ``weight``: (n, resamples).
    ``list_share``: the share of all people that a list holds.
    """

    event: np.ndarray
    probability: np.ndarray
    weight: np.ndarray
    list_share: float = 0.05

    @classmethod
    def of(
        cls,
        event: np.ndarray,
        probability: np.ndarray,
        weight: np.ndarray | None = None,
        list_share: float = 0.05,
    ) -> Sample:
        """A sample with plain (n,) weights, or all 1."""
        event = np.asarray(event, dtype=np.float64)
        column = np.ones(len(event)) if weight is None else np.asarray(weight, np.float64)
        return cls(
            event, np.asarray(probability, np.float64), column.reshape(len(event), -1), list_share
        )

    @cached_property
    def log_odds(self) -> np.ndarray:
        p = np.clip(self.probability, SMALLEST, 1.0 - SMALLEST)
        return np.log(p / (1.0 - p))

    @cached_property
    def by_rank(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight of events and of all, per distinct probability, highest first:
        (distinct, resamples) each. Equal probabilities share a rank."""
        order = np.argsort(-self.probability, kind="stable")
        ranked = self.probability[order]
        first = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
        weight = self.weight[order]
        events = weight * self.event[order, None]
        if len(first) == len(ranked):
            return events, weight
        return np.add.reduceat(events, first, axis=0), np.add.reduceat(weight, first, axis=0)

    @cached_property
    def on_list(self) -> np.ndarray:
        """Expected weight of events among the ``list_share`` ranked highest, (resamples,).

        People who tie at the edge of the list are each on it with the same probability.
        """
        events, all_ = self.by_rank
        reached = np.cumsum(all_, axis=0)
        size = self.list_share * reached[-1]
        edge = (reached < size - 1e-9).sum(axis=0)
        column = np.arange(all_.shape[1])
        before = np.cumsum(events, axis=0)[edge, column] - events[edge, column]
        room = size - (reached[edge, column] - all_[edge, column])
        share = room / np.where(all_[edge, column] > 0, all_[edge, column], 1.0)
        return before + share * events[edge, column]

    @property
    def list_size(self) -> np.ndarray:
        return self.list_share * self.weight.sum(axis=0)

    @property
    def events(self) -> np.ndarray:
        """Weight of all events, (resamples,)."""
        return self.event @ self.weight


def auroc(sample: Sample) -> np.ndarray:
    """Chance that someone with the event was ranked above someone without; ties half."""
    events, all_ = sample.by_rank
    others = all_ - events
    below = others.sum(axis=0) - np.cumsum(others, axis=0)
    pairs = events.sum(axis=0) * others.sum(axis=0)
    return (events * (below + others / 2)).sum(axis=0) / pairs


def average_precision(sample: Sample) -> np.ndarray:
    """Precision averaged over the events, without interpolation."""
    events, all_ = sample.by_rank
    reached = np.cumsum(all_, axis=0)
    precision = np.cumsum(events, axis=0) / np.where(reached > 0, reached, 1.0)
    return (events * precision).sum(axis=0) / events.sum(axis=0)


def brier(sample: Sample) -> np.ndarray:
    """Mean squared distance of probability and outcome."""
    squared = (sample.probability - sample.event) ** 2
    return squared @ sample.weight / sample.weight.sum(axis=0)


def observed_expected(sample: Sample) -> np.ndarray:
    """Events that happened over events expected (calibration in the large)."""
    return sample.events / (sample.probability @ sample.weight)


def calibration_slope(sample: Sample) -> np.ndarray:
    """Slope of the outcome's log-odds on the predicted ones; below 1: too extreme
    (Cox 1958, doi 10.1093/biomet/45.3-4.562)."""
    inputs = np.column_stack([np.ones(len(sample.event)), sample.log_odds])
    return logistic_fits(inputs, sample.event, sample.weight)[:, 1]


def calibration_intercept(sample: Sample) -> np.ndarray:
    """Mean error in log-odds, the slope held at 1; below 0: predicted too high."""
    ones = np.ones((len(sample.event), 1))
    return logistic_fits(ones, sample.event, sample.weight, sample.log_odds)[:, 0]


def ici(sample: Sample) -> np.ndarray:
    """Integrated calibration index: mean distance of a probability from its smoothed
    observed frequency (Austin & Steyerberg 2019, doi 10.1002/sim.8281).

    The smoother is a logistic regression on a restricted cubic spline of the predicted
    log-odds (as Austin, Harrell & van Klaveren 2020, doi 10.1002/sim.8570), not loess: it
    takes weights and stays within 0-1. Chance alone gives a value above 0.
    """
    distance = np.abs(smoothed(sample) - sample.probability[:, None])
    return (distance * sample.weight).sum(axis=0) / sample.weight.sum(axis=0)


def smoothed(sample: Sample) -> np.ndarray:
    """Smoothed observed frequency at each person's probability, (n, resamples)."""
    inputs = spline(sample.log_odds)
    return expit(inputs @ logistic_fits(inputs, sample.event, sample.weight).T)


def ppv(sample: Sample) -> np.ndarray:
    """Of those on a list, the share who have the event."""
    return sample.on_list / sample.list_size


def sensitivity(sample: Sample) -> np.ndarray:
    """Of all who have the event, the share who are on the list."""
    return sample.on_list / sample.events


def missed(sample: Sample) -> np.ndarray:
    """How many with the event are not on the list."""
    return sample.events - sample.on_list


@dataclass(frozen=True)
class Metric:
    name: str
    label: str
    function: Callable[[Sample], np.ndarray]
    decimals: int = 3


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("auroc", "AUROC", auroc),
        Metric("average_precision", "Average precision", average_precision),
        Metric("brier", "Brier", brier, 4),
        Metric("calibration_slope", "Slope", calibration_slope, 2),
        Metric("calibration_intercept", "Intercept", calibration_intercept, 2),
        Metric("observed_expected", "O/E", observed_expected, 2),
        Metric("ici", "ICI", ici),
        Metric("ppv", "PPV", ppv),
        Metric("sensitivity", "Sensitivity", sensitivity),
        Metric("missed", "Missed", missed, 0),
    )
}


def spline(x: np.ndarray) -> np.ndarray:
    """Restricted cubic spline of x: (n, 1 + 1 + knots - 2), knots at Harrell's quantiles.

    Fewer columns where quantiles coincide (a score with few distinct values).
    """
    knots = np.unique(np.quantile(x, [0.05, 0.275, 0.5, 0.725, 0.95]))
    columns = [np.ones(len(x)), x]
    if len(knots) >= 3:
        last, before = knots[-1], knots[-2]
        width = (last - knots[0]) ** 2

        def cube(at: float) -> np.ndarray:
            return np.maximum(x - at, 0.0) ** 3

        for knot in knots[:-2]:
            columns.append(
                (
                    cube(knot)
                    - cube(before) * (last - knot) / (last - before)
                    + cube(last) * (before - knot) / (last - before)
                )
                / width
            )
    return np.column_stack(columns)


def logistic_fits(
    inputs: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    offset: np.ndarray | None = None,
) -> np.ndarray:
    """Weighted logistic regressions, one per column of ``weight``: (resamples, inputs).

    ``inputs`` (n, k) with its own column of ones; ``event`` (n,); ``weight`` (n, resamples);
    ``offset`` (n,): a term with coefficient 1. Newton's method, first on the mean weight,
    then for each resample from there; a ridge of 1e-6 keeps separated data finite.
    """
    # Columns on one scale: otherwise a spline's cubes swamp the rest.
    scale = np.maximum(np.abs(inputs).max(axis=0), 1e-12)
    x = inputs / scale
    base = np.zeros(len(event)) if offset is None else offset
    start = _damped_fit(x, event, weight.mean(axis=1), base)
    if weight.shape[1] == 1:
        return start[None, :] / scale
    coefficients = np.tile(start, (weight.shape[1], 1))
    for _ in range(5):
        step = _newton_step(x, event, weight, base, coefficients)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-5:  # the next step would be about its square
            break
    return coefficients / scale


def _newton_step(
    x: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    base: np.ndarray,
    coefficients: np.ndarray,
) -> np.ndarray:
    k = x.shape[1]
    p = expit(base[:, None] + x @ coefficients.T)
    gradient = (weight * (event[:, None] - p)).T @ x - _RIDGE * coefficients
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), k * k)
    curvature = ((weight * p * (1.0 - p)).T @ products).reshape(-1, k, k) + _RIDGE * np.eye(k)
    return np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]


_RIDGE = 1e-6


def _damped_fit(
    x: np.ndarray, event: np.ndarray, weight: np.ndarray, base: np.ndarray
) -> np.ndarray:
    """One fit by Newton's method, a step halved for as long as it makes things worse."""

    def loss(coefficients: np.ndarray) -> float:
        margin = base + x @ coefficients
        fit = weight @ (np.logaddexp(0.0, margin) - event * margin)
        return float(fit + 0.5 * _RIDGE * coefficients @ coefficients)

    coefficients = np.zeros(x.shape[1])
    best = loss(coefficients)
    for _ in range(100):
        step = _newton_step(x, event, weight[:, None], base, coefficients[None, :])[0]
        while (reached := loss(coefficients + step)) > best and np.abs(step).max() > 1e-10:
            step = step / 2.0
        coefficients, best = coefficients + step, reached
        if np.abs(step).max() < 1e-9:
            break
    return coefficients
