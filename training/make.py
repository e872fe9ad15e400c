"""Makes a model and its baselines from development people, and registers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from features.errors import NotEnoughData
from features.progress import Track, silently
from models.baselines import (
    BASELINES,
    LOGISTIC_ALL,
    Baselines,
    FittedBaseline,
    fit_baseline,
    fit_logistic_all,
    write_baselines,
)
from models.risk_model import RiskModel, reference_population
from training.cohort import Cohort, InTeam
from training.enrolled import shown
from training.fit import Development, FittedTarget
from training.plan import Plan

EVIDENCE = ("tuning", "monotone")
"""What a model's ``info`` may tell besides how it was fitted: what was found when its settings
were chosen."""

DRIFT = 0.1
"""Standardised mean difference from which two populations are said to differ
(Austin 2009, doi 10.1002/sim.3697)."""


@dataclass(frozen=True)
class Fitted:
    """A model of all targets asked for, its baselines, and how each target was fitted:
    ``fits`` holds out-of-fold margins, one a row of the development cohort."""

    model: RiskModel
    baselines: Baselines
    fits: dict[str, FittedTarget]

    def save(self, folder: Path) -> None:
        """Writes the model's files and its baselines into ``folder``."""
        self.model.save(folder)
        write_baselines(self.baselines, folder)


def fit_model(plan: Plan, development: Cohort, track: Track = silently) -> Fitted:
    """Fits all targets of a plan, and every baseline, to its development people. Test people
    play no part.

    The same plan and cohort give the same bytes. Raises ``NotEnoughData`` for a target with
    too few outcomes.
    """
    model, fits = fit_risk_model(plan, development, track)
    return Fitted(model, fit_baselines(plan, development, model.features), fits)


def fit_risk_model(
    plan: Plan, development: Cohort, track: Track = silently
) -> tuple[RiskModel, dict[str, FittedTarget]]:
    """As ``fit_model``, without baselines: the model, and how each target was fitted."""
    features = steady_features(development)
    _require_variety(development, features)
    fits = fit_boosters(plan, development, features, track)
    names = [target.name for target in plan.targets]
    model = RiskModel(
        {name: fits[name].booster.model_to_string() for name in names},
        {name: fits[name].calibration for name in names},
        features,
        plan.extract.manifest.coverage,
        reference_population(development.matrix[features]),
        _info(plan, fits, development),
        {name: _events(development, name) for name in names},
    )
    return model, fits


def steady_features(cohort: Cohort) -> list[str]:
    """The features worth learning from: known for somebody, and the same on average at the
    last training date as at the first.

    Where the record is young, long windows fill as time passes: a model that learnt from
    half-empty ones would meet fuller ones in use, and predict too high.
    """
    dates = cohort.index_dates
    first, last = dates == dates.min(), dates == dates.max()
    chosen = []
    for name in cohort.matrix.columns:
        values = cohort.matrix[name].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if not known.any():
            continue
        moved = [abs(known[last].mean() - known[first].mean())]
        if known[first].any() and known[last].any():
            spread = values[known].std() or 1.0
            means = values[known & first].mean(), values[known & last].mean()
            moved.append(abs(means[1] - means[0]) / spread)
        if max(moved) <= DRIFT:
            chosen.append(name)
    return chosen


def _require_variety(cohort: Cohort, features: Sequence[str]) -> None:
    values = cohort.matrix[list(features)].to_numpy(dtype=np.float32)
    if not (values[1:] != values[:1]).any():
        raise NotEnoughData(
            "no feature tells the people to learn from apart",
            do="Check what the source delivers: framsynt ingest, framsynt features.",
        )


def fit_boosters(
    plan: Plan, cohort: Cohort, features: list[str], track: Track = silently
) -> dict[str, FittedTarget]:
    """A booster and its calibration for every target that is learnt."""
    return development_of(plan, cohort, features).fit_all(
        {
            target.name: (cohort.event[target.name], cohort.weight[target.name])
            for target in plan.learnt
        },
        {target.name: target.builds_on for target in plan.learnt},
        track,
    )


def development_of(
    plan: Plan,
    cohort: Cohort,
    features: Sequence[str],
    *,
    learn: np.ndarray | None = None,
    judge: np.ndarray | None = None,
) -> Development:
    """A cohort's rows, binned; ``learn`` and ``judge`` as of ``Development``."""
    return Development(
        np.ascontiguousarray(cohort.matrix[list(features)].to_numpy(dtype=np.float32)),
        list(features),
        plan.split.fold(cohort.person_ids),
        plan.settings.boosters,
        plan.settings.seed,
        learn=learn,
        judge=judge,
    )


def fit_baselines(plan: Plan, cohort: Cohort, features: Sequence[str]) -> Baselines:
    """Every baseline that the source knows enough for, for every target asked for.

    ``features``: those that the model learns from, and the regression on all too.
    """
    outcomes = {
        target.name: (cohort.event[target.name], cohort.weight[target.name])
        for target in plan.targets
    }
    fold = plan.split.fold(cohort.person_ids)
    on_all = fit_logistic_all(cohort.matrix, features, fold, outcomes, plan.settings.seed)
    known = [
        baseline
        for baseline in BASELINES.values()
        if baseline.name != LOGISTIC_ALL and baseline.is_known_in(cohort.matrix)
    ]
    fitted: dict[str, dict[str, FittedBaseline]] = {}
    with threadpool_limits(1, user_api="blas"):
        for name, (event, weight) in outcomes.items():
            fitted[name] = {
                baseline.name: fit_baseline(baseline, cohort.matrix, event, weight)
                for baseline in known
            } | {LOGISTIC_ALL: on_all[name]}
    return fitted


def _info(plan: Plan, fits: dict[str, FittedTarget], development: Cohort) -> dict[str, Any]:
    settings, manifest = plan.settings, plan.extract.manifest
    return {
        "extract_id": plan.extract.id,
        "source": manifest.source,
        "data_through": manifest.data_through.isoformat(),
        "codelist_version": manifest.codelist_version,
        "training_dates": [day.isoformat() for day in plan.dates.training],
        "test_dates": [day.isoformat() for day in plan.dates.test],
        "split": asdict(plan.split),
        "enrolled": settings.enrolled,
        "in_team": _in_team(development),
        "list_share": settings.list_share,
        "resamples": settings.resamples,
        "settings": settings.as_dict(),
        "boosters": asdict(settings.boosters),
        "rounds": {name: of_target.rounds for name, of_target in fits.items()},
        "training_people": len(np.unique(development.person_ids)),
        "training_rows": len(development),
        "training_events": {name: _events(development, name) for name in development.event},
    }


def _in_team(development: Cohort) -> dict[str, Any]:
    """Rows in a team at the index date, rows that joined one, and of each target the rows
    whose weight was bounded; of seven or fewer no number is told (None)."""
    if not development.team.any():
        return {}
    return {
        "already": shown(int((development.team == InTeam.ALREADY).sum())),
        "joined": shown(int((development.team == InTeam.JOINED).sum())),
        "bounded": {name: shown(development.bounded(name)) for name in development.weight},
    }


def _events(development: Cohort, target: str) -> int:
    return int(development.event[target][development.weight[target] > 0].sum())
