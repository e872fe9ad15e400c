"""Measured values: the latest, and how it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


def _latest(
    view: View, rows: Rows, column: str, oldest: int, newest: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(latest value, its age) per person among rows newest..oldest days old; NaN if none.

    Several values on one day: the largest of those recorded last.
    """
    from features import kernels

    events = view.events(rows)
    value = view.values(rows, events, column)
    latest, age = np.empty(len(view)), np.empty(len(view))
    kernels.latest(
        events.person, events.day, events.known, value, view.day, oldest, newest, latest, age
    )
    return latest, age


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
        return [
            np.column_stack([_latest(view, m.of, m.column, window)[0] for window in m.windows])
            for m in measures
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Change(Measure):
    """Latest value of the last ``recent`` days minus the latest of the time before it."""

    of: Rows
    column: str = "value"
    recent: int = 180
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Change], view: View) -> list[np.ndarray]:
        results = []
        for m in measures:
            now, _ = _latest(view, m.of, m.column, m.recent)
            columns = [
                now - _latest(view, m.of, m.column, window, newest=m.recent + 1)[0]
                for window in m.windows
            ]
            results.append(np.column_stack(columns))
        return results
