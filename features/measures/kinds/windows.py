"""Rows that have been chosen, to a value of each window: what several kinds share."""

from __future__ import annotations

import numpy as np

from features import kernels
from features.events import NEVER, Events
from features.history import View
from features.rows import Rows

ANY_TIME = np.array([NEVER])
"""One window, which all that has been lies in."""


def count_since(
    view: View, person: np.ndarray, moment: np.ndarray, chosen: np.ndarray, windows: np.ndarray
) -> np.ndarray:
    """How many of the chosen rows have their moment in each window: (people, windows)."""
    out = np.empty((len(view), len(windows)))
    kernels.count_since(person, moment, chosen, view.day, windows, out)
    return out


def extreme(
    view: View,
    person: np.ndarray,
    moment: np.ndarray,
    value: np.ndarray,
    windows: np.ndarray,
    *,
    highest: bool,
) -> np.ndarray:
    """The lowest, or highest, value with its moment in each window: (people, windows)."""
    out = np.empty((len(view), len(windows)))
    kernels.extreme(person, moment, value, highest, view.day, windows, out)
    return out


def latest_of(
    view: View, events: Events, value: np.ndarray, windows: np.ndarray, newest: int = 1
) -> np.ndarray:
    """Latest value within each window among rows at least ``newest`` days old, (people,
    windows); NaN if none.

    Several values on one day: the largest of those recorded last.
    """
    out = np.empty((len(view), len(windows)))
    kernels.latest(events.person, events.day, events.known, value, view.day, newest, windows, out)
    return out


def near(
    view: View,
    rows: tuple[np.ndarray, np.ndarray],
    others: tuple[np.ndarray, np.ndarray, np.ndarray],
    days: tuple[int, int],
    windows: np.ndarray,
    *,
    without: bool = False,
) -> np.ndarray:
    """How many rows of each window have another that many days after them, (people, windows);
    with ``without``, have none.

    ``rows``: people and moments. ``others``: people, first days and last days.
    """
    out = np.empty((len(view), len(windows)))
    kernels.near(*rows, *others, *days, view.day, without, windows, out)
    return out


def values_of(view: View, rows: Rows, column: str) -> tuple[np.ndarray, int]:
    """(row of the table -> number of its value in a text column, -1 where missing; a number that
    is above them all)."""
    value, n_values = view.history.arrays(rows.table.name).labels(column)
    return value.astype(np.int64, copy=False), n_values


def count_distinct(
    view: View,
    events: Events,
    values: tuple[np.ndarray, int],
    windows: np.ndarray,
    out: np.ndarray,
    column: int,
    *,
    new: bool = False,
) -> None:
    """How many different ``values_of`` the rows have in each window, or with ``new``, have in it
    and not before, into ``out``, (people, columns), from ``column`` on. Rows that were not known
    do not count."""
    kernels.count_distinct(
        events.person,
        events.day,
        events.known,
        events.row,
        *values,
        new,
        windows,
        view.day,
        column,
        out,
    )
