"""The best possible score: the true probability of each target given the whole latent state.

For every person and index date, forward paths of the latent state are drawn with the
target's own event and death held back, and the target's hazard is added up along each path
against the chance of having met neither yet: the cumulative incidence with death as the
competing event, with most of the chance taken out analytically (Rao–Blackwell). Moving
away is censoring and not part of it. A team's effect follows the enrolment, which starts
and ends along the paths by the same rule as in the region.
"""

import numpy as np
import pandas as pd

from features.region.course import Course, present_at, season_of
from features.region.latent import AVOIDABLE, DEATH, OTHER, PLANNED, step
from features.region.people import People
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
) -> pd.DataFrame:
    """person_id, target, index_date, probability of everyone present at each date."""
    ids = np.array(people.person_ids(), dtype=object)
    frames: list[pd.DataFrame] = []
    for day in settings.dates_of_truth:
        week = settings.week_of(day)
        who = np.flatnonzero(present_at(people, course, week))
        found = probabilities(settings, course.snapshots[week].of(who), week, rng)
        frames.extend(
            pd.DataFrame(
                {
                    "person_id": pd.array(ids[who], dtype="str"),
                    "target": target,
                    "index_date": np.datetime64(day, "s"),
                    "probability": found[target],
                }
            )
            for target in TARGETS
        )
    return pd.concat(frames, ignore_index=True)


def probabilities(
    settings: RegionSettings, state: State, week: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The probability of every target for people in ``state`` when ``week`` begins."""
    sums = {target: np.zeros(len(state)) for target in TARGETS}
    for held_back, horizons in _PATHS.items():
        for _ in range(settings.paths):
            _add_path(settings, state.copy(), week, held_back, horizons, sums, rng)
    return {target: np.minimum(total / settings.paths, 1.0) for target, total in sums.items()}


def _add_path(
    settings: RegionSettings,
    state: State,
    first: int,
    held_back: int,
    horizons: dict[str, int],
    sums: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> None:
    still = np.ones(len(state), dtype=np.float32)
    no_planned_stay = np.ones(len(state), dtype=np.float32)
    longest = max(horizons.values())
    for week in range(first, first + -(-longest // 7)):
        days_before = 7 * (week - first)
        happened = step(state, week, season_of(settings, week), rng, held_back=held_back)
        hazards = happened.hazards.all
        own = sum(hazards[held_back:DEATH]) if held_back < DEATH else hazards[DEATH]
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


def weeks_of_truth(settings: RegionSettings) -> tuple[int, ...]:
    return tuple(settings.week_of(day) for day in settings.dates_of_truth)
