"""Measured values: the latest, and how it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from features.evidence import Behind, on_last_day
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import latest_of
from features.rows import Rows
from features.tables import Coverage


def latest(view: View, rows: Rows, column: str, windows: np.ndarray, newest: int = 1) -> np.ndarray:
    """As ``latest_of``, of a number column of a selection."""
    events = view.events(rows)
    return latest_of(view, events, view.values(rows, events, column), windows, newest)


@dataclass(frozen=True, kw_only=True, eq=False)
class Recent(Measure):
    """The last ``recent`` days against the time before them."""

    of: Rows
    column: str = "value"
    recent: int = 180
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @cached_property
    def _recent_days(self) -> np.ndarray:
        return np.array([self.recent], dtype=np.int32)

    def _now_and_before(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Latest value of the recent days, (people, 1), and of each window before them."""
        return (
            latest(view, self.of, self.column, self._recent_days),
            latest(view, self.of, self.column, self.days, newest=self.recent + 1),
        )

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        yield from on_last_day(view, self.of, self.recent, column=self.column)
        yield from on_last_day(view, self.of, window_days, self.recent + 1, self.column)


@dataclass(frozen=True, kw_only=True, eq=False)
class Latest(Measure):
    """The latest value within each window; NaN (not known) where none."""

    of: Rows
    column: str = "value"
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Latest], view: View) -> list[np.ndarray]:
        return [latest(view, m.of, m.column, m.days) for m in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        assert window_days is not None
        return on_last_day(view, self.of, window_days, column=self.column)


@dataclass(frozen=True, kw_only=True, eq=False)
class Change(Recent):
    """Latest value of the last ``recent`` days minus the latest of the time before it."""

    @classmethod
    def compute(cls, measures: Sequence[Change], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            now, before = measure._now_and_before(view)
            results.append(now - before)
        return results
