"""What acting on the model gains: net benefit, and lists as long as another's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.targets import TARGETS
from training.judgement.decision import DecisionCurve
from training.judgement.judged import MODEL
from training.judgement.versus import SIMPLER, VGR_RULE, Versus
from training.report.blocks import Beside, Section, Table
from training.report.drawing import INK, LEADING, SECOND, SOFT, Picture, percent_axis, picture
from training.report.run import Run
from training.report.words import model_label, percent, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAD = (
    "Net benefit (Vickers & Elkin 2006, doi 10.1177/0272989X06295361): people found, less "
    "those looked at in vain, weighed by the risk from which a place on the list is held to "
    "be worth it. Best is the highest line at the thresholds that one might hold."
)
NOTE = (
    "Net benefit per 1,000 people. At a threshold of 10%, one person found is weighed "
    "against nine looked at in vain. Acting on nobody gains 0."
)
TOLD = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Thresholds in the table, as far as the curves reach."""
_LINES: dict[str, tuple[str, str]] = {
    MODEL: (LEADING, "-"),
    "vgr_criteria": (SECOND, "-"),
    SIMPLER: (INK, "--"),
}
_DIFFERENCES = ("net_benefit", "ppv", "sensitivity", "auroc")


def section(run: Run) -> Section:
    curve, compared = run.judged.decision_curve, _compared(run)
    label = TARGETS[run.target].label_en
    if curve is None:
        return Section(
            "decisions",
            "What acting on it gains",
            absent="It needs a judgement by this version of the code: framsynt train.",
        )
    blocks = [
        Beside(
            drawn_decisions(curve, label),
            f"Decision curves: {label}",
            decisions_table(curve),
            NOTE,
        )
    ]
    return Section(
        "decisions",
        "What acting on it gains",
        LEAD,
        (*blocks, *([versus_table(compared)] if compared else [])),
    )


def _compared(run: Run) -> list[Versus]:
    return [found for found in run.judgement.versus if found.target == run.target]


def _shown(curve: DecisionCurve) -> list[str]:
    return [name for name in _LINES if name in curve.models]


def drawn_decisions(curve: DecisionCurve, label: str) -> Picture:
    x = np.array(curve.thresholds)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.axhline(0.0, color=SOFT, linewidth=0.9, label="Nobody")
        ax.plot(x, curve.everyone, color=SOFT, linewidth=0.9, linestyle=":", label="Everybody")
        for name in reversed(_shown(curve)):
            colour, line = _LINES[name]
            ax.plot(
                x,
                curve.models[name],
                color=colour,
                linestyle=line,
                linewidth=2.0 if name == MODEL else 1.2,
                label=model_label(name),
            )
        top = max(max(curve.models[name]) for name in _shown(curve))
        ax.set(xlim=(0, x[-1]), ylim=(-0.15 * top, 1.08 * top))
        ax.grid(axis="y")
        ax.set_xlabel("risk from which a place is worth it (threshold)")
        ax.set_ylabel("net benefit")
        percent_axis(ax.xaxis)
        ax.legend(*[list(reversed(part)) for part in ax.get_legend_handles_labels()])

    own = curve.models[MODEL]
    middle = len(own) // 2
    alt = (
        f"Decision curves of {label}. At a threshold of {percent(float(x[middle]))} the model's "
        f"net benefit is {1000 * own[middle]:.1f} per 1,000 people, that of acting on everybody "
        f"{1000 * curve.everyone[middle]:.1f}."
    )
    return picture("decisions", alt, draw, size=(5.2, 3.8))


def decisions_table(curve: DecisionCurve) -> Table:
    shown = _shown(curve)
    told_at = [threshold for threshold in TOLD if threshold <= curve.thresholds[-1]]

    def at(values: Sequence[float], threshold: float) -> str:
        return f"{1000 * np.interp(threshold, curve.thresholds, values):.1f}"

    return Table(
        "Net benefit per 1,000 people",
        ("Threshold", *(model_label(name) for name in shown), "Everybody"),
        [
            (
                percent(threshold),
                *(at(curve.models[name], threshold) for name in shown),
                at(curve.everyone, threshold),
            )
            for threshold in told_at
        ],
        words=frozenset(),
    )


def versus_table(compared: list[Versus]) -> Table:
    return Table(
        "The model less each of the others, both lists as long (paired 95% intervals)",
        ("Against", "Of all on the list", "Net benefit", "PPV", "Sensitivity", "AUROC"),
        [
            (
                against(found.against),
                percent(found.list_share, 1),
                *(
                    told(found.differences[metric], metric) if metric in found.differences else "-"
                    for metric in _DIFFERENCES
                ),
            )
            for found in compared
        ],
        strong=frozenset(
            row for row, found in enumerate(compared) if found.against in (SIMPLER, VGR_RULE)
        ),
    )


def against(name: str) -> str:
    if name == VGR_RULE:
        return "At least 4 of Västra Götaland's 6 criteria"
    return model_label(name)
