"""Measured values over time: extremes, slopes, and changes in proportion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.evidence import Behind, seen, within
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.latest import Recent
from features.measures.kinds.windows import extreme
from features.rows import Rows
from features.tables import Coverage

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, kw_only=True, eq=False)
class _OfValues(Measure):
    of: Rows
    column: str = "value"
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)


@dataclass(frozen=True, kw_only=True, eq=False)
class Extreme(_OfValues):
    """The lowest value within each window, or with ``highest`` the highest; NaN without any."""

    highest: bool = False

    @classmethod
    def compute(cls, measures: Sequence[Extreme], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            value = view.values(measure.of, events, measure.column)
            results.append(
                extreme(
                    view, events.person, events.day, value, measure.days, highest=measure.highest
                )
            )
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        events = view.events(self.of)
        value, ages = view.values(self.of, events, self.column), view.ages(events)
        candidates = np.where(ages <= window_days, value, np.nan)
        if np.isnan(candidates).all():
            return ()
        extreme = (np.nanmax if self.highest else np.nanmin)(candidates)
        return seen(view, self.of, events.take(np.flatnonzero(candidates == extreme)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Slope(_OfValues):
    """Change a year by the least-squares line through the values of each window.

    NaN with fewer than ``at_least`` values, or where all were measured within
    ``days_apart`` days: a line through values of one week says nothing of a year.
    """

    at_least: int = 3
    days_apart: int = 90

    @classmethod
    def compute(cls, measures: Sequence[Slope], view: View) -> list[np.ndarray]:
        return [
            np.column_stack([measure._slope(view, window) for window in measure.windows])
            for measure in measures
        ]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of, window_days, self.column)

    def _slope(self, view: View, window: int) -> np.ndarray:
        events = view.events(self.of)
        value, ages = view.values(self.of, events, self.column), view.ages(events)
        chosen = np.flatnonzero((ages <= window) & ~np.isnan(value))
        # Sums in floating point depend on their order; the order of rows must not matter.
        chosen = chosen[np.lexsort((value[chosen], ages[chosen], events.person[chosen]))]
        person, value = events.person[chosen], value[chosen]
        years = -ages[chosen] / DAYS_A_YEAR

        def per_person(amount: np.ndarray) -> np.ndarray:
            return np.bincount(person, weights=amount, minlength=len(view))

        count = np.bincount(person, minlength=len(view))
        divisor = np.maximum(count, 1)
        off_time = years - (per_person(years) / divisor)[person]
        off_value = value - (per_person(value) / divisor)[person]
        spread, first, last = per_person(off_time**2), *_ends(len(view), person, ages[chosen])
        enough = (count >= self.at_least) & (first - last >= self.days_apart)
        slope = np.full(len(view), np.nan)
        return np.divide(per_person(off_time * off_value), spread, out=slope, where=enough)


def _ends(n: int, person: np.ndarray, ages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ages of each person's first and last value; 0 and 0 without any."""
    oldest, newest = np.zeros(n, dtype=np.int64), np.full(n, np.iinfo(np.int64).max)
    np.maximum.at(oldest, person, ages)
    np.minimum.at(newest, person, ages)
    return oldest, np.minimum(newest, oldest)


@dataclass(frozen=True, kw_only=True, eq=False)
class ChangeInShare(Recent):
    """Latest value of the last ``recent`` days against the latest before them, as a share.

    -0.05 is a loss of a twentieth. NaN where either is missing or the earlier is not above 0.
    """

    @classmethod
    def compute(cls, measures: Sequence[ChangeInShare], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            now, before = measure._now_and_before(view)
            share = np.full(before.shape, np.nan)
            results.append(np.divide(now - before, before, out=share, where=before > 0))
        return results
