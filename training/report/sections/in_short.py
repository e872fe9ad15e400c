"""The run in a few figures, and what a reader must know before using them."""

from __future__ import annotations

from models.targets import TARGETS
from training.judgement.judged import MODEL, ORACLE
from training.report.blocks import Numbers, Points, Section, Text
from training.report.run import Run
from training.report.words import interval, model_label, number, percent, setting


def section(run: Run) -> Section:
    judged, own = run.judged, run.judged.models[MODEL]
    share = judged.events / judged.people
    items = [
        (f"{judged.people:,}", "", "people judged, none of them trained on")
        if run.judgement.held_out_people
        else (f"{judged.people:,}", "", "people judged"),
        (percent(share, 1), "", "of them had the outcome"),
        *(
            (number(own[metric], metric), interval(own[metric], metric), said)
            for metric, said in (
                (
                    "auroc",
                    "AUROC: chance that someone with the outcome is ranked above someone without",
                ),
                ("observed_expected", "observed over expected: 1 is right"),
                (
                    "ppv",
                    f"PPV: of the {percent(run.judgement.list_share)} ranked highest, this "
                    "share has the outcome",
                ),
                ("sensitivity", "sensitivity: of all with the outcome, this share is on the list"),
            )
        ),
    ]
    return Section(
        "in-short",
        "In short",
        f"{_objective(run)} {setting(run.judgement)}",
        (
            Numbers(items),
            Text([_beside_the_others(run)]),
            Points(run.judgement.remarks or ["Nothing was found that a reader must be warned of."]),
        ),
    )


def _objective(run: Run) -> str:
    return (
        f"A prognostic model was developed and evaluated: the probability of "
        f"{TARGETS[run.target].label_en}, for people listed at care units, by gradient-boosted "
        f"trees on {len(run.model.features)} features of their records."
    )


def _beside_the_others(run: Run) -> str:
    models = run.judged.models
    others = {name: figures for name, figures in models.items() if name not in (MODEL, ORACLE)}
    said = []
    if others:
        best = max(others, key=lambda name: others[name]["auroc"].value)
        said.append(
            f"The best of the plain models and rules by AUROC is {model_label(best)}: "
            f"{number(others[best]['auroc'], 'auroc')} "
            f"({interval(others[best]['auroc'], 'auroc')})."
        )
    if ORACLE in models:
        said.append(
            f"The best score possible, from the simulation's own hazards, has AUROC "
            f"{number(models[ORACLE]['auroc'], 'auroc')}."
        )
    return " ".join(said) or "No plain model or rule could be judged beside it."
