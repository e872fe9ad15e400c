"""Counts and sums: every row adds to the windows it falls into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.accumulate import Slots, Stream, Wanted, add_windows
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class Count(Measure):
    """Number of rows in each window."""

    of: Rows
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Count], view: View) -> list[np.ndarray]:
        return _add_up(view, measures, [None] * len(measures))


@dataclass(frozen=True, kw_only=True, eq=False)
class Sum(Measure):
    """Sum of a number column over the rows in each window; missing values add nothing."""

    of: Rows
    column: str
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Sum], view: View) -> list[np.ndarray]:
        return _add_up(view, measures, [measure.column for measure in measures])


def _add_up(
    view: View, measures: Sequence[Count | Sum], weights: Sequence[str | None]
) -> list[np.ndarray]:
    """Each measure's rows, weighted by a column where one is named; a pass for each table.

    Selections that are told by class alone share a pass; those that need other rows too
    (``on``, ``listed``) take one each.
    """
    out, columns = view.room(measures)
    together: dict[tuple[str | Rows, str | None], dict[Rows, list[int]]] = {}
    for number, (measure, weight) in enumerate(zip(measures, weights, strict=True)):
        alone = measure.of.on or measure.of.listed
        key = (measure.of if alone else measure.of.table.name, weight)
        together.setdefault(key, {}).setdefault(measure.of, []).append(number)
    for (shared, weight), selections in together.items():
        wanted = [
            Wanted(slot, measures[number].windows, columns[number])
            for slot, numbers in enumerate(selections.values())
            for number in numbers
        ]
        if isinstance(shared, Rows):
            stream = _of_rows(view, shared, weight)
        else:
            stream = _of_table(view, shared, tuple(selections), weight)
        add_windows(stream, wanted, index_day=view.day, out=out, threads=view.threads)
    return [
        out[:, column : column + len(measure.windows)]
        for measure, column in zip(measures, columns, strict=True)
    ]


def _of_table(view: View, table: str, selections: tuple[Rows, ...], weight: str | None) -> Stream:
    arrays = view.history.arrays(table)
    number = None if weight is None else np.nan_to_num(arrays.numbers(weight))
    slots = arrays.slots(selections)
    return Stream(arrays.person, arrays.day, arrays.known, arrays.row_class, slots, number)


def _of_rows(view: View, rows: Rows, weight: str | None) -> Stream:
    events = view.history.select(rows)
    number = None if weight is None else np.nan_to_num(view.values(rows, events, weight))
    one_class = np.zeros(len(events), dtype=np.int32)
    return Stream(events.person, events.day, events.known, one_class, _ONE, number)


_ONE = Slots.of(np.ones((1, 1), dtype=bool))
