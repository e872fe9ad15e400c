"""The records behind a feature: the rows that one person's value was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from features.history import View
    from features.measures.base import Feature


def records_behind(view: View, feature: Feature) -> dict[str, np.ndarray]:
    """Row numbers by table, rising, of the records that the feature's value was made of.

    Empty where it was made of their absence, or of the date alone. ``view`` holds one person
    (ValueError otherwise).
    """
    if len(view) != 1:
        raise ValueError("the records behind a feature are told of one person at a time")
    found: dict[str, list[np.ndarray]] = {}
    for table, rows in feature.measure.behind(view, feature.window_days):
        if len(rows):
            found.setdefault(table, []).append(rows)
    return {table: np.unique(np.concatenate(parts)) for table, parts in found.items()}
