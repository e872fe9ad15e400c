"""The course of each person's rows: what is near what, how long nothing was, which way it went."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, NEVER, compiled, read, write

F64, FLAG = types.float64, types.boolean

DAYS_A_YEAR = 365.25


@compiled(types.void(*(read(I32) for _ in range(3)), write(FLAG)))
def touching(person: np.ndarray, day: np.ndarray, end: np.ndarray, touch: np.ndarray) -> None:
    """Who has two rows of which one begins no later than the other has ended, into ``touch``.

    Rows sorted by person. An ``end`` before the row's day is its day; ``NEVER``: it goes on.
    """
    touch[:] = False
    row = 0
    while row < len(person):
        who, stop = person[row], row
        while stop < len(person) and person[stop] == who:
            stop += 1
        order = row + np.argsort(day[row:stop])
        reached = day[order[0]] - 1
        for i in order:
            touch[who] |= day[i] <= reached
            reached = max(reached, day[i], end[i])
        row = stop


@compiled(
    types.void(
        *(read(I32) for _ in range(5)),
        *(I64 for _ in range(3)),
        FLAG,
        read(I32),
        write(F64, 2),
    )
)
def near(
    person: np.ndarray,
    moment: np.ndarray,
    other_person: np.ndarray,
    begins: np.ndarray,
    ends: np.ndarray,
    first: int,
    last: int,
    index_day: int,
    without: bool,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """How many rows of each window have another near, or with ``without`` have none.

    Another is near where it begins no later than ``last`` days after the row's moment and
    ends no sooner than ``first`` days after it. Rows without one count once ``last`` days
    have passed. A moment that is ``NEVER`` has not come. Both sorted by person. Written into
    ``out``, (people, windows).
    """
    out[:] = 0
    row = other = 0
    while row < len(person):
        who = person[row]
        while other < len(other_person) and other_person[other] < who:
            other += 1
        stop = other
        while stop < len(other_person) and other_person[stop] == who:
            stop += 1
        order = np.argsort(begins[other:stop])
        starts, reach = begins[other:stop][order], ends[other:stop][order]
        for i in range(1, len(reach)):
            reach[i] = max(reach[i], reach[i - 1])
        while row < len(person) and person[row] == who:
            age = index_day - moment[row]
            if moment[row] != NEVER and age <= windows[-1]:
                begun = np.searchsorted(starts, moment[row] + last, side="right")
                counts = begun > 0 and reach[begun - 1] >= moment[row] + first
                if without:
                    counts = not counts and moment[row] + last < index_day
                if counts:
                    for w in range(len(windows)):
                        out[who, w] += age <= windows[w]
            row += 1
        other = stop


@compiled(types.void(*(read(I32) for _ in range(5)), I64, read(I32), write(F64, 2)))
def longest_gap(
    person: np.ndarray,
    day: np.ndarray,
    staying: np.ndarray,
    begins: np.ndarray,
    ends: np.ndarray,
    index_day: int,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """The longest run of days in each window, up to the index date, on which nothing was.

    On a row's ``day`` something was, and of people ``staying`` on every day from ``begins`` to
    ``ends`` or the index date. Both sorted by person. Written into ``out``, (people, windows).
    """
    row = stay = 0
    for who in range(len(out)):
        rows_end, stays_end = row, stay
        while rows_end < len(person) and person[rows_end] == who:
            rows_end += 1
        while stays_end < len(staying) and staying[stays_end] == who:
            stays_end += 1
        first = np.concatenate((day[row:rows_end], begins[stay:stays_end]))
        last = np.concatenate((day[row:rows_end], ends[stay:stays_end]))
        row, stay = rows_end, stays_end
        order = np.argsort(first)
        for w in range(len(windows)):
            # The day before the window and the index date bound it.
            reached, longest = I64(index_day - windows[w] - 1), I64(0)
            for i in order:
                if last[i] > reached:
                    longest = max(longest, first[i] - reached - 1)
                    reached = min(I64(last[i]), index_day)
            out[who, w] = max(longest, index_day - reached - 1)


@compiled(
    types.void(
        *(read(I32) for _ in range(2)),
        read(F64),
        *(I64 for _ in range(3)),
        read(I32),
        write(F64, 2),
    )
)
def slope(
    person: np.ndarray,
    day: np.ndarray,
    value: np.ndarray,
    at_least: int,
    days_apart: int,
    index_day: int,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Change a year by the least-squares line through each person's values of each window.

    Rows sorted by person; NaN is no value. Written into ``out``, (people, windows); NaN with
    fewer than ``at_least`` values, or where the first and last are not ``days_apart`` days apart.
    """
    out[:] = np.nan
    row = 0
    while row < len(person):
        who, stop = person[row], row
        while stop < len(person) and person[stop] == who:
            stop += 1
        told = row + np.flatnonzero(~np.isnan(value[row:stop]))
        row = stop
        # Sums in floating point depend on their order; the order of rows must not matter.
        told = told[np.argsort(value[told], kind="mergesort")]
        told = told[np.argsort(-day[told], kind="mergesort")]
        ages = index_day - day[told]
        for w in range(len(windows)):
            n = np.searchsorted(ages, windows[w], side="right")
            if n < max(at_least, 1) or ages[n - 1] - ages[0] < days_apart:
                continue
            time, mean_time, mean_value = -ages[:n] / DAYS_A_YEAR, 0.0, 0.0
            for i in range(n):
                mean_time += time[i]
                mean_value += value[told[i]]
            mean_time, mean_value = mean_time / n, mean_value / n
            spread = together = 0.0
            for i in range(n):
                off_time = time[i] - mean_time
                spread += off_time * off_time
                together += off_time * (value[told[i]] - mean_value)
            if spread > 0:
                out[who, w] = together / spread
