"""The floor: a bare scan with one group-by, the number of known rows per person.

Reads person, day and day recorded of every row, and tells neither kinds nor windows apart.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from benchmarks.features.contenders.duck import database
from benchmarks.features.data import INDEX_DAY, PARTS, WINDOWS, Columns

_TABLES = tuple(dict.fromkeys(part.table for part in PARTS))
_FIRST_DAY = INDEX_DAY - WINDOWS[-1]


def duckdb(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    connection = database(data)

    def run() -> np.ndarray:
        total = np.zeros(people, dtype=np.int64)
        for table in _TABLES:
            found = connection.execute(
                f"""SELECT person, count(*) AS n FROM {table}
                    WHERE recorded < {INDEX_DAY} AND day >= {_FIRST_DAY} GROUP BY person"""
            ).fetchnumpy()
            total[found["person"]] += found["n"]
        return total

    return run


def polars(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    frames = {name: pl.DataFrame(columns) for name, columns in data.items()}

    def run() -> np.ndarray:
        total = np.zeros(people, dtype=np.int64)
        for table in _TABLES:
            found = (
                frames[table]
                .lazy()
                .filter((pl.col("recorded") < INDEX_DAY) & (pl.col("day") >= _FIRST_DAY))
                .group_by("person")
                .len()
                .collect()
            )
            total[found["person"].to_numpy()] += found["len"].to_numpy()
        return total

    return run


def numpy(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    """One thread."""

    def run() -> np.ndarray:
        total = np.zeros(people, dtype=np.int64)
        for table in _TABLES:
            rows = data[table]
            known = (rows["recorded"] < INDEX_DAY) & (rows["day"] >= _FIRST_DAY)
            total += np.bincount(rows["person"], weights=known, minlength=people).astype(np.int64)
        return total

    return run
