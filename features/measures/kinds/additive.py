"""Counts and sums: every row adds to the windows it falls into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import ClassVar

import numpy as np

from features.accumulate import Layout, Slots, Stream, Wanted, add_windows
from features.evidence import Behind, within
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class _AddedUp(Measure):
    of: Rows
    windowed: ClassVar[bool] = True

    @property
    def selections(self) -> tuple[Rows, ...]:
        """None: rows are added up by their class, and need not be chosen."""
        return ()

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)


@dataclass(frozen=True, kw_only=True, eq=False)
class Count(_AddedUp):
    """Number of rows in each window."""

    @classmethod
    def compute(cls, measures: Sequence[Count], view: View) -> None:
        _add_up(view, measures, [None] * len(measures))

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of, window_days)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sum(_AddedUp):
    """Sum of a number column over the rows in each window; missing values add nothing."""

    column: str
    needs_unit: ClassVar[bool] = True

    @classmethod
    def compute(cls, measures: Sequence[Sum], view: View) -> None:
        _add_up(view, measures, [measure.column for measure in measures])

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of, window_days, self.column)


def _add_up(view: View, measures: Sequence[Count | Sum], weights: Sequence[str | None]) -> None:
    """Each measure's rows, weighted by a column where one is named; a pass for each table."""
    out, columns = view.room(measures)
    for one in _passes(tuple(measures), tuple(weights), tuple(columns)):
        if one.alone is not None:
            stream = _of_rows(view, one.alone, one.weight)
        else:
            stream = _of_table(view, one.table, one.selections, one.weight)
        add_windows(stream, one.layout, index_day=view.day, out=out, threads=view.threads)


@dataclass(frozen=True)
class _Pass:
    """Selections of one table that are added up together, or one that takes a pass alone."""

    table: str
    weight: str | None
    selections: tuple[Rows, ...]
    alone: Rows | None
    layout: Layout


@lru_cache(maxsize=64)
def _passes(
    measures: tuple[Count | Sum, ...], weights: tuple[str | None, ...], columns: tuple[int, ...]
) -> list[_Pass]:
    """Selections that are told by class alone share a pass; those that need other rows too
    (``on``, ``listed``) take one each."""
    together: dict[tuple[str, str | None, Rows | None], dict[Rows, list[Wanted]]] = {}
    for measure, weight, column in zip(measures, weights, columns, strict=True):
        alone = measure.of if measure.of.on or measure.of.listed else None
        selections = together.setdefault((measure.of.table.name, weight, alone), {})
        wanted = selections.setdefault(measure.of, [])
        slot = list(selections).index(measure.of)
        wanted.append(Wanted(slot, measure.windows, column))
    return [
        _Pass(table, weight, tuple(selections), alone, Layout.of(list(chain(*selections.values()))))
        for (table, weight, alone), selections in together.items()
    ]


def _of_table(view: View, table: str, selections: tuple[Rows, ...], weight: str | None) -> Stream:
    arrays = view.history.arrays(table)
    number = None if weight is None else np.nan_to_num(arrays.numbers(weight))
    slots = arrays.slots(selections)
    return Stream(arrays.person, arrays.day, arrays.known, arrays.row_class, slots, number)


def _of_rows(view: View, rows: Rows, weight: str | None) -> Stream:
    events = view.at_hand(rows)
    number = None if weight is None else np.nan_to_num(view.values(rows, events, weight))
    one_class = np.zeros(len(events), dtype=np.int32)
    return Stream(events.person, events.day, events.known, one_class, _ONE, number)


_ONE = Slots.of(np.ones((1, 1), dtype=bool))
