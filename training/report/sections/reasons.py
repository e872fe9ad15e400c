"""What the scores are made of: mean absolute SHAP values by measure and by heading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from features.measures import FEATURE
from models.headings import Heading
from models.targets import TARGETS
from training.report.blocks import Beside, Section, Table
from training.report.drawing import LEADING, SECOND, Picture, picture
from training.report.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = 1000
"""People explained at most: exact values cost milliseconds a row."""
MEASURES = 15


@dataclass(frozen=True)
class Share:
    """``size``: mean absolute contribution to the log-odds. ``direction``: rank correlation
    of value and contribution; NaN where a share is of many features or never varies."""

    label: str
    size: float
    direction: float


@dataclass(frozen=True)
class Shares:
    people: int
    measures: list[Share]
    headings: list[Share]


def section(run: Run) -> Section:
    shares = shares_of(run)
    label = TARGETS[run.target].label_en
    lead = (
        f"Exact tree SHAP values of the served log-odds of {label} (Lundberg et al. 2020, "
        f"doi 10.1038/s42256-019-0138-9), over {shares.people:,} of the judged people drawn by "
        "lot. The windows of one measure are added up for each person before sizes are averaged. "
        "Contributions say what is associated with a score, never what causes an admission or "
        "would prevent one."
    )
    return Section(
        "reasons",
        "What the scores are made of",
        lead,
        (
            Beside(
                _drawn("measures", shares.measures[:MEASURES], label),
                f"The {MEASURES} heaviest measures",
                _table("By measure", shares.measures[:MEASURES]),
                "Whether higher values go with higher scores (rank correlation above 0.2; orange "
                "bars), lower scores (below -0.2), or neither.",
            ),
            Beside(
                _drawn("headings", shares.headings, label),
                "By the eight headings of the reasons",
                _table("By heading", shares.headings),
            ),
        ),
    )


def shares_of(run: Run) -> Shares:
    """Sizes by measure and by heading, heaviest first; the same people each time."""
    rng = np.random.default_rng(run.model.info["split"]["seed"])
    rows = np.sort(rng.choice(len(run.test), size=min(ROWS, len(run.test)), replace=False))
    matrix = run.test.matrix.iloc[rows]
    contributions = run.model.explain(matrix, run.target).contributions.to_numpy()
    by_measure: dict[str, list[int]] = {}
    by_heading: dict[str, list[int]] = {}
    for number, name in enumerate(run.model.features):
        measure = FEATURE[name].measure
        by_measure.setdefault(measure.label("en"), []).append(number)
        by_heading.setdefault(Heading.of(measure.domain).label("en"), []).append(number)

    def share(label: str, columns: list[int]) -> Share:
        total = contributions[:, columns].sum(axis=1)
        heaviest = max(columns, key=lambda c: float(np.abs(contributions[:, c]).sum()))
        values = matrix[run.model.features[heaviest]].to_numpy(dtype=np.float64)
        return Share(label, float(np.abs(total).mean()), _direction(values, total))

    def ranked(groups: dict[str, list[int]]) -> list[Share]:
        return sorted((share(*of) for of in groups.items()), key=lambda s: (-s.size, s.label))

    headings = [Share(s.label, s.size, np.nan) for s in ranked(by_heading) if s.size > 0]
    return Shares(len(rows), [s for s in ranked(by_measure) if s.size > 0], headings)


def _direction(values: np.ndarray, contributions: np.ndarray) -> float:
    from scipy.stats import rankdata

    known = ~np.isnan(values)
    if known.sum() < 2 or np.ptp(values[known]) == 0 or np.ptp(contributions[known]) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(values[known]), rankdata(contributions[known]))[0, 1])


def _said(direction: float) -> str:
    if np.isnan(direction):
        return ""
    if direction > 0.2:
        return "higher"
    return "lower" if direction < -0.2 else "neither"


def _drawn(name: str, shares: list[Share], label: str) -> Picture:
    def draw(shares: list[Share], axes: list[Axes]) -> None:
        ax = axes[0]
        places = np.arange(len(shares))[::-1]
        colours = [SECOND if _said(s.direction) == "higher" else LEADING for s in shares]
        ax.barh(places, [s.size for s in shares], color=colours, height=0.62)
        ax.set_yticks(places, ["\n".join(wrap(s.label, 34)) for s in shares])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")
        ax.set_xlabel("mean absolute contribution (log-odds)")

    lines = sum(len(wrap(s.label, 34)) for s in shares)
    heaviest = ", ".join(s.label.lower() for s in shares[:3])
    alt = f"Bars of the heaviest contributions to the score of {label}: first {heaviest}."
    height = 0.7 + 0.19 * max(lines, 1.2 * len(shares))
    return picture(name, alt, partial(draw, shares), size=(5.2, height))


def _table(caption: str, shares: list[Share]) -> Table:
    directed = any(not np.isnan(s.direction) for s in shares)
    head = ("", "Contribution", "Higher values go with") if directed else ("", "Contribution")
    rows = [(s.label, f"{s.size:.3f}", _said(s.direction))[: len(head)] for s in shares]
    return Table(caption, head, rows, words=frozenset({0, 2}))
