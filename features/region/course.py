"""The hidden courses of one chunk of people over the whole period, kept for the records."""

from dataclasses import dataclass, field

import numpy as np

from features.region.latent import state_at_start, step
from features.region.people import NEVER, People
from features.region.settings import RegionSettings
from features.region.state import State

# A year before the first day, so that stays, declines and recent changes have settled.
BURN_IN_WEEKS = 52


@dataclass
class Stays:
    """Inpatient stays, in order of week. Days count from the start of the region."""

    person: np.ndarray
    kind: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass
class TakenIn:
    """People in the week in which a team's care of them begins in the region, an entry each."""

    person: np.ndarray
    week: np.ndarray
    state: State
    """At the end of that week."""


@dataclass
class Course:
    """Weeks x people, and what happened when."""

    frailty: np.ndarray
    declining: np.ndarray
    residential: np.ndarray
    enrolled: np.ndarray
    since_discharge: np.ndarray
    onset: np.ndarray
    """Week of onset, people x conditions; NEVER where it did not begin."""
    death_day: np.ndarray
    """Days from the start; NEVER for the living."""
    stays: Stays
    snapshots: dict[int, State] = field(default_factory=dict)
    """The whole latent state at the start of some weeks."""
    taken_in: "TakenIn | None" = None


def season_of(settings: RegionSettings, week: int | np.ndarray) -> np.ndarray:
    """1 in the middle of January, -1 in the middle of July."""
    day_of_year = settings.start.timetuple().tm_yday + 7 * week
    return np.asarray(np.cos(2 * np.pi * (day_of_year - 18) / 365.25))


def run_course(
    settings: RegionSettings, people: People, keep: tuple[int, ...], rng: np.random.Generator
) -> Course:
    """Lives every week from the burn-in to the end; keeps the state at the weeks ``keep``."""
    n, weeks = len(people), settings.weeks
    state = state_at_start(people, rng)
    course = Course(
        np.zeros((weeks, n), dtype=np.float32),
        np.zeros((weeks, n), dtype=bool),
        np.zeros((weeks, n), dtype=bool),
        np.zeros((weeks, n), dtype=bool),
        np.zeros((weeks, n), dtype=np.int8),
        people.onset.copy(),
        np.full(n, NEVER, dtype=np.int64),
        Stays(*(np.empty(0, dtype=np.int64) for _ in range(4))),
    )
    living = np.ones(n, dtype=bool)
    previous_end = np.full(n, -NEVER, dtype=np.int64)
    stays: list[tuple[np.ndarray, ...]] = []
    taken_in: list[tuple[np.ndarray, int, State]] = []
    # Those who have not come yet cannot die before they come.
    for week in range(-BURN_IN_WEEKS, weeks + 1):
        if week in keep:
            course.snapshots[week] = state.copy()
        if week == weeks:
            break
        happened = step(
            state, week, season_of(settings, week), rng, teams=settings.teams, living=living
        )
        course.onset[happened.onset, happened.onset_condition] = week
        if len(happened.admitted):
            who = happened.admitted
            # Two days at home between stays at least, or they would be one stay.
            start = np.maximum(7 * week + happened.admission_day, previous_end[who] + 2)
            start = np.minimum(start, 7 * week + 6)
            end = np.maximum(7 * week + happened.admission_day + happened.length_of_stay, start)
            previous_end[who] = end
            stays.append((who, happened.admission_kind, start, end))
        here = people.entry[happened.dead] <= week
        dead = happened.dead[here]
        course.death_day[dead] = 7 * week + rng.integers(0, 7, len(dead))
        living[dead] = False
        if week >= 0:
            begins = state.enrolled & (people.entry == week)
            begins[happened.enrolment] = state.enrolled[happened.enrolment]
            begins &= (people.entry <= week) & (course.death_day >= 7 * week)
            who = np.flatnonzero(begins)
            if len(who):
                taken_in.append((who, week, state.of(who)))
            course.frailty[week] = state.frailty
            course.declining[week] = state.declining
            course.residential[week] = state.residential
            course.enrolled[week] = state.enrolled
            course.since_discharge[week] = state.since_discharge
    if stays:
        course.stays = Stays(*(np.concatenate(part) for part in zip(*stays, strict=True)))
    if taken_in:
        course.taken_in = TakenIn(
            np.concatenate([who for who, _, _ in taken_in]),
            np.concatenate([np.full(len(who), week) for who, week, _ in taken_in]),
            State.together([then for _, _, then in taken_in]),
        )
    return course


def present_at(people: People, course: Course, week: int) -> np.ndarray:
    """Who lives, and lives in the region, as far as was known the day before the week begins:
    those too who leave on its first day."""
    return (people.entry <= week) & (people.exit >= week) & (course.death_day >= 7 * week)
