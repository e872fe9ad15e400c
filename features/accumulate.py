"""The inner loop: events to window sums, for all people and measures at once.

Each event belongs to few measures and exactly one age bucket (the stretch between two
window lengths). So every event is encoded as one number, (person, bucket, measure); one
``bincount`` per block of people adds them up; and a running sum over the buckets turns
them into windows. Work grows with events plus cells, not with events times windows.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

CELLS_PER_BLOCK = 250_000
"""Counters in one block of people: small enough to stay in a processor's cache."""


NOWHERE = 2**29
"""A cell beyond all blocks, for rows that count nowhere; two of them still fit 32 bits."""


@dataclass(frozen=True)
class Stream:
    """Events to add up, sorted by person; equal-length arrays.

    ``slot``: which sum an event belongs to, -1 for none; given directly, or by
    ``row_class`` and the slot of each class. ``weight``: what it adds; 1 where absent.
    """

    person: np.ndarray
    day: np.ndarray
    known: np.ndarray
    slot: np.ndarray
    row_class: np.ndarray | None = None
    weight: np.ndarray | None = None


def window_sums(
    streams: Sequence[Stream],
    *,
    n_people: int,
    n_slots: int,
    windows: Sequence[int],
    index_day: int,
    threads: int = 1,
) -> np.ndarray:
    """Sums per person, slot and window: float32, (people, slots, windows).

    A window of w days holds the w days before ``index_day``. Only events with
    ``known < index_day`` count. ``windows`` must rise.
    """
    n_buckets, width = len(windows), len(windows) * n_slots
    too_old = windows[-1] + 1
    # Age in days -> first cell of its bucket; cells are ordered by person, bucket, slot.
    cell_of_age = np.searchsorted(np.asarray(windows), np.arange(too_old + 1)) * n_slots
    cell_of_age[too_old] = NOWHERE
    cell_of_age = cell_of_age.astype(np.int32)
    cell_of_slot = [_cells(stream.slot) for stream in streams]
    out = np.zeros((n_people, n_slots, n_buckets), dtype=np.float32)
    block = max(1, CELLS_PER_BLOCK // width)
    edges = np.append(np.arange(0, n_people, block), n_people)
    bounds = [np.searchsorted(stream.person, edges) for stream in streams]

    def add_up(number: int) -> None:
        first, last = edges[number], edges[number + 1]
        cells = int(last - first) * width
        total: np.ndarray | None = None
        for stream, slot, bound in zip(streams, cell_of_slot, bounds, strict=True):
            rows = slice(bound[number], bound[number + 1])
            age = np.minimum(index_day - stream.day[rows], too_old)
            # Nothing is known before it happens, so what is known has an age of at least 1.
            np.putmask(age, stream.known[rows] >= index_day, too_old)
            cell = (stream.person[rows] - np.int32(first)) * np.int32(width)
            cell += cell_of_age[age]
            cell += slot[rows] if stream.row_class is None else slot[stream.row_class[rows]]
            # Rows that count nowhere share one cell behind all others.
            np.minimum(cell, cells, out=cell)
            weight = None if stream.weight is None else stream.weight[rows]
            counts = np.bincount(cell, weights=weight, minlength=cells + 1)[:cells]
            total = counts if total is None else total + counts
        if total is not None:
            sums = total.reshape(last - first, n_buckets, n_slots)
            for bucket in range(1, n_buckets):
                sums[:, bucket] += sums[:, bucket - 1]
            out[first:last] = sums.transpose(0, 2, 1)

    if threads == 1 or len(edges) < 3:
        for number in range(len(edges) - 1):
            add_up(number)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(add_up, range(len(edges) - 1)))
    return out


def _cells(slot: np.ndarray) -> np.ndarray:
    return np.where(slot < 0, NOWHERE, slot).astype(np.int32)
