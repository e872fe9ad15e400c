"""Whether other seeds and other weeks give the same lists and reasons.

``framsynt stability`` judges that, with a model that is already registered: it puts this
section into the page that the model has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from models.targets import TARGETS
from training.report.blocks import Beside, Block, Numbers, Section, Table, Text
from training.report.drawing import LEADING, SECOND, SOFT, Picture, percent_axis, picture
from training.report.run import Run
from training.report.words import formatted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Is it stable?"
KINDS = {"boosters": "other seed, same people", "people": "same seed, other people"}
MEANS = {
    "measures": "Heaviest reasons shared, by measure",
    "headings": "Heaviest reasons shared, by the eight headings",
    "kept": "Share of a list that is on the other",
    "jaccard": "On both lists, of all on either (Jaccard)",
    "spearman": "Rank correlation of everybody's scores",
    "moved": "Mean difference in probability, on a list",
}
"""Of two models, in the order of the table; all but the last can be drawn beside each other."""
CAUSES = {
    "happened": "Something happened to them in the week",
    "late": "Something older was recorded of them",
    "time": "Time alone: windows and age",
    "others": "Others on the list changed",
}


def section(run: Run) -> Section:
    """Of a model just made, of which nothing of the kind is known yet."""
    return section_of(None)


def section_of(found: Mapping[str, Any] | None) -> Section:
    """``found``: as ``Stability.as_dict`` and the file stability.json have it."""
    seeds, weeks = (found or {}).get("seeds"), (found or {}).get("weeks")
    judged = seeds or weeks
    if not found or not judged:
        return Section(
            "stability",
            TITLE,
            absent="How much lists and reasons differ between models of other seeds, and between "
            "weeks, takes several models: framsynt stability puts it here.",
        )
    blocks: list[Block] = [Numbers(_in_short(found))]
    if seeds:
        blocks += _seeds(seeds, found)
    if weeks:
        blocks += _weeks(weeks)
    target = TARGETS[judged["target"]].label_en
    return Section(
        "stability",
        TITLE,
        f"What of a list is chance? Lists are those of the weekly run, by the risk of {target}; "
        "everybody is scored.",
        blocks,
    )


def _in_short(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    seeds, weeks, items = found.get("seeds"), found.get("weeks"), []
    if seeds:
        chance = seeds["agreements"]["boosters"]
        items = [
            (
                percent(_number(chance["measures"])),
                "",
                f"of the {found['top']} heaviest reasons are the same with another seed: at "
                f"least {percent(found['bar'])} is right",
            ),
            (percent(_number(chance["kept"])), "", "of a list is the same with another seed"),
        ]
    if weeks:
        kept = [_number(week["kept"]) for week in weeks["weeks"]]
        items.append((percent(float(np.nanmean(kept))), "", "of a list stays to the next week"))
    return items


def _seeds(seeds: Mapping[str, Any], found: Mapping[str, Any]) -> list[Block]:
    agreements = {kind: of for kind, of in seeds["agreements"].items() if kind in KINDS}
    table = Table(
        "Models beside each other, means over pairs",
        ("", *(KINDS[kind] for kind in agreements)),
        [
            (
                said,
                *(
                    formatted(_number(of[mean]), 4 if mean in ("spearman", "moved") else 2)
                    for of in agreements.values()
                ),
            )
            for mean, said in MEANS.items()
        ],
    )
    short = [
        KINDS[kind] for kind, of in agreements.items() if _number(of["measures"]) < found["bar"]
    ]
    note = (
        f"{seeds['models']} models of each kind, the one judged here among them; lists of "
        f"{seeds['index_date']}, {seeds['listed']:,} people. Another seed tells what lots are "
        "drawn in training; other people to learn from tell what new data would change (Riley & "
        "Collins 2023, doi 10.1002/bimj.202200302)."
    )
    if short:
        note += f" Reasons by measure fall short of {percent(found['bar'])}: {'; '.join(short)}."
    return [Beside(_agreeing(agreements), "Agreement of models", table, note)]


def _agreeing(agreements: Mapping[str, Mapping[str, Any]]) -> Picture:
    drawn = [mean for mean in MEANS if mean != "moved"]

    def draw(axes: list[Axes]) -> None:
        ax, places = axes[0], np.arange(len(drawn))[::-1]
        for number, (kind, colour) in enumerate(zip(agreements, (LEADING, SECOND), strict=False)):
            values = [_number(agreements[kind][mean]) for mean in drawn]
            ax.barh(places + 0.19 - 0.38 * number, values, height=0.34, color=colour)
            ax.plot([], [], color=colour, linewidth=6, label=KINDS[kind])
        ax.set_yticks(places, [MEANS[mean].replace(", ", ",\n") for mean in drawn])
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, 1)
        ax.grid(axis="x")
        ax.spines["left"].set_visible(False)
        ax.legend(loc="upper center", bbox_to_anchor=(0.3, -0.08), ncols=2)

    alt = "Bars of how far models agree; the numbers are in the table beside."
    return picture("agreement", alt, draw, size=(5.2, 3.4))


def _weeks(weeks: Mapping[str, Any]) -> list[Block]:
    table = Table(
        "One model from week to week",
        ("Monday", "On lists", "Of last week's, still there"),
        [
            (week["monday"], f"{week['listed']:,}", percent(_number(week["kept"]), 1))
            for week in weeks["weeks"]
        ],
    )
    steps = weeks.get("steps", {})
    causes = Table(
        f"Why {weeks['changes']:,} came or left",
        ("Because of", "Share", "Mean change of log-odds"),
        [
            (
                said,
                percent(_number(weeks["causes"].get(cause)))
                if weeks["causes"].get(cause) is not None
                else "hidden",
                formatted(_number(steps.get(cause)), 3),
            )
            for cause, said in CAUSES.items()
            if cause in weeks["causes"]
        ],
    )
    note = (
        "Each who came or left is counted once, by the last step that moved them: time, then what "
        "was recorded late, then what happened. Causes of 7 or fewer are hidden. The change of "
        "log-odds is that of everybody on either week's list."
    )
    if sum(share is not None for share in weeks["causes"].values()) < 2:
        return [table, causes, Text([note])]
    return [table, Beside(_caused(weeks["causes"]), "Why lists change", causes, note)]


def _caused(shares: Mapping[str, float | None]) -> Picture:
    told = [cause for cause in CAUSES if shares.get(cause) is not None]

    def draw(axes: list[Axes]) -> None:
        ax, places = axes[0], np.arange(len(told))[::-1]
        colours = [LEADING if cause == "happened" else SOFT for cause in told]
        ax.barh(places, [_number(shares[cause]) for cause in told], height=0.6, color=colours)
        ax.set_yticks(places, [CAUSES[cause].replace(" them ", " them\n") for cause in told])
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x")
        ax.spines["left"].set_visible(False)
        percent_axis(ax.xaxis)

    alt = "Bars of why people came onto lists or left them; the shares are in the table beside."
    return picture("churn", alt, draw, size=(5.2, 0.9 + 0.42 * len(told)))


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
