"""People cut out of a view of many, one at a time.

What lies behind a value is told of one person (``features.evidence``). To ask it of many, their
rows need be read, joined and sorted into selections once: each person's stand together and are
cut out. What a view of that person alone would say, the cut says too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.events import DAY, KNOWN, PERSON, ROW, Events, TableArrays
from features.history import History, View
from features.rows import Rows


def one_by_one(view: View) -> Iterator[OnePerson]:
    """Everybody in a view, by themselves; people whose stays were joined for its date last."""
    for part, people in parts_of(view):
        for number in people.tolist():
            yield OnePerson(part.history, number, part.day)


def parts_of(view: View) -> Iterator[tuple[View, np.ndarray]]:
    """(view, numbers of people in it), so that everybody's rows are there as they were known:
    those whose stays were joined for the view's date stand in a view of their own, the last."""
    everybody, apart = np.arange(len(view)), view._apart
    if apart is None:
        yield view, everybody
        return
    yield view, np.delete(everybody, apart.people)
    yield apart.view, np.arange(len(apart.people))


class OnePerson(View):
    """A view of one of the people of a history (``number``: which one).

    Its rows are numbered from 0 in every table; in ``everybody`` they begin at ``first``.
    """

    def __init__(self, everybody: History, number: int, index_day: int) -> None:
        self._cut = _Cut(everybody, number)
        super().__init__(self._cut, index_day)
        self.everybody = everybody
        self.person_id = str(everybody.people[number])

    def first(self, table: str) -> int:
        """Where the person's rows of a table begin among everybody's."""
        return self._cut.rows(table).start


class _Cut(History):
    """One person's part of a history. Nothing of it is made anew that everybody's has."""

    def __init__(self, everybody: History, number: int) -> None:
        self._everybody, self._number = everybody, number
        self.coverage = everybody.coverage
        self.persons = everybody.persons  # everybody's; the measures read the columns
        self.person_columns = {
            name: column[number : number + 1] for name, column in everybody.person_columns.items()
        }
        self.people = everybody.people[number : number + 1]
        self._len = 1
        self._tables = {}
        self._arrays: dict[str, TableArrays] = {}
        self._selected: dict[Rows, Events] = {}
        self._contacts_of: dict[str, np.ndarray] = {}
        self._rows: dict[str, slice] = {}

    def rows(self, table: str) -> slice:
        """Where the person's rows lie among everybody's."""
        if table not in self._rows:
            self._rows[table] = _of_person(self._everybody.arrays(table).person, self._number)
        return self._rows[table]

    def arrays(self, name: str) -> TableArrays:
        if name not in self._arrays:
            self._arrays[name] = _ArraysOfOne(self._everybody.arrays(name), self.rows(name))
        return self._arrays[name]

    def _select(self, rows: Rows) -> Events:
        events = self._everybody.select(rows)
        fields = events.fields[:, _of_person(events.person, self._number)].copy()
        fields[PERSON] = 0
        fields[ROW] -= self.rows(rows.table.name).start
        return Events(fields)

    def contact_of(self, name: str) -> np.ndarray:
        if name not in self._contacts_of:
            contact = self._everybody.contact_of(name)[self.rows(name)]
            first = self.rows("contacts").start
            self._contacts_of[name] = np.where(contact < 0, -1, contact - first)
        return self._contacts_of[name]


class _ArraysOfOne(TableArrays):
    """One person's part of a table's arrays."""

    def __init__(self, of: TableArrays, rows: slice) -> None:
        fields = of.events.fields[:, rows].copy()
        fields[PERSON] = 0
        fields[ROW] -= rows.start
        self._of, self._rows = of, rows
        self.table = of.table
        self.events = Events(fields)
        self.person, self.day, self.known = fields[PERSON], fields[DAY], fields[KNOWN]
        self._vocabulary = of.classes
        self.row_class = of.row_class[rows]

    @property
    def on_contact(self) -> np.ndarray:
        return self._of.on_contact[self._rows]

    def numbers(self, column: str) -> np.ndarray:
        return self._of.numbers(column)[self._rows]

    def labels(self, column: str) -> tuple[np.ndarray, int]:
        number, size = self._of.labels(column)
        return number[self._rows], size

    def texts(self, column: str) -> list[object]:
        return self._of.texts(column)[self._rows]


def _of_person(person: np.ndarray, number: int) -> slice:
    """Where a person's rows lie; ``person``: every row's, rising."""
    first, end = np.searchsorted(person, (number, number + 1))
    return slice(int(first), int(end))
