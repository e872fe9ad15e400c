"""Stays and periods: days within a window, and what holds on the index date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.events import Events
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


def _per_person(view: View, events: Events, amount: np.ndarray) -> np.ndarray:
    return np.bincount(events.person, weights=amount, minlength=len(view))


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

    def _days(self, view: View) -> np.ndarray:
        events = view.events(self.of)
        assert events.end is not None
        end = np.minimum(events.end, view.day)
        weight = 1.0 if self.weight is None else view.values(self.of, events, self.weight)
        columns = []
        for window in self.windows:
            overlap = np.maximum(0, end - np.maximum(events.day, view.day - window))
            amount = _per_person(view, events, overlap * weight)
            columns.append(amount / window if self.as_share else amount)
        return np.column_stack(columns)


def _active(view: View, rows: Rows) -> Events:
    events = view.events(rows)
    assert events.end is not None
    return events.take(np.flatnonzero(events.end >= view.day))


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
            flag = np.zeros(len(view))
            flag[_active(view, measure.of).person] = 1
            results.append(flag[:, None])
        return results


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
            results.append(_per_person(view, events, amount)[:, None])
        return results
