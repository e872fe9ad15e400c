"""Stays and periods: days within a window, and what holds on the index date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features import kernels
from features.events import NEVER, Events
from features.evidence import Behind, seen
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class DaysIn(Measure):
    """Days of stays or periods that fall within each window.

    A stay that goes on counts up to the index date and no further. ``weight``: a number
    column that each day is multiplied by. ``as_share``: divided by the window's length.
    """

    of: Rows
    weight: str | None = None
    as_share: bool = False
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[DaysIn], view: View) -> list[np.ndarray]:
        return [measure._days(view) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        events = view.events(self.of)
        assert events.end is not None
        reaches = np.minimum(events.end, view.day) > np.maximum(events.day, view.day - window_days)
        return seen(view, self.of, events.take(np.flatnonzero(reaches)))

    def _days(self, view: View) -> np.ndarray:
        events = view.events(self.of)
        assert events.end is not None
        weight = _NONE if self.weight is None else view.values(self.of, events, self.weight)
        days = np.empty((len(view), len(self.windows)))
        kernels.days_within(
            events.person, events.day, events.end, weight, view.day, self.days, days
        )
        return days / self.days if self.as_share else days


_NONE = np.empty(0)


def _active(view: View, rows: Rows) -> Events:
    events = view.events(rows)
    return events.take(np.flatnonzero(events.end == NEVER))  # ends to come are hidden


@dataclass(frozen=True, kw_only=True, eq=False)
class ActiveNow(Measure):
    """1 where a stay or period goes on at the index date, else 0."""

    of: Rows

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[ActiveNow], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            flag = np.zeros((len(view), 1))
            flag[_active(view, measure.of).person] = 1
            results.append(flag)
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return seen(view, self.of, _active(view, self.of))


@dataclass(frozen=True, kw_only=True, eq=False)
class ActiveSum(Measure):
    """Sum of a number column over the periods that go on at the index date."""

    of: Rows
    column: str
    needs_unit: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[ActiveSum], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = _active(view, measure.of)
            amount = np.nan_to_num(view.values(measure.of, events, measure.column))
            results.append(np.bincount(events.person, amount, len(view))[:, None])
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return seen(view, self.of, _active(view, self.of))
