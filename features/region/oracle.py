"""The best possible score: the true probability of each target given the whole latent state.

For every person and index date, forward paths of the latent state are drawn with the
target's own event and death held back, and the target's hazard is added up along each path
against the chance of having met neither yet: the cumulative incidence with death as the
competing event, with most of the chance taken out analytically (Rao–Blackwell). Moving
away is censoring and not part of it. A team's effect follows the enrolment, which starts
and ends along the paths by the same rule as in the region.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from features.region.course import Course, present_at, season_of
from features.region.latent import AVOIDABLE, DEATH, OTHER, PLANNED, step
from features.region.people import People
from features.region.rows import words_at
from features.region.settings import RegionSettings
from features.region.state import State

TARGETS = (
    "avoidable_365",
    "avoidable_90",
    "unplanned_365",
    "unplanned_30",
    "admission_365",
    "admission_30",
    "death_365",
)
# What is held back: everything from this transition on (see latent.step).
ROWS_AT_ONCE = 48_000
"""Paths of people that are drawn together: many enough, and few enough for the caches."""
_PATHS = {
    AVOIDABLE: {"avoidable_365": 365, "avoidable_90": 90},
    OTHER: {
        "unplanned_365": 365,
        "unplanned_30": 30,
        "admission_365": 365,
        "admission_30": 30,
    },
    DEATH: {"death_365": 365},
}


def truth_of_chunk(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> pa.Table:
    """person_id, target, index_date, probability of everyone present at each date."""
    asked, targets, days, found = [], [], [], []
    for day in settings.dates_of_truth:
        week = settings.week_of(day)
        who = np.flatnonzero(present_at(people, course, week))
        risks = probabilities(settings, course.snapshots[week].of(who), week, rng)
        for number, target in enumerate(TARGETS):
            asked.append(who)
            targets.append(np.full(len(who), number))
            days.append(np.full(len(who), np.datetime64(day, "D")))
            found.append(risks[target])
    return pa.table(
        {
            "person_id": words_at(people.person_ids(), np.concatenate(asked)),
            "target": words_at(list(TARGETS), np.concatenate(targets)),
            "index_date": pa.array(np.concatenate(days)),
            "probability": np.concatenate(found),
        }
    )


def probabilities(
    settings: RegionSettings, state: State, week: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The probability of every target for people in ``state`` when ``week`` begins."""
    people_at_once = max(1, ROWS_AT_ONCE // settings.paths)
    found = {target: np.zeros(len(state)) for target in TARGETS}
    for first in range(0, len(state), people_at_once):
        block = np.arange(first, min(first + people_at_once, len(state)))
        # Path after path of everyone in the block.
        start = state.of(np.tile(block, settings.paths))
        for held_back, horizons in _PATHS.items():
            sums = along_paths(settings, start.copy(), week, held_back, horizons, lambda _: rng)
            for target, total in sums.items():
                mean = total.reshape(settings.paths, len(block)).mean(axis=0, dtype=np.float64)
                found[target][block] = np.minimum(mean, 1.0)
    return found


def along_paths(
    settings: RegionSettings,
    state: State,
    first: int | np.ndarray,
    held_back: int,
    horizons: dict[str, int],
    rng_of: Callable[[int], np.random.Generator],
) -> dict[str, np.ndarray]:
    """One path from each entry of ``state``: the cumulative incidence of each target along it.

    ``first``: the week that paths begin with, one for all or each its own. ``rng_of``: the
    generator for the n-th week. ``horizons``: target -> days. Changes ``state``.
    """
    sums = {target: np.zeros(len(state), dtype=np.float32) for target in horizons}
    still = np.ones(len(state), dtype=np.float32)
    no_planned_stay = np.ones(len(state), dtype=np.float32)
    longest = max(horizons.values())
    for number in range(-(-longest // 7)):
        days_before, week = 7 * number, first + number
        happened = step(
            state, week, season_of(settings, week), rng_of(number),
            held_back=held_back, teams=settings.teams,
        )  # fmt: skip
        hazards = happened.hazards.all
        own = hazards[held_back : max(DEATH, held_back + 1)].sum(axis=0)
        for target, horizon in horizons.items():
            share = np.float32(min(horizon - days_before, 7) / 7)
            if share <= 0:
                continue
            if target.startswith("admission"):
                sums[target] += share * still * no_planned_stay * (own + hazards[PLANNED])
            else:
                sums[target] += share * still * own
        still *= 1 - (own if held_back == DEATH else own + hazards[DEATH])
        no_planned_stay[happened.admitted[happened.admission_kind == PLANNED]] = 0
    return sums


def weeks_of_truth(settings: RegionSettings) -> tuple[int, ...]:
    return tuple(settings.week_of(day) for day in settings.dates_of_truth)
