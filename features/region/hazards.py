"""Weekly hazards: log-linear in the latent state, with the interactions clinicians know.

The numbers are chosen, not estimated: they are tuned until the region meets the published
figures in docs/region.md. The shape is what matters to those who learn from the records:
much of the risk sits in combinations, in recent change and in frailty, and no single count
carries it.
"""

from dataclasses import dataclass

import numpy as np

from features.region.facts import conditions
from features.region.people import YEAR_WEEKS, People
from features.region.state import State

# Columns of State.fixed.
F_AVOIDABLE, F_OTHER, F_PLANNED, F_DEATH, F_DECLINE = range(5)
# Columns of State.modifiers.
M_WINTER, M_ALONE, M_MEDICINE, M_FALLS = range(4)

LEVEL = {"avoidable": -8.83, "other": -7.42, "planned": -7.35, "death": -9.12, "decline": -6.0}
AGE_PER_YEAR = {"avoidable": 0.012, "other": 0.016, "planned": -0.02, "death": 0.062}
DECLINE_ENDS = 0.13
TEAM_EFFECT_AVOIDABLE, TEAM_EFFECT_OTHER = -0.45, -0.20
"""Change of the log hazard of an unplanned admission while a mobile team is there."""

_AFTER_DISCHARGE = np.exp(-np.arange(100) / 4.5).astype(np.float32)


@dataclass
class Hazards:
    """Weekly probabilities in the order of the transitions of ``latent``."""

    all: list[np.ndarray]

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
    female). Returns people x 5 and people x 4.
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
        LEVEL["planned"] + AGE_PER_YEAR["planned"] * years + 0.1 * proneness - 0.8 * (age > 88)
    )
    fixed[:, F_DEATH] += (
        LEVEL["death"]
        + AGE_PER_YEAR["death"] * years
        - 0.28 * female
        + 0.06 * (deprivation - 3)
        + 0.4 * (c["cancer"] & c["malnutrition"])
    )
    fixed[:, F_DECLINE] += (
        LEVEL["decline"] + 0.08 * proneness + 0.15 * alone + 0.05 * (deprivation - 3)
    )
    modifiers = np.column_stack(
        [
            0.12 + 0.32 * c["copd"] + 0.10 * c["heart_failure"],
            0.16 * alone,
            0.30 + 0.15 * c["heart_failure"] + 0.04 * many,
            0.20 * c["falls"] + 0.10 * c["parkinson"],
        ]
    )
    return fixed.astype(np.float32), modifiers.astype(np.float32)


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


def weekly_hazards(state: State, week: int, season: float) -> Hazards:
    """Probabilities of every transition this week.

    ``season`` is 1 in the worst of winter and -1 in the best of summer.
    """
    f32 = np.float32
    years = f32(week / YEAR_WEEKS)
    winter = f32(season)
    f = state.frailty
    over = np.maximum(f - f32(1), 0)
    after = _AFTER_DISCHARGE[state.since_discharge]
    declining = state.declining.astype(np.float32)
    changed = np.minimum(state.medicine_change, f32(1.5)) * state.modifiers[:, M_MEDICINE]
    alone = state.modifiers[:, M_ALONE] * over
    cold = state.modifiers[:, M_WINTER] * winter
    # Neither a new admission nor a move while a stay goes on.
    free = (state.in_hospital == 0).astype(np.float32)

    x = state.fixed[:, F_AVOIDABLE] + f32(AGE_PER_YEAR["avoidable"]) * years
    x += f32(0.48) * f + alone + cold + changed
    x += f32(1.55) * declining + after * (f32(0.60) + f32(0.10) * f)
    x += f32(TEAM_EFFECT_AVOIDABLE) * state.enrolled
    x -= f32(0.35) * state.residential
    avoidable = np.exp(x) * free

    x = state.fixed[:, F_OTHER] + f32(AGE_PER_YEAR["other"]) * years
    x += f32(0.42) * f + alone + f32(0.5) * cold + f32(0.5) * changed
    x += state.modifiers[:, M_FALLS] * over
    x += f32(0.95) * declining + after * (f32(0.37) + f32(0.07) * f)
    x += f32(TEAM_EFFECT_OTHER) * state.enrolled
    x -= f32(0.20) * state.residential
    other = np.exp(x) * free

    x = state.fixed[:, F_PLANNED] + f32(AGE_PER_YEAR["planned"]) * years
    x -= f32(0.25) * over + f32(0.15) * winter + f32(0.5) * declining
    planned = np.exp(x) * free

    x = state.fixed[:, F_DEATH] + f32(AGE_PER_YEAR["death"]) * years
    x += f32(0.62) * f + f32(0.12) * winter + f32(1.0) * declining + f32(0.6) * after
    x += f32(0.35) * state.residential + f32(1.2) * (1 - free)
    death = np.exp(x)

    x = state.fixed[:, F_DECLINE] + f32(0.42) * f + f32(1.5) * cold
    decline = np.where(state.declining, f32(DECLINE_ENDS), np.exp(x))

    onset = state.onset_total * np.exp(
        f32(0.05) * (state.age + (years - f32(80))) + f32(0.10) * (f - f32(1))
    )
    dementia = state.has[:, conditions().index["dementia"]]
    residential = np.exp(f32(-9.85) + f32(1.35) * f + f32(1.1) * dementia + f32(2) * alone)
    residential *= ~state.residential
    frail_and_admitted = (state.recent_stays > f32(1.3)) & (f > f32(1.6)) & ~state.residential
    enrolment = np.where(state.enrolled, f32(0.025), f32(0.03) * frail_and_admitted)
    parts = [decline, onset, residential, enrolment, planned, other, avoidable, death]
    limits = (0.14, 0.05, 0.05, 0.05, 0.05, 0.15, 0.20, 0.20)
    return Hazards(
        [
            np.minimum(part, f32(limit)).astype(np.float32, copy=False)
            for part, limit in zip(parts, limits, strict=True)
        ]
    )
