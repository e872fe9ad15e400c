"""Reads a plain table: which column says what, and what is wrong with it.

CSV (separated by comma, semicolon or tab) or Parquet, a row per person or per person and
time. Errors name the file and the column, never a value.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import DataError, PersonNumberError, SettingsError
from features.person_numbers import looks_like_person_numbers

FEWEST_ROWS = 50
"""Fewer rows than this are no data to learn from and be judged by."""


@dataclass(frozen=True)
class Roles:
    """Which column is what. All others are features, and so are the ``groups`` unless they
    are left out: a group is what is judged apart, not what is kept from the model.

    ``person``: rows with the same value belong together and are held out together.
    ``time``: a number or a date; the latest rows are held out. Raises ``SettingsError`` for
    a column with two roles.
    """

    label: str
    groups: tuple[str, ...] = ()
    person: str = ""
    time: str = ""
    leave_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        single = [self.label, *filter(None, (self.person, self.time)), *self.leave_out]
        twice = [name for name, times in Counter(single).items() if times > 1]
        twice += [name for name in self.groups if name in (self.label, self.person)]
        if twice:
            raise SettingsError(
                f"the column '{twice[0]}' cannot be two things at once",
                do="Name different columns as label, person, time and left out; a group may be "
                "any column but label and person.",
            )

    @property
    def named(self) -> dict[str, str]:
        """option -> each column that it names."""
        options = [("--label", self.label), ("--person", self.person), ("--time", self.time)]
        options += [("--group", name) for name in self.groups]
        options += [("--leave-out", name) for name in self.leave_out]
        return {column: option for option, column in options if column}


@dataclass(frozen=True)
class PlainTable:
    """``features``: numbers and text as delivered. ``label``: int8, 0/1. ``person``: which
    rows belong together, as text; the row's number where no column says. ``time``: float64,
    rising with time, or None. ``groups``: as text, missing allowed. All of equal length."""

    name: str
    features: pd.DataFrame
    label: np.ndarray
    person: np.ndarray
    time: np.ndarray | None
    groups: pd.DataFrame

    def __len__(self) -> int:
        return len(self.label)


def read_table(file: Path, roles: Roles) -> PlainTable:
    """The table with its columns in their roles.

    Raises ``SettingsError`` for a column that is not there, ``DataError`` for a file that
    cannot be read or a label that is not one, ``PersonNumberError`` for identity numbers.
    """
    frame = _frame(file)
    for column, option in roles.named.items():
        if column not in frame.columns:
            raise SettingsError(
                f"there is no column '{column}'",
                where=option,
                do=f"{file.name} has: {', '.join(map(str, frame.columns))}.",
            )
    if len(frame) < FEWEST_ROWS:
        raise DataError(
            f"only {len(frame)} rows; at least {FEWEST_ROWS} are needed to learn and judge",
            where=file.name,
            do="Deliver more rows.",
        )
    _refuse_person_numbers(frame, file)
    apart = [roles.label, roles.person, roles.time, *roles.leave_out]
    features = frame[[name for name in frame.columns if name not in apart]]
    if not len(features.columns):
        raise DataError("no column is left to predict from", where=file.name)
    label = _label(frame[roles.label], file)
    _refuse_label_again(features, label, file)
    if roles.person:
        if frame[roles.person].isna().any():
            raise _wrong(file, roles.person, "some rows have no value", "Say whose rows they are.")
        person = frame[roles.person].astype("str").to_numpy(dtype=object)
    else:
        person = np.arange(len(frame)).astype(str).astype(object)
    return PlainTable(
        file.name,
        features,
        label,
        person,
        _time(frame[roles.time], file) if roles.time else None,
        pd.DataFrame({name: group_of(frame[name]) for name in roles.groups}, index=frame.index),
    )


def _frame(file: Path) -> pd.DataFrame:
    if file.suffix.lower() not in (".csv", ".tsv", ".txt", ".parquet"):
        raise SettingsError("not a CSV or Parquet file", where=file.name, do="Save it as one.")
    try:
        if file.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            names = pq.read_schema(file).names
            _refuse_bad_header(names, file)
            return pd.read_parquet(file).reset_index(drop=True)[names]
        names, separator = _header(file)
        _refuse_bad_header(names, file)
        decimal = "," if separator == ";" else "."
        return pd.read_csv(file, sep=separator, decimal=decimal, encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror or 'not such a file'})",
            where=file.name,
            do="Name a CSV or Parquet file.",
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, ValueError):
        raise DataError(
            "is no table: rows of equal length under one line of column names, in UTF-8",
            where=file.name,
            do="Export it again.",
        ) from None


def _header(file: Path) -> tuple[list[str], str]:
    """(column names, what separates them): the sign that the first line holds most of."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        first = lines.readline()
    separator = max(",;\t", key=first.count)
    return next(csv.reader([first.rstrip("\r\n")], delimiter=separator), []), separator


def _refuse_bad_header(names: list[str], file: Path) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise DataError(
            f"the column '{twice[0]}' stands {names.count(twice[0])} times",
            where=file.name,
            do="Rename or remove the others.",
        )
    if any(not name.strip() for name in names):
        raise DataError("a column has no name", where=file.name, do="Name it, or remove it.")


def _wrong(file: Path, column: str, what: str, do: str) -> DataError:
    return DataError(what, where=f"{file.name}, column '{column}'", do=do)


def _refuse_person_numbers(frame: pd.DataFrame, file: Path) -> None:
    for column in frame.columns:
        distinct = frame[column].dropna().unique()
        if not pd.api.types.is_float_dtype(frame[column].dtype) and looks_like_person_numbers(
            [str(value) for value in distinct]
        ):
            raise PersonNumberError(
                "looks like personal identity numbers",
                where=f"{file.name}, column '{column}'",
                do="Replace them with pseudonyms.",
            )


def _label(values: pd.Series, file: Path) -> np.ndarray:
    missing = int(values.isna().sum())
    if missing:
        raise _wrong(
            file, str(values.name), f"{missing:,} rows have no label", "Leave these rows out."
        )
    numbers = pd.to_numeric(values, errors="coerce")
    if not numbers.isin([0, 1]).all():
        raise _wrong(
            file,
            str(values.name),
            "a label is 0 or 1, and this column has other values",
            "Write 1 where the outcome happened and 0 where it did not.",
        )
    label = numbers.to_numpy(dtype=np.int8)
    if label.min() == label.max():
        raise _wrong(
            file,
            str(values.name),
            f"every row has the label {label[0]}: there is nothing to tell apart",
            "Deliver rows of both kinds.",
        )
    return label


def _refuse_label_again(features: pd.DataFrame, label: np.ndarray, file: Path) -> None:
    """A column that says the label in other words, such as its text or its opposite."""
    for column in features.columns:
        values, distinct = pd.factorize(features[column], use_na_sentinel=False)
        if len(distinct) == 2 and ((values == label).all() or (values == 1 - label).all()):
            raise _wrong(
                file,
                str(column),
                "says the same as the label in every row",
                "Leave it out with --leave-out: it is the answer, not something known before it.",
            )


def _time(values: pd.Series, file: Path) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(values.dtype):
        time = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        moments = pd.to_datetime(values, errors="coerce", format="ISO8601")
        time = moments.astype("datetime64[s]").astype("int64").to_numpy(dtype=np.float64)
        time[moments.isna().to_numpy()] = np.nan
    if np.isnan(time).any():
        raise _wrong(
            file,
            str(values.name),
            f"{int(np.isnan(time).sum()):,} rows have no time that can be read",
            "Write times as numbers or as 2025-10-13.",
        )
    return time


MOST_GROUPS = 12
"""A group of numbers with more distinct values than this is judged in fifths."""


def group_of(values: pd.Series) -> pd.Series:
    """The group of each row, as text; missing where unknown. Many numbers become fifths,
    with their bounds as names."""
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype("str").where(values.notna())
    if values.nunique() <= MOST_GROUPS:
        whole = bool((values.dropna() % 1 == 0).all())
        text = values.astype("Int64").astype("str") if whole else values.astype("str")
        return text.where(values.notna())
    number = values.to_numpy(dtype=np.float64, na_value=np.nan)
    cuts = np.unique(np.nanquantile(number, [0, 0.2, 0.4, 0.6, 0.8, 1]))
    names = [f"over {low:g} to {high:g}" for low, high in pairwise(cuts)]
    names[0] = names[0].removeprefix("over ")
    fifth = np.searchsorted(cuts[1:-1], number)  # a value on a cut belongs below it
    return pd.Series(np.array(names)[fifth], values.index, dtype="str").where(values.notna())
