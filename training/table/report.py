"""A table's judgement in the terminal and as files: Markdown, JSON, the page, the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.judgement.groups import GroupedFigures
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL
from training.judgement.metrics import GROUP_METRICS, METRICS
from training.report.words import CALIBRATION, RANKING, formatted, interval, model_label, number
from training.table.evaluate import TableJudgement

if TYPE_CHECKING:
    from rich.console import Console

GROUP_SHOWN = ("auroc", "observed_expected", "sensitivity", "selection_rate")
GROUP_HEAD = (
    "Rows",
    "Outcomes",
    *(GROUP_METRICS[metric].label for metric in GROUP_SHOWN),
    "Not judged",
)
SHOWN = 10
"""Columns shown in the terminal."""


def heading(judgement: TableJudgement) -> str:
    share = judgement.test_events / judgement.test_rows
    return (
        f"{judgement.file}, label '{judgement.label}': learnt from {judgement.learnt_rows:,} rows "
        f"and {judgement.features:,} features; judged on {judgement.test_rows:,} rows, "
        f"{judgement.test_events:,} with the outcome ({share:.1%})"
    )


def setting(judgement: TableJudgement) -> str:
    return (
        f"Held out: {judgement.held_out}. The list: the {judgement.settings.list_share:.0%} ranked "
        f"highest. Intervals: 95 %, {judgement.settings.resamples} resamples of persons."
    )


def show(judgement: TableJudgement, console: Console | None = None) -> None:
    """Prints the two models side by side, what scores are made of, groups and remarks."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = console or Console()
    console.print(heading(judgement), markup=False, highlight=False)
    console.print(setting(judgement), markup=False, highlight=False)
    for metrics in (RANKING, CALIBRATION):
        table = Table("", *(METRICS[metric].label for metric in metrics))
        for name, figures in judgement.models.items():
            cells = [
                f"{number(figures[m], m)}\n[dim]{interval(figures[m], m)}[/dim]" for m in metrics
            ]
            table.add_row(model_label(name), *cells, style="bold" if name == MODEL else None)
        console.print(table)
    table = Table("Column", "Mean share of log-odds", "Direction", title_justify="left")
    for row in _share_rows(judgement)[:SHOWN]:
        table.add_row(*map(escape, row))
    console.print(table)
    for grouped in judgement.groups:
        table = Table(escape(grouped.grouping), *GROUP_HEAD)
        for row in _group_rows(grouped):
            table.add_row(*map(escape, row))
        console.print(table)
    for line in differences(judgement) + list(judgement.remarks):
        console.print(f"• {line}", markup=False, highlight=False)


def _share_rows(judgement: TableJudgement) -> list[list[str]]:
    return [
        [share.column, formatted(share.share, 3), formatted(share.direction, 2)]
        for share in judgement.shares
    ]


def _group_rows(grouped: GroupedFigures) -> list[list[str]]:
    rows = []
    for group in grouped.groups:
        counts = ["-" if n is None else f"{n:,}" for n in (group.people, group.events)]
        figures = [
            _with_interval(group.figures[metric], GROUP_METRICS[metric].decimals)
            if metric in group.figures
            else "-"
            for metric in GROUP_SHOWN
        ]
        rows.append([group.group, *counts, *figures, group.why])
    return rows


def _with_interval(figure: Figure, decimals: int) -> str:
    value, low, high = (formatted(x, decimals) for x in (figure.value, figure.low, figure.high))
    return f"{value} ({low} to {high})"


def differences(judgement: TableJudgement) -> list[str]:
    """The booster less the regression, and which is to be preferred."""

    def said(metric: str, figure: Figure) -> str:
        low_high = f"{figure.low:+.{_decimals(metric)}f} to {figure.high:+.{_decimals(metric)}f}"
        return f"{METRICS[metric].label} {figure.value:+.{_decimals(metric)}f} ({low_high})"

    told = ", ".join(
        said(metric, figure) for metric, figure in judgement.versus.differences.items()
    )
    lines = [f"LightGBM less logistic regression: {told}."]
    if not judgement.versus.differences["net_benefit"].low > 0:
        lines.append(
            "LightGBM's list is not surely better than that of logistic regression: the simpler "
            "model is to be preferred."
        )
    return lines


def _decimals(metric: str) -> int:
    return METRICS[metric].decimals


def markdown(judgement: TableJudgement) -> str:
    """The whole judgement: every metric of both models, every share."""
    lines = [f"# {judgement.file}", "", heading(judgement) + ".", "", setting(judgement), ""]
    lines += [f"- {line}" for line in differences(judgement) + list(judgement.remarks)]
    lines += ["", "## Figures", ""]
    names = list(judgement.models)
    lines += _table(
        ["", *(model_label(name) for name in names)],
        [
            [
                METRICS[metric].label,
                *(
                    f"{number(judgement.models[name][metric], metric)} "
                    f"({interval(judgement.models[name][metric], metric)})"
                    for name in names
                ),
            ]
            for metric in METRICS
        ],
    )
    for grouped in judgement.groups:
        lines += ["", f"## By {grouped.grouping}", ""]
        lines += _table([grouped.grouping, *GROUP_HEAD], _group_rows(grouped))
    lines += ["", "## What the scores are made of", ""]
    lines += [
        "Mean absolute SHAP value of the served log-odds in the test rows, by column; direction: "
        "rank correlation of value and contribution.",
        "",
    ]
    lines += _table(["Column", "Share", "Direction"], _share_rows(judgement))
    return "\n".join(lines) + "\n"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]
