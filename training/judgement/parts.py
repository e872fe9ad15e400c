"""The parts of a judgement beside its figures: groups, death, baselines, lists, morbidity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.baselines import BASELINES
from models.outcomes import Ended
from models.population import groups as target_groups
from training.cohort import Cohort
from training.judgement.bench import Bench
from training.judgement.capacity import CapacityJudgement, judge_capacity, on_lists
from training.judgement.competing import CompetingCalibration, competing_calibration
from training.judgement.groups import UNKNOWN, GroupedFigures, judge_groups
from training.judgement.intervals import Drawn
from training.judgement.judged import MODEL
from training.judgement.morbidity import MEASURES, MorbidityAtScore, morbidity_at_score
from training.judgement.versus import Versus, versus, versus_rule

FEWEST_CRITERIA = 4
"""Of Västra Götaland's six, for enrolment in a mobile team."""


def groups_of(bench: Bench, target: str, overall: Drawn) -> list[GroupedFigures]:
    """Every group at the one list; costly metrics get intervals for the primary target."""
    cohort = bench.cohort
    return judge_groups(
        target,
        bench.groupings,
        cohort.event[target],
        bench.probabilities[target][MODEL],
        cohort.weight[target],
        bench.draws,
        bench.lists[target].places,
        bench.threshold(target),
        overall,
        all_intervals=True,
        tells_events=bench.tells_events[target],
    )


def competing_of(bench: Bench, target: str) -> CompetingCalibration:
    cohort = bench.cohort
    return competing_calibration(
        target,
        bench.probabilities[target][MODEL],
        cohort.days[target],
        cohort.ended[target],
        cohort.weight[target],
        bench.draws,
    )


def versus_of(bench: Bench, target: str, drawn: Mapping[str, Drawn]) -> list[Versus]:
    """The model against every baseline and the oracle, and against the rule of 4 in 6."""
    others = {name: found for name, found in drawn.items() if name != MODEL}
    compared = versus(target, drawn[MODEL], others, bench.list_share)
    if BASELINES["vgr_criteria"].is_known_in(bench.cohort.matrix):
        against = versus_rule(
            target,
            bench.cohort.event[target],
            bench.probabilities[target][MODEL],
            (bench.cohort.matrix["team_criteria"] >= FEWEST_CRITERIA).to_numpy(),
            bench.cohort.weight[target],
            bench.draws,
        )
        compared += [against] if against else []
    return compared


def capacity_of(
    bench: Bench, target: str, info: Mapping[str, Any], places: int, share_judged: float
) -> CapacityJudgement:
    """Lists as the weekly run makes them, ordered by this target.

    Where only a share of a unit's people is judged, its list is as much shorter. Several index
    dates give as many lists; nothing counted is then shown of one of them.
    """
    cohort = bench.cohort
    judged_places = max(1, round(places * share_judged))
    unit = cohort.about["care_unit"].astype("object").fillna(UNKNOWN).to_numpy(dtype="U")
    if (unit == UNKNOWN).all():
        return CapacityJudgement(target, places, judged_places, why="nobody's care unit is known")
    dates = np.unique(cohort.index_dates)
    tells: set[str] = set()
    if len(dates) == 1:
        told = bench.tells_events[target]
        tells = {
            group
            for (of, group), tell in zip(bench.groupings.members, told, strict=True)
            if of == "care_unit" and tell
        }
    else:
        unit = np.char.add(np.char.add(unit, " "), cohort.index_dates.astype("M8[D]").astype("U"))
    probability = bench.probabilities[target][MODEL]
    may = target_groups(cohort.matrix).any(axis=1).to_numpy() & followed(cohort, target)
    return judge_capacity(
        target,
        cohort.event[target],
        probability,
        cohort.weight[target],
        bench.draws,
        on_lists(unit, probability, may, cohort.person_ids.astype("U"), judged_places),
        unit,
        places=places,
        judged_places=judged_places,
        calibration_sd=calibration_sd(info, target),
        tells=tells,
    )


def followed(cohort: Cohort, target: str) -> np.ndarray:
    """Who was followed for any time, (rows,) bool. The others, in a team already, have their
    place there: nobody stands in for them, so a list with them would seem to find too few."""
    seen: np.ndarray = (cohort.ended[target] != Ended.CENSORED) | (cohort.days[target] > 0)
    return seen


def calibration_sd(info: Mapping[str, Any], target: str) -> float:
    """How unsure a model's mean risk is, in log-odds, from what it was trained on.

    The standard error of the log of observed over expected, 1 / sqrt(outcomes); outcomes are
    those of one training date, since dates share people.
    """
    events = info["training_events"][target] / max(len(info["training_dates"]), 1)
    return float(1.0 / np.sqrt(max(events, 1.0)))


def morbidity_of(bench: Bench) -> list[MorbidityAtScore]:
    """Of the score that orders lists, that of the primary target."""
    matrix = bench.cohort.matrix
    measures = {
        name: matrix[name].to_numpy(np.float64) for name in MEASURES if name in matrix.columns
    }
    return morbidity_at_score(
        bench.primary, bench.lists[bench.primary].log_odds, measures, bench.groupings, bench.draws
    )
