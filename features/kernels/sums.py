"""Rows to the sums of windows, straight into the matrix."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numba import types

from features.compiled import I32, I64, U32, compiled, read, write


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
                bucket = U32(bucket_of_age[U32(age)])
                of_class = U32(row_class[row])
                for i in range(U32(first_slot[of_class]), U32(first_slot[of_class + U32(1)])):
                    if weighted:
                        sums[U32(slots[i]), bucket] += weight[row]
                    else:
                        sums[U32(slots[i]), bucket] += 1
            row += 1
        for wanted in range(len(slot_wanted)):
            slot = U32(slot_wanted[wanted])
            total = sums[slot, 0] - sums[slot, 0]  # a zero of the sums' own type
            if side_by_side[wanted]:
                first = U32(column_of[wanted, 0])
                for bucket in range(n_buckets):
                    total += sums[slot, bucket]
                    out[who, first + U32(bucket)] = total
                continue
            for bucket in range(n_buckets):
                total += sums[slot, bucket]
                column = column_of[wanted, bucket]
                if column >= 0:
                    out[who, U32(column)] = total


_ROWS = (
    *(read(I32) for _ in range(4)),
    read(types.float64),
    *(read(I32) for _ in range(3)),
    I64,
    read(I32),
    read(I32, 2),
    read(types.boolean),
    types.UniTuple(I64, 2),
    types.UniTuple(I64, 2),
)
_LAYOUTS: tuple[Literal["C", "A"], ...] = ("C", "A")
add_up = compiled(
    *[
        types.void(*_ROWS, write(item, 2), write(types.float32, 2, layout))
        for item in (I32, types.float64)
        for layout in _LAYOUTS
    ]
)(_add_up)
