"""Canonical rows between pandas and Arrow: one mapping for spool, extracts and readers."""

import numpy as np
import pandas as pd
import pyarrow as pa

from features.frames import Column, PlainTable
from features.tables import Kind, Table

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.NUMBER: pa.float64(),
    Kind.WHOLE: pa.int64(),
    Kind.YES_NO: pa.bool_(),
}


def to_arrow(table: Table, rows: pd.DataFrame) -> pa.Table:
    """Contract columns first, in contract order, then any others (whole numbers).
    Categories become dictionaries, dates whole days."""
    others = [name for name in rows.columns if name not in table.column]
    arrays = [_to_arrow(column.kind, rows[column.name]) for column in table.columns]
    arrays += [pa.array(rows[name].to_numpy()) for name in others]
    return pa.table(arrays, names=table.column_names + others)


def _to_arrow(kind: Kind, series: pd.Series) -> pa.Array:
    if kind is Kind.DATE:
        return pa.array(series.to_numpy().astype("datetime64[D]"), type=pa.date32())
    if isinstance(series.dtype, pd.CategoricalDtype):
        dictionary = pa.array(series.cat.categories.astype(object), type=pa.string())
        codes = series.cat.codes.to_numpy().astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), dictionary)
    array = pa.array(series, type=_ARROW[kind], from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def from_arrow(table: Table, rows: pa.Table) -> pd.DataFrame:
    """Contract dtypes; dictionaries become categories. Other columns come back as they are."""
    columns: dict[str, pd.Series] = {}
    for name in rows.column_names:
        column, values = table.column.get(name), rows[name]
        if column is not None and column.kind is Kind.DATE:
            values = values.cast(pa.timestamp("s"))
        series = values.to_pandas()
        if isinstance(series.dtype, pd.CategoricalDtype):
            series = series.cat.set_categories(series.cat.categories.astype("str"))
        elif column is not None:
            series = series.astype(column.kind.value)
        columns[name] = series
    return pd.DataFrame(columns)


def plain(table: Table, rows: pa.Table) -> PlainTable:
    """The contract's columns without a frame around them."""
    columns = {c.name: _plain(c.kind, rows[c.name]) for c in table.columns}
    return PlainTable(table, columns, rows.num_rows)


def _plain(kind: Kind, values: pa.ChunkedArray) -> Column:
    if kind is Kind.DATE:
        return values.cast(pa.timestamp("s")).to_numpy()
    if kind in (Kind.TEXT, Kind.YES_NO):
        return values.to_pylist()
    return values.cast(pa.float64()).to_numpy()
