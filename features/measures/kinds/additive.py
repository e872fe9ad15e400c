"""Counts and sums: every row adds to the windows it falls into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.accumulate import Stream, window_sums
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class Count(Measure):
    """Number of rows in each window."""

    of: Rows

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Count], view: View) -> list[np.ndarray]:
        windows = sorted({window for measure in measures for window in measure.windows})
        slots = {rows: slot for slot, rows in enumerate(dict.fromkeys(m.of for m in measures))}
        by_class: dict[str, list[Rows]] = {}
        streams = []
        for rows, slot in slots.items():
            if rows.on or rows.listed:
                events = view.history.select(rows)
                of_slot = np.full(len(events), slot, dtype=np.int32)
                streams.append(Stream(events.person, events.day, events.known, of_slot))
            else:
                by_class.setdefault(rows.table.name, []).append(rows)
        for table, selections in by_class.items():
            streams += _class_streams(view, table, {rows: slots[rows] for rows in selections})
        sums = window_sums(
            streams,
            n_people=len(view),
            n_slots=len(slots),
            windows=windows,
            index_day=view.day,
            threads=view.threads,
        )
        return [sums[:, slots[m.of]][:, _columns(windows, m.windows)] for m in measures]


def _columns(windows: list[int], wanted: tuple[int, ...]) -> slice | list[int]:
    if len(windows) == len(wanted):
        return slice(None)  # all of them: a view, no copy
    return [windows.index(window) for window in wanted]


def _class_streams(view: View, table: str, slots: dict[Rows, int]) -> list[Stream]:
    """One stream per layer: a class that belongs to k selections takes part in k layers."""
    arrays = view.history.arrays(table)
    layers: list[np.ndarray] = []
    for rows, slot in slots.items():
        free = np.flatnonzero(rows.matches(arrays.classes))
        for layer in layers:
            here = free[layer[free] < 0]
            layer[here] = slot
            free = free[layer[free] != slot]
        if len(free):
            layer = np.full(len(arrays.classes), -1, dtype=np.int32)
            layer[free] = slot
            layers.append(layer)
    events = arrays.events
    return [
        Stream(events.person, events.day, events.known, layer, arrays.row_class) for layer in layers
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sum(Measure):
    """Sum of a number column over the rows in each window; missing values add nothing."""

    of: Rows
    column: str

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[Sum], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            events = view.history.select(measure.of)
            weight = np.nan_to_num(view.values(measure.of, events, measure.column))
            slot = np.zeros(len(events), dtype=np.int32)
            stream = Stream(events.person, events.day, events.known, slot, weight=weight)
            sums = window_sums(
                [stream],
                n_people=len(view),
                n_slots=1,
                windows=measure.windows,
                index_day=view.day,
            )
            results.append(sums[:, 0, :])
        return results
