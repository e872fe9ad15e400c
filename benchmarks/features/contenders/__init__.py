"""Who takes part: each starts from its own columns in memory and ends with the same dense
float32 matrix."""

from collections.abc import Callable

import numpy as np

from benchmarks.features.contenders import duck, floor, framsynt, pandas_frames, polars_frames
from benchmarks.features.data import Columns

Contender = Callable[[dict[str, Columns], int], Callable[[], np.ndarray]]
"""Gets the events ready, untimed, and returns what is timed."""

ENGINE: dict[str, Contender] = {"Framsynt": framsynt.engine}
AS_WRITTEN: dict[str, Contender] = {
    "Polars, conditional sums": polars_frames.conditional_sums,
    "DuckDB, grouped pivot": duck.pivot,
    "DuckDB, filtered aggregates": duck.filtered_aggregates,
    "pandas, grouped and unstacked": pandas_frames.unstacked,
}
OUR_DESIGN: dict[str, Contender] = {
    "our design, Polars counts": polars_frames.counter,
    "our design, DuckDB counts": duck.counter,
    "our design, pandas counts": pandas_frames.counter,
}
FLOOR: dict[str, Contender] = {
    "floor, DuckDB": floor.duckdb,
    "floor, Polars": floor.polars,
    "floor, NumPy": floor.numpy,
}
