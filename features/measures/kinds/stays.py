"""How long stays lasted, and on which days of the week they began or ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from features.events import NEVER, Events
from features.evidence import Behind, seen
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import count_since, extreme
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

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        events = view.events(self.of)
        moment, chosen = self._chosen(events)
        counted = chosen & (moment != NEVER) & (view.day - moment <= window_days)
        return seen(view, self.of, events.take(np.flatnonzero(counted)))

    def _chosen(self, events: Events) -> tuple[np.ndarray, np.ndarray]:
        """(the day by which each row falls into a window, whether it counts if that has come)."""
        assert events.end is not None
        return events.end, np.ones(len(events), dtype=bool)


@dataclass(frozen=True, kw_only=True, eq=False)
class OnWeekdays(_OfRows):
    """Number of rows that began on some days of the week; with ``ended``, that ended then."""

    weekdays: Collection[int]
    ended: bool = False

    @cached_property
    def _wanted(self) -> np.ndarray:
        wanted = np.zeros(7, dtype=bool)
        wanted[list(self.weekdays)] = True
        return wanted

    @classmethod
    def compute(cls, measures: Sequence[OnWeekdays], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            moment, chosen = measure._chosen(events)
            results.append(count_since(view, events.person, moment, chosen, measure.days))
        return results

    def _chosen(self, events: Events) -> tuple[np.ndarray, np.ndarray]:
        moment = events.end if self.ended else events.day
        assert moment is not None
        return moment, self._wanted[weekday(moment)]


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
            end, chosen = measure._chosen(events)
            results.append(count_since(view, events.person, end, chosen, measure.days))
        return results

    def _chosen(self, events: Events) -> tuple[np.ndarray, np.ndarray]:
        assert events.end is not None
        nights = events.end - events.day
        return events.end, (nights >= self.at_least) & (nights <= self.at_most)


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
            nights = (events.end - events.day).astype(np.float64)
            longest = extreme(view, events.person, events.end, nights, measure.days, highest=True)
            results.append(np.maximum(np.nan_to_num(longest), 0))
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        events = view.events(self.of)
        assert events.end is not None
        discharged = (events.end != NEVER) & (view.day - events.end <= window_days)
        nights = np.where(discharged, events.end - events.day, 0)
        longest = discharged & (nights == nights.max(initial=1))
        return seen(view, self.of, events.take(np.flatnonzero(longest)))
