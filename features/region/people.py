"""Who lives in the region: age, sex, home, care unit, moves, conditions at the start."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.region.facts import conditions, municipalities
from features.region.settings import RegionSettings

NEVER = 32_000
"""A week that never comes."""

YEAR_WEEKS = 365.25 / 7
_AGES = np.arange(-8, 104)
# Residents of Sweden 2023 by age (thousands a year of age), rounded from memory, unverified,
# spread within bands. Below 0: those who are born during the period.
_AGE_WEIGHTS = np.interp(
    _AGES,
    [-8, 0, 7, 13, 20, 25, 32, 40, 47, 52, 57, 60, 64.5, 67, 72, 77, 82, 87, 92, 97, 103],
    [103, 105, 121, 124, 112, 122, 146, 132, 128, 136, 134, 112, 112, 112, 108, 106, 68, 35, 15,
     3.2, 0.2],
)  # fmt: skip
# Shares of women, and of those who live alone: 65 and over as in Sweden, younger unverified.
_WOMEN = ([0, 55, 60, 65, 75, 85, 95], [0.486, 0.495, 0.505, 0.505, 0.52, 0.58, 0.72])
_ALONE_WOMEN = ([18, 20, 28, 40, 60, 65, 75, 85, 95],
                [0.0, 0.20, 0.25, 0.16, 0.36, 0.36, 0.47, 0.68, 0.82])  # fmt: skip
_ALONE_MEN = ([18, 20, 28, 40, 60, 65, 75, 85, 95],
              [0.0, 0.20, 0.33, 0.25, 0.27, 0.27, 0.27, 0.36, 0.52])  # fmt: skip


@dataclass
class People:
    """One chunk of residents; an entry a person in every array. Weeks count from the start."""

    first: int
    """Number of the first person in the region."""
    age: np.ndarray
    """Age in years at the start of the region."""
    birth_day: np.ndarray
    """Days from the start to the birth (negative)."""
    female: np.ndarray
    deprivation: np.ndarray
    lives_alone: np.ndarray
    municipality: np.ndarray
    care_unit: np.ndarray
    entry: np.ndarray
    """First week in the region."""
    exit: np.ndarray
    """First week no longer in the region; NEVER for those who stay."""
    relisted: np.ndarray
    """Week of a change of care unit; NEVER for most."""
    next_unit: np.ndarray
    constitution: np.ndarray
    """Latent, standard normal: how easily the body fails."""
    proneness: np.ndarray
    """Latent, standard normal: how easily ill-health turns into unplanned care."""
    continuity: np.ndarray
    """Share of primary contacts with the own care unit."""
    onset: np.ndarray
    """Week each condition began, people x conditions; negative: before the start."""
    frailty: np.ndarray
    """Latent frailty at the start."""

    def __len__(self) -> int:
        return len(self.age)

    def person_ids(self) -> pa.Array:
        numbers = range(self.first, self.first + len(self))
        return pa.array([f"P{number:07d}" for number in numbers], type=pa.string())


def care_unit_ids(settings: RegionSettings) -> list[str]:
    return [f"SE2321000131-E{number:012d}" for number in range(1, settings.care_units + 1)]


def care_unit_municipalities(settings: RegionSettings) -> np.ndarray:
    """The municipality of each care unit: the larger, the more units (highest averages)."""
    weights = municipalities().weights
    given = np.zeros(len(weights))
    places = np.zeros(settings.care_units, dtype=np.int64)
    for unit in range(settings.care_units):
        places[unit] = np.argmax(weights / (2 * given + 1))
        given[places[unit]] += 1
    return places


def people_of_chunk(
    settings: RegionSettings, first: int, n: int, rng: np.random.Generator
) -> People:
    youngest = settings.youngest - int(np.ceil(settings.weeks / YEAR_WEEKS))
    weights = _AGE_WEIGHTS * np.greater_equal(_AGES, youngest)
    age = rng.choice(_AGES, size=n, p=weights / weights.sum()) + rng.random(n)
    # Everyone is old enough by the last week.
    age += age < settings.youngest - (settings.weeks - 2) / YEAR_WEEKS
    birth_day = -np.floor(age * 365.25).astype(np.int64)
    age = -birth_day / 365.25
    female = rng.random(n) < np.interp(age, *_WOMEN)
    places = rng.choice(len(municipalities().weights), size=n, p=municipalities().weights)
    # Municipalities differ in deprivation, and people within them more.
    place_level = np.sin(np.arange(len(municipalities().weights)) * 2.4)
    level = 0.6 * place_level[places] + rng.standard_normal(n)
    deprivation = np.clip(np.floor(np.interp(level, [-1.1, 1.1], [1.3, 4.7]) + 0.5), 1, 5)
    share = np.where(female, np.interp(age, *_ALONE_WOMEN), np.interp(age, *_ALONE_MEN))
    alone = rng.random(n) < share + 0.02 * (deprivation - 3)
    alone &= age >= 18
    unit, next_unit = _listed_units(settings, places, rng)
    entry = np.clip(np.ceil((settings.youngest - age) * YEAR_WEEKS), 0, NEVER).astype(np.int64)
    moved_in = rng.random(n) < 0.03
    entry = np.where(moved_in, np.maximum(entry, rng.integers(1, settings.weeks, n)), entry)
    exit_ = entry + np.ceil(rng.exponential(YEAR_WEEKS / 0.008, n)).astype(np.int64)
    exit_ = np.where(exit_ < settings.weeks, exit_, NEVER)
    relisted = entry + np.ceil(rng.exponential(YEAR_WEEKS / 0.03, n)).astype(np.int64)
    relisted = np.where(relisted < np.minimum(exit_, settings.weeks), relisted, NEVER)
    constitution = rng.standard_normal(n)
    proneness = rng.standard_normal(n)
    onset = _onsets_before_start(age, female, deprivation, constitution, rng)
    many = (onset < NEVER).sum(axis=1)
    frailty = np.exp(
        -0.36
        + 0.062 * (age - 75)
        + 0.13 * constitution
        + 0.10 * (many - 3)
        + 0.10 * rng.standard_normal(n)
    )
    return People(
        first,
        age,
        birth_day,
        female,
        deprivation,
        alone,
        places,
        unit,
        entry,
        exit_,
        relisted,
        next_unit,
        constitution,
        proneness,
        rng.beta(5, 1.6, n),
        onset,
        np.minimum(frailty, 4.5),
    )


def _listed_units(
    settings: RegionSettings, places: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Units of first and of second choice: near home for most, in the same area else."""
    unit_places = care_unit_municipalities(settings)
    areas = municipalities().areas
    nearness = (
        0.05
        + 1.0 * (areas[unit_places][None, :] == areas[:, None])
        + 12.0 * (unit_places[None, :] == np.arange(len(areas))[:, None])
    )
    cumulative = np.cumsum(nearness, axis=1)
    cumulative /= cumulative[:, -1:]

    def choose() -> np.ndarray:
        draws = rng.random(len(places))
        return np.minimum(
            (draws[:, None] > cumulative[places]).sum(axis=1), settings.care_units - 1
        )

    unit, other = choose(), choose()
    return unit, np.where(other == unit, (unit + 1) % settings.care_units, other)


def _onsets_before_start(
    age: np.ndarray,
    female: np.ndarray,
    deprivation: np.ndarray,
    constitution: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Conditions already there, with a week of onset before the start, else NEVER.

    Shares at 10, 40, 70 and 90 are those of the file: logit-linear in age, from 60 along the
    line through 70 and 90. Sex, deprivation, constitution and earlier conditions say who.
    """
    facts = conditions()
    p10, p40, p70, p90 = (_logit(facts.number[name]) for name in ("p10", "p40", "p70", "p90"))
    onset = np.full((len(age), len(facts)), NEVER, dtype=np.int64)
    for c in range(len(facts)):
        yearly = (p90[c] - p70[c]) / 20
        at = [p10[c], p40[c], p70[c] - 10 * yearly, p70[c] + 28 * yearly]
        by_age = np.interp(age, [10, 40, 60, 98], at)
        who = (
            facts.number["female"][c] * female
            + facts.number["deprivation"][c] * (deprivation - 3)
            + facts.number["latent"][c] * constitution
        )
        for parent, ratio in facts.parents[c]:
            who = who + np.log(ratio) * (onset[:, parent] < NEVER)
        wanted = (1 / (1 + np.exp(-by_age))).mean()
        below, above = -4.0, 4.0
        for _ in range(22):
            shift = (below + above) / 2
            if (1 / (1 + np.exp(-(by_age + who + shift)))).mean() > wanted:
                above = shift
            else:
                below = shift
        has = rng.random(len(age)) < 1 / (1 + np.exp(-(by_age + who + below)))
        years = rng.exponential(7, len(age))
        onset[:, c] = np.where(has, -1 - np.floor(years * YEAR_WEEKS).astype(np.int64), NEVER)
    # A condition is no older than the person; in those yet to be born it is there at birth.
    born = np.ceil(-age * YEAR_WEEKS).astype(np.int64)[:, None]
    onset = np.where(onset < NEVER, np.maximum(onset, np.minimum(born, -1)), NEVER)
    return np.where(onset < -6_000, -6_000, onset)


def _logit(share: np.ndarray) -> np.ndarray:
    return np.log(share / (1 - share))
