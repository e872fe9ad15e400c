"""Values out of a frame's columns, without what pandas does around them.

For one person's few rows the ways of pandas cost more than all that is counted from them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from features import kernels

Column = np.ndarray | ExtensionArray
"""The values of a frame's column, without the column around them."""

FEW = 4096
"""Up to so many rows, a dictionary tells texts apart sooner than pandas is set up to."""

_SECONDS = np.dtype("datetime64[s]")


def columns_of(frame: pd.DataFrame) -> dict[str, Column]:
    """All columns of a frame by name.

    ``frame[name]`` makes a column anew at each call, which costs more than all that a small
    history does with its values. pandas has no public way to all of them at once.
    """
    names = texts(frame.columns.array)
    array_of: Any = frame._get_column_array
    return {str(name): array_of(number) for number, name in enumerate(names)}


def seconds(column: Column | pd.Series | pd.DatetimeIndex) -> np.ndarray:
    """Moments as whole seconds since 1970-01-01 (int64)."""
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
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def texts(column: Column) -> list[object]:
    """The values as Python has them; None where missing."""
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
    if len(column) > FEW:
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
