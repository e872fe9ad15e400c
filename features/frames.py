"""Values out of a frame's columns, without what pandas does around them.

For one person's few rows the ways of pandas cost more than all that is counted from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from features import kernels
from features.tables import Table

Column = np.ndarray | ExtensionArray | list[Any]
"""The values of a column, without the column around them; a list has None where missing."""

FEW = 4096
"""Up to so many rows, a dictionary tells texts apart sooner than pandas is set up to."""

_SECONDS = np.dtype("datetime64[s]")

AnyTables = Mapping[str, Any]
"""Canonical tables by name, each a frame or a ``PlainTable``."""


@dataclass(frozen=True, slots=True)
class PlainTable:
    """Rows of one canonical table, held to the contract (``features.plain``): nobody stands twice
    in ``persons``, and every other row is of somebody there. ``columns``: all that the contract
    has; texts and yes/no as lists with None where missing, dates as datetime64[s], numbers as
    float64."""

    table: Table
    columns: dict[str, Column]
    n_rows: int

    def __len__(self) -> int:
        return self.n_rows

    def take(self, rows: np.ndarray) -> PlainTable:
        chosen = rows.tolist()
        columns: dict[str, Column] = {
            name: [values[row] for row in chosen] if isinstance(values, list) else values[rows]
            for name, values in self.columns.items()
        }
        return PlainTable(self.table, columns, len(chosen))

    def replaced(self, **columns: Column) -> PlainTable:
        """The same rows with these columns in place of those of the same names."""
        return PlainTable(self.table, {**self.columns, **columns}, self.n_rows)

    def frame(self) -> pd.DataFrame:
        """The same rows as a frame, in the contract's dtypes."""
        kinds = self.table.column
        return pd.DataFrame(
            {n: pd.Series(v, dtype=kinds[n].kind.value) for n, v in self.columns.items()}
        )


AnyTable = pd.DataFrame | PlainTable


def columns_of(frame: AnyTable) -> dict[str, Column]:
    """All columns of a frame by name.

    ``frame[name]`` makes a column anew at each call, which costs more than all that a small
    history does with its values. pandas has no public way to all of them at once.
    """
    if isinstance(frame, PlainTable):
        return frame.columns
    names = texts(frame.columns.array)
    array_of: Any = frame._get_column_array
    return {str(name): array_of(number) for number, name in enumerate(names)}


def take(rows: AnyTable, chosen: np.ndarray) -> AnyTable:
    """The chosen rows, by their numbers, in that order."""
    return rows.take(chosen) if isinstance(rows, PlainTable) else rows.iloc[chosen]


def as_frame(rows: AnyTable) -> pd.DataFrame:
    return rows.frame() if isinstance(rows, PlainTable) else rows


def seconds(column: Column | pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Moments as whole seconds since 1970-01-01 (int64)."""
    if isinstance(column, np.ndarray) and column.dtype == _SECONDS and column.flags.c_contiguous:
        return column.view(np.int64)
    moments = np.asarray(column).astype(_SECONDS, copy=False)
    return np.ascontiguousarray(moments).view(np.int64)


def days(column: Column | pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Dates as whole days since 1970-01-01 (int32); missing dates as ``NEVER``."""
    moments = seconds(column)
    whole = np.empty(len(moments), dtype=np.int32)
    kernels.to_days(moments, whole)
    return whole


def numbers(column: Column) -> np.ndarray:
    """A number column as float64; NaN where missing."""
    if isinstance(column, np.ndarray):
        return column.astype(np.float64, copy=False)
    if isinstance(column, list):
        return np.array([np.nan if value is None else value for value in column], np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def texts(column: Column) -> list[object]:
    """The values as Python has them; None where missing."""
    if isinstance(column, list):
        return column
    if hasattr(column, "__arrow_array__"):
        values: list[object] = column.__arrow_array__().to_pylist()
        return values
    if isinstance(column, np.ndarray):
        return np.where(pd.isna(column), _MISSING, column).tolist()
    return column.to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[arg-type]


_MISSING = np.array([None])


def label(column: Column) -> tuple[np.ndarray, np.ndarray]:
    """(row -> number of its value, -1 where missing; the distinct values, object)."""
    if isinstance(column, pd.Categorical):
        return column.codes, column.categories.to_numpy(dtype=object)
    if len(column) > FEW and not isinstance(column, list):
        number, values = pd.factorize(column)  # type: ignore[arg-type]
        return number, np.asarray(values, dtype=object)
    return label_few(texts(column))


def label_few(values: list[object]) -> tuple[np.ndarray, np.ndarray]:
    """As ``label``, of values that Python has."""
    distinct = dict.fromkeys(values)
    distinct.pop(None, None)
    number_of: dict[object, int] = dict(zip(distinct, range(len(distinct)), strict=True))
    number_of[None] = -1
    number = np.fromiter(map(number_of.__getitem__, values), np.int64, len(values))
    return number, np.fromiter(distinct, object, len(distinct))
