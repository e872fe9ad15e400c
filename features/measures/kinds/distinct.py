"""How many different ones: units, professions, medicines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.events import Events
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


def _one_each(view: View, rows: Rows, events: Events, column: str) -> Events:
    """The latest event of each person and value; rows without a value left out."""
    value = view.labels(rows, events, column)
    has_value = np.flatnonzero(value >= 0)
    events, value = events.take(has_value), value[has_value].astype(np.int64)
    pair = events.person * (value.max(initial=0) + 1) + value
    order = np.lexsort((-events.day, pair))
    first = np.ones(len(order), dtype=bool)
    first[1:] = pair[order][1:] != pair[order][:-1]
    return events.take(order[first])


@dataclass(frozen=True, kw_only=True, eq=False)
class Distinct(Measure):
    """Number of different values of a text column among the rows of each window."""

    of: Rows
    column: str

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Distinct], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = _one_each(view, measure.of, view.events(measure.of), measure.column)
            ages = view.ages(events)
            columns = [
                np.bincount(events.person[ages <= window], minlength=len(view))
                for window in measure.windows
            ]
            results.append(np.column_stack(columns))
        return results


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
    def compute(cls, measures: Sequence[InSupply], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.events(measure.of)
            supply = view.values(measure.of, events, "days_supply")
            lasts = np.where(np.isnan(supply), measure.default_days, supply) + measure.grace
            current = events.take(np.flatnonzero(view.ages(events) <= lasts))
            one_each = _one_each(view, measure.of, current, measure.column)
            results.append(np.bincount(one_each.person, minlength=len(view))[:, None])
        return results
