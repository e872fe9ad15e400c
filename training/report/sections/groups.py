"""Does the model serve everyone alike? Figures by group and target, as tables and a forest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import TYPE_CHECKING

import numpy as np

from models.targets import TARGETS
from training.judgement.groups import GroupedFigures, GroupFigures
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL
from training.judgement.metrics import GROUP_METRICS
from training.judgement.names import GROUPINGS, Names
from training.report.blocks import Beside, Block, Fold, Section, Table, Text
from training.report.drawing import LEADING, SECOND, SOFT, Picture, percent_axis, picture
from training.report.run import Run
from training.report.sections import equity
from training.report.words import told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "Is it alike for everybody?"
LEAD = (
    "Every group is judged at the one list made among everybody, so the figures say who gets a "
    "place. With many small groups chance alone makes differences large: read them beside their "
    "intervals."
)
MANY = ("municipality", "care_unit")
"""Groupings of many groups: tables of their own, and no lines in the forest."""
PLURAL = {"municipality": "municipalities", "care_unit": "care units"}
FOREST_NOTE = (
    "Dots with 95% intervals, in another colour where the interval leaves out the dashed line, "
    "which is everybody."
)
HIDDEN = "hidden"
METRICS = ("auroc", "observed_expected", "ppv", "sensitivity")
COLUMNS = ("AUROC", "Observed/expected", "PPV", "Sensitivity")
CLOSER = (
    "average_precision",
    "calibration_slope",
    "calibration_intercept",
    "ici",
    "brier",
    "net_benefit",
)


def section(run: Run) -> Section:
    found = {of.grouping: of for of in run.judgement.groups if of.target == run.target}
    ordered = [found[name] for name in GROUPINGS if name in found and len(found[name].groups) > 1]
    if not ordered:
        return Section(
            "groups",
            TITLE,
            absent="It needs an extract that tells sex, age, municipality, deprivation or care "
            "unit.",
        )
    label = TARGETS[run.target].label_en
    forest = [of for of in ordered if of.grouping not in MANY]
    blocks: list[Block] = []
    if any(group.figures for of in forest for group in of.groups):
        blocks.append(
            Beside(
                forest_of(forest, run.judged.models[MODEL], run.names, label),
                f"Groups beside everybody: {label}",
                table_of("Groups", forest, run.names),
                f"{FOREST_NOTE} {legend(forest)}",
                wide=True,
            )
        )
    for of in ordered:
        if of.grouping in MANY:
            blocks += _told(run, of, areas="area" in found)
    blocks += closer(ordered, run.names, label)
    blocks += equity.blocks(run, ordered)
    blocks += _every_target(run)
    return Section(
        "groups",
        TITLE,
        LEAD,
        blocks,
    )


def forest_of(
    ordered: Sequence[GroupedFigures], everybody: Mapping[str, Figure], names: Names, label: str
) -> Picture:
    """Every group that was judged, beside ``everybody``."""
    lines: list[tuple[str, GroupFigures | None]] = []
    for of in ordered:
        lines.append((GROUPINGS.get(of.grouping, of.grouping), None))
        lines += [(names.group(of.grouping, g.group), g) for g in of.groups if g.figures]
    judged = {metric for _, group in lines if group for metric in group.figures}
    shown = [pair for pair in zip(METRICS, COLUMNS, strict=True) if pair[0] in judged][:3]
    metrics, columns = zip(*shown, strict=True)

    def draw(axes: list[Axes]) -> None:
        places = np.arange(len(lines))[::-1]
        for panel, metric, column in zip(axes, metrics, columns, strict=True):
            panel.axvline(everybody[metric].value, color=SOFT, linewidth=0.8, linestyle="--")
            for place, (_, group) in zip(places, lines, strict=True):
                figure = group.figures.get(metric) if group else None
                if figure is None or not np.isfinite(figure.value):
                    continue
                apart = figure.excludes(everybody[metric].value)
                colour = SECOND if apart else LEADING
                panel.plot([figure.low, figure.high], [place] * 2, color=colour, linewidth=1.1)
                panel.plot(figure.value, place, "o", color=colour, markersize=3.8)
            panel.set_title(column)
            panel.set_ylim(-0.7, len(lines) - 0.3)
            panel.grid(axis="x")
            panel.spines["left"].set_visible(False)
            panel.set_yticks([])
            if metric == "ppv":
                percent_axis(panel.xaxis)
        axes[0].set_yticks(places, [name for name, _ in lines])
        axes[0].tick_params(axis="y", length=0)
        for text, (_, group) in zip(axes[0].get_yticklabels(), lines, strict=True):
            if group is None:
                text.set_fontweight("bold")

    apart = [
        name
        for name, group in lines
        if group and group.figures["auroc"].excludes(everybody["auroc"].value)
    ]
    alt = (
        f"Forest plot of {', '.join(columns)} for {label}, by group. "
        f"AUROC differs from everybody's beyond its interval for: {', '.join(apart) or 'no group'}."
    )
    size = (6.4, 0.8 + 0.2 * len(lines))
    return picture("groups", alt, draw, size=size, columns=len(columns))


def _cell(group: GroupFigures, metric: str) -> str:
    return told(group.figures[metric], metric) if metric in group.figures else "-"


def _told(run: Run, of: GroupedFigures, *, areas: bool) -> list[Block]:
    """One grouping of many groups: those that could be judged, and why the others could not."""
    judged = replace(of, groups=tuple(group for group in of.groups if group.figures))
    hidden, many = len(of.groups) - len(judged.groups), PLURAL[of.grouping]
    blocks: list[Block] = []
    if judged.groups:
        caption = f"{GROUPINGS[of.grouping]}: {len(judged.groups)} of {len(of.groups)} judged"
        blocks.append(replace(table_of(caption, [judged], run.names), note=legend([judged])))
    if hidden:
        which = (
            f"None of {len(of.groups)}" if not judged.groups else f"{hidden} of {len(of.groups)}"
        )
        able = "can" if not judged.groups else "cannot"
        said = (
            f"{which} {many} {able} be judged: too few of their people had the outcome (7 or "
            "fewer), or a number of theirs would give away that of a smaller one."
        )
        if areas and of.grouping == "municipality":
            said += " The health-care areas that they belong to are judged above."
        else:
            said += " More people, or more test dates (--test-index-dates), would judge more."
        blocks.append(Text([said]))
    return blocks


def closer(ordered: Sequence[GroupedFigures], names: Names, label: str) -> list[Block]:
    """The remaining figures of every group that has them."""
    rows = [
        (_short(names, of, group), *(_cell(group, metric) for metric in CLOSER))
        for of in ordered
        for group in of.groups
        if group.figures
    ]
    if not rows:
        return []
    head = ("Group", *(GROUP_METRICS[metric].label for metric in CLOSER))
    note = (
        "With 95% intervals. Slope and ICI need 30 with the outcome, and 30 without; net benefit "
        "needs figures of the list that can be told."
    )
    return [Table(f"Calibration and benefit by group: {label}", head, rows, note=note)]


def _every_target(run: Run) -> list[Block]:
    """Folded: a table a metric, every group that some target judges, a column a target."""
    targets = [judged.target for judged in run.judgement.targets]
    if len(targets) < 2:
        return []
    found = {(of.target, of.grouping): of for of in run.judgement.groups}
    named: dict[tuple[str, str], str] = {}
    for grouping in GROUPINGS:
        for target in targets:
            for group in found[target, grouping].groups if (target, grouping) in found else ():
                if group.figures:
                    of = found[target, grouping]
                    named.setdefault((grouping, group.group), _short(run.names, of, group))
    if not named:
        return []
    head = ("Group", *(_capital(TARGETS[target].label_en) for target in targets))
    tables = [
        Table(
            f"{GROUP_METRICS[metric].label} by group, every target",
            head,
            [
                (said, *(_cell(found[target, grouping].of(name), metric) for target in targets))
                for (grouping, name), said in named.items()
            ],
        )
        for metric in (*METRICS, *CLOSER)
    ]
    note = (
        "With 95% intervals. A dash: too few had the outcome, or the number would give away a "
        "small one, as where one outcome lies within another and few lie between them."
    )
    return [Fold("Every target, group by group", (Text([note]), *tables))]


def _whole(names: Names, of: GroupedFigures, group: GroupFigures) -> str:
    return f"{GROUPINGS.get(of.grouping, of.grouping)}: {names.group(of.grouping, group.group)}"


def _short(names: Names, of: GroupedFigures, group: GroupFigures) -> str:
    return f"{GROUPINGS.get(of.grouping, of.grouping)}: {names.short(of.grouping, group.group)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _whys(ordered: Sequence[GroupedFigures]) -> list[str]:
    """Why something is hidden, in the order that the table meets them."""
    return list(dict.fromkeys(g.why for of in ordered for g in of.groups if g.why))


def legend(ordered: Sequence[GroupedFigures]) -> str:
    whys = _whys(ordered)
    return " ".join(f"{mark}: {why}." for mark, why in zip(ascii_lowercase, whys, strict=False))


def table_of(caption: str, ordered: Sequence[GroupedFigures], names: Names) -> Table:
    """Counts and figures of every group; letters say why something is hidden (``legend``)."""
    marks = dict(zip(_whys(ordered), ascii_lowercase, strict=False))

    def count(number: int | None) -> str:
        return HIDDEN if number is None else f"{number:,}"

    rows = [
        (
            _whole(names, of, group) if len(ordered) > 1 else names.group(of.grouping, group.group),
            count(group.people),
            count(group.events),
            count(group.listed),
            *(_cell(group, metric) for metric in METRICS),
            marks.get(group.why, ""),
        )
        for of in ordered
        for group in of.groups
    ]
    head = ("Group", "People", "Outcome", "On list", *COLUMNS, "Note")
    lists = any(group.listed is not None for of in ordered for group in of.groups)
    kept = range(len(head)) if lists else (0, 1, 2, 4, 5, 8)
    return Table(
        caption,
        [head[column] for column in kept],
        [[row[column] for column in kept] for row in rows],
        words=frozenset({0, len(kept) - 1}),
    )
