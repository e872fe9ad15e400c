"""A diverging bar for each reason: right of the middle raises, left of it lowers."""

from dataclasses import dataclass
from math import exp

from serving.api.answers import Reason

WIDTH = 200  # units of the drawing; the page scales it


@dataclass(frozen=True)
class Bar:
    """One reason and where its bar lies in a drawing ``WIDTH`` wide."""

    reason: Reason
    x: float
    width: float

    @property
    def odds_ratio(self) -> float:
        """By how much this reason multiplies the odds."""
        return exp(self.reason.contribution)


def bars(reasons: list[Reason]) -> list[Bar]:
    """Bars on one common scale, raising ones first, each kind by falling size."""
    largest = max((abs(r.contribution) for r in reasons), default=0.0) or 1.0
    middle = WIDTH / 2
    drawn = []
    for reason in sorted(reasons, key=lambda r: -r.contribution):
        width = max(round(abs(reason.contribution) / largest * middle, 1), 1.0)
        drawn.append(Bar(reason, middle if reason.raises else middle - width, width))
    return drawn
