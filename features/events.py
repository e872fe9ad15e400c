"""Rows as plain arrays: who, on which day, known from when, of which class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from features.errors import DataError
from features.integrity import person_numbers
from features.rows import CLASS_COLUMNS, Classes
from features.tables import PERSONS, Table

NEVER = np.int32(2**30)
"""A day or an age that never comes: later than any date, longer than any window."""


def days(values: pd.Series | pd.DatetimeIndex | np.ndarray) -> np.ndarray:
    """Dates as whole days since 1970-01-01 (int32); missing dates as ``NEVER``."""
    moments = np.asarray(values).astype("datetime64[D]").view(np.int64)
    whole = moments.astype(np.int32)
    missing = np.iinfo(np.int64).min
    if len(moments) and moments.min() == missing:
        whole[moments == missing] = NEVER
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
        person = _person_numbers(table, frame["person_id"], people)
        if len(person) > 1 and (person[1:] < person[:-1]).any():
            order = np.argsort(person, kind="stable")
            person, frame = person[order], frame.iloc[order]
        assert table.happened is not None
        happened, recorded = days(frame[table.happened]), days(frame["recorded_at"])
        end = days(frame[table.ended]) if table.ended else None
        self.table, self.frame = table, frame
        self.events = Events(
            person, happened, np.maximum(happened, recorded), end, np.arange(len(frame))
        )

    def contact_keys(self, events: Events) -> pd.MultiIndex:
        """Person and contact_id of some rows: a contact_id is unique within a person."""
        contact_id = self.frame["contact_id"].iloc[events.row].astype("str")
        return pd.MultiIndex.from_arrays([events.person, contact_id])

    @cached_property
    def _classified(self) -> tuple[np.ndarray, Classes]:
        code = np.zeros(len(self.frame), dtype=np.int64)
        parts: list[tuple[str, np.ndarray, int]] = []
        for column in CLASS_COLUMNS[self.table.name]:
            numbers, values = _factorise(self.frame, column)
            code *= len(values)
            code += numbers
            parts.append((column, values, len(values)))
        space = int(np.prod([size for _, _, size in parts])) if parts else 1
        if space <= max(4 * len(code), 4096):
            used = np.flatnonzero(np.bincount(code, minlength=space))
            lookup = np.zeros(space, dtype=np.int32)
            lookup[used] = np.arange(len(used), dtype=np.int32)
            row_class = lookup[code]
        else:
            used, inverse = np.unique(code, return_inverse=True)
            row_class = inverse.astype(np.int32)
        values_of: dict[str, np.ndarray] = {}
        rest = used
        for column, values, size in reversed(parts):
            values_of[column] = values[rest % size]
            rest = rest // size
        return row_class, Classes(self.table, values_of)

    @property
    def row_class(self) -> np.ndarray:
        """The class of every row: a number into ``classes``."""
        return self._classified[0]

    @property
    def classes(self) -> Classes:
        return self._classified[1]


def _person_numbers(table: Table, person_id: pd.Series, people: pd.Index) -> np.ndarray:
    numbers = person_numbers(person_id, people)
    if len(numbers) and numbers.min() < 0:
        raise DataError(
            f"{int((numbers < 0).sum())} rows belong to people who are not in {PERSONS.name}",
            where=table.name,
            do="Deliver the people too, or leave their rows out.",
        )
    return numbers.astype(np.int32)


def _factorise(frame: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Row -> number of its value, and the values (object; None where missing)."""
    if column == "principal":
        principal = (frame["position"] == 1).to_numpy(dtype=bool, na_value=False)
        return principal.astype(np.int64), np.array([False, True], dtype=object)
    series = frame[column]
    if isinstance(series.dtype, pd.CategoricalDtype):
        numbers, values = series.cat.codes.to_numpy(), series.cat.categories
    else:
        numbers, values = pd.factorize(series)
    named = np.array([*values, None], dtype=object)
    return np.where(numbers < 0, len(values), numbers).astype(np.int64), named
