"""Judges a model on people and dates it was not trained on, beside every baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from features.errors import NotEnoughData
from features.progress import Track, silently
from features.store import Extract
from models.baselines import Baselines
from models.disclosure import SMALL
from models.outcomes import Ended
from models.population import CAPACITY
from models.risk_model import RiskModel
from models.targets import TARGETS
from training.cohort import Cohort
from training.judgement import remarks as say
from training.judgement.bench import Bench, oracle_of
from training.judgement.decision import decision_curve
from training.judgement.judged import MODEL, Judgement, TargetJudgement
from training.judgement.names import Names
from training.judgement.parts import (
    capacity_of,
    competing_of,
    groups_of,
    morbidity_of,
    versus_of,
)

THREADS = 2
FEWEST_TO_JUDGE = SMALL + 1
"""Outcomes in the test data, and people without, below which a target is not judged."""


def judge_model(
    model: RiskModel,
    baselines: Baselines,
    cohort: Cohort,
    *,
    truth: pd.DataFrame | None,
    extract: Extract,
    model_version: str,
    held_out_people: bool,
    trained_on: Sequence[date],
    list_share: float,
    resamples: int,
    places: int = CAPACITY,
    names: Names | None = None,
    track: Track = silently,
) -> Judgement:
    """The model, its baselines and the oracle on one cohort, with intervals and remarks.

    ``list_share``: the share of everyone on the list that figures are taken at; ``places``:
    of a care unit's own list; ``names``: what remarks call groups. Raises ``NotEnoughData``
    where nobody is present or no target can be judged.
    """
    if not len(cohort):
        raise NotEnoughData("nobody is present at the index date", do="Choose another date.")
    not_judged = {
        target: why for target in model.targets if (why := why_not_judged(cohort, target))
    }
    targets = [target for target in model.targets if target not in not_judged]
    if not targets:
        reasons = "; ".join(sorted(set(not_judged.values())))
        raise NotEnoughData(
            f"no target can be judged at the index date: {reasons}",
            do="Choose a date whose outcomes have had time to happen and be recorded.",
        )
    truths, about_the_oracle = oracle_of(truth, cohort, targets)
    bench = Bench.of(cohort, targets, model, baselines, truths, list_share, resamples)
    tasks = [(target, name) for target in targets for name in bench.probabilities[target]]
    found = _in_threads(lambda task: bench.judge(*task), tasks, "judging", track)
    drawn = {
        target: {name: of for (t, name), of in zip(tasks, found, strict=True) if t == target}
        for target in targets
    }
    judged = tuple(
        TargetJudgement(
            target,
            int((cohort.weight[target] > 0).sum()),
            int(bench.happened(target).sum()),
            {name: of.figures() for name, of in drawn[target].items()},
            bench.threshold(target),
            decision_curve(
                cohort.event[target], bench.probabilities[target], cohort.weight[target], MODEL
            ),
        )
        for target in targets
    )
    by_group = _in_threads(
        lambda target: groups_of(bench, target, drawn[target][MODEL]),
        targets,
        "judging groups",
        track,
    )
    groups = tuple(grouped for of_target in by_group for grouped in of_target)
    compared = tuple(v for target in targets for v in versus_of(bench, target, drawn[target]))
    share_judged = model.info["split"]["test_share"] if held_out_people else 1.0
    capacity = tuple(
        capacity_of(bench, target, model.info, places, share_judged) for target in targets
    )
    morbidity = tuple(morbidity_of(bench))
    names = names or Names()
    dates = tuple(pd.Timestamp(day).date() for day in np.unique(cohort.index_dates))
    longest = max(TARGETS[target].horizon_days for target in model.targets)
    apart = all(abs((day - other).days) >= longest for day in dates for other in trained_on)
    remarks = (
        *say.about_the_test(held_out_people, apart, set(dates) <= set(trained_on), longest),
        *say.about_the_unjudged(not_judged),
        *say.about_what_is_known(cohort, targets),
        *say.about_teams(cohort, bool(truths)),
        *about_the_oracle,
        *say.about_calibration(judged),
        *say.about_missing_months(cohort.admissions, dates, longest, extract.manifest.data_through),
        *say.about_the_simpler_model(compared),
        *say.about_groups([g for g in groups if g.target == bench.primary], names),
        *say.about_morbidity(morbidity, names),
        *say.about_lists(capacity),
    )
    return Judgement(
        extract.id,
        model_version,
        dates,
        held_out_people,
        apart,
        list_share,
        judged,
        remarks,
        groups,
        tuple(competing_of(bench, target) for target in targets),
        compared,
        capacity,
        morbidity,
    )


TOO_FEW = "too few outcomes"
TOO_LATE = "its horizon reaches past the data"


def why_not_judged(cohort: Cohort, target: str) -> str:
    """Why a target of a cohort cannot be judged; empty if it can.

    Too few with the outcome, or without; or, at one of the index dates, hardly anybody
    followed to the horizon: then nobody is left for the weights to speak for the others.
    """
    known = cohort.weight[target] > 0
    events = int(cohort.event[target][known].sum())
    whole, lost = (cohort.ended[target] == how for how in (Ended.HORIZON, Ended.CENSORED))
    for day in np.unique(cohort.index_dates):
        at = cohort.index_dates == day
        if whole[at].sum() < FEWEST_TO_JUDGE <= lost[at].sum():
            return TOO_LATE
    return TOO_FEW if min(events, int(known.sum()) - events) < FEWEST_TO_JUDGE else ""


def _in_threads(work: Callable, tasks: Sequence, description: str, track: Track) -> list:
    # Two threads of small products: a linear-algebra library that adds threads of its own to
    # each of them makes them wait for each other.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(THREADS) as pool:
        return list(track(pool.map(work, tasks), description, total=len(tasks)))
