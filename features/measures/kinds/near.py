"""What came before and after: rows with, or without, others near them in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.events import NEVER, Events
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import CONTACTS, Coverage

_STRIDE = np.int64(2) * NEVER


@dataclass(frozen=True, kw_only=True, eq=False)
class Near(Measure):
    """Number of rows that have a row of ``other`` near them: ``first`` to ``last`` days after.

    Days may be negative: ``first=-3, last=-1`` looks at the three days before. The clock of
    a row starts on its first day, or with ``ended`` on its last (a discharge; rows that go
    on do not count); the same for ``other`` with ``other_ended``. ``lasting``: the whole
    period of the other row counts, from its start to its end, not its start alone.

    ``without``: rows that have no such row. They count once ``last`` days have passed, so
    that nobody lacks a follow-up whose time has not run out. What was not known on the
    index date was not there.
    """

    of: Rows
    other: Rows
    first: int
    last: int
    ended: bool = False
    other_ended: bool = False
    lasting: bool = False
    without: bool = False
    windowed: ClassVar[bool] = True

    def _problem(self) -> str:
        if self.first > self.last:
            return "'first' must not be later than 'last'"
        return super()._problem()

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage) and self.other.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Near], view: View) -> list[np.ndarray]:
        return [measure._count(view) for measure in measures]

    def _count(self, view: View) -> np.ndarray:
        oldest = view.day - self.windows[-1]
        person, moment = _moments(view.events(self.of), ended=self.ended)
        counts = np.flatnonzero(moment >= oldest)
        if not len(counts):
            return np.zeros((len(view), len(self.windows)))
        person, moment = person[counts], moment[counts]
        other_person, starts, ends = self._others(view, oldest + self.first)
        key = person.astype(np.int64) * _STRIDE
        place = np.searchsorted(starts, key + (moment + self.last + NEVER), side="right") - 1
        beside = np.zeros(len(person), dtype=bool)
        found = np.flatnonzero(place >= 0)
        of_same = other_person[place[found]] == person[found]
        reaches = ends[place[found]] >= key[found] + (moment[found] + self.first + NEVER)
        beside[found] = of_same & reaches
        counted = beside
        if self.without:
            counted = ~beside & (moment + self.last < view.day)
        age = view.day - moment
        columns = [
            np.bincount(person[counted & (age <= window)], minlength=len(view))
            for window in self.windows
        ]
        return np.column_stack(columns)

    def _others(self, view: View, oldest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """People, first days, and the latest last day so far, sorted by person and first day,
        of those that were not over before ``oldest``.

        Days are shifted by person, so that one sorted search serves everybody.
        """
        events = view.events(self.other)
        person, begins = _moments(events, ended=self.other_ended)
        ends = begins
        if self.lasting:
            assert events.end is not None
            # A stay ends on its last day, a period on the first day after it.
            after = 0 if self.other.table is CONTACTS else 1
            ends = np.maximum(np.minimum(events.end, view.day) - after, begins)
        recent = np.flatnonzero(ends >= oldest)
        person, begins, ends = person[recent], begins[recent], ends[recent]
        key = person.astype(np.int64) * _STRIDE
        starts = key + (begins + NEVER)
        order = np.argsort(starts, kind="stable")
        latest = np.maximum.accumulate((key + (ends + NEVER))[order])
        return person[order], starts[order], latest


def _moments(events: Events, *, ended: bool) -> tuple[np.ndarray, np.ndarray]:
    """People, and the day each row began or, where it is over, ended."""
    if not ended:
        return events.person, events.day
    assert events.end is not None
    over = np.flatnonzero(events.end != NEVER)
    return events.person[over], events.end[over]
