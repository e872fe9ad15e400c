"""DuckDB: a grouped pivot, filtered aggregates, and as a counter for our own design."""

from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd

from benchmarks.features.contenders.spread import spread
from benchmarks.features.data import INDEX_DAY, PARTS, WINDOWS, Columns, Part

_AGE = f"({INDEX_DAY} - day)"
_BUCKET = "CASE " + " ".join(f"WHEN {_AGE} <= {w} THEN {i}" for i, w in enumerate(WINDOWS)) + " END"


def database(data: dict[str, Columns]) -> duckdb.DuckDBPyConnection:
    """All tables in memory, two threads."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for name, columns in data.items():
        connection.register("incoming", pd.DataFrame(columns))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


def _known(part: Part) -> str:
    in_kinds = f"code < {part.kinds * part.per_kind}"
    return f"recorded < {INDEX_DAY} AND {_AGE} <= {WINDOWS[-1]} AND {in_kinds}"


def pivot(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    """All in SQL but the running sum: a pivot over kind and bucket, grouped by person."""
    connection = database(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            n_cells = part.kinds * len(WINDOWS)
            cell = f"(code // {part.per_kind}) * {len(WINDOWS)} + {_BUCKET}"
            wide = connection.execute(
                f"""PIVOT (SELECT person, {cell} AS cell,
                    {part.summed or "1"} AS n FROM {part.table} WHERE {_known(part)})
                    ON cell IN ({", ".join(map(str, range(n_cells)))})
                    USING sum(n) GROUP BY person"""
            ).fetchnumpy()
            dense = _dense(wide, people, n_cells).reshape(people, part.kinds, len(WINDOWS))
            parts.append(np.cumsum(dense, axis=2, out=dense).reshape(people, -1))
        return np.hstack(parts)

    return run


def filtered_aggregates(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    """All in SQL: one aggregate with a FILTER per feature, grouped by person."""
    connection = database(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            what = f"sum({part.summed})" if part.summed else "count(*)"
            cells = [(kind, window) for kind in range(part.kinds) for window in WINDOWS]
            features = ", ".join(
                f'{what} FILTER (kind = {kind} AND age <= {window}) AS "{number}"'
                for number, (kind, window) in enumerate(cells)
            )
            wide = connection.execute(
                f"""SELECT person, {features} FROM
                    (SELECT person, code // {part.per_kind} AS kind, {_AGE} AS age,
                     {part.summed or "1"} AS {part.summed or "n"}
                     FROM {part.table} WHERE {_known(part)}) GROUP BY person"""
            ).fetchnumpy()
            parts.append(_dense(wide, people, len(cells)))
        return np.hstack(parts)

    return run


def counter(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    connection = database(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            found = connection.execute(
                f"""SELECT person, code // {part.per_kind} AS kind, {_BUCKET} AS bucket,
                    {f"sum({part.summed})" if part.summed else "count(*)"} AS n
                    FROM {part.table} WHERE {_known(part)} GROUP BY ALL"""
            ).fetchnumpy()
            parts.append(spread(found, people, part))
        return np.hstack(parts)

    return run


def _dense(wide: dict[str, np.ndarray], people: int, n_cells: int) -> np.ndarray:
    dense = np.zeros((people, n_cells), dtype=np.float32)
    for cell in range(n_cells):
        dense[wide["person"], cell] = np.ma.filled(wide[str(cell)], 0)
    return dense
