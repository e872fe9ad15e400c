"""Moments to days, and days to years."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, NEVER, U32, compiled, read, write

_MISSING = -(2**63)
_DAYS_BEFORE = 2**20
"""More days than from the year 1 to 1970."""


@compiled(types.void(read(I64), write(I32)))
def to_days(seconds: np.ndarray, day: np.ndarray) -> None:
    """Seconds since 1970 to whole days; a missing moment to ``NEVER``. Years 1 to 9999."""
    # A day has 2**7 * 675 seconds: divided in 32 bits, several at a time.
    for i in range(len(seconds)):
        moment = seconds[i]
        shifted = U32((moment >> 7) + 675 * _DAYS_BEFORE)
        whole = I32(shifted // U32(675)) - I32(_DAYS_BEFORE)
        day[i] = I32(NEVER) if moment == _MISSING else whole


@compiled(types.void(*(read(I64) for _ in range(3)), write(I32, 2)))
def row_days(
    happened: np.ndarray, recorded: np.ndarray, ended: np.ndarray, fields: np.ndarray
) -> None:
    """Seconds to the days of rows, in lines 1, 2 and 4 of ``fields``, (fields, rows): when a
    row happened, since when it is known, when it ended; line 3: the row's number.

    ``ended`` empty, and no line 4: rows that do not end.
    """
    to_days(happened, fields[1])
    to_days(recorded, fields[2])
    for i in range(len(happened)):
        fields[2, i] = max(fields[1, i], fields[2, i])
    for i in range(len(happened)):
        fields[3, i] = i
    if len(ended) > 0:
        to_days(ended, fields[4])


@compiled(types.UniTuple(I64, 3)(I64))
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


@compiled(types.void(read(I32), I64, write(types.float64)))
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
