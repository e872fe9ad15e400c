"""Measures x windows x index dates -> matrix: one definition for training, batch and API."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from features.history import Computed, History, View
from features.measures.base import Feature, Measure

INDEX = ["person_id", "index_date"]


def features_of(measures: Sequence[Measure]) -> list[Feature]:
    """The columns of a matrix of these measures, in order."""
    return [feature for measure in measures for feature in measure.features]


def build_matrix(
    history: History,
    measures: Sequence[Measure],
    index_dates: Sequence[date | str | pd.Timestamp],
    *,
    threads: int = 1,
) -> pd.DataFrame:
    """Features of every person in the history as of every index date.

    Rows: index dates as given (outer), people sorted by id (inner), as a MultiIndex
    (person_id, index_date). Columns: float32, one per feature, NaN for "not known".
    Uses only what had happened and been recorded before each index date.
    """
    columns = _columns(tuple(measures))
    values = np.empty((len(index_dates), len(history), len(columns)), dtype=np.float32)
    for number, index_date in enumerate(index_dates):
        fill(values[number], history.at(index_date, threads=threads), measures)
    flat = values.reshape(-1, len(columns))
    return pd.DataFrame(flat, index=_index(history, index_dates), columns=columns, copy=False)


@lru_cache(maxsize=64)
def _columns(measures: tuple[Measure, ...]) -> pd.Index:
    return pd.Index([feature.name for feature in features_of(measures)])


def _index(history: History, index_dates: Sequence[date | str | pd.Timestamp]) -> pd.MultiIndex:
    dates = np.array([pd.Timestamp(one).to_datetime64() for one in index_dates], "datetime64[s]")
    distinct, number = np.unique(dates, return_inverse=True)
    people = np.arange(len(history))
    return pd.MultiIndex(
        levels=[pd.Index(history.person_ids), pd.DatetimeIndex(distinct)],  # type: ignore[list-item]
        codes=[np.tile(people, len(dates)), number.repeat(len(people))],  # type: ignore[list-item]
        names=INDEX,
        verify_integrity=False,
    )


PEOPLE_PER_BLOCK = 1024
"""Rows of the matrix written together, so that they stay in a processor's cache."""


def fill(out: np.ndarray, view: View, measures: Sequence[Measure]) -> None:
    """Writes (people, features) of one view into ``out``; kinds are computed together."""
    column: dict[Computed, int] = {}
    parts = []
    width = 0
    for measure in measures:
        columns = slice(width, width + len(measure.features))
        column.setdefault(measure, width)
        parts.append((measure, columns))
        width = columns.stop
    view.write_into(out, column)
    view.prepare(measures)
    copied = [
        (columns, values)
        for measure, columns in parts
        if (values := view.of(measure)).base is not out or columns.start != column[measure]
    ]

    def write(first: int) -> None:
        people = slice(first, first + PEOPLE_PER_BLOCK)
        for columns, values in copied:
            out[people, columns] = values[people]

    blocks = range(0, len(out), PEOPLE_PER_BLOCK)
    if view.threads == 1 or len(blocks) < 2:
        for first in blocks:
            write(first)
    else:
        with ThreadPoolExecutor(view.threads) as pool:
            list(pool.map(write, blocks))
