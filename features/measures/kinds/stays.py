"""How long stays lasted, and on which days of the week they began or ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.events import NEVER, Events
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage

SATURDAY, SUNDAY, FRIDAY = 5, 6, 4


def weekday(days: np.ndarray) -> np.ndarray:
    """Days since 1970-01-01 (a Thursday) as days of the week, Monday 0."""
    return (days + 3) % 7


@dataclass(frozen=True, kw_only=True, eq=False)
class _OfRows(Measure):
    of: Rows
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)


@dataclass(frozen=True, kw_only=True, eq=False)
class OnWeekdays(_OfRows):
    """Number of rows that began on some days of the week; with ``ended``, that ended then."""

    weekdays: Collection[int]
    ended: bool = False

    @classmethod
    def compute(cls, measures: Sequence[OnWeekdays], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            moment = events.end if measure.ended else events.day
            assert moment is not None
            wanted = np.zeros(7, dtype=bool)
            wanted[list(measure.weekdays)] = True
            chosen = (moment != NEVER) & wanted[weekday(moment)]
            results.append(_counted(view, events, view.day - moment, chosen, measure.windows))
        return results


@dataclass(frozen=True, kw_only=True, eq=False)
class StaysOfLength(_OfRows):
    """Number of finished stays of ``at_least`` to ``at_most`` nights, by their discharge."""

    at_least: int = 0
    at_most: int = int(NEVER)

    @classmethod
    def compute(cls, measures: Sequence[StaysOfLength], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            assert events.end is not None
            nights = events.end - events.day
            chosen = (events.end != NEVER) & (nights >= measure.at_least)
            chosen &= nights <= measure.at_most
            results.append(_counted(view, events, view.day - events.end, chosen, measure.windows))
        return results


@dataclass(frozen=True, kw_only=True, eq=False)
class LongestStay(_OfRows):
    """Nights of the longest stay that was discharged within each window; 0 without one."""

    needs_unit: ClassVar[bool] = True

    @classmethod
    def compute(cls, measures: Sequence[LongestStay], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            assert events.end is not None
            columns = []
            for window in measure.windows:
                within = np.flatnonzero(view.day - events.end <= window)
                within = within[events.end[within] != NEVER]
                longest = np.zeros(len(view), dtype=np.int32)
                nights = events.end[within] - events.day[within]
                np.maximum.at(longest, events.person[within], nights)
                columns.append(longest)
            results.append(np.column_stack(columns))
        return results


def _counted(
    view: View, events: Events, age: np.ndarray, chosen: np.ndarray, windows: tuple[int, ...]
) -> np.ndarray:
    return np.column_stack(
        [
            np.bincount(events.person[chosen & (age <= window)], minlength=len(view))
            for window in windows
        ]
    )
