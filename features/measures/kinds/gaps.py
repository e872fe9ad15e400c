"""The order of contacts: time without any, and changes from one level of care to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features import kernels
from features.evidence import Behind, on_last_day, seen, within
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage
from features.vocabulary import Columns, Vocabulary


@dataclass(frozen=True, kw_only=True, eq=False)
class LongestGap(Measure):
    """The longest run of days without a row in each window, up to the index date.

    Of the rows in ``staying`` (stays) every day counts, from the first to the last; one that
    goes on reaches the index date. A person without any row has a gap as long as the window.
    """

    of: Rows
    staying: Rows | None = None
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)  # a source without stays tells the rest

    @classmethod
    def compute(cls, measures: Sequence[LongestGap], view: View) -> list[np.ndarray]:
        return [measure._longest(view) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        yield from within(view, self.of, window_days)
        if self.staying is not None and window_days is not None:
            stays = view.events(self.staying)
            assert stays.end is not None
            reached = np.minimum(stays.end, view.day) >= view.day - window_days
            yield from seen(view, self.staying, stays.take(np.flatnonzero(reached)))

    def _longest(self, view: View) -> np.ndarray:
        events = view.events(self.of)
        longest = np.empty((len(view), len(self.windows)))
        kernels.longest_gap(
            events.person, events.day, *self._stays(view), view.day, self.days, longest
        )
        return longest

    def _stays(self, view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """People, first days and last days."""
        if self.staying is None:
            return _NOBODY, _NOBODY, _NOBODY
        stays = view.events(self.staying)
        assert stays.end is not None
        return stays.person, stays.day, stays.end


_NOBODY = np.empty(0, dtype=np.int32)


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
        value = self._order(arrays.classes, values)[arrays.row_class[events.row]]
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

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        yield from within(view, self.of, window_days)
        # The first of the window may differ from the one before it.
        yield from on_last_day(view, self.of, self.windows[-1], window_days + 1)

    def _order(self, classes: Vocabulary, values: Sequence[str]) -> np.ndarray:
        """Place of each class's value among all that there are, from 1; 0 for none of them."""
        order_of = {text: number for number, text in enumerate(values, start=1)}

        def tell(columns: Columns, n: int) -> np.ndarray:
            return np.array([order_of.get(str(one), 0) for one in columns[self.column]], np.int64)

        return classes.told(("order", self.column), tell)
