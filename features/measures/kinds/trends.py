"""Measured values over time: extremes, slopes, and changes in proportion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features import kernels
from features.evidence import Behind, seen, within
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.latest import Recent
from features.measures.kinds.windows import extreme
from features.rows import Rows
from features.tables import Coverage


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
        return [measure._slopes(view) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of, window_days, self.column)

    def _slopes(self, view: View) -> np.ndarray:
        events = view.events(self.of)
        slopes = np.empty((len(view), len(self.windows)))
        kernels.slope(
            events.person,
            events.day,
            view.values(self.of, events, self.column),
            self.at_least,
            self.days_apart,
            view.day,
            self.days,
            slopes,
        )
        return slopes


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
