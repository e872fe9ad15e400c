"""How many different ones: units, professions, medicines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.events import Events
from features.evidence import Behind, seen, within
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import ANY_TIME, count_distinct, values_of
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class Distinct(Measure):
    """Number of different values of a text column among the rows of each window."""

    of: Rows
    column: str
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Distinct], view: View) -> None:
        out, first = view.room(measures)
        for measure, column in zip(measures, first, strict=True):
            events = view.at_hand(measure.of)
            value = values_of(view, measure.of, measure.column)
            count_distinct(view, events, value, measure.days, out, column)

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of, window_days)


@dataclass(frozen=True, kw_only=True, eq=False)
class InSupply(Measure):
    """Number of different medicines whose latest dispensing should still last.

    A dispensing lasts ``days_supply`` days (``default_days`` where not given) and
    ``grace`` days more, for those who collect the next one late.
    """

    of: Rows
    column: str = "atc"
    default_days: int = 90
    grace: int = 30

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[InSupply], view: View) -> None:
        out, first = view.room(measures)
        for measure, column in zip(measures, first, strict=True):
            events = view.at_hand(measure.of)
            current = events.take(np.flatnonzero(measure._is_current(view, events)))
            value = values_of(view, measure.of, measure.column)
            count_distinct(view, current, value, ANY_TIME, out, column)

    def _is_current(self, view: View, events: Events) -> np.ndarray:
        supply = view.values(self.of, events, "days_supply")
        lasts = np.where(np.isnan(supply), self.default_days, supply) + self.grace
        current: np.ndarray = (events.known < view.day) & (view.ages(events) <= lasts)
        return current

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        events = view.events(self.of)
        return seen(view, self.of, events.take(np.flatnonzero(self._is_current(view, events))))
