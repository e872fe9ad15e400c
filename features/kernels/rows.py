"""Rows to what needs more than adding up: how many different, who, what is near."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, NEVER, compiled, read, write


@compiled(
    types.void(
        *(read(I32) for _ in range(4)),
        read(I64),
        I64,
        read(I32),
        I64,
        I64,
        write(types.float32, 2, "A"),
    )
)
def count_distinct(
    person: np.ndarray,
    day: np.ndarray,
    known: np.ndarray,
    row: np.ndarray,
    value_of_row: np.ndarray,
    n_values: int,
    windows: np.ndarray,
    index_day: int,
    first_column: int,
    out: np.ndarray,
) -> None:
    """How many different values a person's known rows have in each window.

    Rows sorted by person; ``value_of_row[row]``: a number below ``n_values``, or -1 for none.
    Written into ``out``, (people, columns), from ``first_column`` on.
    """
    out[:, first_column : first_column + len(windows)] = 0
    met_by = np.full(n_values, -1, dtype=np.int32)
    youngest = np.empty(n_values, dtype=np.int32)
    met = np.empty(n_values, dtype=np.int32)
    n_met = 0
    for i in range(len(row)):
        value = value_of_row[row[i]]
        if value >= 0 and known[i] < index_day:
            age = index_day - day[i]
            if met_by[value] != person[i]:
                met_by[value] = person[i]
                youngest[value] = age
                met[n_met] = value
                n_met += 1
            else:
                youngest[value] = min(youngest[value], age)
        if i + 1 == len(row) or person[i + 1] != person[i]:
            for k in range(n_met):
                for w in range(len(windows)):
                    out[person[i], first_column + w] += youngest[met[k]] <= windows[w]
            n_met = 0


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


@compiled(
    types.void(
        *(read(I32) for _ in range(3)),
        read(I64),
        *(I64 for _ in range(3)),
        write(types.float64, 2),
    )
)
def spread(
    person: np.ndarray,
    day: np.ndarray,
    row: np.ndarray,
    value_of_row: np.ndarray,
    n_values: int,
    index_day: int,
    window: int,
    told: np.ndarray,
) -> None:
    """How a person's rows of a window spread over values, into ``told``, (3, people): how many
    rows, how many have the most frequent value, and the sum of squared numbers by value.

    Rows sorted by person; ``value_of_row[row]``: a number below ``n_values``, or -1 for none.
    """
    told[:] = 0
    count = np.zeros(n_values, dtype=np.int64)
    met = np.empty(n_values, dtype=np.int64)
    n_met = 0
    for i in range(len(person)):
        value = value_of_row[row[i]]
        if value >= 0 and index_day - day[i] <= window:
            if count[value] == 0:
                met[n_met] = value
                n_met += 1
            count[value] += 1
        if i + 1 == len(person) or person[i + 1] != person[i]:
            for k in range(n_met):
                times = count[met[k]]
                told[0, person[i]] += times
                told[1, person[i]] = max(told[1, person[i]], times)
                told[2, person[i]] += times * times
                count[met[k]] = 0
            n_met = 0


@compiled(
    types.void(
        *(read(I32) for _ in range(5)),
        *(I64 for _ in range(3)),
        types.boolean,
        read(I32),
        write(types.float64, 2),
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
    have passed. Both sorted by person. Written into ``out``, (people, windows).
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
            if age <= windows[-1]:
                begun = np.searchsorted(starts, moment[row] + last, side="right")
                counts = begun > 0 and reach[begun - 1] >= moment[row] + first
                if without:
                    counts = not counts and moment[row] + last < index_day
                if counts:
                    for w in range(len(windows)):
                        out[who, w] += age <= windows[w]
            row += 1
        other = stop
