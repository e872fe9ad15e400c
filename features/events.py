"""Rows as plain arrays: who, on which day, known from when, of which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from features.accumulate import Slots
from features.codelists import CodeList
from features.errors import DataError
from features.rows import Rows
from features.tables import PERSONS, Table
from features.vocabulary import CLASS_COLUMNS, Vocabulary, vocabulary

NEVER = np.int32(2**30)
"""A day or an age that never comes: later than any date, longer than any window."""


Column = np.ndarray | ExtensionArray
"""The values of a frame's column, without the column around them."""


def columns_of(frame: pd.DataFrame) -> dict[str, Column]:
    """All columns of a frame by name.

    ``frame[name]`` makes a column anew at each call, which costs more than all that a small
    history does with its values. pandas has no public way to all of them at once.
    """
    arrays = frame._iter_column_arrays()  # type: ignore[operator]
    return dict(zip(frame.columns.tolist(), arrays, strict=True))


def days(values: pd.Series | pd.DatetimeIndex | Column) -> np.ndarray:
    """Dates as whole days since 1970-01-01 (int32); missing dates as ``NEVER``."""
    from features import kernels

    moments = np.asarray(values)
    seconds = np.ascontiguousarray(moments.astype("datetime64[s]", copy=False)).view(np.int64)
    whole = np.empty(len(seconds), dtype=np.int32)
    kernels.to_days(seconds, whole)
    return whole


def day(index_date: date | str | pd.Timestamp) -> int:
    """One date as days since 1970-01-01."""
    return int(np.datetime64(pd.Timestamp(index_date), "D").astype(np.int64))


@dataclass(frozen=True)
class Events:
    """Rows of one table, as arrays of equal length, sorted by person.

    ``known``: the last day on which something that decides the row happened or was
    recorded; the row is known at an index date after it. ``end``: the last day of a stay
    or the first day after a period; ``NEVER`` while it goes on.
    """

    person: np.ndarray
    day: np.ndarray
    known: np.ndarray
    end: np.ndarray | None
    row: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: np.ndarray) -> Events:
        return Events(
            self.person[chosen],
            self.day[chosen],
            self.known[chosen],
            None if self.end is None else self.end[chosen],
            self.row[chosen],
        )


@dataclass(frozen=True)
class Pairs:
    """Which person met which value: ``person`` of every pair, ``of_event``: each event's pair."""

    events: Events
    of_event: np.ndarray
    person: np.ndarray


class TableArrays:
    """One table of a history: person numbers, days, and the class of every row."""

    def __init__(self, table: Table, frame: pd.DataFrame, people: pd.Index) -> None:
        from features import kernels

        columns = columns_of(frame)
        person, falls = _person_numbers(table, columns["person_id"], people)
        if falls:
            order = np.argsort(person, kind="stable")
            person, frame = person[order], frame.iloc[order]
            columns = columns_of(frame)
        assert table.happened is not None
        happened, known = days(columns[table.happened]), days(columns["recorded_at"])
        kernels.at_least(happened, known)
        end = days(columns[table.ended]) if table.ended else None
        self.table, self.frame, self.columns = table, frame, columns
        self.person, self.day, self.known, self.end = person, happened, known, end
        self._vocabulary = vocabulary(table)
        self._numbers: dict[str, np.ndarray] = {}
        self._labels: dict[str, tuple[np.ndarray, int]] = {}

    @cached_property
    def events(self) -> Events:
        """All rows."""
        row = np.arange(len(self.person), dtype=np.int32)
        return Events(self.person, self.day, self.known, self.end, row)

    @cached_property
    def on_contact(self) -> np.ndarray:
        """Which rows have a contact_id."""
        return ~np.asarray(pd.isna(self.columns["contact_id"]))

    def slots(self, selections: tuple[Rows, ...]) -> Slots:
        """Which of some selections the classes of rows belong to."""
        classes = self.classes
        return classes.slots(
            selections, lambda: np.column_stack([rows.chosen(classes) for rows in selections])
        )

    def groups(self, codelist: CodeList) -> Slots:
        """Which groups of a list the classes of rows belong to."""
        return self.classes.slots(codelist, lambda: self.classes.membership(codelist))

    def numbers(self, column: str) -> np.ndarray:
        """A number column of all rows; NaN where missing."""
        if column not in self._numbers:
            self._numbers[column] = numbers(self.columns[column])
        return self._numbers[column]

    def labels(self, column: str) -> tuple[np.ndarray, int]:
        """A column of all rows as numbers that tell its values apart, -1 where missing; and
        a number that is above them all."""
        if column not in self._labels:
            if column == self.table.happened:
                first = self.day.min(initial=NEVER)
                self._labels[column] = (
                    self.day - first,
                    int(self.day.max(initial=first) - first) + 1,
                )
            else:
                numbers, values = label(self.columns[column])
                self._labels[column] = numbers, len(values)
        return self._labels[column]

    @property
    def classes(self) -> Vocabulary:
        """The classes of these rows, among others."""
        assert self.row_class is not None  # so that all of them have been met
        return self._vocabulary

    @cached_property
    def row_class(self) -> np.ndarray:
        """The class of every row: its number in ``classes``, int32."""
        columns = CLASS_COLUMNS[self.table.name]
        if not columns:
            return np.repeat(self._vocabulary.numbers([()]), len(self.person))
        if len(self.person) <= FEW:
            return self._vocabulary.numbers(list(zip(*map(self._texts, columns), strict=True)))
        return self._folded(columns)

    def _texts(self, column: str) -> Sequence[object]:
        """The values of all rows by which they are told apart; None where missing."""
        if column == "principal":
            return (self.numbers("position") == 1).tolist()
        texts = _objects(self.columns[column])
        missing = np.asarray(pd.isna(self.columns[column]))
        if missing.any():
            texts = np.where(missing, _MISSING, texts)
        return texts.tolist()

    def _folded(self, columns: tuple[str, ...]) -> np.ndarray:
        """The classes of many rows: each column a digit of a number, each number used a class."""
        from features import kernels

        parts = []
        space = 1
        for column in columns:
            numbers, values = self._digits(column)
            if not numbers.any():
                values = values[:1]
            parts.append((numbers, values))
            space *= len(values)
        code = np.zeros(len(self.person), dtype=np.int32 if space < 2**31 else np.int64)
        for numbers, values in parts:
            if len(values) > 1:
                kernels.fold(numbers, len(values), code)

        def classes(used: np.ndarray) -> np.ndarray:
            told = []
            for _, values in reversed(parts):
                told.append(values[used % len(values)])
                used = used // len(values)
            return self._vocabulary.numbers(list(zip(*reversed(told), strict=True)))

        if space > max(4 * len(code), FEW):
            used, number = np.unique(code, return_inverse=True)
            return classes(used)[number]
        seen = np.zeros(space, dtype=bool)
        kernels.mark(code, seen)
        used = np.flatnonzero(seen)
        number_of = np.empty(space, dtype=np.int32)
        number_of[used] = classes(used)
        row_class = np.empty(len(code), dtype=np.int32)
        kernels.renumber(code, number_of, row_class)
        return row_class

    def _digits(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Row -> number of its value, -1 where missing; the values, the last of them missing."""
        if column == "principal":
            principal = self.numbers("position") == 1
            return principal.view(np.int8), np.array([False, True], dtype=object)
        numbers, values = label(self.columns[column])
        self._labels[column] = numbers, len(values)
        return numbers, np.append(values, _MISSING)


def _person_numbers(table: Table, person_id: Column, people: pd.Index) -> tuple[np.ndarray, int]:
    """(number of every row's person, how often it falls from one row to the next)."""
    from features import kernels

    if len(people) == 1 and set(_objects(person_id)) == {people[0]}:
        return np.zeros(len(person_id), dtype=np.int32), 0
    codes, ids = label(person_id)
    of_ids = people.get_indexer(pd.Index(ids).astype("str"))
    number_of = np.append(of_ids, -1).astype(np.int32)
    numbers = np.empty(len(codes), dtype=np.int32)
    strangers, falls = kernels.look_up(codes, number_of, numbers)
    if strangers:
        raise DataError(
            f"{strangers} rows belong to people who are not in {PERSONS.name}",
            where=table.name,
            do="Deliver the people too, or leave their rows out.",
        )
    return numbers, falls


_MISSING = np.array([None])
FEW = 4096
"""Up to so many rows, a dictionary tells texts apart sooner than pandas is set up to."""


def numbers(column: Column) -> np.ndarray:
    """A number column as float64; NaN where missing."""
    if isinstance(column, np.ndarray):
        return column.astype(np.float64, copy=False)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _objects(column: Column) -> np.ndarray:
    if isinstance(column, np.ndarray):
        return column.astype(object)
    return column.to_numpy(dtype=object)


def label(column: Column) -> tuple[np.ndarray, np.ndarray]:
    """(row -> number of its value, -1 where missing; the distinct values, object)."""
    if isinstance(column, pd.Categorical):
        return column.codes, column.categories.to_numpy(dtype=object)
    if len(column) > FEW:
        numbers, values = pd.factorize(column)  # type: ignore[arg-type]
        return numbers, np.asarray(values, dtype=object)
    texts = _objects(column)
    distinct = dict.fromkeys(texts)
    missing = list(dict.fromkeys(texts[np.asarray(pd.isna(column))]))
    for value in missing:
        del distinct[value]
    number_of = dict(zip(distinct, range(len(distinct)), strict=True))
    number_of |= dict.fromkeys(missing, -1)
    numbers = np.fromiter(map(number_of.__getitem__, texts), np.int64, len(texts))
    return numbers, np.fromiter(distinct, object, len(distinct))


def places(keys: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Where each key first stands in ``among``; -1 where it does not."""
    if not len(among):
        return np.full(len(keys), -1)
    if len(keys) + len(among) > FEW:  # a table of hashes beats a search that misses the cache
        number = pd.factorize(np.concatenate([among, keys]))[0]
        place_of = np.full(number.max() + 1, -1)
        place_of[number[: len(among)][::-1]] = np.arange(len(among))[::-1]
        return place_of[number[len(among) :]]
    order = np.argsort(among, kind="stable")
    place = np.searchsorted(among, keys, sorter=order)
    found = order[np.minimum(place, len(among) - 1)]
    return np.where(among[found] == keys, found, -1)
