"""Rows to the groups of a code list, and groups to what is told of them."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, NEVER, compiled, read, write


@compiled(
    types.void(
        *(read(I32) for _ in range(7)),
        I64,
        types.boolean,
        write(I32, 2),
    )
)
def group_ages(
    person: np.ndarray,
    day: np.ndarray,
    known: np.ndarray,
    row: np.ndarray,
    row_class: np.ndarray,
    first_group: np.ndarray,
    groups: np.ndarray,
    index_day: int,
    earliest: bool,
    ages: np.ndarray,
) -> None:
    """Days since each person's latest (or earliest) known row in each group.

    ``groups[first_group[c]:first_group[c + 1]]``: the groups of rows of class c.
    Written into ``ages``, (people, groups); ``NEVER`` where there is none.
    """
    ages[:] = NEVER
    for i in range(len(row)):
        if known[i] >= index_day:
            continue
        age = I32(index_day - day[i])
        of_class = row_class[row[i]]
        for k in range(first_group[of_class], first_group[of_class + 1]):
            before = ages[person[i], groups[k]]
            if before == NEVER or (age > before if earliest else age < before):
                ages[person[i], groups[k]] = age


@compiled(types.void(read(I32, 2), *(read(I32) for _ in range(3)), write(types.float32, 2, "A")))
def has_groups(
    ages: np.ndarray,
    group: np.ndarray,
    window: np.ndarray,
    column: np.ndarray,
    out: np.ndarray,
) -> None:
    """1 where a row of ``group[k]`` is no older than ``window[k]``, else 0, into
    ``out[:, column[k]]``; ``ages``, (people, groups): days since the latest row."""
    for who in range(len(ages)):
        for k in range(len(group)):
            out[who, column[k]] = ages[who, group[k]] <= window[k]


@compiled(
    types.void(read(I32, 2), read(I32, 2), read(types.float64), read(I32), write(types.float64, 2))
)
def weigh_groups(
    ages: np.ndarray,
    earliest: np.ndarray,
    weights: np.ndarray,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Sum of the weights of the groups seen in each window, into ``out``, (people, windows).

    ``ages``, (people, groups): days since the latest row, ``NEVER`` without any. ``earliest``:
    as ``ages`` of the earliest row, where only groups count that are no older than the window;
    without people where all count.
    """
    for who in range(len(ages)):
        for w in range(len(windows)):
            total = 0.0
            for group in range(len(weights)):
                seen = ages[who, group] <= windows[w]
                if seen and len(earliest) > 0:
                    seen = earliest[who, group] <= windows[w]
                if seen:
                    total += weights[group]
            out[who, w] = total
