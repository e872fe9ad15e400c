"""A score over the weeks as a line; the table beside it says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from serving.register.register import PastScore

WIDTH, HEIGHT = 300, 60


@dataclass(frozen=True)
class Trend:
    """``lines``: points of a polyline for each stretch of weeks scored by one model version.
    ``top``: the probability at the upper edge. ``weeks``: newest first."""

    lines: list[str]
    top: float
    weeks: list[PastScore]


def trend(history: Sequence[PastScore]) -> Trend | None:
    """None where there is only one week to show."""
    if len(history) < 2:
        return None
    first, last = history[0].index_date, history[-1].index_date
    days = max(1, (last - first).days)
    top = min(1.0, max(0.1, max(h.probability for h in history) * 1.15))
    lines: list[list[str]] = []
    version = None
    for week in history:
        if week.model_version != version:  # two versions' numbers are not one line
            lines.append([])
            version = week.model_version
        x = round((week.index_date - first).days / days * WIDTH, 1)
        y = round(HEIGHT - week.probability / top * HEIGHT, 1)
        lines[-1].append(f"{x},{y}")
    return Trend([" ".join(line) for line in lines], top, list(reversed(history)))
