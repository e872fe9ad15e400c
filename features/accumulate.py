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

CELLS_PER_BLOCK = 500_000
"""Counters in one block of people: small enough to stay in a processor's cache."""


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
    n_buckets = len(windows)
    # Age in days -> bucket. Ages below 1 (the future) and beyond all windows: no bucket.
    bucket_of_age = np.searchsorted(np.asarray(windows), np.arange(windows[-1] + 2)).astype(np.int8)
    bucket_of_age[0] = n_buckets
    out = np.zeros((n_people, n_slots, n_buckets), dtype=np.float32)
    block = max(1, CELLS_PER_BLOCK // (n_slots * n_buckets))
    edges = np.append(np.arange(0, n_people, block), n_people)
    bounds = [np.searchsorted(stream.person, edges) for stream in streams]

    def add_up(number: int) -> None:
        first, last = edges[number], edges[number + 1]
        cells = (last - first) * n_buckets * n_slots
        total: np.ndarray | None = None
        for stream, bound in zip(streams, bounds, strict=True):
            rows = slice(bound[number], bound[number + 1])
            slot = (
                stream.slot[rows]
                if stream.row_class is None
                else (stream.slot[stream.row_class[rows]])
            )
            age = index_day - stream.day[rows]
            np.clip(age, 0, windows[-1] + 1, out=age)
            bucket = bucket_of_age[age]
            seen = (stream.known[rows] < index_day) & (slot >= 0) & (bucket < n_buckets)
            key = stream.person[rows].astype(np.intp)
            key -= first
            key *= n_buckets
            key += bucket
            key *= n_slots
            key += slot
            weight = None if stream.weight is None else stream.weight[rows][seen]
            counts = np.bincount(key[seen], weights=weight, minlength=cells)
            total = counts if total is None else total + counts
        if total is not None:
            sums = total.reshape(last - first, n_buckets, n_slots).cumsum(axis=1)
            out[first:last] = sums.transpose(0, 2, 1)

    if threads == 1 or len(edges) < 3:
        for number in range(len(edges) - 1):
            add_up(number)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(add_up, range(len(edges) - 1)))
    return out
