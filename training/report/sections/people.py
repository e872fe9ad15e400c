"""Who was learnt from and who was judged: numbers, and how alike they are."""

from __future__ import annotations

import numpy as np

from features.measures import FEATURE
from models.disclosure import SMALL
from models.targets import TARGETS
from training.judgement.names import feature_alone
from training.report.blocks import Section, Table, Text
from training.report.run import Run
from training.report.words import few, percent

COMPARED = (
    "age",
    "sex_female",
    "unplanned_admissions_365d",
    "admissions_365d",
    "emergency_visits_365d",
    "primary_visits_365d",
    "chronic_groups_1825d",
    "charlson_1825d",
    "hfrs_730d",
    "substances_120d",
    "home_help_now",
    "home_health_care_now",
    "residential_care_now",
)
"""Features that describe people, where the model reads them."""


def section(run: Run) -> Section:
    info, judgement = run.model.info, run.judgement
    return Section(
        "people",
        "People and data",
        "Everyone alive and, where listings are delivered, listed at a care unit at the index "
        "date, as known then. People are split by a hash of their id; nobody is both learnt "
        "from and judged on.",
        (
            _flow(run),
            _outcomes(run),
            _alike(run),
            Text(
                [
                    f"Source: {run.manifest.source}, extract {run.manifest.extract_id}, "
                    f"{run.manifest.n_persons:,} people, data through "
                    f"{run.manifest.data_through}. Learnt from at "
                    f"{', '.join(info['training_dates'])}; judged at "
                    f"{', '.join(day.isoformat() for day in judgement.index_dates)}. "
                    f"{_rejected(run)}",
                ]
            ),
        ),
    )


def _flow(run: Run) -> Table:
    info = run.model.info
    return Table(
        "From the extract to the judgement",
        ("", "People", "Rows (person and date)"),
        [
            ("In the extract", f"{run.manifest.n_persons:,}", ""),
            ("Learnt from", f"{info['training_people']:,}", f"{info['training_rows']:,}"),
            (
                "Judged on",
                f"{len(np.unique(run.test.person_ids)):,}",
                f"{len(run.test):,}",
            ),
        ],
    )


def _outcomes(run: Run) -> Table:
    info = run.model.info
    rows = []
    for judged in run.judgement.targets:
        unknown = int((~run.known(judged.target)).sum())
        rows.append(
            (
                TARGETS[judged.target].label_en,
                f"{info['training_events'][judged.target]:,}",
                f"{judged.people:,}",
                few(judged.events),
                percent(judged.events / judged.people, 1),
                f"{unknown:,}",
            )
        )
    return Table(
        "Outcomes",
        (
            "Target",
            "Outcomes learnt from",
            "Judged",
            "With the outcome",
            "Share",
            "Outcome unknown",
        ),
        rows,
    )


def _alike(run: Run) -> Table:
    rows = []
    for name in COMPARED:
        learnt = run.model.reference.get(name, {})
        if "mean" not in learnt or name not in run.test.matrix:
            continue
        values = run.test.matrix[name].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if not known.any():
            continue
        share = set(np.unique(values[known])) <= {0.0, 1.0}
        told = not share or min(values[known].sum(), known.sum() - values[known].sum()) > SMALL
        rows.append(
            (
                FEATURE[name].says(1.0, "en") if share else feature_alone(name),
                _mean(learnt["mean"], share),
                _mean(float(values[known].mean()), share) if told else "7 or fewer",
                percent(learnt["known"]),
                percent(float(known.mean())),
            )
        )
    return Table(
        "Learnt from and judged on, side by side: means and shares",
        ("", "Learnt from", "Judged on", "Known, learnt from", "Known, judged on"),
        rows,
    )


def _mean(value: float, share: bool) -> str:
    return percent(value, 1) if share else f"{value:.2f}"


def _rejected(run: Run) -> str:
    read = sum(run.manifest.rows_read.values())
    aside = sum(sum(reasons.values()) for reasons in run.manifest.rejected.values())
    return (
        f"Of {read:,} rows read, {aside:,} were set aside because they broke the data contract; "
        f"{run.manifest.joined_stays:,} inpatient stays that touch were joined."
    )
