"""The hidden course of a life, week by week: what truly drives admissions and deaths.

One step is one week. In a week a person meets at most one of the transitions below, with
the probabilities of ``hazards``. Nothing here draws records; ``contacts`` and its
neighbours do, from the course that this module leaves behind. The same step drives both
the simulated lives and the oracle's forward paths, so the oracle is exact by construction.
"""

from dataclasses import dataclass

import numpy as np

from features.compiled import compiled
from features.region.facts import conditions
from features.region.hazards import Hazards, linear_predictors, onset_weights, weekly_hazards
from features.region.people import NEVER, YEAR_WEEKS, People
from features.region.settings import Teams
from features.region.state import State

# Transitions, in the order in which one uniform number is cut up between them. Those that
# the oracle holds back must come last: see ``step``.
DECLINE, ONSET, RESIDENTIAL, ENROLMENT, PLANNED, OTHER, AVOIDABLE, DEATH, NOTHING = range(9)
LONG_AGO = 99


@dataclass
class Week:
    """What happened in a week: positions of people, and what befell them."""

    hazards: Hazards
    decline: np.ndarray
    onset: np.ndarray
    onset_condition: np.ndarray
    residential: np.ndarray
    enrolment: np.ndarray
    admitted: np.ndarray
    admission_kind: np.ndarray
    """PLANNED, OTHER or AVOIDABLE."""
    admission_day: np.ndarray
    """0 = Monday."""
    length_of_stay: np.ndarray
    dead: np.ndarray


def state_at_start(people: People, rng: np.random.Generator) -> State:
    n = len(people)
    has = people.onset < NEVER
    traits = np.column_stack(
        [people.lives_alone, people.proneness, people.deprivation, people.female]
    ).astype(np.float32)
    age = people.age.astype(np.float32)
    fixed, modifiers = linear_predictors(has, age, traits)
    weights = onset_weights(has, people)
    drift = np.exp(rng.normal(-3.02, 0.35, n)) * np.exp(0.045 * (people.age - 75)) / YEAR_WEEKS
    drift *= 1 + 0.6 * has[:, conditions().index["dementia"]]
    zero = np.zeros(n, dtype=np.float32)
    residential = rng.random(n) < 1 / (
        1 + np.exp(-(-9.55 + 2.65 * people.frailty + 1.6 * has[:, conditions().index["dementia"]]))
    )
    return State(
        fixed=fixed,
        has=has,
        onset_weight=weights,
        onset_total=np.log(weights.sum(axis=1)),
        dementia=has[:, conditions().index["dementia"]].copy(),
        modifiers=modifiers,
        age=age,
        frailty=people.frailty.astype(np.float32),
        drift=drift.astype(np.float32),
        traits=traits,
        declining=np.zeros(n, dtype=bool),
        since_discharge=np.full(n, LONG_AGO, dtype=np.int16),
        in_hospital=np.zeros(n, dtype=np.int16),
        medicine_change=zero.copy(),
        recent_stays=zero.copy(),
        residential=residential & (people.age >= 65),
        enrolled=np.zeros(n, dtype=bool),
    )


def step(
    state: State,
    week: int | np.ndarray,
    season: float | np.ndarray,
    rng: np.random.Generator,
    *,
    teams: Teams,
    held_back: int = NOTHING,
    living: np.ndarray | None = None,
) -> Week:
    """Moves ``state`` one week on, in place, and tells what happened.

    Transitions from ``held_back`` on cannot happen; the others are drawn given that
    those did not, which is what integrating over them analytically asks for.
    ``living``: who may meet anything at all.
    """
    h = weekly_hazards(state, week, season, teams)
    lasting = h.all[:held_back]
    draws = rng.random(len(state), dtype=np.float32)
    if held_back < NOTHING:
        draws *= 1 - h.all[held_back:].sum(axis=0)
    hit = draws < lasting.sum(axis=0)
    if living is not None:
        hit &= living
    who = np.flatnonzero(hit)
    bounds = np.cumsum(lasting[:, who], axis=0)
    kind = (draws[who] >= bounds).sum(axis=0)
    return _happen(state, h, who, np.minimum(kind, held_back - 1), rng)


def _happen(
    state: State, hazards: Hazards, who: np.ndarray, kind: np.ndarray, rng: np.random.Generator
) -> Week:
    _pass_a_week(
        state.since_discharge, state.in_hospital, state.medicine_change, state.recent_stays,
        state.frailty, state.drift, state.declining,
    )  # fmt: skip
    decline = who[kind == DECLINE]
    state.declining[decline] ^= True
    state.medicine_change[decline] += state.declining[decline]

    onset = who[kind == ONSET]
    new = _begin_conditions(state, onset, rng)

    residential, enrolment = who[kind == RESIDENTIAL], who[kind == ENROLMENT]
    state.residential[residential] = True
    state.enrolled[enrolment] ^= True

    is_stay = (kind >= PLANNED) & (kind <= AVOIDABLE)
    admitted, stay_kind = who[is_stay], kind[is_stay]
    # Who comes back at once comes back within days: early in the week after a discharge.
    lately = state.since_discharge[admitted] <= 1
    day = np.floor(7 * rng.random(len(admitted)) ** np.where(lately, 2, 1)).astype(np.int64)
    mean = np.where(stay_kind == PLANNED, 0.95, 1.33 + 0.12 * state.frailty[admitted])
    length = np.exp(rng.normal(mean, 0.7))
    length = np.clip(np.round(length), 1, 70).astype(np.int64)
    state.in_hospital[admitted] = (day + length) // 7
    state.since_discharge[admitted] = 0
    unplanned = admitted[stay_kind != PLANNED]
    state.frailty[unplanned] += np.float32(0.10)
    state.medicine_change[unplanned] += np.float32(0.5)
    state.recent_stays[unplanned] += 1
    better = unplanned[rng.random(len(unplanned)) < 0.9]
    state.declining[better] = False
    return Week(
        hazards,
        decline,
        onset,
        new,
        residential,
        enrolment,
        admitted,
        stay_kind,
        day,
        length,
        who[kind == DEATH],
    )


@compiled()
def _pass_a_week(
    since_discharge: np.ndarray,
    in_hospital: np.ndarray,
    medicine_change: np.ndarray,
    recent_stays: np.ndarray,
    frailty: np.ndarray,
    drift: np.ndarray,
    declining: np.ndarray,
) -> None:
    """What a week does to everyone, in place: time passes, changes fade, frailty grows."""
    for i in range(len(frailty)):
        if in_hospital[i] > 0:
            in_hospital[i] -= 1
        elif since_discharge[i] < LONG_AGO:
            since_discharge[i] += 1
        medicine_change[i] *= np.float32(0.85)
        recent_stays[i] *= np.float32(0.981)
        grown = frailty[i] + drift[i] + np.float32(0.02) * np.float32(declining[i])
        frailty[i] = min(grown, np.float32(5.5))


def _begin_conditions(state: State, who: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Chooses which condition begins, and lets all that depends on it follow."""
    cumulative = np.cumsum(state.onset_weight[who], axis=1)
    draws = rng.random(len(who), dtype=np.float32)[:, None] * cumulative[:, -1:]
    new = np.minimum((draws >= cumulative).sum(axis=1), len(conditions()) - 1)
    if not len(who):
        return new
    state.has[who, new] = True
    state.onset_weight[who, new] = 0
    state.onset_weight[who] *= conditions().ratio[new]
    with np.errstate(divide="ignore"):  # nobody has every condition, but it is no fault
        state.onset_total[who] = np.log(state.onset_weight[who].sum(axis=1))
    state.dementia[who] = state.has[who, conditions().index["dementia"]]
    state.fixed[:, who], state.modifiers[:, who] = linear_predictors(
        state.has[who], state.age[who], state.traits[who]
    )
    state.frailty[who] += np.float32(0.07)
    state.medicine_change[who] += np.float32(0.7)
    return new
