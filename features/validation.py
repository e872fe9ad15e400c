"""Holds delivered rows to the data contract.

Structural faults (an unknown column, a column of the wrong kind, personal identity
numbers) raise. Single faulty rows are rejected with a reason, one reason a row: the first
in column order. ``recorded_at`` may precede a *period* (a listing, municipal care, an
enrolment or an observation period may be decided ahead) but not an *event*: a contact,
diagnosis, procedure, dispensing or observation cannot be on record before it took place.
"""

import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.columns import NUMBER_OF, REASONS, Reason, parse
from features.errors import DataError
from features.integrity import check_between_tables
from features.stays import join_stays
from features.tables import ALL_TABLES, PERSONS, TABLE, Column, Kind, Table, Tables

NOT_EVENTS = {"listings", "observation_periods", "municipal_care", "enrolments"}


@dataclass(frozen=True)
class Checked:
    """``rows``: kept rows, all contract columns, contract dtypes (repeated text as
    category). ``kept``: their positions in the frame. ``rejected``: row (position in the
    frame), column, reason."""

    rows: pd.DataFrame
    kept: np.ndarray
    rejected: pd.DataFrame


def nearest(name: str, names: list[str]) -> str:
    """ " (did you mean …?)" for a name that is close to one of ``names``, else nothing."""
    close = difflib.get_close_matches(name, names, n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def check_columns(table: Table, names: list[str], where: str) -> None:
    """Raises DataError for unknown, repeated or missing mandatory columns."""
    if not any(name in table.column for name in names):
        # Without a first line of names, those given are somebody's data: not to be told.
        raise DataError(
            "no column has a name of the data contract",
            where=where,
            do=f"The first line of a file names the columns; {table.name} has "
            f"{', '.join(table.column_names)}.",
        )
    for name in names:
        if name not in table.column:
            raise DataError(
                f"unknown column '{name}'{nearest(name, table.column_names)}",
                where=where,
                do=f"Remove or rename it; {table.name} has {', '.join(table.column_names)}.",
            )
        if names.count(name) > 1:
            raise DataError(f"column '{name}' stands twice", where=where, do="Remove one.")
    for column in table.columns:
        if column.name not in names and not column.nullable and column.name != "recorded_at":
            raise DataError(
                f"the column '{column.name}' is missing",
                where=where,
                do=f"Add it: {column.meaning}.",
            )


def validate_table(table: Table, frame: pd.DataFrame, where: str) -> Checked:
    """Check the rows of one table, each by itself.

    ``where`` names the file in errors. Raises DataError for structural faults. What only
    shows beside other rows (repeated keys, unknown persons and contacts) is the business
    of ``features.integrity``.
    """
    check_columns(table, [str(name) for name in frame.columns], where)
    faults = np.zeros(len(frame), dtype=np.int8)
    fault_column = np.zeros(len(frame), dtype=np.int8)

    def note(found: np.ndarray, column_number: int) -> None:
        new = (found != 0) & (faults == 0)
        if new.any():
            faults[new] = found[new]
            fault_column[new] = column_number

    values: dict[str, pd.Series] = {}
    for number, column in enumerate(table.columns):
        if column.name in frame.columns:
            parsed = parse(column, frame[column.name], where)
            values[column.name] = parsed.series.reset_index(drop=True)
            note(parsed.faults, number)
        elif column.name == "recorded_at":
            assert table.recorded_by_default is not None
            values[column.name] = values[table.recorded_by_default]
        else:
            values[column.name] = _nothing(column, len(frame))
    for name, broken, reason in _row_rules(table, values):
        note(np.where(broken, NUMBER_OF[reason], 0).astype(np.int8), table.column_names.index(name))

    rows = pd.DataFrame(values)
    bad = np.flatnonzero(faults)
    kept = np.flatnonzero(faults == 0)
    if not len(bad):
        return Checked(rows, kept, _NONE_REJECTED)
    blamed = [table.column_names[number] for number in fault_column[bad]]
    rejected = rejected_rows(bad, blamed, faults[bad])
    return Checked(rows.iloc[kept].reset_index(drop=True), kept, rejected)


def _nothing(column: Column, n_rows: int) -> pd.Series:
    """A column that was not delivered."""
    if column.kind is Kind.TEXT and column.name != "contact_id":
        return pd.Series(pd.Categorical.from_codes([-1] * n_rows, pd.Index([], dtype="str")))
    return pd.Series([None] * n_rows, dtype=column.kind.value)


def rejected_rows(rows: np.ndarray, columns: list[str], faults: np.ndarray) -> pd.DataFrame:
    """A table of rejected rows: row, column, reason."""
    return pd.DataFrame(
        {
            "row": pd.Series(rows, dtype="int64"),
            "column": pd.Series(columns, dtype="str"),
            "reason": pd.Series([str(REASONS[fault - 1]) for fault in faults], dtype="str"),
        }
    )


_NONE_REJECTED = rejected_rows(np.empty(0, dtype=np.int64), [], np.empty(0, dtype=np.int8))


def _row_rules(table: Table, values: dict[str, pd.Series]) -> list[tuple[str, np.ndarray, Reason]]:
    """What must hold between columns of one row: (column to blame, broken rows, reason).
    A missing date breaks no rule."""
    if table is PERSONS:
        early = (values["death_date"] < values["birth_date"]).to_numpy()
        return [("death_date", early, Reason.DIED_BEFORE_BIRTH)]
    rules = []
    assert table.happened is not None
    start = values[table.happened]
    if table.ended is not None:
        ends_early = (values[table.ended] < start).to_numpy()
        rules.append((table.ended, ends_early, Reason.ENDS_BEFORE_START))
    if table.name not in NOT_EVENTS:
        ahead = (values["recorded_at"] < start).to_numpy()
        rules.append(("recorded_at", ahead, Reason.RECORDED_TOO_EARLY))
    return rules


def tables_from_records(payload: dict[str, list[dict[str, Any]]]) -> Tables:
    """Canonical tables from JSON rows, checked and with stays joined as an extract has them.

    ``payload``: table name -> rows (objects of column -> value; dates as YYYY-MM-DD). A
    table that is left out is "not known", an empty list is "known, none". Raises DataError
    naming table, row number (from 1) and column of the first fault, never a value.
    """
    if not isinstance(payload, dict):
        raise DataError("not an object of tables", do="Send {table: [rows]}.")
    for name in payload:
        if name not in TABLE:
            raise DataError(
                f"a table that the data contract does not have{nearest(str(name), list(TABLE))}",
                do=f"Tables are {', '.join(TABLE)}.",
            )
    if not payload.get(PERSONS.name):
        raise DataError("no person is given", where=PERSONS.name, do="Add at least one row.")
    tables: Tables = {}
    for table in ALL_TABLES:
        if table.name in payload:
            if payload[table.name] == []:
                tables[table.name] = table.empty()
                continue
            frame = _frame(table, payload[table.name])
            checked = validate_table(table, frame, table.name)
            _refuse(table, checked.rejected)
            tables[table.name] = checked.rows
    for name, faults in check_between_tables(tables).items():
        bad = np.flatnonzero(faults.reasons)
        if len(bad):
            blamed = [faults.columns[number] for number in faults.blamed[bad]]
            _refuse(TABLE[name], rejected_rows(bad, blamed, faults.reasons[bad]))
    return join_stays(tables)[0]


def _frame(table: Table, rows: object) -> pd.DataFrame:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError("not a list of rows", where=table.name, do="Send a list of objects.")
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    unknown = [name for name in names if name not in table.column]
    if unknown:
        raise DataError(
            "a column that the data contract does not have"
            f"{nearest(unknown[0], table.column_names)}",
            where=table.name,
            do=f"Columns are {', '.join(table.column_names)}.",
        )
    columns = {}
    for column in table.columns:
        if column.name in names:
            values = [row.get(column.name) for row in rows]
            _check_json_types(table, column.name, column.kind, values)
            try:
                columns[column.name] = pd.Series(values, dtype=_JSON_DTYPE[column.kind])
            except OverflowError:
                raise DataError(
                    "a number too large for any column",
                    where=f"{table.name}, column '{column.name}'",
                    do="Correct the row.",
                ) from None
    return pd.DataFrame(columns)


_JSON_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.DATE: (str,),
    Kind.NUMBER: (int, float),
    Kind.WHOLE: (int, float),
    Kind.YES_NO: (bool,),
}
_JSON_DTYPE = {
    Kind.TEXT: "str",
    Kind.DATE: "str",
    Kind.NUMBER: "float64",
    Kind.WHOLE: "float64",
    Kind.YES_NO: "boolean",
}


def _check_json_types(table: Table, name: str, kind: Kind, values: list[Any]) -> None:
    wanted = _JSON_TYPES[kind]
    for number, value in enumerate(values, start=1):
        fits = value is None or (
            isinstance(value, wanted) and (kind is Kind.YES_NO or not isinstance(value, bool))
        )
        if not fits:
            raise DataError(
                f"the value is not {' or '.join(t.__name__ for t in wanted)}",
                where=f"{table.name}, row {number}, column '{name}'",
                do="Correct the row.",
            )


def _refuse(table: Table, rejected: pd.DataFrame) -> None:
    if len(rejected):
        first = rejected.sort_values("row", kind="stable").iloc[0]
        more = f" ({len(rejected) - 1} more faulty rows)" if len(rejected) > 1 else ""
        raise DataError(
            f"{first['reason']}{more}",
            where=f"{table.name}, row {first['row'] + 1}, column '{first['column']}'",
            do="Correct the row.",
        )
