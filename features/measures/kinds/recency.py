"""How long ago, and how soon again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features import kernels
from features.events import NEVER
from features.evidence import Behind, seen
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import near
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class DaysSince(Measure):
    """Days since the latest row; ``longest`` where there is none within that time.

    ``ended``: since the latest end that has passed (a discharge) instead of the start.
    """

    of: Rows
    longest: int = 730
    ended: bool = False
    needs_unit: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[DaysSince], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            moment = events.end if measure.ended else events.day
            assert moment is not None
            since = np.empty((len(view), 1), dtype=np.int32)
            kernels.days_since(events.person, moment, view.day, measure.longest, since)
            results.append(since)
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        events = view.events(self.of)
        moment = events.end if self.ended else events.day
        assert moment is not None
        since = np.where(moment != NEVER, view.day - moment, self.longest + 1)
        latest = (since == since.min(initial=self.longest)) & (since <= self.longest)
        return seen(view, self.of, events.take(np.flatnonzero(latest)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Readmissions(Measure):
    """Number of stays that began within ``within`` days of the discharge before them.

    ``of``: the stays that count as readmissions; ``after``: the stays they may follow.
    Both must be known at the index date.
    """

    of: Rows
    after: Rows
    within: int = 30
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage) and self.after.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Readmissions], view: View) -> list[np.ndarray]:
        return [measure._count(view) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        stays, before = view.events(self.of), view.events(self.after)
        assert before.end is not None
        gap = np.where(before.end != NEVER, stays.day[:, None] - before.end, -1)
        soon = (gap >= 0) & (gap <= self.within) & (view.ages(stays) <= window_days)[:, None]
        yield from seen(view, self.of, stays.take(np.flatnonzero(soon.any(axis=1))))
        yield from seen(view, self.after, before.take(np.flatnonzero(soon.any(axis=0))))

    def _count(self, view: View) -> np.ndarray:
        stays, before = view.events(self.of), view.events(self.after)
        assert before.end is not None
        discharges = (before.person, before.end, before.end)
        starts = (stays.person, stays.day)
        return near(view, starts, discharges, (-self.within, 0), self.days)
