"""A judgement in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.baselines import BASELINES
from training.judgement.judged import MODEL, ORACLE, Judgement, TargetJudgement
from training.judgement.metrics import METRICS
from training.judgement.versus import SIMPLER, VGR_RULE, Versus
from training.report.words import (
    CALIBRATION,
    RANKING,
    formatted,
    heading,
    interval,
    model_label,
    number,
    primary_first,
    setting,
)

if TYPE_CHECKING:
    from rich.console import Console


def show(judgement: Judgement, console: Console | None = None) -> None:
    """Prints the primary target beside every baseline, the other targets in a line each,
    what the primary one gains, in units and between groups, and the remarks."""
    from rich.console import Console
    from rich.table import Table

    console = console or Console()
    judged_first = primary_first(judgement)
    console.print(setting(judgement), markup=False, highlight=False)
    for metrics in (RANKING, CALIBRATION):
        table = Table(title=heading(judged_first), title_justify="left", show_lines=False)
        table.add_column("")
        for metric in metrics:
            table.add_column(METRICS[metric].label, justify="right")
        for name, figures in judged_first.models.items():
            cells = [
                f"{number(figures[m], m)}\n[dim]{interval(figures[m], m)}[/dim]" for m in metrics
            ]
            table.add_row(model_label(name), *cells, style="bold" if name == MODEL else None)
        console.print(table)
    if len(judgement.targets) > 1:
        console.print(_overview(judgement))
    for line in (*beside(judgement), *in_units(judgement), *between_groups(judgement)):
        console.print(line, markup=False, highlight=False)
    for remark in judgement.remarks:
        console.print(f"• {remark}", markup=False, highlight=False)


def _overview(judgement: Judgement) -> object:
    from rich.table import Table

    table = Table(title="All targets: LightGBM (best baseline)", title_justify="left")
    table.add_column("", no_wrap=True, min_width=max(len(j.target) for j in judgement.targets))
    for label in ("Events", "AUROC", "Oracle", "AP", "PPV", "O/E", "ICI"):
        table.add_column(label, justify="right")
    for judged in judgement.targets:
        own = judged.models[MODEL]
        oracle = judged.models.get(ORACLE)
        beside = [
            f"{number(own[m], m)} ({_best_baseline(judged, m)})"
            for m in ("auroc", "average_precision", "ppv")
        ]
        table.add_row(
            judged.target,
            f"{judged.events:,}",
            beside[0],
            number(oracle["auroc"], "auroc") if oracle else "-",
            beside[1],
            beside[2],
            number(own["observed_expected"], "observed_expected"),
            number(own["ici"], "ici"),
        )
    return table


def _best_baseline(judged: TargetJudgement, metric: str) -> str:
    values = [
        figures[metric].value
        for name, figures in judged.models.items()
        if name not in (MODEL, ORACLE)
    ]
    return formatted(max(values), METRICS[metric].decimals) if values else "-"


def beside(judgement: Judgement) -> list[str]:
    """The primary target's lists beside those of the logistic regression and of the rule."""
    target = primary_first(judgement).target
    said = []
    for found in judgement.versus:
        if found.target == target and found.against in (SIMPLER, VGR_RULE):
            of_rule = found.against == VGR_RULE
            against = "the region's rule (4 of 6)" if of_rule else BASELINES[SIMPLER].label_en
            said.append(
                f"Against {against[0].lower()}{against[1:]}, lists of {found.list_share:.1%}: "
                f"net benefit {_signed(found, 'net_benefit')}, PPV {_signed(found, 'ppv')}."
            )
    return said


def _signed(found: Versus, metric: str) -> str:
    figure, decimals = found.differences[metric], METRICS[metric].decimals
    return f"{figure.value:+.{decimals}f} ({interval(figure, metric)})"


def in_units(judgement: Judgement) -> list[str]:
    """The care units' lists of the primary target, in a line."""
    target = primary_first(judgement).target
    return [
        f"Lists of {found.places} places at {found.lists:,} care units: {found.expected:,.0f} "
        f"expected to have the outcome, {found.found:,.0f} had it"
        + ("." if found.inside is None else f"; {found.inside:.0%} of units within their interval.")
        for found in judgement.capacity
        if found.target == target and not found.why
    ]


def between_groups(judgement: Judgement) -> list[str]:
    """The largest differences of the primary target between two groups, in a line."""
    target = primary_first(judgement).target
    parts = [
        f"{of.grouping.replace('_', ' ')} {of.difference[metric]:.2f} {METRICS[metric].label}"
        for of in judgement.groups
        if of.target == target and of.grouping in ("sex", "age", "deprivation")
        for metric in ("auroc", "observed_expected")
        if metric in of.difference
    ]
    return [f"Largest differences between two groups: {', '.join(parts)}."] if parts else []
