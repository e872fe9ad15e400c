"""Measures made of other measures: ratios, rises, and counts of deficits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from features.evidence import Behind, all_of
from features.history import View
from features.measures.base import Feature, Measure
from features.tables import Coverage


@dataclass(frozen=True)
class Use:
    """One feature of another measure, taken as input."""

    measure: Measure
    window_days: int | None = None

    def __post_init__(self) -> None:
        windows: tuple[int | None, ...] = self.measure.windows or (None,)
        if self.window_days not in windows:
            raise ValueError(f"{self.measure.name} has no window {self.window_days}")

    @cached_property
    def column(self) -> int:
        if self.window_days is None:
            return 0
        return self.measure.windows.index(self.window_days)

    @property
    def feature(self) -> Feature:
        return self.measure.features[self.column]


Combine = Callable[[list[np.ndarray]], np.ndarray]


@dataclass(frozen=True, kw_only=True, eq=False)
class Derived(Measure):
    """A function of other features, one array of people each.

    Known where all inputs are; with ``any_input`` where at least one is (the function
    then meets NaN for the others).
    """

    inputs: tuple[Use, ...]
    combine: Combine
    any_input: bool = False
    made_of_others: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        known = [use.measure.known_in(coverage) for use in self.inputs]
        return any(known) if self.any_input else all(known)

    @classmethod
    def compute(cls, measures: Sequence[Derived], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            inputs = [view.of(use.measure)[:, use.column].astype(float) for use in measure.inputs]
            results.append(np.asarray(measure.combine(inputs))[:, None])
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return all_of(use.measure.behind(view, use.window_days) for use in self.inputs)


def ratio(inputs: list[np.ndarray]) -> np.ndarray:
    """First over second; NaN where the second is 0."""
    top, bottom = inputs
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)


def rise(recent_days: int, whole_days: int) -> Combine:
    """Rate in the recent window minus the rate in the time before it, per 30 days.

    Inputs: the count of the recent window, the count of the whole one that contains it.
    """

    def difference(inputs: list[np.ndarray]) -> np.ndarray:
        recent, whole = inputs
        before = (whole - recent) / (whole_days - recent_days)
        return 30 * (recent / recent_days - before)

    return difference
