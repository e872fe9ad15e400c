"""Weekly hazards: log-linear in the latent state, with the interactions clinicians know.

The numbers are chosen, not estimated: they are tuned until the region meets the published
figures in docs/region.md. The shape is what matters to those who learn from the records:
much of the risk sits in combinations, in recent change and in frailty, and no single count
carries it.
"""

from dataclasses import dataclass

import numpy as np

from features.compiled import compiled
from features.region.facts import conditions
from features.region.people import YEAR_WEEKS, People
from features.region.settings import Teams
from features.region.state import State

# Columns of State.fixed.
F_AVOIDABLE, F_OTHER, F_PLANNED, F_DEATH, F_DECLINE = range(5)
# Columns of State.modifiers.
M_WINTER, M_ALONE, M_MEDICINE, M_FALLS = range(4)

LEVEL = {"avoidable": -8.84, "other": -7.43, "planned": -7.50, "death": -9.47, "decline": -6.0}
AGE_PER_YEAR = {"avoidable": 0.012, "other": 0.016, "planned": -0.02, "death": 0.062}
# As constants of their own, for the compiled loop.
AGE_AVOIDABLE, AGE_OTHER = AGE_PER_YEAR["avoidable"], AGE_PER_YEAR["other"]
AGE_PLANNED, AGE_DEATH = AGE_PER_YEAR["planned"], AGE_PER_YEAR["death"]
DECLINE_ENDS = 0.13

f32 = np.float32
IMPOSSIBLE = f32(-np.inf)
LOG_DECLINE_ENDS = f32(np.log(DECLINE_ENDS))
_AFTER_DISCHARGE = np.exp(-np.arange(100) / 0.7).astype(np.float32)
"""Of the effect of a discharge, how much is left by week."""
_LOG_LIMITS = np.log([0.14, 0.05, 0.05, 0.05, 0.05, 0.15, 0.20, 0.20]).astype(np.float32)
"""No transition is likelier than this in a week, in the order of ``latent``."""


@dataclass
class Hazards:
    """Weekly probabilities, in the order of the transitions of ``latent`` x people."""

    all: np.ndarray

    @property
    def planned(self) -> np.ndarray:
        return self.all[4]

    @property
    def other(self) -> np.ndarray:
        return self.all[5]

    @property
    def avoidable(self) -> np.ndarray:
        return self.all[6]

    @property
    def death(self) -> np.ndarray:
        return self.all[7]


def linear_predictors(
    has: np.ndarray, age: np.ndarray, traits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The slow terms of the log hazards, and the sizes of the interactions with fast ones.

    ``has`` people x conditions, ``traits`` people x (lives_alone, proneness, deprivation,
    female). Returns 5 x people and 4 x people.
    """
    facts = conditions()
    c = {name: has[:, i] for name, i in facts.index.items()}
    alone, proneness, deprivation, female = traits.T
    years = age - 75
    betas = np.column_stack(
        [facts.number[k] for k in ("avoidable", "other", "planned", "death", "decline")]
    )
    fixed = has @ betas
    many = has.sum(axis=1)
    young = np.maximum(50 - age, 0)
    fixed[:, F_AVOIDABLE] += (
        LEVEL["avoidable"]
        + AGE_PER_YEAR["avoidable"] * years
        + 0.10 * proneness
        + 0.06 * (deprivation - 3)
        + 0.40 * (c["heart_failure"] & c["chronic_kidney_disease"])
        + 0.30 * (c["heart_failure"] & c["anaemia"])
        + 0.25 * (c["copd"] & c["anxiety"])
        + 0.35 * (c["diabetes"] & c["dementia"])
        + 0.30 * (c["copd"] & c["heart_failure"])
        + 0.25 * (many >= 6)
    )
    fixed[:, F_OTHER] += (
        LEVEL["other"]
        + AGE_PER_YEAR["other"] * years
        + 0.10 * proneness
        + 0.04 * (deprivation - 3)
        + 0.35 * (c["cancer"] & c["anaemia"])
        + 0.35 * (c["substance_use"] & (c["depression"] | c["psychosis"]))
        + 0.30 * (c["falls"] & c["osteoporosis"])
        + 0.20 * (many >= 6)
    )
    fixed[:, F_PLANNED] += (
        LEVEL["planned"]
        + AGE_PER_YEAR["planned"] * (years + 1.5 * young)
        + 0.1 * proneness
        - 0.8 * (age > 88)
        - 0.01 * young
    )
    fixed[:, F_DEATH] += (
        LEVEL["death"]
        + AGE_PER_YEAR["death"] * years
        - 0.28 * female
        + 0.06 * (deprivation - 3)
        + 0.4 * (c["cancer"] & c["malnutrition"])
    )
    fixed[:, F_DECLINE] += (
        LEVEL["decline"] + 0.08 * proneness + 0.15 * alone + 0.05 * (deprivation - 3) - 0.03 * young
    )
    modifiers = np.column_stack(
        [
            0.12 + 0.32 * c["copd"] + 0.10 * c["heart_failure"],
            0.16 * alone,
            0.30 + 0.15 * c["heart_failure"] + 0.04 * many,
            0.20 * c["falls"] + 0.10 * c["parkinson"],
        ]
    )
    return fixed.T.astype(np.float32, order="C"), modifiers.T.astype(np.float32, order="C")


def onset_weights(has: np.ndarray, people: People) -> np.ndarray:
    """Weekly probability at the age of 80 that each condition begins, people x conditions."""
    facts = conditions()
    rate = facts.yearly_onset_at_80 / YEAR_WEEKS
    weights = rate * np.exp(
        people.female[:, None] * facts.number["female"]
        + (people.deprivation[:, None] - 3) * facts.number["deprivation"]
        + people.constitution[:, None] * facts.number["latent"] * 0.6
        - 0.4 * facts.number["latent"]
    )
    for child, parents in enumerate(facts.parents):
        for parent, ratio in parents:
            weights[:, child] *= np.where(has[:, parent], ratio, 1.0)
    return np.where(has, 0.0, weights).astype(np.float32)


def weekly_hazards(
    state: State, week: int | np.ndarray, season: float | np.ndarray, teams: Teams
) -> Hazards:
    """Probabilities of every transition this week.

    ``season`` is 1 in the worst of winter and -1 in the best of summer. Week and season may
    be each person's own.
    """
    with np.errstate(divide="ignore"):
        begins, ends = np.log([teams.begins, teams.ends]).astype(np.float32)
    years = np.full(len(state), np.asarray(week) / YEAR_WEEKS, dtype=np.float32)
    winter = np.full(len(state), season, dtype=np.float32)
    logs = np.empty((len(_LOG_LIMITS), len(state)), dtype=np.float32)
    _log_hazards(
        state.fixed, state.modifiers, state.age, state.onset_total, state.dementia,
        state.frailty, state.declining, state.since_discharge, state.in_hospital,
        state.medicine_change, state.recent_stays, state.residential, state.enrolled,
        years, winter, f32(teams.avoidable), f32(teams.other), begins, ends, logs,
    )  # fmt: skip
    return Hazards(np.exp(logs, out=logs))


@compiled()
def _log_hazards(
    fixed: np.ndarray,
    modifiers: np.ndarray,
    age: np.ndarray,
    onset_total: np.ndarray,
    has_dementia: np.ndarray,
    frailty: np.ndarray,
    is_declining: np.ndarray,
    since_discharge: np.ndarray,
    in_hospital: np.ndarray,
    medicine_change: np.ndarray,
    recent_stays: np.ndarray,
    is_residential: np.ndarray,
    is_enrolled: np.ndarray,
    years_since_start: np.ndarray,
    season: np.ndarray,
    team_avoidable: np.float32,
    team_other: np.float32,
    log_team_begins: np.float32,
    log_team_ends: np.float32,
    out: np.ndarray,
) -> None:
    """Log hazards of each transition into ``out``, transitions x people, under their limits.

    Compiled: one pass over the people instead of some fifty.
    """
    for i in range(len(frailty)):
        f, years, winter = frailty[i], years_since_start[i], season[i]
        over = max(f - f32(1), f32(0))
        after = _AFTER_DISCHARGE[since_discharge[i]]
        declining, enrolled = f32(is_declining[i]), f32(is_enrolled[i])
        residential = f32(is_residential[i])
        again = min(recent_stays[i], f32(4))
        changed = min(medicine_change[i], f32(1.5)) * modifiers[M_MEDICINE, i]
        alone = modifiers[M_ALONE, i] * over
        cold = modifiers[M_WINTER, i] * winter
        # Neither a new admission nor a move while a stay goes on.
        free = in_hospital[i] == 0

        x = fixed[F_AVOIDABLE, i] + f32(AGE_AVOIDABLE) * years
        x += f32(0.52) * f + f32(0.38) * again + alone + cold + changed
        x += f32(1.55) * declining + after * (f32(0.15) + f32(0.10) * f)
        x += team_avoidable * enrolled
        x -= f32(0.35) * residential
        avoidable = x if free else IMPOSSIBLE

        x = fixed[F_OTHER, i] + f32(AGE_OTHER) * years
        x += f32(0.46) * f + f32(0.38) * again + alone + f32(0.5) * cold + f32(0.5) * changed
        x += modifiers[M_FALLS, i] * over
        x += f32(0.95) * declining + after * (f32(0.12) + f32(0.07) * f)
        x += team_other * enrolled
        x -= f32(0.20) * residential
        other = x if free else IMPOSSIBLE

        x = fixed[F_PLANNED, i] + f32(AGE_PLANNED) * years
        x -= f32(0.25) * over + f32(0.15) * winter + f32(0.5) * declining
        planned = x if free else IMPOSSIBLE

        x = fixed[F_DEATH, i] + f32(AGE_DEATH) * years
        x += f32(0.62) * f + f32(0.12) * winter + f32(1.7) * declining + f32(0.6) * after
        x += f32(0.45) * again
        death = x + f32(0.85) * residential + (f32(0) if free else f32(1.2))

        x = fixed[F_DECLINE, i] + f32(0.42) * f + f32(1.5) * cold
        decline = LOG_DECLINE_ENDS if is_declining[i] else x

        onset = onset_total[i] + f32(0.05) * (age[i] + years - f32(80)) + f32(0.10) * (f - f32(1))

        x = f32(-10.48) + f32(1.80) * f + f32(1.1) * f32(has_dementia[i]) + f32(2) * alone
        moves = IMPOSSIBLE if is_residential[i] or age[i] + years < f32(65) else x

        frail = recent_stays[i] > f32(1.3) and f > f32(1.6) and not is_residential[i]
        begins = log_team_begins if frail else IMPOSSIBLE
        enrolment = log_team_ends if is_enrolled[i] else begins

        out[0, i] = min(decline, _LOG_LIMITS[0])
        out[1, i] = min(onset, _LOG_LIMITS[1])
        out[2, i] = min(moves, _LOG_LIMITS[2])
        out[3, i] = min(enrolment, _LOG_LIMITS[3])
        out[4, i] = min(planned, _LOG_LIMITS[4])
        out[5, i] = min(other, _LOG_LIMITS[5])
        out[6, i] = min(avoidable, _LOG_LIMITS[6])
        out[7, i] = min(death, _LOG_LIMITS[7])
