"""What came before and after: rows with, or without, others near them in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.events import NEVER, Events
from features.evidence import Behind, seen
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import near
from features.rows import Rows
from features.tables import CONTACTS, Coverage


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
        events = view.events(self.of)
        if not len(events):
            return np.zeros((len(view), len(self.windows)))
        moment = _moment(events, ended=self.ended)
        return near(
            view,
            (events.person, moment),
            self._others(view),
            (self.first, self.last),
            self.days,
            without=self.without,
        )

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        events, others = view.events(self.of), view.events(self.other)
        moment = _moment(events, ended=self.ended)
        _, begins, ends = self._others(view)
        met = (begins <= moment[:, None] + self.last) & (ends >= moment[:, None] + self.first)
        counts = met.any(axis=1)
        if self.without:
            counts = ~counts & (moment + self.last < view.day)
        counts &= (moment != NEVER) & (view.day - moment <= window_days)
        yield from seen(view, self.of, events.take(np.flatnonzero(counts)))
        yield from seen(view, self.other, others.take(np.flatnonzero(met[counts].any(axis=0))))

    def _others(self, view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """People, first days and last days of the other rows."""
        events = view.events(self.other)
        begins = _moment(events, ended=self.other_ended)
        if not self.lasting:
            return events.person, begins, begins
        assert events.end is not None
        # A stay ends on its last day, a period on the first day after it.
        after = 0 if self.other.table is CONTACTS else 1
        ends = np.maximum(np.minimum(events.end, view.day) - after, begins)
        return events.person, begins, ends.astype(np.int32, copy=False)


def _moment(events: Events, *, ended: bool) -> np.ndarray:
    """The day each row began or, where asked for, ended; ``NEVER`` where it goes on."""
    if not ended:
        return events.day
    assert events.end is not None
    return events.end
