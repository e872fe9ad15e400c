"""What is new to a person, and what comes together: groups of a list, and single values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.codelists import CodeList
from features.events import NEVER
from features.evidence import Behind, all_of, first_rows, seen, within
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.groups import HasGroup
from features.measures.kinds.windows import count_distinct, values_of
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class NewGroup(HasGroup):
    """1 where the group's earliest known row falls within the window, else 0."""

    @classmethod
    def compute(cls, measures: Sequence[NewGroup], view: View) -> list[np.ndarray]:  # type: ignore[override]
        results = []
        for measure in measures:
            first = view.group_ages(measure.of, measure.codelist, earliest=True)
            age = first[:, measure.codelist.index[measure.group]]
            results.append(age[:, None] <= measure.days)
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return first_rows(view, self.rows)  # new, or the sign that it is not


@dataclass(frozen=True, kw_only=True, eq=False)
class DaysSinceNewGroup(Measure):
    """Days since a group was first recorded that had not been before; ``longest`` without."""

    of: Rows
    codelist: CodeList
    longest: int = 1825
    needs_unit: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.coded(self.codelist).known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[DaysSinceNewGroup], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            first = view.group_ages(measure.of, measure.codelist, earliest=True)
            latest_new = first.min(axis=1, initial=int(NEVER))
            results.append(np.minimum(latest_new, measure.longest)[:, None])
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        first = view.group_ages(self.of, self.codelist, earliest=True)[0]
        newest = first.min(initial=self.longest + 1)
        groups = [
            group
            for group, age in zip(self.codelist.groups, first, strict=True)
            if age == newest <= self.longest
        ]
        return all_of(first_rows(view, self.of.coded(self.codelist, group)) for group in groups)


@dataclass(frozen=True, kw_only=True, eq=False)
class Together(Measure):
    """1 where each part has a row within the window, else 0: a combination of medicines.

    ``parts``: groups of the list; of the groups in one part any will do.
    """

    of: Rows
    codelist: CodeList
    parts: tuple[tuple[str, ...], ...]
    windowed: ClassVar[bool] = True

    def _problem(self) -> str:
        unknown = [g for part in self.parts for g in part if g not in self.codelist.index]
        if unknown:
            return f"code list {self.codelist.name} has no group '{unknown[0]}'"
        return super()._problem()

    def known_in(self, coverage: Coverage) -> bool:
        return all(self.of.coded(self.codelist, *part).known_in(coverage) for part in self.parts)

    @classmethod
    def compute(cls, measures: Sequence[Together], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            ages = view.group_ages(measure.of, measure.codelist)
            index = measure.codelist.index
            latest = [ages[:, [index[g] for g in part]].min(axis=1) for part in measure.parts]
            age = np.max(latest, axis=0)
            results.append(age[:, None] <= measure.days)
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        groups = [group for part in self.parts for group in part]
        return within(view, self.of.coded(self.codelist, *groups), window_days)


@dataclass(frozen=True, kw_only=True, eq=False)
class NewValues(Measure):
    """Number of different values of a text column whose earliest known row is in the window."""

    of: Rows
    column: str
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[NewValues], view: View) -> None:
        out, first = view.room(measures)
        for measure, column in zip(measures, first, strict=True):
            events = view.at_hand(measure.of)
            value = values_of(view, measure.of, measure.column)
            count_distinct(view, events, value, measure.days, out, column, new=True)

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        events = view.events(self.of)
        value = view.labels(self.of, events, self.column)
        for one in np.unique(value[value >= 0]):
            of_value = events.take(np.flatnonzero(value == one))
            first = of_value.day.min()
            if view.day - first <= window_days:
                newest = of_value.take(np.flatnonzero(of_value.day == first))
                yield from seen(view, self.of, newest)
