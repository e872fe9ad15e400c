"""Contacts outside hospital wards, and the stays: who meets which care, where and when."""

from dataclasses import dataclass

import numpy as np

from features.region.course import Course
from features.region.facts import conditions
from features.region.latent import PLANNED
from features.region.people import NEVER, YEAR_WEEKS, People
from features.region.rows import NO_DAY, here
from features.region.settings import RegionSettings
from features.region.units import CLINICS, WARDS, area_of_municipality, hospital_unit

SETTINGS = ["primary", "specialist", "emergency", "inpatient"]
FORMS = ["visit", "home_visit", "phone", "digital"]
URGENCIES = ["planned", "unplanned"]
PROFESSIONS = [
    "physician",
    "nurse",
    "physiotherapist",
    "occupational_therapist",
    "psychologist",
]


@dataclass(frozen=True)
class ContactKind:
    """How often a kind of contact takes place: per year, log-linear in the person's state."""

    setting: str
    form: str
    urgency: str
    profession: str
    per_year: float
    frailty: float = 0.0
    conditions: float = 0.0
    decline: float = 0.0
    discharged: float = 0.0
    winter: float = 0.0
    proneness: float = 0.0
    specialist: float = 0.0
    enrolled: float = 0.0


KINDS = (
    ContactKind("primary", "visit", "planned", "physician", 1.10, 0.02, 0.09, 0.3, 0.7, 0.0, 0.30),
    ContactKind(
        "primary", "visit", "unplanned", "physician", 0.19, 0.1, 0.08, 1.9, 0.5, 0.25, 0.45
    ),
    ContactKind("primary", "visit", "planned", "nurse", 1.45, 0.25, 0.10, 0.3, 0.6, 0.0, 0.30),
    ContactKind("primary", "visit", "planned", "physiotherapist", 0.50, 0.05, 0.06, 0.0, 0.5),
    ContactKind("primary", "visit", "planned", "occupational_therapist", 0.08, 0.7, 0.02, 0.2, 0.6),
    ContactKind("primary", "visit", "planned", "psychologist", 0.06, -0.4, 0.0, 0.0, 0.0),
    ContactKind("primary", "phone", "unplanned", "nurse", 1.25, 0.35, 0.06, 1.6, 0.9, 0.1, 0.5),
    ContactKind("primary", "phone", "planned", "physician", 0.45, 0.3, 0.08, 1.2, 0.9, 0.0, 0.40),
    ContactKind("primary", "digital", "unplanned", "nurse", 0.45, -0.4, 0.05, 0.5, 0.0, 0.1, 0.4),
    ContactKind(
        "primary", "home_visit", "planned", "nurse", 0.06, 1.0, 0.03, 1.2, 0.7, enrolled=2.2
    ),
    ContactKind(
        "primary", "home_visit", "planned", "physician", 0.025, 1.1, 0.03, 1.3, 0.7, enrolled=2.2
    ),
    ContactKind(
        "primary", "home_visit", "planned", "occupational_therapist", 0.03, 0.8, 0.0, 0.2, 0.8
    ),
    ContactKind(
        "specialist", "visit", "planned", "physician", 0.75, -0.15, 0.0, 0.1, 0.8, specialist=0.9
    ),
    ContactKind(
        "specialist", "visit", "planned", "nurse", 0.22, -0.05, 0.0, 0.2, 0.5, specialist=0.9
    ),
    ContactKind(
        "specialist", "phone", "planned", "physician", 0.14, 0.0, 0.0, 0.4, 0.8, specialist=0.8
    ),
    ContactKind(
        "emergency", "visit", "unplanned", "physician", 0.095, 0.35, 0.04, 2.3, 1.3, 0.1, 0.95
    ),
)


@dataclass
class Contacts:
    """One entry a contact in every array, ordered by person and day; days from the start."""

    person: np.ndarray
    start: np.ndarray
    end: np.ndarray
    kind: np.ndarray
    """Position in KINDS; -1 a stay, -2 the emergency visit before one, -3 a diagnosis visit."""
    setting: np.ndarray
    form: np.ndarray
    urgency: np.ndarray
    profession: np.ndarray
    unit: np.ndarray
    declining: np.ndarray
    avoidable: np.ndarray
    new_condition: np.ndarray
    """The condition found at this contact; -1 for most."""

    def __len__(self) -> int:
        return len(self.person)

    def of(self, which: np.ndarray) -> "Contacts":
        return Contacts(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


STAY, BEFORE_STAY, FOUND = -1, -2, -3
TRANSFERRED = 0.12
"""Share of unplanned stays of three days or more that another ward takes over. Our choice."""


def contacts_of_chunk(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> Contacts:
    unusual = _Unusual.of(course)
    parts = [
        _outpatient(settings, people, course, unusual, kind, rng) for kind in range(len(KINDS))
    ]
    parts += _stays(settings, people, course, rng)
    parts.append(_found_conditions(settings, people, course, rng))
    together = Contacts(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Contacts.__dataclass_fields__
        )
    )
    together = together.of(here(settings, people, course, together.person, together.start))
    together = together.of(np.lexsort((together.kind, together.start, together.person)))
    return together.of(~_during_a_stay(together))


@dataclass
class _Unusual:
    """The weeks in which somebody declines, has just come home or has a team, one entry each."""

    week: np.ndarray
    person: np.ndarray
    declining: np.ndarray
    discharged: np.ndarray
    enrolled: np.ndarray

    @classmethod
    def of(cls, course: Course) -> "_Unusual":
        discharged = course.since_discharge < 5
        week, person = np.nonzero(course.declining | discharged | course.enrolled)
        return cls(
            week,
            person,
            course.declining[week, person].astype(np.float32),
            discharged[week, person].astype(np.float32),
            course.enrolled[week, person].astype(np.float32),
        )


def _outpatient(
    settings: RegionSettings,
    people: People,
    course: Course,
    unusual: _Unusual,
    kind: int,
    rng: np.random.Generator,
) -> Contacts:
    """Contacts of a kind: the everyday ones of each year, and those that unusual weeks add."""
    k = KINDS[kind]
    weekly = _everyday_rates(settings, people, course, k)
    cold = np.exp(k.winter * _winter(settings)).astype(np.float32)
    warmest = cold.max()
    weeks_found, people_found = [], []
    for year, rate in enumerate(weekly):
        first = 52 * year
        many = min(52, settings.weeks - first)
        person = np.repeat(np.arange(len(people)), rng.poisson(rate * many * warmest))
        week = first + rng.integers(0, many, len(person))
        if k.winter:
            kept = rng.random(len(person), dtype=np.float32) * warmest < cold[week]
            week, person = week[kept], person[kept]
        weeks_found.append(week)
        people_found.append(person)
    if k.decline or k.discharged or k.enrolled:
        u = unusual
        more = np.float32(k.decline) * u.declining + np.float32(k.discharged) * u.discharged
        more = np.expm1(more + np.float32(k.enrolled) * u.enrolled)
        more *= weekly[u.week // 52, u.person] * cold[u.week]
        extra = np.flatnonzero(rng.random(len(more), dtype=np.float32) < more)
        weeks_found.append(u.week[extra])
        people_found.append(u.person[extra])
    week, person = np.concatenate(weeks_found), np.concatenate(people_found)
    weekdays = 7 if k.setting == "emergency" else 5
    day = 7 * week + rng.integers(0, weekdays, len(week))
    unit = _unit(settings, people, k.setting, person, week, rng)
    return _contacts(
        person, day, kind, k.setting, k.form, k.urgency, k.profession, unit,
        course.declining[week, person],
    )  # fmt: skip


def _everyday_rates(
    settings: RegionSettings, people: People, course: Course, k: ContactKind
) -> np.ndarray:
    """Contacts per week in each year, years x people, as the person is in its middle."""
    base = np.log(k.per_year / YEAR_WEEKS) + k.proneness * people.proneness
    rates = []
    for first in range(0, settings.weeks, 52):
        middle = min(first + 26, settings.weeks - 1)
        has = course.onset <= middle
        rate = base + k.conditions * (has.sum(axis=1) - 3)
        rate = rate + k.frailty * (course.frailty[middle].astype(np.float32) - 1)
        if k.specialist:
            rate = rate + k.specialist * (has @ conditions().number["specialist"])
        gone = (people.exit <= first) | (course.death_day < 7 * first)
        rates.append(np.where(gone, 0, np.exp(rate)).astype(np.float32))
    return np.array(rates)


def _winter(settings: RegionSettings) -> np.ndarray:
    """1 in the middle of January, -1 in the middle of July, for every week."""
    days = settings.start.timetuple().tm_yday + 7 * np.arange(settings.weeks)
    return np.cos(2 * np.pi * (days - 18) / 365.25)


def _contacts(
    person: np.ndarray,
    day: np.ndarray,
    kind: int,
    setting: str,
    form: str,
    urgency: str,
    profession: str,
    unit: np.ndarray,
    declining: np.ndarray,
) -> Contacts:
    n = len(person)
    return Contacts(
        person,
        day,
        day.copy(),
        np.full(n, kind),
        np.full(n, SETTINGS.index(setting)),
        np.full(n, FORMS.index(form)),
        np.full(n, URGENCIES.index(urgency)),
        np.full(n, PROFESSIONS.index(profession)),
        unit,
        declining,
        np.zeros(n, dtype=bool),
        np.full(n, -1),
    )


def _unit(
    settings: RegionSettings,
    people: People,
    setting: str,
    person: np.ndarray,
    week: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    n = len(person)
    area = area_of_municipality()[people.municipality[person]]
    if setting == "emergency":
        return hospital_unit(settings, area, np.full(n, WARDS + CLINICS))
    if setting == "specialist":
        return hospital_unit(settings, area, WARDS + rng.integers(0, CLINICS, n))
    own = np.where(
        week >= people.relisted[person], people.next_unit[person], people.care_unit[person]
    )
    other = rng.integers(0, settings.care_units, n)
    return np.where(rng.random(n) < people.continuity[person], own, other)


def _stays(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> list[Contacts]:
    stays = course.stays
    inside = stays.start >= 0
    person, start, kind = stays.person[inside], stays.start[inside], stays.kind[inside]
    # Death or the move ends a stay.
    end = np.minimum(stays.end[inside], course.death_day[person])
    week = start // 7
    area = area_of_municipality()[people.municipality[person]]
    ward = hospital_unit(settings, area, rng.integers(0, WARDS, len(person)))
    stay = _contacts(
        person, start, STAY, "inpatient", "visit", "planned", "physician", ward,
        course.declining[np.maximum(week - 1, 0), person],
    )  # fmt: skip
    stay.end = np.where(end > 7 * settings.weeks - 1, NO_DAY, end)
    stay.urgency = (kind != PLANNED).astype(np.int64)
    stay.avoidable = kind > PLANNED + 1
    through = np.flatnonzero((kind != PLANNED) & (rng.random(len(person)) < 0.78))
    emergency = hospital_unit(settings, area[through], np.full(len(through), WARDS + CLINICS))
    before = _contacts(
        person[through], start[through], BEFORE_STAY, "emergency", "visit", "unplanned",
        "physician", emergency, stay.declining[through],
    )  # fmt: skip
    before.avoidable = stay.avoidable[through]
    moved = _transferred(stay, settings, area, rng)
    return [stay, moved, before]


def _transferred(
    stay: Contacts, settings: RegionSettings, area: np.ndarray, rng: np.random.Generator
) -> Contacts:
    """The second part of stays that another ward takes over; ends the first part in place.

    Each part is delivered as a stay of its own, the second beginning the day the first ends.
    """
    days = np.where(stay.end == NO_DAY, 0, stay.end - stay.start)
    on_the_way = (days >= 3) & (stay.urgency == 1)
    which = np.flatnonzero(on_the_way & (rng.random(len(stay)) < TRANSFERRED))
    day = stay.start[which] + 1 + (rng.random(len(which)) * (days[which] - 1)).astype(np.int64)
    ward = hospital_unit(settings, area[which], rng.integers(0, WARDS, len(which)))
    second = _contacts(
        stay.person[which], day, STAY, "inpatient", "visit", "unplanned", "physician", ward,
        stay.declining[which],
    )  # fmt: skip
    second.end = stay.end[which].copy()
    second.avoidable = stay.avoidable[which]
    stay.end[which] = day
    return second


def goes_on_from_another(contacts: Contacts) -> np.ndarray:
    """Stays that begin the day another stay of the person ends; contacts by person and day."""
    stay = np.flatnonzero(contacts.kind == STAY)
    follows = np.zeros(len(contacts), dtype=bool)
    same = contacts.person[stay[1:]] == contacts.person[stay[:-1]]
    follows[stay[1:]] = same & (contacts.start[stay[1:]] == contacts.end[stay[:-1]])
    return follows


# Conditions that a specialist finds.
_FOUND_BY_SPECIALIST = ("cancer", "psychosis", "parkinson", "hearing_vision", "epilepsy")


def _found_conditions(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> Contacts:
    """The visits at which new conditions are found, in the weeks after they begin."""
    person, condition = np.nonzero((course.onset >= 0) & (course.onset < NEVER))
    week = course.onset[person, condition] + rng.integers(0, 7, len(person))
    inside = week < settings.weeks
    person, condition, week = person[inside], condition[inside], week[inside]
    specialist = np.isin(condition, [conditions().index[name] for name in _FOUND_BY_SPECIALIST])
    day = 7 * week + rng.integers(0, 5, len(person))
    found = _contacts(
        person, day, FOUND, "primary", "visit", "planned", "physician",
        _unit(settings, people, "primary", person, week, rng), course.declining[week, person],
    )  # fmt: skip
    found.setting = np.where(specialist, SETTINGS.index("specialist"), found.setting)
    found.unit = np.where(
        specialist, _unit(settings, people, "specialist", person, week, rng), found.unit
    )
    found.new_condition = condition
    return found


def _during_a_stay(contacts: Contacts) -> np.ndarray:
    """Outpatient contacts on days when the person lies in hospital (not the first day)."""
    stay = np.flatnonzero(contacts.kind == STAY)
    if not len(stay):
        return np.zeros(len(contacts), dtype=bool)
    span = 100_000
    key = contacts.person * span + contacts.start
    latest = np.searchsorted(key[stay], key, side="left") - 1
    which = stay[np.maximum(latest, 0)]
    end = np.where(contacts.end[which] == NO_DAY, NEVER, contacts.end[which])
    return (
        (latest >= 0)
        & (contacts.person[which] == contacts.person)
        & (contacts.start <= end)
        & (contacts.kind != STAY)
    )
