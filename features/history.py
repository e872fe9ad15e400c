"""The point-in-time view: the only door from events to features.

A ``History`` holds some people's canonical rows as plain arrays. ``History.at(date)``
gives a ``View``, which shows only what was known then: rows that had both happened and
been recorded before the index date, with the end of a stay or period hidden until it has
passed, and with stays that touch joined into admissions by what was known (``features.stays``).
Measures see views and nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

import numpy as np
import pandas as pd

from features import kernels
from features.codelists import CodeList
from features.errors import DataError
from features.events import NEVER, Events, TableArrays, day, places
from features.frames import (
    FEW,
    AnyTable,
    AnyTables,
    Column,
    PlainTable,
    as_frame,
    columns_of,
    numbers,
    take,
)
from features.integrity import contact_keys
from features.positions import pointed_out
from features.rows import Rows, admissions
from features.stays import joined_as_of
from features.tables import TABLE, Coverage, Tables

Told = TypeVar("Told")


class Computed(Protocol):
    """What a view needs to know of a measure (``features.measures.base.Measure``)."""

    made_of_others: ClassVar[bool]

    @property
    def features(self) -> Sequence[object]: ...

    @property
    def selections(self) -> Sequence[Rows]: ...

    def known_in(self, coverage: Coverage) -> bool: ...

    @classmethod
    def compute(cls, measures: Sequence[Any], view: View) -> list[np.ndarray] | None: ...


class History:
    """What is on record about some people, ready to be looked at as of any date."""

    def __init__(self, tables: AnyTables, coverage: Coverage, like: History | None = None) -> None:
        """``like``: a history of the same people."""
        self.coverage = coverage
        self.persons: AnyTable = like.persons if like else _by_id(tables["persons"])
        self.person_columns = columns_of(self.persons)
        self.people: pd.Index = like.people if like else _index(self.person_columns["person_id"])
        self._len = len(self.people)
        self._tables = tables
        self._arrays: dict[str, TableArrays] = {}
        self._selected: dict[Rows, Events] = {}
        self._contacts_of: dict[str, np.ndarray] = {}

    @classmethod
    def of(cls, tables: AnyTables, coverage: Coverage | None = None) -> History:
        """A history of all people in ``tables["persons"]``, of frames or plain tables.

        Without ``coverage``, what the rows themselves show is taken as delivered.
        Raises DataError for a repeated person or rows of people who are not in persons.
        """
        return cls(tables, coverage or Coverage.of(_frames(tables)))

    def __len__(self) -> int:
        return self._len

    @property
    def person_ids(self) -> np.ndarray:
        return self.people.to_numpy()

    def at(self, index_date: date | str | pd.Timestamp, *, threads: int = 1) -> View:
        index_day = day(index_date)
        people = self._with_touching_stays
        if not len(people):
            return View(self, index_day, threads)
        if len(people) == len(self):
            return View(self._joined_at(index_day), index_day, threads)
        some = View(self._part._joined_at(index_day), index_day)
        return View(self, index_day, threads, Those(people, some))

    @cached_property
    def _with_touching_stays(self) -> np.ndarray:
        """Numbers of the people whose admissions may be others on other dates: few, since
        what is the same on every date has been joined before (``stays.join_stays``)."""
        if self._tables.get("contacts") is None:
            return np.empty(0, dtype=np.int64)
        stays = self.select(admissions)
        touch = np.empty(len(self), dtype=bool)
        kernels.touching(stays.person, stays.day, stays.end, touch)
        return touch.nonzero()[0]

    @cached_property
    def _part(self) -> History:
        """The history of those people alone."""
        people = self._with_touching_stays
        tables: dict[str, Any] = {"persons": _alone(take(self.persons, people))}
        for name in self._tables.keys() - tables.keys():
            arrays = self.arrays(name)
            person = arrays.events.person  # sorted
            bounds = np.searchsorted(person, people), np.searchsorted(person, people, "right")
            ranges = [np.arange(first, end) for first, end in zip(*bounds, strict=True)]
            tables[name] = _alone(take(arrays.frame, np.concatenate(ranges)))
        return History(tables, self.coverage)

    def _joined_at(self, index_day: int) -> History:
        """The same people with admissions as known at an index date; other tables shared."""
        joined = History(joined_as_of(self._tables, index_day), self.coverage, like=self)
        joined.__dict__["_with_touching_stays"] = np.empty(0, dtype=np.int64)
        for name in self._tables:
            if name != "persons" and joined._tables[name] is self._tables[name]:
                joined._arrays[name] = self.arrays(name)
        return joined

    def arrays(self, name: str) -> TableArrays:
        if name not in self._arrays:
            table = TABLE[name]
            frame = self._tables.get(name)
            self._arrays[name] = TableArrays(
                table, table.empty() if frame is None else frame, self.people
            )
        return self._arrays[name]

    def select(self, rows: Rows) -> Events:
        """All rows of a selection, known or not; views filter them by date."""
        selected = self._selected.get(rows)
        if selected is None:
            selected = self._selected[rows] = self._select(rows)
        return selected

    def _select(self, rows: Rows) -> Events:
        arrays = self.arrays(rows.table.name)
        if rows.conditions or rows.codes:
            hit = rows.chosen(arrays.classes)
            events = arrays.events.take(hit[arrays.row_class].nonzero()[0])
        else:
            events = arrays.events
        if rows.listed is not None:
            events = pointed_out(events, arrays, rows.listed)
        if rows.on is not None:
            events = self._on_contacts(events, rows)
        return events

    def _on_contacts(self, events: Events, rows: Rows) -> Events:
        assert rows.on is not None
        contacts = self.select(rows.on)
        contact_of = self.contact_of(rows.table.name)
        n_contacts = len(self.arrays("contacts").person)
        return Events(kernels.on_contacts(events.fields, contact_of, contacts.fields, n_contacts))

    def contact_of(self, name: str) -> np.ndarray:
        """The row of the contact that each row of a table is on; -1 where there is none."""
        if name not in self._contacts_of:
            rows, contacts = self.arrays(name), self.arrays("contacts")
            few = len(rows.person) + len(contacts.person) <= FEW
            if few or any(isinstance(table, PlainTable) for table in (rows.frame, contacts.frame)):
                place_of = dict(zip(self._contact_keys(contacts), itertools.count(), strict=False))
                found = [place_of.get(key, -1) for key in self._contact_keys(rows)]
                self._contacts_of[name] = np.array(found, dtype=np.int64)
            else:
                self._contacts_of[name] = places(
                    contact_keys(rows.person, as_frame(rows.frame)["contact_id"]),
                    contact_keys(contacts.person, as_frame(contacts.frame)["contact_id"]),
                )
        return self._contacts_of[name]

    def _contact_keys(self, arrays: TableArrays) -> Iterable[object]:
        """Person and contact_id of each row."""
        ids = arrays.texts("contact_id")
        return ids if len(self) == 1 else zip(arrays.person.tolist(), ids, strict=True)

    def labels(self, table: str, column: str) -> np.ndarray:
        """A text column of a table as numbers that tell its values apart; -1 where missing."""
        return self.arrays(table).labels(column)[0]


def _by_id(persons: AnyTable) -> AnyTable:
    """People sorted by id. DataError for a person who stands there twice."""
    if len(persons) < 2:
        return persons
    if isinstance(persons, PlainTable):  # nobody stands there twice
        ids = persons.columns["person_id"]
        return persons.take(np.array(sorted(range(len(ids)), key=ids.__getitem__)))
    persons = persons.sort_values("person_id", ignore_index=True)
    if persons["person_id"].duplicated().any():
        raise DataError("a person stands twice in persons", do="Remove the repeated rows.")
    return persons


def _alone(rows: AnyTable) -> AnyTable:
    """Some rows of a table as a table of its own."""
    if isinstance(rows, PlainTable):
        return rows
    return rows.reset_index(drop=True).assign(person_id=rows["person_id"].astype("str").array)


_TEXT = pd.StringDtype(na_value=np.nan)
"""What "str" stands for, which takes longer to find than an index to make."""


def _index(ids: Column) -> pd.Index:
    if isinstance(ids, list):
        return pd.Index(ids, dtype=_TEXT)
    return pd.Index(ids if ids.dtype == "str" else pd.Series(ids).astype("str"))


def _frames(tables: AnyTables) -> Tables:
    return {name: as_frame(rows) for name, rows in tables.items()}


class Those(NamedTuple):
    """Some of a view's people (their numbers, rising), and a view of them alone."""

    people: np.ndarray
    view: View


class _Order(NamedTuple):
    """In what order measures are computed. ``kinds``: those made of others come last, since they
    look the others up. ``selections``: by table, what the measures choose by class alone."""

    kinds: list[tuple[type[Computed], list[Computed]]]
    unknown: list[Computed]
    selections: dict[str, tuple[Rows, ...]]


@lru_cache(maxsize=256)
def _order(measures: tuple[Computed, ...], coverage: Coverage) -> _Order:
    kinds: dict[type[Computed], list[Computed]] = {}
    unknown = []
    selections: dict[str, dict[Rows, None]] = {}
    for measure in measures:
        if not measure.known_in(coverage):
            unknown.append(measure)
            continue
        kinds.setdefault(type(measure), []).append(measure)
        for rows in measure.selections:
            if rows is rows.plain:
                selections.setdefault(rows.table.name, {})[rows] = None
    return _Order(
        sorted(kinds.items(), key=lambda item: item[0].made_of_others),
        unknown,
        {table: tuple(of_table) for table, of_table in selections.items()},
    )


class View:
    """What was known on one index date (``day``: days since 1970-01-01).

    ``apart``: people whose stays need joining by what was known then, seen for themselves.
    """

    def __init__(
        self, history: History, index_day: int, threads: int = 1, apart: Those | None = None
    ) -> None:
        self.history = history
        self.day = index_day
        self.threads = threads
        self._apart = apart
        self._events: dict[Rows, Events] = {}
        self._group_ages: dict[tuple[Rows, CodeList, bool], np.ndarray] = {}
        self._once: dict[Hashable, Any] = {}
        self._values: dict[Computed, np.ndarray] = {}
        self._matrix: np.ndarray | None = None
        self._columns: dict[Computed, slice] = {}
        self._in_place: set[Computed] = set()

    def __len__(self) -> int:
        return len(self.history)

    @property
    def coverage(self) -> Coverage:
        return self.history.coverage

    def prepare(self, measures: Sequence[Computed]) -> None:
        """Computes measures together, kind by kind, so that each table is passed once."""
        if self._values or self._in_place:
            done = self._values.keys() | self._in_place
            measures = [measure for measure in measures if measure not in done]
        order = _order(tuple(measures), self.coverage)
        for measure in order.unknown:
            shape = (len(self), len(measure.features))
            self._values[measure] = np.full(shape, np.nan, dtype=np.float32)
        self._choose(order.selections)
        for kind, of_kind in order.kinds:
            values = kind.compute(of_kind, self)
            if values is not None:
                self._values.update(zip(of_kind, values, strict=True))
            if self._apart is not None:
                self._take_over(of_kind, self._apart)

    def _choose(self, selections: dict[str, tuple[Rows, ...]]) -> None:
        """Chooses from tables of few rows together what would be chosen one by one."""
        for table, rows in selections.items():
            arrays = self.history.arrays(table)
            if len(arrays.person) <= FEW and any(one not in self._events for one in rows):
                self._events.update(zip(rows, arrays.known_together(rows, self.day), strict=True))

    def _take_over(self, measures: Sequence[Computed], apart: Those) -> None:
        """Puts in the values of the people who are seen for themselves."""
        apart.view.prepare(measures)
        for measure in measures:
            values = self.of(measure)
            if not values.flags.writeable:
                values = self._values[measure] = values.copy()
            values[apart.people] = apart.view.of(measure)

    def write_into(self, matrix: np.ndarray, columns: dict[Computed, slice]) -> None:
        """Lets kinds write into those columns of ``matrix``, (people, features), and spare a
        copy of their values. To be called before anything is computed."""
        self._matrix, self._columns = matrix, columns

    def room(self, measures: Sequence[Computed]) -> tuple[np.ndarray, list[int]]:
        """Where a kind is to write its values, and what ``compute`` then need not give:
        (float32 (people, columns), each measure's first)."""
        if self._matrix is not None and self._columns.keys() >= set(measures):
            self._in_place.update(measures)
            return self._matrix, [self._columns[measure].start for measure in measures]
        widths = [len(measure.features) for measure in measures]
        ends = list(itertools.accumulate(widths))
        first = [0, *ends[:-1]]
        out = np.empty((len(self), ends[-1]), dtype=np.float32)
        for measure, start, end in zip(measures, first, ends, strict=True):
            self._values[measure] = out[:, start:end]
        return out, first

    def elsewhere(self) -> Iterator[tuple[slice, np.ndarray]]:
        """What was computed and is not in the matrix yet: columns and values."""
        for measure, values in self._values.items():
            columns = self._columns.get(measure)
            if columns is not None:
                yield columns, values

    def of(self, measure: Computed) -> np.ndarray:
        """A measure's values: (people, features of the measure)."""
        if measure in self._in_place:
            assert self._matrix is not None
            return self._matrix[:, self._columns[measure]]
        if measure not in self._values:
            self.prepare([measure])
        return self._values[measure]

    def known(self, events: Events) -> Events:
        """Those of the events that were known, their ends hidden unless passed."""
        seen = events.take((events.known < self.day).nonzero()[0])
        end = seen.end
        if end is not None:
            end[end >= self.day] = NEVER
        return seen

    def events(self, rows: Rows) -> Events:
        """The known rows of a selection."""
        events = self._events.get(rows)
        if events is None:
            events = self._events[rows] = self.known(self.history.select(rows))
        return events

    def at_hand(self, rows: Rows) -> Events:
        """The rows of a selection, for a loop that passes over what was not known: some that
        were not, unless the known ones have been chosen already."""
        known = self._events.get(rows)
        return self.history.select(rows) if known is None else known

    def once(self, name: Hashable, make: Callable[[], Told]) -> Told:
        """What ``make`` gives, kept for the other measures that need it; ``name`` tells which."""
        if name in self._once:
            return self._once[name]
        made = self._once[name] = make()
        return made

    def ages(self, events: Events) -> np.ndarray:
        """Days from each event to the index date: 1 is the day before it."""
        return self.day - events.day

    def values(self, rows: Rows, events: Events, column: str) -> np.ndarray:
        """A number column of the events' rows."""
        return self.history.arrays(rows.table.name).numbers(column)[events.row]

    def labels(self, rows: Rows, events: Events, column: str) -> np.ndarray:
        """A text column of the events' rows, as numbers that tell its values apart; -1 none."""
        return self.history.labels(rows.table.name, column)[events.row]

    def group_ages(self, base: Rows, codelist: CodeList, *, earliest: bool = False) -> np.ndarray:
        """Days since each person's latest (or earliest) row in each group of a list.

        int32, (people, groups); ``NEVER`` where there is none.
        """
        key = (base, codelist, earliest)
        ages = self._group_ages.get(key)
        if ages is None:
            events = self.at_hand(base)
            arrays = self.history.arrays(base.table.name)
            groups = arrays.groups(codelist)
            ages = np.empty((len(self), groups.n), dtype=np.int32)
            kernels.group_ages(
                events.person,
                events.day,
                events.known,
                events.row,
                arrays.row_class,
                groups.first,
                groups.slots,
                self.day,
                earliest,
                ages,
            )
            self._group_ages[key] = ages
        return ages

    def person_values(self, column: str) -> np.ndarray:
        return numbers(self.history.person_columns[column])
