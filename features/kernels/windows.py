"""Chosen rows to a value for each window: how many, how long, the least, the latest."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, NEVER, compiled, read, write

F64, FLAG = types.float64, types.boolean


@compiled(types.void(read(I32), read(I32), read(FLAG), I64, read(I32), write(F64, 2)))
def count_since(
    person: np.ndarray,
    moment: np.ndarray,
    chosen: np.ndarray,
    index_day: int,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """How many chosen rows of each person have their moment within each window.

    A moment that is ``NEVER`` is in none. Written into ``out``, (people, windows).
    """
    out[:] = 0
    for i in range(len(person)):
        if chosen[i] and moment[i] != NEVER:
            for w in range(len(windows)):
                out[person[i], w] += index_day - moment[i] <= windows[w]


@compiled(types.void(*(read(I32) for _ in range(3)), read(F64), I64, read(I32), write(F64, 2)))
def days_within(
    person: np.ndarray,
    day: np.ndarray,
    end: np.ndarray,
    weight: np.ndarray,
    index_day: int,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Days from ``day`` to ``end`` that lie in each window, times ``weight`` where not empty.

    A row goes no further than the index date. Written into ``out``, (people, windows).
    """
    out[:] = 0
    for i in range(len(person)):
        last = min(end[i], index_day)
        for w in range(len(windows)):
            days = np.float64(max(0, last - max(day[i], index_day - windows[w])))
            out[person[i], w] += days * weight[i] if len(weight) > 0 else days


@compiled(types.void(read(I32), read(I32), read(F64), FLAG, I64, read(I32), write(F64, 2)))
def extreme(
    person: np.ndarray,
    moment: np.ndarray,
    value: np.ndarray,
    highest: bool,
    index_day: int,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """The lowest, or highest, value of each person with its moment within each window.

    NaN is no value; a moment that is ``NEVER`` is in no window. Written into ``out``,
    (people, windows); NaN where a person has none.
    """
    out[:] = np.nan
    for i in range(len(person)):
        if moment[i] == NEVER or np.isnan(value[i]):
            continue
        for w in range(len(windows)):
            if index_day - moment[i] <= windows[w]:
                best = out[person[i], w]
                if np.isnan(best) or (value[i] > best if highest else value[i] < best):
                    out[person[i], w] = value[i]


@compiled(types.void(read(I32), read(I32), I64, I64, write(I32, 2)))
def days_since(
    person: np.ndarray, moment: np.ndarray, index_day: int, longest: int, out: np.ndarray
) -> None:
    """Days from each person's latest moment to the index date, ``longest`` at most.

    A moment that is ``NEVER`` has not come. Written into ``out``, (people, 1).
    """
    out[:] = longest
    for i in range(len(person)):
        if moment[i] != NEVER:
            out[person[i], 0] = min(out[person[i], 0], index_day - moment[i])


@compiled(types.void(*(read(I32) for _ in range(3)), read(F64), I64, I64, read(I32), write(F64, 2)))
def latest(
    person: np.ndarray,
    day: np.ndarray,
    known: np.ndarray,
    value: np.ndarray,
    index_day: int,
    newest: int,
    windows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Each person's latest value within each window, among rows at least ``newest`` days old.

    Rows sorted by person. Of values of one day the largest of those recorded last. NaN is
    no value. Written into ``out``, (people, windows); NaN where a person has none.
    """
    out[:] = np.nan
    best = -1
    for i in range(len(person)):
        if best >= 0 and person[best] != person[i]:
            best = -1
        days = index_day - day[i]
        if days < newest or np.isnan(value[i]):
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
        # The latest of all is the latest of every window that reaches back to it.
        for w in range(len(windows)):
            if days <= windows[w]:
                out[person[i], w] = value[i]


@compiled(
    types.void(*(read(I32) for _ in range(3)), read(FLAG), write(I32), write(I32), write(FLAG))
)
def latest_stays(
    person: np.ndarray,
    day: np.ndarray,
    end: np.ndarray,
    flag: np.ndarray,
    latest_day: np.ndarray,
    latest_end: np.ndarray,
    latest_flag: np.ndarray,
) -> None:
    """Each person's stay that ended last, then began last, then has the flag.

    Stays that go on (``NEVER``) are none. To be given people without any stay yet: an end
    before all others.
    """
    for i in range(len(person)):
        who = person[i]
        if end[i] == NEVER:
            continue
        if end[i] != latest_end[who]:
            later = end[i] > latest_end[who]
        elif day[i] != latest_day[who]:
            later = day[i] > latest_day[who]
        else:
            later = flag[i]
        if later:
            latest_day[who], latest_end[who], latest_flag[who] = day[i], end[i], flag[i]
