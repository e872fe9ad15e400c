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
from training.judgement.regression import logistic_fits, spline

SMALLEST = 1e-9
"""Probabilities are kept this far from 0 and 1 where their log-odds are taken."""


@dataclass(frozen=True)
class Sample:
    """Some people's outcomes beside their probabilities.

    ``event``: 0/1, (n,). ``probability``: (n,). ``weight``: (n, resamples).
    ``list_share``: the share of all people that a list holds. ``threshold``: the risk at
    which a place on the list is just worth it (net benefit); None: the probability at the
    list's edge. ``listed``: (n,), how much of a place on a given list each has (0-1), where
    the list was made among more people than these; None: the list is made of these.
    """

    event: np.ndarray
    probability: np.ndarray
    weight: np.ndarray
    list_share: float = 0.05
    threshold: float | None = None
    listed: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        event: np.ndarray,
        probability: np.ndarray,
        weight: np.ndarray | None = None,
        list_share: float = 0.05,
        threshold: float | None = None,
        listed: np.ndarray | None = None,
    ) -> Sample:
        """A sample with plain (n,) weights, or all 1."""
        event = np.asarray(event, dtype=np.float64)
        column = np.ones(len(event)) if weight is None else np.asarray(weight, np.float64)
        return cls(
            event,
            np.asarray(probability, np.float64),
            column.reshape(len(event), -1),
            list_share,
            threshold,
            listed,
        )

    @cached_property
    def log_odds(self) -> np.ndarray:
        p = np.clip(self.probability, SMALLEST, 1.0 - SMALLEST)
        return np.log(p / (1.0 - p))

    @cached_property
    def by_rank(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight of events and of all, per distinct probability, highest first:
        (distinct, resamples) each. Equal probabilities share a rank."""
        order, first = self._ranks
        weight = self.weight[order]
        events = weight * self.event[order, None]
        if len(first) == len(order):
            return events, weight
        return np.add.reduceat(events, first, axis=0), np.add.reduceat(weight, first, axis=0)

    @cached_property
    def _ranks(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows by falling probability; where in that order each distinct one begins."""
        order = np.argsort(-self.probability, kind="stable")
        ranked = self.probability[order]
        return order, np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))

    @cached_property
    def _edge(self) -> tuple[np.ndarray, np.ndarray]:
        """The rank at which the list is full, and the share of that rank which is on it:
        (resamples,) each. People who tie there are each on it with the same probability."""
        _, all_ = self.by_rank
        reached = np.cumsum(all_, axis=0)
        size = self.list_share * reached[-1]
        edge = (reached < size - 1e-9).sum(axis=0)
        here = all_[edge, np.arange(all_.shape[1])]
        room = size - (reached[edge, np.arange(all_.shape[1])] - here)
        return edge, room / np.where(here > 0, here, 1.0)

    @cached_property
    def on_list(self) -> np.ndarray:
        """Expected weight of events on the list, (resamples,)."""
        if self.listed is not None:
            return (self.event * self.listed) @ self.weight
        events, _ = self.by_rank
        edge, share = self._edge
        column = np.arange(events.shape[1])
        here = events[edge, column]
        return np.cumsum(events, axis=0)[edge, column] - here + share * here

    @property
    def list_size(self) -> np.ndarray:
        """Weight of all on the list, (resamples,)."""
        if self.listed is not None:
            return self.listed @ self.weight
        return self.list_share * self.weight.sum(axis=0)

    @cached_property
    def places(self) -> np.ndarray:
        """How much of a place each person has on the list of the first column, (n,), 0-1."""
        if self.listed is not None:
            return self.listed
        edge, share = self._edge
        order, first = self._ranks
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(order))))
        return np.where(rank < edge[0], 1.0, np.where(rank == edge[0], share[0], 0.0))

    @property
    def edge(self) -> np.ndarray:
        """The probability at the list's edge, (resamples,): of the last person on it."""
        order, first = self._ranks
        return self.probability[order[first]][self._edge[0]]

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
    (Cox 1958, doi 10.1093/biomet/45.3-4.562). NaN where everybody has the same probability."""
    if np.ptp(sample.log_odds) < SMALLEST:
        return np.full(sample.weight.shape[1], np.nan)
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


def selection_rate(sample: Sample) -> np.ndarray:
    """The share of people who are on the list."""
    return sample.list_size / sample.weight.sum(axis=0)


def net_benefit(sample: Sample) -> np.ndarray:
    """What the list gains, in events found per person: those found, less those listed in
    vain at the exchange rate that the threshold says (Vickers & Elkin 2006,
    doi 10.1177/0272989X06295361): TP/n - FP/n x t / (1 - t).

    A list of a given length, not all above the threshold: models are compared at lists as
    long as there are hands for, and at one threshold.
    """
    threshold = sample.edge if sample.threshold is None else sample.threshold
    odds = threshold / (1.0 - np.minimum(threshold, 1.0 - SMALLEST))
    in_vain = sample.list_size - sample.on_list
    return (sample.on_list - odds * in_vain) / sample.weight.sum(axis=0)


@dataclass(frozen=True)
class Metric:
    """``is_rate``: 0 is none, so that a ratio of two says something."""

    name: str
    label: str
    function: Callable[[Sample], np.ndarray]
    decimals: int = 3
    is_rate: bool = True


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("auroc", "AUROC", auroc),
        Metric("average_precision", "Average precision", average_precision),
        Metric("brier", "Brier", brier, 4),
        Metric("calibration_slope", "Slope", calibration_slope, 2),
        Metric("calibration_intercept", "Intercept", calibration_intercept, 2, is_rate=False),
        Metric("observed_expected", "O/E", observed_expected, 2),
        Metric("ici", "ICI", ici),
        Metric("ppv", "PPV", ppv),
        Metric("sensitivity", "Sensitivity", sensitivity),
        Metric("missed", "Missed", missed, 0),
        Metric("net_benefit", "Net benefit", net_benefit, 4, is_rate=False),
    )
}

COSTLY = ("calibration_slope", "calibration_intercept", "ici")
"""Metrics whose resamples are regressions: most of what a judgement costs."""

SELECTION_RATE = Metric("selection_rate", "On the list", selection_rate)
GROUP_METRICS: dict[str, Metric] = {**METRICS, SELECTION_RATE.name: SELECTION_RATE}
"""What a part of the people is judged by, at a list made among all of them."""
