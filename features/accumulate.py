"""The inner loop: rows to window sums, for all people and measures of a table at once.

Every row belongs to a class, every class to few sums, and every row to exactly one age
bucket (the stretch between two window lengths). So a row is looked at once: it adds one
to a cell (sum, bucket) of its person, and a running sum over the buckets turns them into
windows. A person's cells stay in the processor's nearest cache, and the windows go
straight into the matrix. Work grows with rows plus cells, not with rows times windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from features import kernels

PEOPLE_PER_THREAD = 1000
"""With fewer people, another thread costs more than it gives."""


@dataclass(frozen=True)
class Slots:
    """Which sums the classes of rows add to: those of class c are
    ``slots[first[c]:first[c + 1]]``, numbers below ``n``. int32 arrays."""

    first: np.ndarray
    slots: np.ndarray
    n: int

    @classmethod
    def of(cls, member: np.ndarray) -> Slots:
        """From (classes, slots) bool: which classes add to which sums."""
        first = np.zeros(len(member) + 1, dtype=np.int32)
        np.cumsum(member.sum(axis=1), out=first[1:])
        return cls(first, np.nonzero(member)[1].astype(np.int32), member.shape[1])

    def followed_by(self, more: Slots) -> Slots:
        """The classes of both, those of ``more`` after these."""
        first = np.concatenate([self.first, more.first[1:] + self.first[-1]])
        return Slots(first, np.concatenate([self.slots, more.slots]), self.n)


@dataclass(frozen=True)
class Stream:
    """Rows to add up, sorted by person; equal-length int32 arrays.

    ``weight``: what a row adds, float64; 1 where absent. Must not be missing.
    """

    person: np.ndarray
    day: np.ndarray
    known: np.ndarray
    row_class: np.ndarray
    slots: Slots
    weight: np.ndarray | None = None


@dataclass(frozen=True)
class Wanted:
    """Sum ``slot`` over the windows, written from ``column`` on."""

    slot: int
    windows: tuple[int, ...]
    column: int


@dataclass(frozen=True)
class Layout:
    """Where the sums of a stream go: of each of those wanted the slot, its column for every
    window or -1, and whether it has a column for every window; the bucket of every age."""

    windows: tuple[int, ...]
    slot: np.ndarray
    column_of: np.ndarray
    side_by_side: np.ndarray
    bucket_of_age: np.ndarray

    @classmethod
    def of(cls, wanted: Sequence[Wanted]) -> Layout:
        windows = tuple(sorted({window for one in wanted for window in one.windows}))
        column_of = np.full((len(wanted), len(windows)), -1, dtype=np.int32)
        for number, one in enumerate(wanted):
            places = [windows.index(window) for window in one.windows]
            column_of[number, places] = one.column + np.arange(len(places))
        slot = np.array([one.slot for one in wanted], dtype=np.int32)
        side_by_side = np.logical_and.reduce(column_of >= 0, axis=1)
        return cls(windows, slot, column_of, side_by_side, _buckets(windows))


@lru_cache(maxsize=256)
def _buckets(windows: tuple[int, ...]) -> np.ndarray:
    """Age in days -> bucket: the first window that holds it."""
    return np.searchsorted(windows, np.arange(windows[-1] + 1)).astype(np.int32)


def add_windows(
    stream: Stream, layout: Layout, *, index_day: int, out: np.ndarray, threads: int = 1
) -> None:
    """Writes the wanted sums of a stream into ``out``: float32, (people, columns).

    A window of w days holds the w days before ``index_day``. Only rows with
    ``known < index_day`` count. Columns that are not wanted are left alone.
    """
    weight = _NO_WEIGHT if stream.weight is None else stream.weight
    kept = np.int32 if stream.weight is None else np.float64
    people = len(out)
    shares = max(1, min(threads, people // PEOPLE_PER_THREAD))
    edges = [people * share // shares for share in range(shares + 1)]
    inner = np.searchsorted(stream.person, edges[1:-1]).tolist() if shares > 1 else []
    rows = [0, *inner, len(stream.person)]

    def add_up(share: int) -> None:
        kernels.add_up(
            stream.person,
            stream.day,
            stream.known,
            stream.row_class,
            weight,
            stream.slots.first,
            stream.slots.slots,
            layout.bucket_of_age,
            index_day,
            layout.slot,
            layout.column_of,
            layout.side_by_side,
            (rows[share], rows[share + 1]),
            (edges[share], edges[share + 1]),
            np.empty((stream.slots.n, len(layout.windows)), dtype=kept),
            out,
        )

    if shares == 1:
        add_up(0)
    else:
        with ThreadPoolExecutor(shares) as pool:
            list(pool.map(add_up, range(shares)))


_NO_WEIGHT = np.empty(0, dtype=np.float64)
