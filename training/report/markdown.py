"""A judgement and a model card as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from models.risk_model import RiskModel
from models.targets import TARGETS
from training.enrolled import Enrolled
from training.judgement.judged import Judgement
from training.judgement.metrics import METRICS
from training.report.words import ENROLLED, heading, interval, model_label, number, setting


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
    """What the model is, for whom, made how, and how well it does, in short; the page
    (report.html) has groups, curves and the checklists."""
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
        ["Enrolled people", ENROLLED[Enrolled(info["enrolled"])]],
    ]
    lines = ["# Model card: Framsynt", "", "The whole report: report.html.", ""]
    lines += _markdown_table(["Item", "This model"], rows)
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
