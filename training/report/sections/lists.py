"""Who is on a list of a given length, and who is missed: beside the plain rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.disclosure import SMALL
from models.targets import TARGETS
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL
from training.judgement.metrics import Sample
from training.report.blocks import Beside, Section, Table
from training.report.drawing import INK, LEADING, SECOND, SOFT, TINT, Picture, percent_axis, picture
from training.report.run import Run, resampled, with_interval
from training.report.words import few, heading, model_label, percent, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2)
"""Lengths of list that the table tells, as shares of all people."""
DRAWN = np.linspace(0.005, 0.25, 50)
SHOWN_RIVALS = ("vgr_criteria", "logistic_all", "logistic_plain", "age_sex")
LENGTHS_NOTE = (
    "Missed: people with the outcome who are not on the list. Intervals (95%) are from a "
    "bootstrap of persons. Lengths at which 7 or fewer would be found, listed in vain or missed "
    "are left out."
)
RANKING = ("auroc", "average_precision", "ppv", "sensitivity", "missed")


@dataclass(frozen=True)
class Lengths:
    """What lists of some lengths find: (lengths, 3) each, the value and its 95 % interval.

    ``people`` on the list and ``found`` of them with the outcome: weighted counts.
    """

    shares: np.ndarray
    people: np.ndarray
    found: np.ndarray
    ppv: np.ndarray
    sensitivity: np.ndarray
    missed: np.ndarray


def section(run: Run) -> Section:
    label = TARGETS[run.target].label_en
    shown = [MODEL, *(name for name in SHOWN_RIVALS if name in run.rivals)]
    draws = run.draws_of(run.target)
    # Only the model's own line has a band.
    drawn = {
        name: lengths_of(
            run.sample(run.target, run.rivals[name]),
            draws if name == MODEL else draws[:, :0],
            DRAWN,
        )
        for name in shown
    }
    shares = sorted({*SHARES, run.judgement.list_share})
    own = lengths_of(run.sample(run.target, run.rivals[MODEL]), draws, np.array(shares))
    return Section(
        "lists",
        "On the list, and missed",
        f"The list is the people ranked highest. Of those on it, some have the outcome ({label}); "
        "of all who have it, some are missed. A longer list misses fewer, and fewer of those on "
        "it have the outcome. The dashed line is the length judged at, "
        f"{percent(run.judgement.list_share)} of all people.",
        (
            Beside(
                drawn_lengths(drawn, run.judgement.list_share, run.judged.models[MODEL]),
                "Lists of every length",
                lengths_table(own, shares),
                LENGTHS_NOTE,
            ),
            _models_table(run),
            _targets_table(run),
        ),
    )


def lengths_of(sample: Sample, draws: np.ndarray, shares: np.ndarray) -> Lengths:
    """``draws``: resamples of the sample's rows. People who tie at the edge of a list share
    the places that are left."""

    def function(of: Sample) -> np.ndarray:
        events, everyone = of.by_rank
        reached, found = np.cumsum(everyone, axis=0), np.cumsum(events, axis=0)
        on_list = np.empty((len(shares), reached.shape[1]))
        for column in range(reached.shape[1]):
            places = shares * reached[-1, column]
            on_list[:, column] = np.interp(
                places, np.append(0.0, reached[:, column]), np.append(0.0, found[:, column])
            )
        places = shares[:, None] * reached[-1]
        return np.vstack(
            [places, on_list, on_list / places, on_list / found[-1], found[-1] - on_list]
        )

    values = with_interval(resampled(sample, draws, function))
    places, on_list, ppv, sensitivity, missed = np.split(values, 5)
    return Lengths(shares, places[:, 0], on_list[:, 0], ppv, sensitivity, missed)


_LINES: dict[str, tuple[str, str]] = {
    MODEL: (LEADING, "-"),
    "vgr_criteria": (SECOND, "-"),
    "logistic_all": (INK, "--"),
    "logistic_plain": (INK, ":"),
    "age_sex": (SOFT, "-"),
}


def drawn_lengths(
    drawn: Mapping[str, Lengths], list_share: float, figures: Mapping[str, Figure]
) -> Picture:
    """What lists of every length find, by model. ``figures``: the model's own, at
    ``list_share``."""

    def draw(axes: list[Axes]) -> None:
        own = drawn[MODEL]
        for panel, part in zip(axes, ("ppv", "sensitivity"), strict=True):
            band = getattr(own, part)
            panel.fill_between(
                own.shares, band[:, 1], band[:, 2], color=TINT, linewidth=0, alpha=0.7
            )
            for name, lengths in reversed(list(drawn.items())):
                colour, line = _LINES[name]
                panel.plot(
                    lengths.shares,
                    getattr(lengths, part)[:, 0],
                    color=colour,
                    linestyle=line,
                    linewidth=2.0 if name == MODEL else 1.1,
                    label=model_label(name),
                )
            panel.axvline(list_share, color=SOFT, linewidth=0.8, linestyle="--")
            panel.set(xlim=(0, DRAWN[-1]), ylim=(0, None))
            panel.grid(axis="y")
            percent_axis(panel.xaxis)
            percent_axis(panel.yaxis)
        axes[0].set_title("Of those on the list, with the outcome (PPV)")
        axes[0].tick_params(labelbottom=False)
        axes[0].legend(*[list(reversed(part)) for part in axes[0].get_legend_handles_labels()])
        axes[1].set_title("Of all with the outcome, on the list (sensitivity)")
        axes[1].set_xlabel("people on the list, of all")

    alt = (
        "How many of those on the list have the outcome, and how many of all with the outcome "
        f"are on it, by length of list. At {percent(list_share)}: PPV "
        f"{told(figures['ppv'], 'ppv')}, sensitivity "
        f"{told(figures['sensitivity'], 'sensitivity')}."
    )
    return picture("lists", alt, draw, size=(5.2, 5.6), heights=(1.0, 1.0))


def lengths_table(own: Lengths, shares: Sequence[float]) -> Table:
    def cell(values: np.ndarray) -> str:
        return f"{percent(values[0])} ({percent(values[1])} to {percent(values[2])})"

    return Table(
        "The model's list, by its length",
        ("Of all", "On list", "Outcome", "PPV", "Sensitivity", "Missed"),
        [
            (
                percent(share),
                f"{own.people[row]:,.0f}",
                f"{own.found[row]:,.0f}",
                cell(own.ppv[row]),
                cell(own.sensitivity[row]),
                f"{own.missed[row, 0]:,.0f}",
            )
            for row, share in enumerate(shares)
            if min(own.found[row], own.people[row] - own.found[row], own.missed[row, 0]) > SMALL
        ],
        words=frozenset(),
    )


def _models_table(run: Run) -> Table:
    return Table(
        heading(run.judged),
        ("Model or rule", "AUROC", "Average precision", "PPV", "Sensitivity", "Missed"),
        [
            (model_label(name), *(told(figures[metric], metric) for metric in RANKING))
            for name, figures in run.judged.models.items()
        ],
        strong=frozenset({0}),
    )


def _targets_table(run: Run) -> Table:
    return Table(
        "Every target, the model alone",
        ("Target", "Judged", "Outcome", "AUROC", "Average precision", "PPV", "Sensitivity"),
        [
            (
                TARGETS[judged.target].label_en,
                f"{judged.people:,}",
                few(judged.events),
                *(
                    told(judged.models[MODEL][metric], metric)
                    for metric in RANKING
                    if metric != "missed"
                ),
            )
            for judged in run.judgement.targets
        ],
    )
