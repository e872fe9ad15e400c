"""How far groups lie apart, and whether some are sicker than others with the same score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.judgement.groups import GroupedFigures
from training.judgement.metrics import GROUP_METRICS
from training.judgement.morbidity import TENTHS, MorbidityAtScore
from training.judgement.names import GROUPINGS, feature_alone
from training.report.blocks import Beside, Block, Table, Text
from training.report.drawing import INK, LEADING, SECOND, SOFT, THIRD, Picture, picture
from training.report.run import Run
from training.report.words import formatted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COMPARED = ("auroc", "observed_expected", "selection_rate", "ppv", "sensitivity")
DRAWN = "deprivation"
"""The grouping whose morbidity is drawn by tenth of the score, where it is known."""
_LINES = ((LEADING, "-"), (SOFT, ":"), (INK, ":"), (THIRD, "--"), (SECOND, "-"), (SOFT, "--"))


def blocks(run: Run, ordered: Sequence[GroupedFigures]) -> list[Block]:
    """Differences and ratios of each grouping, and morbidity at equal score."""
    compared = [of for of in ordered if of.difference]
    return [*([apart(compared)] if compared else []), *_morbidity(run)]


def apart(compared: Sequence[GroupedFigures]) -> Table:
    """Differences and ratios of groupings of which two groups or more could be judged."""

    def cell(of: GroupedFigures, metric: str) -> str:
        if metric not in of.difference:
            return "-"
        difference = formatted(of.difference[metric], 3)
        return f"{difference} ({formatted(of.ratio.get(metric, np.nan), 2)})"

    return Table(
        "How far groups lie apart: the largest difference between two, and the smallest ratio",
        ("Grouping", "Judged", *(GROUP_METRICS[metric].label for metric in COMPARED)),
        [
            (
                GROUPINGS.get(of.grouping, of.grouping),
                f"{sum(bool(group.figures) for group in of.groups)} of {len(of.groups)}",
                *(cell(of, metric) for metric in COMPARED),
            )
            for of in compared
        ],
        note="The ratio stands below the difference: 1 is alike. Of groups that could be judged "
        "(fairlearn's MetricFrame); where many are small, chance alone makes them far apart.",
    )


def _morbidity(run: Run) -> list[Block]:
    """Where people are sicker, or less sick, than others with the same score."""
    found = [of for of in run.judgement.morbidity if of.target == run.target]
    if not found:
        return []
    material = [of for of in found if of.is_material and of.grouping != "age"]
    lead = (
        "Morbidity at equal score: are people of a group sicker than others with the same score? "
        "Then admissions count their need too low (Obermeyer et al. 2019, "
        "doi 10.1126/science.aax2342). Age is part of the risk itself: at equal risk the young "
        "are sicker. "
    )
    if material:
        lead += "Beyond their intervals, these groups differ by more than a tenth of a standard "
        lead += f"deviation: {', '.join(dict.fromkeys(_group(run, of) for of in material))}."
    else:
        lead += "No other group differs by more than a tenth of a standard deviation."
    measures = list(dict.fromkeys(of.measure for of in found))
    shown = {
        (of.grouping, of.group): _group(run, of) for of in found if of.by_tenth or of in material
    }
    by = {(of.grouping, of.group, of.measure): of for of in found}
    bold = {(of.grouping, of.group) for of in material}
    table = Table(
        "At equal score, less everybody else",
        ("Group", *(feature_alone(measure) for measure in measures)),
        [
            (said, *(_difference(by.get((*group, measure))) for measure in measures))
            for group, said in shown.items()
        ],
        strong=frozenset(number for number, group in enumerate(shown) if group in bold),
    )
    note = (
        "Above 0: sicker than others with the same score. In bold: the whole interval lies beyond "
        "a tenth of a standard deviation. Of groupings of many groups, only such are shown."
    )
    drawn = [of for of in found if of.grouping == DRAWN and of.measure == measures[0]]
    if sum(any(mean is not None for mean in of.by_tenth) for of in drawn) < 2:
        return [Text([lead]), replace(table, note=note)]
    title = f"{feature_alone(measures[0])} by tenth of the score, by {DRAWN}"
    return [Text([lead]), Beside(_drawn(drawn, title), title, table, note)]


def _difference(of: MorbidityAtScore | None) -> str:
    if of is None:
        return "-"
    value, low, high = (
        formatted(end, 2) for end in (of.difference.value, of.difference.low, of.difference.high)
    )
    return f"{value} ({low} to {high})"


def _group(run: Run, of: MorbidityAtScore) -> str:
    return f"{GROUPINGS[of.grouping]}: {run.names.group(of.grouping, of.group)}"


def _drawn(groups: Sequence[MorbidityAtScore], title: str) -> Picture:
    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        tenths = np.arange(1, TENTHS + 1)
        for of, (colour, style) in zip(groups, _LINES, strict=False):
            means = [np.nan if mean is None else mean for mean in of.by_tenth]
            ax.plot(tenths, means, color=colour, linestyle=style, label=of.group)
        ax.set(xlabel="tenth of the score, rising", ylabel="mean", xticks=tenths)
        ax.set_ylim(bottom=0)
        ax.grid(axis="y")
        ax.legend(loc="upper left")

    return picture("morbidity", f"Lines: {title}. The differences are in the table.", draw)
