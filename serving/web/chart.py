"""A diverging bar for each share: right of the middle raises, left of it lowers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from serving.api.answers import HeadingShare, Reason

Share = Reason | HeadingShare
WIDTH = 200  # units of the drawing; the page scales it


@dataclass(frozen=True)
class Bar:
    """One reason or heading, and where its bar lies in a drawing ``WIDTH`` wide."""

    share: Share
    x: float
    width: float

    @property
    def odds_ratio(self) -> float:
        """By how much this share multiplies the odds."""
        return exp(self.share.contribution)


def bars(shares: Sequence[Share]) -> list[Bar]:
    """Bars on one common scale, raising ones first, each kind by falling size."""
    largest = max((abs(s.contribution) for s in shares), default=0.0) or 1.0
    middle = WIDTH / 2
    drawn = []
    for share in sorted(shares, key=lambda s: -s.contribution):
        width = max(round(abs(share.contribution) / largest * middle, 1), 1.0)
        drawn.append(Bar(share, middle if share.raises else middle - width, width))
    return drawn
