"""The compiled loops: dates to days, columns to classes, rows to sums.

Plain loops over plain arrays, compiled by Numba when this module is first imported and
kept on disk after that. So import it where it is used, not at the top of a module: a
command that builds no matrix shall not wait for it. Loops hold no lock of the
interpreter, so threads run side by side; sums are added in row order, so the same rows
give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numba
import numpy as np
from numba import types
from numba.core.typing import Signature

NEVER = 2**30
"""As ``features.events.NEVER``; a plain number, so that it is compiled in."""

_MISSING = -(2**63)
_DAYS_BEFORE = 2**20
"""More days than from the year 1 to 1970."""


def _read(item: types.Type, dimensions: int = 1) -> types.Array:
    """An array that is only read, and so may be read-only."""
    return types.Array(item, dimensions, "C", readonly=True)


def _write(item: types.Type, dimensions: int = 1, layout: Literal["C", "A"] = "C") -> types.Array:
    return types.Array(item, dimensions, layout)


def _compiled(*signatures: Signature) -> Callable[[Callable[..., Any]], Any]:
    def compile_(loop: Callable[..., Any]) -> Any:
        try:
            return numba.njit(list(signatures), nogil=True, cache=True)(loop)
        except RuntimeError:  # nowhere to keep it: compiled anew in every process
            return numba.njit(list(signatures), nogil=True)(loop)

    return compile_


_I8, _I16, _I32, _I64 = types.int8, types.int16, types.int32, types.int64
_U32 = types.uint32
_WHOLE = (_I8, _I16, _I32, _I64)


@_compiled(types.void(_read(_I64), _write(_I32)))
def to_days(seconds: np.ndarray, day: np.ndarray) -> None:
    """Seconds since 1970 to whole days; a missing moment to ``NEVER``. Years 1 to 9999."""
    # A day has 2**7 * 675 seconds: divided in 32 bits, several at a time.
    for i in range(len(seconds)):
        moment = seconds[i]
        shifted = _U32((moment >> 7) + 675 * _DAYS_BEFORE)
        whole = _I32(shifted // _U32(675)) - _I32(_DAYS_BEFORE)
        day[i] = _I32(NEVER) if moment == _MISSING else whole


@_compiled(types.void(_read(_I32), _write(_I32)))
def at_least(floor: np.ndarray, values: np.ndarray) -> None:
    """Raises ``values`` to ``floor`` where below."""
    for i in range(len(values)):
        values[i] = max(values[i], floor[i])


@_compiled(*[types.UniTuple(_I64, 2)(_read(item), _read(_I32), _write(_I32)) for item in _WHOLE])
def look_up(codes: np.ndarray, number_of: np.ndarray, number: np.ndarray) -> tuple[int, int]:
    """``number_of[code]`` for every code, the last of them for code -1.

    Returns how many are negative, and how often a number is below the one before it.
    """
    for i in range(len(codes)):
        number[i] = number_of[codes[i]]
    negative = falls = 0
    for i in range(len(number)):
        negative += number[i] < 0
    for i in range(1, len(number)):
        falls += number[i] < number[i - 1]
    return negative, falls


@_compiled(
    *[types.void(_read(item), _I64, _write(code)) for item in _WHOLE for code in (_I32, _I64)]
)
def fold(numbers: np.ndarray, size: int, code: np.ndarray) -> None:
    """Appends a digit of base ``size`` to every code; -1 stands for the last digit."""
    for i in range(len(code)):
        digit = numbers[i]
        code[i] = code[i] * size + (size - 1 if digit < 0 else digit)


@_compiled(*[types.void(_read(code), _write(types.boolean)) for code in (_I32, _I64)])
def mark(code: np.ndarray, seen: np.ndarray) -> None:
    for i in range(len(code)):
        seen[code[i]] = True


@_compiled(*[types.void(_read(code), _read(_I32), _write(_I32)) for code in (_I32, _I64)])
def renumber(code: np.ndarray, number_of: np.ndarray, number: np.ndarray) -> None:
    for i in range(len(code)):
        number[i] = number_of[code[i]]


def _add_up(
    person: np.ndarray,
    day: np.ndarray,
    known: np.ndarray,
    row_class: np.ndarray,
    weight: np.ndarray,
    first_slot: np.ndarray,
    slots: np.ndarray,
    bucket_of_age: np.ndarray,
    index_day: int,
    slot_wanted: np.ndarray,
    column_of: np.ndarray,
    side_by_side: np.ndarray,
    rows: tuple[int, int],
    people: tuple[int, int],
    sums: np.ndarray,
    out: np.ndarray,
) -> None:
    """Rows ``rows``, those of the people ``people``, to window sums in ``out``.

    ``slots[first_slot[c]:first_slot[c + 1]]``: the sums that rows of class c add to.
    ``bucket_of_age``: bucket of every age in days up to the longest window.
    ``slot_wanted[w]``, ``column_of[w, b]``: the sum up to bucket b goes to that column of
    ``out``, (people, columns); to none where negative. ``side_by_side[w]``: to columns next
    to each other, none left out.
    ``sums``: working room, (slots, buckets). See ``features.accumulate.add_windows``.
    """
    longest = len(bucket_of_age) - 1
    n_buckets = sums.shape[1]
    weighted = len(weight) > 0
    row, last_row = rows
    for who in range(people[0], people[1]):
        sums[:] = 0
        while row < last_row and person[row] == who:
            age = index_day - day[row]
            # Nothing is known before it happens, so what is known has an age of at least 1.
            if known[row] < index_day and age <= longest:
                bucket = _U32(bucket_of_age[_U32(age)])
                of_class = _U32(row_class[row])
                for i in range(_U32(first_slot[of_class]), _U32(first_slot[of_class + _U32(1)])):
                    if weighted:
                        sums[_U32(slots[i]), bucket] += weight[row]
                    else:
                        sums[_U32(slots[i]), bucket] += 1
            row += 1
        for wanted in range(len(slot_wanted)):
            slot = _U32(slot_wanted[wanted])
            total = sums[slot, 0] - sums[slot, 0]  # a zero of the sums' own type
            if side_by_side[wanted]:
                first = _U32(column_of[wanted, 0])
                for bucket in range(n_buckets):
                    total += sums[slot, bucket]
                    out[who, first + _U32(bucket)] = total
                continue
            for bucket in range(n_buckets):
                total += sums[slot, bucket]
                column = column_of[wanted, bucket]
                if column >= 0:
                    out[who, _U32(column)] = total


_ROWS = (
    *(_read(_I32) for _ in range(4)),
    _read(types.float64),
    *(_read(_I32) for _ in range(3)),
    _I64,
    _read(_I32),
    _read(_I32, 2),
    _read(types.boolean),
    types.UniTuple(_I64, 2),
    types.UniTuple(_I64, 2),
)
_LAYOUTS: tuple[Literal["C", "A"], ...] = ("C", "A")
add_up = _compiled(
    *[
        types.void(*_ROWS, _write(item, 2), _write(types.float32, 2, layout))
        for item in (_I32, types.float64)
        for layout in _LAYOUTS
    ]
)(_add_up)


@_compiled(
    types.void(
        *(_read(_I32) for _ in range(4)),
        _read(_I64),
        _I64,
        _read(_I32),
        _I64,
        _I64,
        _write(types.float32, 2, "A"),
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


@_compiled(
    types.void(
        *(_read(_I32) for _ in range(7)),
        _I64,
        types.boolean,
        _write(_I32, 2),
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
        age = _I32(index_day - day[i])
        of_class = row_class[row[i]]
        for k in range(first_group[of_class], first_group[of_class + 1]):
            before = ages[person[i], groups[k]]
            if before == NEVER or (age > before if earliest else age < before):
                ages[person[i], groups[k]] = age
