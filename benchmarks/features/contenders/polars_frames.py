"""Polars: one filtered aggregate per feature, grouped by person; and as a counter for our
own design."""

from collections.abc import Callable

import numpy as np
import polars as pl

from benchmarks.features.contenders.spread import spread
from benchmarks.features.data import INDEX_DAY, PARTS, WINDOWS, Columns, Part


def _frames(data: dict[str, Columns]) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame(columns) for name, columns in data.items()}


def _known(frame: pl.DataFrame, part: Part) -> pl.LazyFrame:
    return (
        frame.lazy()
        .filter(
            (pl.col("recorded") < INDEX_DAY)
            & (pl.col("day") >= INDEX_DAY - WINDOWS[-1])
            & (pl.col("code") < part.kinds * part.per_kind)
        )
        .with_columns(age=INDEX_DAY - pl.col("day"), kind=pl.col("code") // part.per_kind)
    )


def conditional_sums(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    frames = _frames(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            features = [
                (pl.col(part.summed) if part.summed else pl.lit(1, pl.UInt32))
                .filter((pl.col("kind") == kind) & (pl.col("age") <= window))
                .sum()
                .cast(pl.Float32)
                .alias(f"{kind}_{window}")
                for kind in range(part.kinds)
                for window in WINDOWS
            ]
            wide = _known(frames[part.table], part).group_by("person").agg(features).collect()
            dense = np.zeros((people, part.kinds * len(WINDOWS)), dtype=np.float32)
            dense[wide["person"].to_numpy()] = wide.drop("person").to_numpy()
            parts.append(dense)
        return np.hstack(parts)

    return run


def counter(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    frames = _frames(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            found = (
                _known(frames[part.table], part)
                .with_columns(bucket=pl.col("age").cut(list(WINDOWS[:-1])).to_physical())
                .group_by("person", "kind", "bucket")
                .agg(n=pl.col(part.summed).sum() if part.summed else pl.len())
                .collect()
            )
            parts.append(spread({c: found[c].to_numpy() for c in found.columns}, people, part))
        return np.hstack(parts)

    return run
