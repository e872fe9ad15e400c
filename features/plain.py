"""Rows of JSON as plain columns: the quick way in for an API call whose every row is in order.

``tables_from_records`` (``features.validation``) says of any delivery what is wrong with it, and
makes frames, which for one person's few hundred rows costs ten times what is then counted from
them. Here only what is plainly right is taken, each column in one go; whatever is the least odd
(a padded text, a date with a time, a faulty row) is left to that slow way, which takes it or
tells. The values are the same either way; ``tests/features/test_plain.py`` holds the two
against each other. Stays that touch are joined by the history, as known on the date.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from operator import itemgetter
from sys import float_info
from typing import Any

import numpy as np

from features.columns import EARLIEST, LATEST
from features.frames import AnyTables, Column, PlainTable, columns_of, take, texts
from features.person_numbers import SHORTEST, is_person_number
from features.tables import ALL_TABLES, CONTACTS, PERSONS, TABLE, Kind, Table
from features.tables import Column as Declared
from features.validation import NOT_EVENTS

Records = Mapping[str, list[dict[str, Any]]]
"""Table name -> rows; a value that is left out or None is not known."""


PlainTables = dict[str, PlainTable]


def plain_tables(payload: Records) -> PlainTables | None:
    """The tables, checked; None for whatever is not plainly in order, be it wrong or not."""
    if not payload.get(PERSONS.name) or not payload.keys() <= TABLE.keys():
        return None
    tables = {}
    try:
        for table in ALL_TABLES:
            if table.name in payload:
                tables[table.name] = _plain(table, payload[table.name])
        _check_between(tables)
    except _NotPlain:
        return None
    return tables


def person_ids(tables: AnyTables) -> list[str]:
    """Everybody in ``persons``, in the order of the rows."""
    return [str(who) for who in texts(columns_of(tables[PERSONS.name])["person_id"])]


def without(tables: AnyTables, people: Collection[str]) -> AnyTables:
    """The tables without the rows of some people."""
    kept = {}
    for name, rows in tables.items():
        mine = [str(who) not in people for who in texts(columns_of(rows)["person_id"])]
        kept[name] = take(rows, np.flatnonzero(mine))
    return kept


class _NotPlain(Exception):
    """Something to be looked at the slow way."""


def _plain(table: Table, rows: list[dict[str, Any]]) -> PlainTable:
    sent = _sent(table, rows)
    columns: dict[str, Column] = {}
    for column, read in _READERS[table.name]:
        if column.name in sent:
            columns[column.name] = read(column, sent[column.name])
        elif column.nullable or not rows:
            columns[column.name] = _nothing(column, len(rows))
        elif column.name == "recorded_at" and table.recorded_by_default:
            columns[column.name] = columns[table.recorded_by_default]
        else:
            raise _NotPlain
    _check_rows(table, columns)
    return PlainTable(table, columns, len(rows))


def _sent(table: Table, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The values of each column that any row has; None in the rows without it."""
    known = table.column.keys()
    if len(set(map(len, rows))) == 1 and rows[0].keys() <= known:
        with suppress(KeyError):  # each as long as the first, with all that it has: the same
            return {name: list(map(itemgetter(name), rows)) for name in rows[0]}
    names = set().union(*rows)
    if not names <= known:
        raise _NotPlain
    return {name: _values(name, rows) for name in names}


def _values(name: str, rows: list[dict[str, Any]]) -> list[Any]:
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


Kinds = frozenset[type]
_NONE = type(None)


def _types(column: Declared, values: list[Any], allowed: Kinds) -> set[type]:
    types = set(map(type, values))
    if not types <= allowed or (_NONE in types and not column.nullable):
        raise _NotPlain
    return types


_DATE: Kinds = frozenset({str, _NONE})
_NUMBER: Kinds = frozenset({int, float, _NONE})
_WHOLE: Kinds = frozenset({int, _NONE})
_YES_NO: Kinds = frozenset({bool, _NONE})


def _texts(column: Declared, values: list[Any]) -> Column:
    try:
        distinct = set(values)
    except TypeError:
        raise _NotPlain from None
    if None in distinct:
        if not column.nullable:
            raise _NotPlain
        distinct.discard(None)
    if not (distinct.issubset(column.allowed) if column.allowed else _are_plain_texts(distinct)):
        raise _NotPlain
    return values


def _are_plain_texts(values: set[Any]) -> bool:
    """Texts with nothing to strip or to doubt, and no personal identity number."""
    if not values:
        return True
    try:
        spaced = f" {' '.join(values)} "
    except TypeError:
        return False
    long = [text for text in values if len(text) >= SHORTEST]
    return spaced.isprintable() and "  " not in spaced and not any(map(is_person_number, long))


def _dates(column: Declared, values: list[Any]) -> Column:
    seconds_of = _SECONDS_OF[column.nullable]
    try:
        seconds = np.fromiter(map(seconds_of.__getitem__, values), np.int64, len(values))
    except (KeyError, TypeError):  # one that is new, or no date
        _types(column, values, _DATE)
        for text in set(values) - seconds_of.keys():
            seconds_of[text] = _seconds(text)
        return _dates(column, values)
    return seconds.view(_MOMENT)


_MOMENT = np.dtype("datetime64[s]")
_NEVER = np.datetime64("NaT", "s")
_SECONDS_OF: dict[bool, dict[str | None, int]] = {
    True: {None: int(_NEVER.astype(np.int64))},
    False: {},
}
"""Dates met before, at most all days of the contract's range: the same ones come back. By whether
a column may lack one."""


def _seconds(text: str) -> int:
    digits = text[:4] + text[5:7] + text[8:]
    if not (len(text) == 10 and text[4] == text[7] == "-" and digits.isascii()):
        raise _NotPlain
    try:
        moment = np.datetime64(date(int(text[:4]), int(text[5:7]), int(text[8:])), "s")
    except ValueError:
        raise _NotPlain from None
    if not digits.isdigit() or not EARLIEST <= moment <= LATEST:
        raise _NotPlain
    return int(moment.astype(np.int64))


def _numbers(column: Declared, values: list[Any]) -> Column:
    kinds = _WHOLE if column.kind is Kind.WHOLE else _NUMBER
    missing = 0
    if _NONE in _types(column, values, kinds):
        missing = values.count(None)
        values = [np.nan if value is None else value for value in values]
    try:
        numbers = np.array(values, dtype=np.float64)
    except (OverflowError, ValueError):
        raise _NotPlain from None
    most = 2**53 - 1 if column.kind is Kind.WHOLE else float_info.max
    low = -most if column.minimum is None else column.minimum
    high = most if column.maximum is None else column.maximum
    if np.count_nonzero((numbers >= low) & (numbers <= high)) + missing < len(values):
        raise _NotPlain
    return numbers


def _yes_no(column: Declared, values: list[Any]) -> Column:
    _types(column, values, _YES_NO)
    return values


Read = Callable[[Declared, list[Any]], Column]

_READ: dict[Kind, Read] = {
    Kind.TEXT: _texts,
    Kind.DATE: _dates,
    Kind.NUMBER: _numbers,
    Kind.WHOLE: _numbers,
    Kind.YES_NO: _yes_no,
}
_READERS = {
    table.name: [(column, _READ[column.kind]) for column in table.columns] for table in ALL_TABLES
}


def _nothing(column: Declared, n_rows: int) -> Column:
    """A column that was not sent."""
    if column.kind is Kind.DATE:
        return np.full(n_rows, _NEVER)
    if column.kind in (Kind.NUMBER, Kind.WHOLE):
        return np.full(n_rows, np.nan)
    return [None] * n_rows


def _check_rows(table: Table, columns: dict[str, Column]) -> None:
    """What must hold between the dates of one row (``features.validation``)."""
    if table is PERSONS:
        _rising(columns, "birth_date", "death_date")
        return
    assert table.happened is not None
    if table.ended is not None:
        _rising(columns, table.happened, table.ended)
    if table.name not in NOT_EVENTS:
        _rising(columns, table.happened, "recorded_at")


def _rising(columns: dict[str, Column], first: str, then: str) -> None:
    if np.less(np.asarray(columns[then]), np.asarray(columns[first])).any():
        raise _NotPlain


def _check_between(tables: PlainTables) -> None:
    """What must hold between rows and tables (``features.integrity``)."""
    people = person_ids(tables)
    everybody = set(people)
    if len(everybody) < len(people):
        raise _NotPlain
    contacts: set[object] = set()
    for name, rows in tables.items():
        if not everybody.issuperset(rows.columns["person_id"]):
            raise _NotPlain
        if name == CONTACTS.name:
            contacts.update(_keys(rows, len(people)))
            if len(contacts) < len(rows):
                raise _NotPlain
        elif "contact_id" in rows.columns:
            referred = set(_keys(rows, len(people)))
            if not referred <= contacts:
                raise _NotPlain


def _keys(rows: PlainTable, people: int) -> Iterable[object]:
    """The contact of each row that has one: its id, and whose it is."""
    ids = rows.columns["contact_id"]
    if people == 1:
        return [one for one in ids if one is not None]
    who = rows.columns["person_id"]
    return [(person, one) for person, one in zip(who, ids, strict=True) if one is not None]
