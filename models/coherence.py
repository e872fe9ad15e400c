"""One person's scores made coherent: none contradicts another.

Horizons never decrease, and avoidable <= unplanned <= any admission within the same or a
longer horizon, since whoever has the first has the second too. Death stands alone. Targets
are learnt apart, so their log-odds now and then break this order. Those that do are pooled:
the weighted least change that restores the order (isotonic regression on a partial order)
makes each block of them one weighted average. An average is linear, so the contributions of
a pooled score are the same average of the targets' contributions, and still add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.targets import TARGETS, Outcome, Target

_IMPLIES = (Outcome.AVOIDABLE, Outcome.UNPLANNED, Outcome.ADMISSION)
"""Each of these is also all that come after it."""

ROWS_AT_ONCE = 4096
"""Bounds memory: a row takes about a kilobyte while it is pooled."""


def is_at_most(one: Target, other: Target) -> bool:
    """Whether everybody with outcome ``one`` has ``other`` too, so that it cannot be likelier."""
    if one.outcome is not other.outcome:
        if one.outcome not in _IMPLIES or other.outcome not in _IMPLIES:
            return False
        if _IMPLIES.index(one.outcome) > _IMPLIES.index(other.outcome):
            return False
    return one.horizon_days <= other.horizon_days


@dataclass(frozen=True)
class Pooled:
    """``log_odds`` (rows, targets), coherent. ``shares(target)``: how it was made."""

    log_odds: np.ndarray
    _block: np.ndarray
    _weights: np.ndarray

    def shares(self, number: int) -> np.ndarray:
        """(rows, targets): what share each target has in the pooled log-odds of the target
        ``number``. Rows add up to 1; where nothing was pooled, the target has all."""
        with_it = (self._block == self._block[:, [number]]) * self._weights
        shares: np.ndarray = with_it / with_it.sum(axis=1, keepdims=True)
        return shares

    @property
    def changed(self) -> np.ndarray:
        """(rows, targets): which were pooled with another target."""
        together = self._block[:, :, None] == self._block[:, None, :]
        changed: np.ndarray = together.sum(axis=2) > 1
        return changed


class Coherence:
    """The order among some targets, and how scores that break it are pooled.

    ``events``: the training events of each target, its weight in a pool (1 where not told):
    the variance of a fitted log-odds falls as one over the number of events, so the target
    that more is known of gives way less. A target of another name than those declared
    stands alone.
    """

    def __init__(self, targets: Sequence[str], events: Mapping[str, float] | None = None) -> None:
        events = events or {}
        self._weights = np.array([max(float(events.get(name, 1.0)), 1.0) for name in targets])
        known = [TARGETS.get(name) for name in targets]
        self._pairs = [
            (low, high)
            for high, above in enumerate(known)
            for low, below in enumerate(known)
            if low != high and above and below and is_at_most(below, above)
        ]
        self._low, self._high = np.array(self._pairs, dtype=np.intp).reshape(-1, 2).T
        self._ordered = sorted({number for pair in self._pairs for number in pair})
        self._lower_sets = self._all_lower_sets()
        self._upwards = sorted(self._pairs, key=self._height)

    def _all_lower_sets(self) -> np.ndarray:
        """(sets, ordered targets): those that hold, with a target, all that lies below it.
        The largest first."""
        place = {number: i for i, number in enumerate(self._ordered)}
        every = np.array(list(np.ndindex(*[2] * len(place))), dtype=bool)
        for low, high in self._pairs:
            every = every[~every[:, place[high]] | every[:, place[low]]]
        every = every[every.any(axis=1)]
        return every[np.argsort(-every.sum(axis=1), kind="stable")]

    def relates(self, number: int) -> bool:
        """Whether the target has any other above or below it."""
        return number in self._ordered

    def breaks(self, values: np.ndarray) -> np.ndarray:
        """Which rows of (rows, targets) break the order."""
        above = values[:, self._low] > values[:, self._high]
        return np.asarray(above.any(axis=1))

    def pool(self, log_odds: np.ndarray) -> Pooled:
        """Coherent log-odds: the nearest in weighted squares. Rows in order stay as they are,
        in every byte."""
        pooled = np.array(log_odds, dtype=np.float64)
        block = np.tile(np.arange(pooled.shape[1]), (len(pooled), 1))
        broken = np.flatnonzero(self.breaks(pooled))
        for first in range(0, len(broken), ROWS_AT_ONCE):
            cells = np.ix_(broken[first : first + ROWS_AT_ONCE], np.array(self._ordered))
            pooled[cells], block[cells] = self._pooled(pooled[cells])
        return Pooled(pooled, block, self._weights)

    def _pooled(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The minimum lower sets algorithm (Robertson, Wright & Dykstra 1988, Order
        Restricted Statistical Inference, section 1.4): of all lower sets of what is left, the
        one with the lowest average is the next block, the largest where several tie."""
        weights = self._weights[self._ordered]
        numbers = np.asarray(self._ordered)
        rows = np.arange(len(values))
        pooled, block = np.empty_like(values), np.empty(values.shape, dtype=np.intp)
        left = np.ones(values.shape, dtype=bool)
        reached = np.full(len(values), -np.inf)
        while left.any():
            held = self._lower_sets & left[:, None, :]
            weighing = (held * weights).sum(axis=2)
            totals = (held * (weights * values)[:, None, :]).sum(axis=2)
            averages = np.full(weighing.shape, np.inf)
            np.divide(totals, weighing, out=averages, where=weighing > 0)
            lowest = averages.argmin(axis=1)
            members = held[rows, lowest] & left
            alone = members.sum(axis=1) == 1
            average = np.where(alone, (values * members).sum(axis=1), averages[rows, lowest])
            # Where two blocks tie, rounding must not put the later one below the earlier.
            reached = np.maximum(reached, np.where(members.any(axis=1), average, -np.inf))
            pooled = np.where(members, reached[:, None], pooled)
            block = np.where(members, numbers[members.argmax(axis=1)][:, None], block)
            left &= ~members
        return pooled, block

    def in_order(self, probabilities: np.ndarray) -> np.ndarray:
        """Coherent in every bit: what rounding may have undone on the way from log-odds."""
        ordered = probabilities.copy()
        if not self.breaks(ordered).any():
            return ordered
        for low, high in self._upwards:
            ordered[:, high] = np.maximum(ordered[:, high], ordered[:, low])
        return ordered

    def _height(self, pair: tuple[int, int]) -> int:
        """How many targets lie below the upper one: pairs in this order are settled for good."""
        return sum(high == pair[1] for _, high in self._pairs)
