"""Measures x windows x index dates -> matrix: one definition for training, batch and API."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
    columns = _plan(tuple(measures)).names
    values = np.empty((len(index_dates), len(history), len(columns)), dtype=np.float32)
    for number, index_date in enumerate(index_dates):
        fill(values[number], history.at(index_date, threads=threads), measures)
    flat = values.reshape(-1, len(columns))
    index = _index(history, tuple(index_dates))
    return pd.DataFrame(flat, index=index, columns=columns, copy=False)


@dataclass(frozen=True)
class _Plan:
    """Where the measures of a matrix stand.

    ``again``: measures that stand there once more: their columns there, and those where
    their values are.
    """

    names: pd.Index
    columns: dict[Computed, slice]
    again: list[tuple[slice, slice]]


@lru_cache(maxsize=64)
def _plan(measures: tuple[Measure, ...]) -> _Plan:
    columns: dict[Computed, slice] = {}
    again = []
    width = 0
    for measure in measures:
        here = slice(width, width + len(measure.features))
        if columns.setdefault(measure, here) != here:
            again.append((here, columns[measure]))
        width = here.stop
    names = pd.Index([feature.name for feature in features_of(measures)])
    return _Plan(names, columns, again)


def _index(history: History, index_dates: tuple[date | str | pd.Timestamp, ...]) -> pd.MultiIndex:
    distinct, number = _dates(index_dates)
    people = np.arange(len(history))
    return pd.MultiIndex(
        levels=[history.people, distinct],  # type: ignore[list-item]
        codes=[np.tile(people, len(number)), number.repeat(len(people))],  # type: ignore[list-item]
        names=INDEX,
        verify_integrity=False,
    )


@lru_cache(maxsize=64)
def _dates(
    index_dates: tuple[date | str | pd.Timestamp, ...],
) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """(the distinct dates, which of them each is)."""
    dates = np.array([pd.Timestamp(one).to_datetime64() for one in index_dates], "datetime64[s]")
    distinct, number = np.unique(dates, return_inverse=True)
    return pd.DatetimeIndex(distinct), number


PEOPLE_PER_BLOCK = 1024
"""Rows of the matrix written together, so that they stay in a processor's cache."""


def fill(out: np.ndarray, view: View, measures: Sequence[Measure]) -> None:
    """Writes (people, features) of one view into ``out``; kinds are computed together."""
    plan = _plan(tuple(measures))
    view.write_into(out, plan.columns)
    view.prepare(measures)
    copied = list(view.elsewhere())

    def write(first: int) -> None:
        people = slice(first, first + PEOPLE_PER_BLOCK)
        for columns, values in copied:
            out[people, columns] = values[people]
        for there, here in plan.again:
            out[people, there] = out[people, here]

    blocks = range(0, len(out), PEOPLE_PER_BLOCK)
    if view.threads == 1 or len(blocks) < 2:
        for first in blocks:
            write(first)
    else:
        with ThreadPoolExecutor(view.threads) as pool:
            list(pool.map(write, blocks))
