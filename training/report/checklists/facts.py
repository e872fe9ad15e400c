"""A run's facts as words, for the blanks in answers. What a run did not judge is not there."""

from __future__ import annotations

import numpy as np

from features.measures import FEATURES
from models.baselines import BASELINES
from models.population import TARGET_GROUPS
from models.targets import TARGETS, Outcome, for_readers
from training.enrolled import Enrolled
from training.judgement.groups import GroupedFigures
from training.judgement.judged import MODEL, ORACLE
from training.report.checklists.probast import ENOUGH_TO_JUDGE, FEWEST_TO_JUDGE
from training.report.run import Run
from training.report.words import ENROLLED, few, model_label, number, percent, told

_MEANS = {
    Outcome.AVOIDABLE: "An unplanned admission whose diagnoses are on the Swedish list of "
    "avoidable inpatient care (undvikbar slutenvård)",
    Outcome.UNPLANNED: "An unplanned hospital admission",
    Outcome.ADMISSION: "A hospital admission, planned or not",
    Outcome.DEATH: "Death",
}


def facts_of(run: Run) -> dict[str, str]:
    return _data(run) | _model(run) | _performance(run) | _words(run) | _judged_or_not(run)


def _data(run: Run) -> dict[str, str]:
    info, manifest, judged = run.model.info, run.manifest, run.judged
    known = run.known(run.target)
    aside = sum(sum(reasons.values()) for reasons in manifest.rejected.values())
    return {
        "source": manifest.source,
        "extract": manifest.extract_id,
        "codelists": manifest.codelist_version,
        "persons": f"{manifest.n_persons:,}",
        "data_through": manifest.data_through.isoformat(),
        "rows_read": f"{sum(manifest.rows_read.values()):,}",
        "rows_aside": f"{aside:,}",
        "tables": ", ".join(sorted(manifest.coverage.tables)).replace("_", " "),
        "training_dates": ", ".join(info["training_dates"]),
        "test_dates": ", ".join(info["test_dates"]),
        "training_people": f"{info['training_people']:,}",
        "training_rows": f"{info['training_rows']:,}",
        "training_events": f"{info['training_events'][run.target]:,}",
        "judged": f"{judged.people:,}",
        "events": few(judged.events),
        "share": percent(judged.events / judged.people, 1),
        "unknown": percent(float((~known).mean()), 1),
        "centres": _centres(run),
    }


def _centres(run: Run) -> str:
    units = run.test.about["care_unit"].nunique()
    places = run.test.about["municipality"].nunique()
    return f"{units:,} care units in {places:,} municipalities, as known at the index date."


def _model(run: Run) -> dict[str, str]:
    info, target = run.model.info, TARGETS[run.target]
    boosters = info["boosters"]
    by_feature = info["training_events"][run.target] / max(len(run.model.features), 1)
    return {
        "outcome": target.label_en,
        "outcome_means": f"{_MEANS[target.outcome]}, begun within {target.horizon_days} days from "
        "the index date, before death.",
        "horizon": str(target.horizon_days),
        "targets": ", ".join(TARGETS[name].label_en for name in for_readers(run.model.targets)),
        "target_groups": ", ".join(group.label_en.lower() for group in TARGET_GROUPS.values()),
        "features": f"{len(run.model.features):,}",
        "declared": f"{len(FEATURES):,}",
        "domains": str(len({feature.measure.domain for feature in FEATURES})),
        "left_out": f"{len(FEATURES) - len(run.model.features):,}",
        "events_a_feature": f"{by_feature:.1f}",
        "folds": str(info["split"]["folds"]),
        "test_share": percent(info["split"]["test_share"]),
        "resamples": f"{info['resamples']:,}",
        "list_share": percent(info["list_share"]),
        "boosters": f"{boosters['num_leaves']} leaves a tree, learning rate "
        f"{boosters['learning_rate']:g}, {info['rounds'][run.target]} trees of its own",
        "baselines": ", ".join(
            BASELINES[name].label_en for name in run.judged.models if name in BASELINES
        )
        or "none that the source knows enough for",
        "enrolled": ENROLLED[Enrolled(info["enrolled"])],
        "tuned": "Settings were tuned on development people only."
        if info.get("tuning")
        else "Settings were not tuned on these data.",
    }


def _performance(run: Run) -> dict[str, str]:
    own = run.judged.models[MODEL]
    return {
        name: told(own[metric], metric)
        for name, metric in (
            ("auroc", "auroc"),
            ("oe", "observed_expected"),
            ("slope", "calibration_slope"),
            ("ppv", "ppv"),
            ("sensitivity", "sensitivity"),
            ("missed", "missed"),
        )
    }


def _words(run: Run) -> dict[str, str]:
    judgement, judged = run.judgement, run.judged
    fewest = min(judged.events, judged.people - judged.events)
    return {
        "held_out": " who were never trained on" if judgement.held_out_people else "",
        "later": ", at dates a whole horizon later" if judgement.held_out_time else "",
        "representative": "They are simulated people, and represent nobody real."
        if run.simulated
        else "Whether they represent those whom it will be used for, a person must judge.",
        "sharing": "Simulated records, made again by: framsynt simulate."
        if run.simulated
        else "Records of care are not shared.",
        "enough": (
            f"At least {FEWEST_TO_JUDGE}, better {ENOUGH_TO_JUDGE}, are wanted to judge by "
            f"(Collins et al. 2016, doi 10.1002/sim.6787): "
            f"{'there are' if fewest >= FEWEST_TO_JUDGE else 'there are not'} that many."
        ),
        "limits": " ".join(judgement.remarks)
        or "This run found none of those that it looks for: calibration, unknown outcomes, "
        "missing months, a test not held out.",
        "interpretation": _interpretation(run),
        "next_steps": "Judge it on real records of the region where it will be used, then on "
        "another region's; then, in use, whether lists change what happens."
        if run.simulated
        else "Judge it on another region's records, and, in use, whether lists change what "
        "happens.",
    }


def _interpretation(run: Run) -> str:
    models = run.judged.models
    own = models[MODEL]["auroc"]
    said = f"{run.target}: AUROC {told(own, 'auroc')}"
    others = {n: m["auroc"].value for n, m in models.items() if n not in (MODEL, ORACLE)}
    if others:
        best = max(others, key=lambda name: others[name])
        said += (
            f"; {model_label(best)}, the best beside it, {number(models[best]['auroc'], 'auroc')}"
        )
    if ORACLE in models:
        said += f"; the best score possible {number(models[ORACLE]['auroc'], 'auroc')}"
    ratio = models[MODEL]["observed_expected"]
    fits = "are off on average" if ratio.excludes(1.0) else "fit on average"
    return f"{said}. Risks {fits} (O/E {told(ratio, 'observed_expected')})."


def _judged_or_not(run: Run) -> dict[str, str]:
    """Blanks that only a run that judged them can fill."""
    judgement = run.judgement
    facts: dict[str, str] = {}
    groups = [grouped for grouped in judgement.groups if grouped.target == run.target]
    if groups:
        facts["grouped"] = _differences(groups)
    if any(np.isfinite(calibration.furthest) for calibration in judgement.competing):
        facts["competing"] = " It was judged by tenths of risk (Aalen-Johansen)."
    if run.judged.decision_curve is not None:
        facts["decided"] = " Net benefit is judged against the plain models and rules."
    for lists in judgement.capacity:
        if lists.target == run.target and not lists.why:
            facts["inside"] = (
                "Too few units to say how many found what was expected."
                if lists.inside is None
                else f"{percent(lists.inside)} of the units' lists found what was expected of "
                "them (95% intervals)."
            )
    return facts


def _differences(groups: list[GroupedFigures]) -> str:
    said = [
        f"{of.grouping.replace('_', ' ')} {of.difference['auroc']:.3f}"
        for of in groups
        if "auroc" in of.difference
    ]
    if not said:
        return " No two groups were large enough to compare."
    return f" Largest differences of AUROC between groups: {', '.join(said)}."
