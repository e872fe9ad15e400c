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


@_compiled(
    types.void(
        *(_read(_I32) for _ in range(3)),
        _read(types.float64),
        *(_I64 for _ in range(3)),
        _write(types.float64),
        _write(types.float64),
    )
)
def latest(
    person: np.ndarray,
    day: np.ndarray,
    known: np.ndarray,
    value: np.ndarray,
    index_day: int,
    oldest: int,
    newest: int,
    latest: np.ndarray,
    age: np.ndarray,
) -> None:
    """Each person's latest value among rows ``newest`` to ``oldest`` days old, and its age.

    Rows sorted by person. Of values of one day the largest of those recorded last. NaN is
    no value; NaN where a person has none.
    """
    latest[:] = np.nan
    age[:] = np.nan
    best = -1
    for i in range(len(person)):
        if best >= 0 and person[best] != person[i]:
            best = -1
        days = index_day - day[i]
        if days > oldest or days < newest or np.isnan(value[i]):
            continue
        if best >= 0:
            if day[i] != day[best]:
                later = day[i] > day[best]
            elif known[i] != known[best]:
                later = known[i] > known[best]
            else:
                later = value[i] >= value[best]
            if not later:
                continue
        best = i
        latest[person[i]] = value[i]
        age[person[i]] = days


@_compiled(
    types.void(
        *(_read(_I32) for _ in range(3)),
        _read(_I64),
        *(_I64 for _ in range(3)),
        _write(types.float64, 2),
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


@_compiled(types.UniTuple(_I64, 3)(_I64))
def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of month of a day since 1970-01-01, by the Gregorian calendar."""
    # Years begin in March, so that the day that comes and goes is their last.
    since = day + 719468
    era = since // 146097
    of_era = since - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day_of_month = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, day_of_month


@_compiled(types.void(_read(_I32), _I64, _write(types.float64)))
def whole_years(birth: np.ndarray, index_day: int, years: np.ndarray) -> None:
    """Birthdays passed since ``birth`` on a day; 0 on the day of birth, NaN before it."""
    year, month, day = civil(index_day)
    for i in range(len(birth)):
        if birth[i] > index_day:
            years[i] = np.nan
            continue
        year_of, month_of, day_of = civil(birth[i])
        to_come = month_of > month or (month_of == month and day_of > day)
        years[i] = year - year_of - (1 if to_come else 0)


@_compiled(
    types.void(
        *(_read(_I32) for _ in range(5)),
        *(_I64 for _ in range(3)),
        types.boolean,
        _read(_I32),
        _write(types.float64, 2),
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
