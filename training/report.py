"""A judgement in words and tables: for the terminal, as Markdown, and as a model card."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.baselines import BASELINES
from models.risk_model import RiskModel
from models.targets import PRIMARY, TARGETS
from training.evaluate import MODEL, ORACLE, Judgement, TargetJudgement
from training.intervals import Figure
from training.metrics import METRICS

if TYPE_CHECKING:
    from rich.console import Console

RANKING = ("auroc", "average_precision", "ppv", "sensitivity", "missed")
CALIBRATION = ("brier", "observed_expected", "calibration_slope", "calibration_intercept", "ici")


def model_label(name: str) -> str:
    if name == MODEL:
        return "LightGBM"
    if name == ORACLE:
        return "Oracle (the simulation's own hazards)"
    return BASELINES[name].label_en


def number(figure: Figure, metric: str) -> str:
    """The value alone; a dash where it is undefined."""
    return _format(figure.value, METRICS[metric].decimals)


def interval(figure: Figure, metric: str) -> str:
    decimals = METRICS[metric].decimals
    return f"{_format(figure.low, decimals)} to {_format(figure.high, decimals)}"


def _format(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if np.isfinite(value) else "-"


def heading(judged: TargetJudgement) -> str:
    share = judged.events / judged.people if judged.people else 0.0
    return (
        f"{judged.target}: {TARGETS[judged.target].label_en}; "
        f"{judged.people:,} judged, {judged.events:,} with the outcome ({share:.1%})"
    )


def setting(judgement: Judgement) -> str:
    """Who was judged, when, and what a list is, in one sentence."""
    dates = ", ".join(day.isoformat() for day in judgement.index_dates)
    who = "people never trained on" if judgement.held_out_people else "everyone"
    when = ", a whole horizon after the last training date" if judgement.held_out_time else ""
    return (
        f"Judged on {who} at {dates}{when}. A list holds the {judgement.list_share:.0%} ranked "
        "highest. In brackets: 95 % intervals from a bootstrap of persons."
    )


def show(judgement: Judgement, console: Console | None = None) -> None:
    """Prints the primary target beside every baseline, the other targets in a line each,
    and the remarks."""
    from rich.console import Console
    from rich.table import Table

    console = console or Console()
    judged_first = _primary_first(judgement)
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
    return _format(max(values), METRICS[metric].decimals) if values else "-"


def _primary_first(judgement: Judgement) -> TargetJudgement:
    names = [judged.target for judged in judgement.targets]
    return judgement.of(PRIMARY if PRIMARY in names else names[0])


def markdown(judgement: Judgement) -> str:
    """The whole judgement: every target, model and metric."""
    lines = ["# How the model did", "", setting(judgement), ""]
    lines += [f"- {remark}" for remark in judgement.remarks]
    for judged in judgement.targets:
        lines += ["", f"## {heading(judged)}", ""]
        lines += _markdown_table(
            ["", *(METRICS[metric].label for metric in METRICS)],
            (
                [
                    model_label(name),
                    *(f"{number(f[m], m)} ({interval(f[m], m)})" for m in METRICS),
                ]
                for name, f in judged.models.items()
            ),
        )
    return "\n".join(lines) + "\n"


def _markdown_table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]


def model_card(model: RiskModel, judgement: Judgement) -> str:
    """What the model is, for whom, made how, and how well it does: the items of TRIPOD+AI
    (Collins et al. 2024, doi 10.1136/bmj-2023-078378) that a run can fill in by itself."""
    info = model.info
    rows = [
        ["Purpose", "Order people for a team's review. A person decides; the score never does."],
        ["Not for", "Denying care, emergencies, or saying what causes an admission."],
        ["Source of data", f"{info['source']}, extract {info['extract_id']}"],
        ["Data through", info["data_through"]],
        ["Code lists", info["codelist_version"]],
        ["Participants", "Everyone alive and, where listings are delivered, listed, as known then"],
        ["Training", f"{info['training_people']:,} people, {info['training_rows']:,} rows"],
        ["Training dates", ", ".join(info["training_dates"])],
        ["Test dates", ", ".join(info["test_dates"])],
        ["Held out", f"{info['split']['test_share']:.0%} of all people, by hash; never trained on"],
        ["Predictors", f"{len(model.features)} features; unknown is kept apart from none"],
        ["Model", "LightGBM, one booster per target; affine calibration on the log-odds"],
        [
            "Calibrated on",
            f"out-of-fold scores of development people ({info['split']['folds']} folds)",
        ],
        ["Death", "a competing event: the probability is of the outcome before death"],
        ["Leaving observation", "censored; weighted by inverse probability of censoring"],
        ["Enrolled people", "kept as they are: risk is under the care that was given"],
    ]
    lines = ["# Model card: Framsynt", "", *_markdown_table(["Item", "This model"], rows)]
    lines += ["", "## Targets", ""]
    lines += _markdown_table(
        ["Target", "Meaning", "Outcomes in training", "Trees", "Slope", "Intercept"],
        (
            [
                target,
                TARGETS[target].label_en,
                f"{info['training_events'][target]:,}",
                str(info["rounds"][target]),
                f"{model.calibrations[target].slope:.3f}",
                f"{model.calibrations[target].intercept:.3f}",
            ]
            for target in model.targets
        ),
    )
    lines += ["", "## Known limits", ""]
    lines += [f"- {remark}" for remark in judgement.remarks] or ["- None found by this run."]
    return "\n".join(lines) + "\n\n" + markdown(judgement).replace("# How", "## How", 1)


def write_reports(model: RiskModel, judgement: Judgement, folder: Path) -> None:
    """Writes report.md, report.json and model_card.md into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(markdown(judgement), encoding="utf-8")
    (folder / "model_card.md").write_text(model_card(model, judgement), encoding="utf-8")
    text = json.dumps(judgement.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
