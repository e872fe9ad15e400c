"""Rows as plain arrays: who, on which day, known from when, of which class."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from features import kernels
from features.accumulate import Slots
from features.codelists import CodeList
from features.errors import DataError
from features.frames import (
    FEW,
    AnyTable,
    Column,
    PlainTable,
    columns_of,
    label,
    label_few,
    numbers,
    seconds,
    take,
    texts,
)
from features.rows import Rows
from features.tables import PERSONS, Table
from features.vocabulary import CLASS_COLUMNS, Vocabulary, vocabulary

NEVER = np.int32(2**30)
"""A day or an age that never comes: later than any date, longer than any window."""


def day(index_date: date | str | pd.Timestamp) -> int:
    """One date as days since 1970-01-01."""
    return int(np.datetime64(pd.Timestamp(index_date), "D").astype(np.int64))


PERSON, DAY, KNOWN, ROW, END = range(5)


class Events:
    """Rows of one table, sorted by person.

    ``fields``: int32, (fields, rows), one field a line, so that rows are chosen in one go.
    ``known``: the last day on which something that decides the row happened or was
    recorded; the row is known at an index date after it. ``end``: the last day of a stay
    or the first day after a period, ``NEVER`` while it goes on; None where rows do not end.
    """

    __slots__ = ("fields",)

    def __init__(self, fields: np.ndarray) -> None:
        self.fields = fields

    def __len__(self) -> int:
        return self.fields.shape[1]

    @property
    def person(self) -> np.ndarray:
        return self.fields[PERSON]

    @property
    def day(self) -> np.ndarray:
        return self.fields[DAY]

    @property
    def known(self) -> np.ndarray:
        return self.fields[KNOWN]

    @property
    def row(self) -> np.ndarray:
        return self.fields[ROW]

    @property
    def end(self) -> np.ndarray | None:
        return self.fields[END] if len(self.fields) > END else None

    def take(self, chosen: np.ndarray) -> Events:
        return Events(self.fields.take(chosen, axis=1))


class TableArrays:
    """One table of a history: person numbers, days, and the class of every row."""

    def __init__(self, table: Table, frame: AnyTable, people: pd.Index) -> None:
        columns = columns_of(frame)
        person, falls = _person_numbers(table, frame, columns["person_id"], people)
        if falls:
            order = np.argsort(person, kind="stable")
            person, frame = person[order], take(frame, order)
            columns = columns_of(frame)
        assert table.happened is not None
        fields = np.empty((END + 1 if table.ended else END, len(person)), dtype=np.int32)
        fields[PERSON] = person
        kernels.row_days(
            seconds(columns[table.happened]),
            seconds(columns["recorded_at"]),
            seconds(columns[table.ended]) if table.ended else _NO_SECONDS,
            fields,
        )
        self.table, self.frame, self.columns = table, frame, columns
        self.events = Events(fields)
        """All rows."""
        self.person, self.day, self.known = fields[PERSON], fields[DAY], fields[KNOWN]
        self._vocabulary = vocabulary(table)
        self._texts: dict[str, list[object]] = {}
        self._numbers: dict[str, np.ndarray] = {}
        self._labels: dict[str, tuple[np.ndarray, int]] = {}

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

    def known_together(self, selections: tuple[Rows, ...], index_day: int) -> Iterator[Events]:
        """The known rows of selections that are told by class alone (``View.events``), made in
        one pass: of few rows, choosing anew for each would cost more than counting them."""
        slots = self.slots(selections)
        bounds = np.empty(len(selections) + 1, dtype=np.int32)
        fields = kernels.choose(
            self.events.fields, self.row_class, slots.first, slots.slots, index_day, bounds
        )
        for first, end in itertools.pairwise(bounds.tolist()):
            yield Events(fields[:, first:end])

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
                few = len(self.person) <= FEW
                number, values = (
                    label_few(self.texts(column)) if few else label(self.columns[column])
                )
                self._labels[column] = number, len(values)
        return self._labels[column]

    def texts(self, column: str) -> list[object]:
        """The values of a column of all rows; None where missing."""
        if column not in self._texts:
            self._texts[column] = texts(self.columns[column])
        return self._texts[column]

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
            return self._vocabulary.numbers(list(zip(*map(self._told_by, columns), strict=True)))
        return self._folded(columns)

    def _told_by(self, column: str) -> Sequence[object]:
        """The values of all rows by which they are told apart; None where missing."""
        if column == "principal":
            return (self.numbers("position") == 1).tolist()
        return self.texts(column)

    def _folded(self, columns: tuple[str, ...]) -> np.ndarray:
        """The classes of many rows: each column a digit of a number, each number used a class."""
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
        number, values = label(self.columns[column])
        self._labels[column] = number, len(values)
        return number, np.append(values, _MISSING)


def _person_numbers(
    table: Table, frame: AnyTable, person_id: Column, people: pd.Index
) -> tuple[np.ndarray, int]:
    """(number of every row's person, how often it falls from one row to the next)."""
    if len(people) == 1:  # whose the rows of a plain table are has been looked at before
        plain = isinstance(frame, PlainTable)
        if plain or texts(person_id) == texts(people.array) * len(person_id):
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
_NO_SECONDS = np.empty(0, dtype=np.int64)


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
