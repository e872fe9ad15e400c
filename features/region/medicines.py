"""Dispensed medicines: treatments that follow conditions, courses that follow declines."""

from dataclasses import dataclass

import numpy as np

from features.region.course import Course
from features.region.facts import conditions, medicines
from features.region.latent import PLANNED
from features.region.people import NEVER, People
from features.region.rows import here
from features.region.settings import RegionSettings

INTERVAL_DAYS = 90
DOSE_INTERVAL_DAYS = 28
# After an unplanned stay: courses of weeks or months.
_AFTER_STAY = (
    "N02AA05",
    "A02BC02",
    "A06AD15",
    "C03CA01",
    "N05CF01",
    "B03AA07",
    "H02AB06",
    "B01AF02",
    "N02BE01",
)
# In a decline: (condition, medicines); "" in anyone.
_IN_DECLINE = {
    "heart_failure": ("C03CA01", "C03DA01", "C03CB01"),
    "copd": ("H02AB06", "J01AA02", "R03AL02", "J01CA04"),
    "urinary_infections": ("J01CA08", "J01XE01", "J01EA01"),
    "ischaemic_heart_disease": ("C01DA02", "C01DA14"),
    "diabetes": ("A10AB05", "A10BJ06"),
    "dementia": ("N05AX08", "N05BA04"),
    "depression": ("N06AX11", "N05CM06"),
    "": ("J01CE02", "N02BE01", "A06AD15", "A03FA01", "N05CF01", "J01CA08", "N02AA05"),
}
# Now and then, in anyone.
_NOW_AND_THEN = ("J01CE02", "J01CA08", "M01AE01", "S01AA01", "D07AC01", "R05DA01", "N02BE01")
_NOW_AND_THEN_PER_YEAR = 0.6


@dataclass
class Dispensings:
    person: np.ndarray
    day: np.ndarray
    atc: np.ndarray
    """Position in ``words``."""
    days_supply: np.ndarray
    dose_dispensed: np.ndarray


def words() -> list[str]:
    found = {medicine.atc for medicine in medicines()} | set(_AFTER_STAY) | set(_NOW_AND_THEN)
    return sorted(found | {atc for group in _IN_DECLINE.values() for atc in group})


@dataclass
class _Courses:
    """A medicine taken by a person from a day up to, not including, another."""

    person: np.ndarray
    atc: np.ndarray
    first: np.ndarray
    last: np.ndarray


def dispensings_of(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> Dispensings:
    last_day = 7 * settings.weeks
    lasting = _lasting(people, course, rng, last_day)
    short = [
        _in_declines(course, rng),
        _after_stays(course, rng),
        _now_and_then(people, last_day, rng),
    ]
    person, atc, first, last = (
        np.concatenate([getattr(part, name) for part in (lasting, *short)])
        for name in ("person", "atc", "first", "last")
    )
    last = np.minimum(last, np.minimum(course.death_day[person] + 1, last_day))
    first = np.maximum(first, 7 * people.entry[person] - rng.integers(0, INTERVAL_DAYS, len(first)))
    fills = np.maximum(-(-(last - first) // INTERVAL_DAYS), 0)
    which = np.repeat(np.arange(len(person)), fills)
    number = np.arange(len(which)) - np.repeat(np.cumsum(fills) - fills, fills)
    # Some are always late; nobody is punctual to the day.
    gap = (rng.gamma(2.0, 3.0, len(people)))[person[which]]
    day = first[which] + (number * (INTERVAL_DAYS + gap)).astype(np.int64)
    day += np.where(number > 0, rng.integers(-6, 7, len(which)), 0)
    keep = (day < last[which]) & (day >= first[which])
    which, day = which[keep], day[keep]
    return _packed_by_dose(settings, people, course, person[which], atc[which], day, rng)


def _packed_by_dose(
    settings: RegionSettings,
    people: People,
    course: Course,
    person: np.ndarray,
    atc: np.ndarray,
    day: np.ndarray,
    rng: np.random.Generator,
) -> Dispensings:
    """The frail get lasting medicines packed by dose, four weeks at a time."""
    start = (course.frailty < rng.normal(2.3, 0.4, len(people)).astype(np.float32)).sum(axis=0)
    dosed = (day // 7 >= start[person]) & (day >= 0)
    extra = np.repeat(np.flatnonzero(dosed), 2)
    later = day[extra] + DOSE_INTERVAL_DAYS * (1 + np.arange(len(extra)) % 2)
    person = np.concatenate([person, person[extra]])
    day = np.concatenate([day, later])
    atc = np.concatenate([atc, atc[extra]])
    dosed = np.concatenate([dosed, np.ones(len(extra), dtype=bool)])
    keep = here(settings, people, course, person, day)
    person, day, atc, dosed = person[keep], day[keep], atc[keep], dosed[keep]
    return Dispensings(person, day, atc, np.where(dosed, DOSE_INTERVAL_DAYS, INTERVAL_DAYS), dosed)


def _lasting(people: People, course: Course, rng: np.random.Generator, last_day: int) -> _Courses:
    """Medicines for chronic conditions, and those that many take for little."""
    n = len(people)
    position = {atc: number for number, atc in enumerate(words())}
    # Some doctors and people prefer more medicines than others: shares vary together.
    leaning = np.exp(rng.normal(0.11, 0.50, n) + 0.15 * people.constitution)
    persons, atcs, firsts = [], [], []
    for medicine in medicines():
        if medicine.condition >= 0:
            onset = course.onset[:, medicine.condition]
            # Better treatment than once: those long ill began one after another.
            takes = (onset < NEVER) & (rng.random(n) < np.minimum(medicine.share * leaning, 0.97))
            began = onset * 7 + rng.integers(0, 60, n)
        else:
            frailty = course.frailty[0].astype(np.float64)
            chance = medicine.share * leaning * np.exp(0.56 * (frailty - 1))
            chance = chance * np.interp(people.age, [0, 18, 60], [0.05, 0.25, 1.0])
            takes = rng.random(n) < np.minimum(chance * 1.6, 0.9)
            began = np.where(rng.random(n) < 0.72, -1, rng.integers(0, last_day, n))
        person = np.flatnonzero(takes)
        first = began[person]
        # What began before the start was dispensed some time in the quarter around it.
        first = np.where(first < 0, rng.integers(-INTERVAL_DAYS, 0, len(person)), first)
        persons.append(person)
        atcs.append(np.full(len(person), position[medicine.atc]))
        firsts.append(first)
    person, atc, first = (np.concatenate(part) for part in (persons, atcs, firsts))
    order = np.lexsort((first, atc, person))
    person, atc, first = person[order], atc[order], first[order]
    new = np.ones(len(person), dtype=bool)
    new[1:] = (person[1:] != person[:-1]) | (atc[1:] != atc[:-1])
    person, atc, first = person[new], atc[new], first[new]
    stops = first + (rng.exponential(22.0, len(first)) * 365).astype(np.int64)
    return _Courses(person, atc, first, stops)


def _in_declines(course: Course, rng: np.random.Generator) -> _Courses:
    begins = course.declining.copy()
    begins[1:] &= ~course.declining[:-1]
    begins[0] = False
    week, person = np.nonzero(begins)
    treated = rng.random(len(week)) < 0.75
    week, person = week[treated], person[treated]
    names = list(_IN_DECLINE)
    drivers = np.array([conditions().index.get(name, 0) for name in names])
    anyone = np.array([not name for name in names])
    has = (course.onset[person][:, drivers] <= week[:, None]) | anyone
    weights = np.cumsum(has * np.where(anyone, 1.0, 2.5), axis=1)
    driver = (weights > (rng.random(len(week)) * weights[:, -1])[:, None]).argmax(axis=1)
    first = 7 * week + rng.integers(0, 18, len(week))
    return _drawn([_IN_DECLINE[name] for name in names], driver, person, first, 10, 160, rng)


def _after_stays(course: Course, rng: np.random.Generator) -> _Courses:
    stays = course.stays
    chosen = (stays.kind != PLANNED) & (stays.start >= 0)
    person, end = stays.person[chosen], stays.end[chosen]
    many = rng.integers(0, 3, len(person))
    person, end = np.repeat(person, many), np.repeat(end, many)
    first = end + rng.integers(0, 5, len(person))
    return _drawn([tuple(_AFTER_STAY)], np.zeros(len(person), int), person, first, 14, 220, rng)


def _now_and_then(people: People, last_day: int, rng: np.random.Generator) -> _Courses:
    """Short courses for what everyone has at times."""
    many = rng.poisson(_NOW_AND_THEN_PER_YEAR * last_day / 365, len(people))
    person = np.repeat(np.arange(len(people)), many)
    first = rng.integers(0, last_day, len(person))
    return _drawn([_NOW_AND_THEN], np.zeros(len(person), int), person, first, 7, 60, rng)


def _drawn(
    groups: list[tuple[str, ...]],
    group: np.ndarray,
    person: np.ndarray,
    first: np.ndarray,
    shortest: int,
    longest: int,
    rng: np.random.Generator,
) -> _Courses:
    position = {atc: number for number, atc in enumerate(words())}
    atc = np.zeros(len(person), dtype=np.int64)
    for number, atcs in enumerate(groups):
        of_it = group == number
        atc[of_it] = rng.choice([position[code] for code in atcs], of_it.sum())
    return _Courses(person, atc, first, first + rng.integers(shortest, longest, len(person)))
