"""The order of contacts: time without any, and changes from one level of care to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class LongestGap(Measure):
    """The longest run of days without a row in each window, up to the index date.

    The window's first day counts as if there had been a row the day before: a person
    without any has a gap as long as the window.
    """

    of: Rows
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[LongestGap], view: View) -> list[np.ndarray]:
        return [
            np.column_stack([_longest(view, measure.of, window) for window in measure.windows])
            for measure in measures
        ]


def _longest(view: View, rows: Rows, window: int) -> np.ndarray:
    events = view.events(rows)
    ages = view.ages(events)
    within = np.flatnonzero(ages <= window)
    n, edge = len(view), window + 1
    everyone = np.arange(n, dtype=np.int64)
    # One number a day: person by person, from the day before the window to the index date.
    days = np.concatenate(
        [
            everyone * (edge + 1),
            events.person[within].astype(np.int64) * (edge + 1) + (edge - ages[within]),
            everyone * (edge + 1) + edge,
        ]
    )
    days.sort()
    person, apart = days[1:] // (edge + 1), np.diff(days) - 1
    longest = np.zeros(n, dtype=np.int64)
    same = person == days[:-1] // (edge + 1)
    np.maximum.at(longest, person[same], apart[same])
    return longest


@dataclass(frozen=True, kw_only=True, eq=False)
class Switches(Measure):
    """Number of times within each window that a row differs in ``column`` from the one before.

    ``column`` has a fixed set of values (the setting of a contact), in whose order rows of
    one day are taken.
    """

    of: Rows
    column: str
    windowed: ClassVar[bool] = True

    def _problem(self) -> str:
        column = self.of.table.column.get(self.column)
        if column is None or not column.allowed:
            return f"'{self.column}' of {self.of.table.name} has no fixed set of values"
        return super()._problem()

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Switches], view: View) -> list[np.ndarray]:
        return [measure._count(view) for measure in measures]

    def _count(self, view: View) -> np.ndarray:
        events = view.events(self.of)
        events = events.take(np.flatnonzero(view.ages(events) <= self.windows[-1]))
        arrays = view.history.arrays(self.of.table.name)
        values = self.of.table.column[self.column].allowed
        order_of = {text: number for number, text in enumerate(values, start=1)}
        of_class = [order_of.get(str(text), 0) for text in arrays.classes.columns[self.column]]
        value = np.array(of_class, dtype=np.int64)[arrays.row_class[events.row]]
        # Person, age (oldest first) and value in one number, which sorts faster than three.
        width, span = len(values) + 1, self.windows[-1] + 1
        key = (events.person.astype(np.int64) * span - view.ages(events)) * width + value
        key.sort()
        person_day, value = key // width, key % width
        person = -(-person_day // span)
        age = person * span - person_day
        switched = np.flatnonzero((person[1:] == person[:-1]) & (value[1:] != value[:-1]))
        person, age = person[1:][switched], age[:-1][switched]
        columns = [
            np.bincount(person[age <= window], minlength=len(view)) for window in self.windows
        ]
        return np.column_stack(columns)
