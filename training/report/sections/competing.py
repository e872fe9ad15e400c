"""Calibration with death as a competing event, by tenths of risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.targets import TARGETS
from training.judgement.competing import CompetingCalibration
from training.report.blocks import Beside, Section, Table
from training.report.drawing import LEADING, SECOND, SOFT, Picture, percent_axis, picture
from training.report.run import Run
from training.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Death as a competing event"


def section(run: Run) -> Section:
    judged = {found.target: found for found in run.judgement.competing}
    own = judged.get(run.target)
    if own is None or not own.tenths:
        why = f" It cannot be judged: {own.why}." if own else ""
        return Section(
            "competing",
            TITLE,
            absent=f"It needs enough outcomes in each tenth of risk.{why}",
            lead=_LEAD,
        )
    label = TARGETS[run.target].label_en
    return Section(
        "competing",
        TITLE,
        _LEAD,
        (
            Beside(
                _drawn(own, label),
                f"Tenths of rising risk: {label}",
                _table(own),
                f"The two estimates of what was observed differ by at most "
                f"{percent(own.furthest, 1)}.",
            ),
            Table(
                "Every target: how far the two estimates of what was observed lie apart",
                ("Target", "At most"),
                [
                    (
                        TARGETS[found.target].label_en,
                        percent(found.furthest, 1) if found.tenths else found.why,
                    )
                    for found in judged.values()
                ],
            ),
        ),
    )


_LEAD = (
    "Who dies first cannot have the outcome later, and is no sign of health either. What was "
    "observed is therefore also estimated as cumulative incidence with death competing "
    "(Aalen-Johansen), beside the weighted estimate that the other figures rest on. Far apart, "
    "one of them is wrong."
)


def _drawn(judged: CompetingCalibration, label: str) -> Picture:
    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        predicted = [t.predicted for t in judged.tenths]
        top = 1.08 * max(*predicted, *(t.observed.high for t in judged.tenths))
        ax.plot([0, top], [0, top], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        for t in judged.tenths:
            ax.plot([t.predicted] * 2, [t.observed.low, t.observed.high], color=LEADING, lw=0.9)
        ax.plot(
            predicted,
            [t.observed.value for t in judged.tenths],
            "o",
            color=LEADING,
            markersize=4.5,
            label="Aalen-Johansen, 95% interval",
        )
        ax.plot(
            predicted,
            [t.weighted for t in judged.tenths],
            "_",
            color=SECOND,
            markersize=9,
            markeredgewidth=1.6,
            label="Weighted (IPCW)",
        )
        ax.set(xlim=(0, max(predicted) * 1.08), ylim=(0, top), xlabel="predicted")
        ax.set_ylabel("observed")
        ax.grid(axis="y")
        ax.legend(loc="upper left")
        percent_axis(ax.xaxis)
        percent_axis(ax.yaxis)

    last = judged.tenths[-1]
    alt = (
        f"Predicted and observed incidence of {label} by tenths of risk, death competing. In the "
        f"highest tenth {percent(last.predicted, 1)} was predicted and "
        f"{percent(last.observed.value, 1)} observed."
    )
    return picture("competing", alt, draw, size=(5.2, 3.8))


def _table(judged: CompetingCalibration) -> Table:
    return Table(
        "People by rising risk",
        ("People", "Predicted", "Observed (Aalen-Johansen)", "Weighted"),
        [
            (
                f"{t.people:,}",
                percent(t.predicted, 1),
                f"{percent(t.observed.value, 1)} "
                f"({percent(t.observed.low, 1)} to {percent(t.observed.high, 1)})",
                percent(t.weighted, 1),
            )
            for t in judged.tenths
        ],
        words=frozenset(),
    )
