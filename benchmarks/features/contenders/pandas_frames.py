"""pandas: rows grouped by person, kind and bucket, unstacked, and added up over buckets."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.features.contenders.spread import spread
from benchmarks.features.data import INDEX_DAY, PARTS, WINDOWS, Columns, Part


def _frames(data: dict[str, Columns]) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(columns) for name, columns in data.items()}


def _counts(frame: pd.DataFrame, part: Part) -> pd.Series:
    rows = frame[
        (frame["recorded"] < INDEX_DAY)
        & (frame["day"] >= INDEX_DAY - WINDOWS[-1])
        & (frame["code"] < part.kinds * part.per_kind)
    ]
    bucket = np.searchsorted(WINDOWS, INDEX_DAY - rows["day"])
    rows = rows.assign(kind=rows["code"] // part.per_kind, bucket=bucket)
    grouped = rows.groupby(["person", "kind", "bucket"])
    return (grouped[part.summed].sum() if part.summed else grouped.size()).rename("n")


def unstacked(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    """As its users write it: pandas to the end."""
    frames = _frames(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            every = pd.MultiIndex.from_product([range(part.kinds), range(len(WINDOWS))])
            counts = _counts(frames[part.table], part)
            wide = counts.unstack(["kind", "bucket"], fill_value=0)  # noqa: PD010
            wide = wide.reindex(index=range(people), columns=every, fill_value=0)
            cumulated = [wide[kind].cumsum(axis=1) for kind in range(part.kinds)]
            parts.append(pd.concat(cumulated, axis=1).to_numpy(dtype=np.float32))
        return np.hstack(parts)

    return run


def counter(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    frames = _frames(data)

    def run() -> np.ndarray:
        parts = []
        for part in PARTS:
            found = _counts(frames[part.table], part).reset_index()
            parts.append(spread({c: found[c].to_numpy() for c in found}, people, part))
        return np.hstack(parts)

    return run
