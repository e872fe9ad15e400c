"""Procedures, observations and enrolments: the smaller kinds of record."""

from dataclasses import dataclass

import numpy as np

from features.region.contacts import FORMS, KINDS, PROFESSIONS, SETTINGS, STAY, Contacts
from features.region.course import Course
from features.region.facts import conditions
from features.region.people import NEVER, People
from features.region.rows import leaves
from features.region.settings import RegionSettings

PROCEDURE_CODES = [
    "AU124", "AU125", "AW010", "XV015", "XV016", "XS010", "ZV025", "XS012", "XV018", "AA052",
    "PH002", "DV053",
]  # fmt: skip
OBSERVATION_CODES = [
    "systolic_blood_pressure",
    "diastolic_blood_pressure",
    "egfr",
    "weight",
    "crp",
    "haemoglobin",
    "clinical_frailty_scale",
]
UNITS = ["mmHg", "mL/min/1.73m2", "kg", "mg/L", "g/L", "level"]
_UNIT_OF = np.array([0, 0, 1, 2, 3, 4, 5])
FRAILTY_SCALE = OBSERVATION_CODES.index("clinical_frailty_scale")
END_REASONS = ["goals_met", "died", "moved"]
MODELS = ["A", "B", "C"]


@dataclass
class Procedures:
    contact: np.ndarray
    code: np.ndarray


def procedures_of(
    contacts: Contacts, course: Course, people: People, rng: np.random.Generator
) -> Procedures:
    """Each rule: which contacts, and how often the code is set there."""
    week = np.clip(contacts.start // 7, 0, len(course.frailty) - 1)
    frailty = course.frailty[week, contacts.person].astype(np.float64)
    enrolled = course.enrolled[week, contacts.person]
    age = people.age[contacts.person] + contacts.start / 365.25
    physician = contacts.profession == 0
    primary, home = contacts.setting == 0, contacts.form == FORMS.index("home_visit")
    phone = contacts.form == FORMS.index("phone")
    stay = (contacts.kind == STAY) & (contacts.end >= contacts.start)
    many = (course.onset <= 0).sum(axis=1)[contacts.person] >= 3
    dementia = course.onset[:, conditions().index["dementia"]][contacts.person]
    rules = (
        ("AU125", stay & (frailty > 1.6), 0.22),
        ("AU124", primary & home & (frailty > 1.6), 0.05),
        ("AW010", primary & home & (frailty > 1.8), 0.04),
        ("XV015", primary & physician & ~phone & (age >= 75) & many, 0.14),
        ("XV016", primary & physician & (age >= 75) & (frailty > 1.5), 0.04),
        ("XS010", primary & home & enrolled, 0.75),
        ("ZV025", primary & home, 0.60),
        ("XS012", primary & phone, 0.40),
        ("XV018", physician & contacts.declining & (frailty > 2.4), 0.06),
        ("AA052", primary & physician & ~phone & (np.abs(dementia - week) < 12), 0.35),
        ("PH002", (stay | home) & (frailty > 1.8), 0.20),
        ("DV053", (primary | stay) & (frailty > 2.0) & (age > 75), 0.03),
    )
    contact, code = [], []
    for name, chosen, share in rules:
        which = np.flatnonzero(chosen)
        which = which[rng.random(len(which)) < share]
        contact.append(which)
        code.append(np.full(len(which), PROCEDURE_CODES.index(name)))
    return Procedures(np.concatenate(contact), np.concatenate(code))


@dataclass
class Observations:
    person: np.ndarray
    day: np.ndarray
    code: np.ndarray
    value: np.ndarray

    @property
    def unit(self) -> np.ndarray:
        return _UNIT_OF[self.code]


def observations_of(
    contacts: Contacts, course: Course, people: People, rng: np.random.Generator
) -> Observations:
    """Values at visits. They say what codes hide: an eGFR, a falling weight, a raised CRP."""
    in_person = np.zeros(len(contacts), dtype=bool)
    for number, kind in enumerate(KINDS):
        if kind.setting == "primary" and kind.profession in ("physician", "nurse"):
            in_person |= (contacts.kind == number) & (kind.form in ("visit", "home_visit"))
    at_hospital = (contacts.kind == STAY) | (contacts.setting == SETTINGS.index("emergency"))
    visit = np.flatnonzero(in_person | at_hospital)
    n = len(people)
    grown_up = np.interp(people.age, [0, 1, 5, 10, 15, 18], [0.05, 0.14, 0.26, 0.44, 0.76, 1.0])
    usual_weight = np.where(people.female, 69.0, 83.0) + rng.normal(0, 11, n)
    usual_weight *= grown_up
    usual_pressure = np.interp(people.age, [0, 10, 18, 60], [80, 102, 118, 140.0])
    usual_pressure += rng.normal(0, 11, n)
    usual_egfr = 82 - 0.75 * (people.age - 70) + rng.normal(0, 8, n)
    parts = []
    for code, share, declining_share in (
        (0, 0.45, 0.55), (2, 0.28, 0.45), (3, 0.20, 0.28), (4, 0.10, 0.60), (5, 0.25, 0.45),
    ):  # fmt: skip
        chance = np.where(contacts.declining[visit], declining_share, share)
        chance = np.where(at_hospital[visit], 0.25 if code == 3 else 0.8, chance)
        which = visit[rng.random(len(visit)) < chance]
        person, day = contacts.person[which], contacts.start[which]
        week = np.clip(day // 7, 0, len(course.frailty) - 1)
        frailty = course.frailty[week, person].astype(np.float64)
        grown = frailty - people.frailty[person]
        declining = contacts.declining[which]
        has = course.onset[person] <= week[:, None]
        noise = rng.standard_normal(len(which))
        kidney = has[:, conditions().index["chronic_kidney_disease"]]
        anaemia = has[:, conditions().index["anaemia"]]
        if code == 0:
            high = 4 * has[:, conditions().index["hypertension"]]
            value = usual_pressure[person] + high - 4 * frailty - 6 * declining + 9 * noise
            low = 0.5 * value + 8 + 6 * rng.standard_normal(len(which))
            parts.append((person, day, np.full(len(which), 1), np.round(np.clip(low, 35, 130))))
            value = np.clip(value, 60, 230)
        elif code == 2:
            value = np.where(kidney, 0.62, 1.0) * usual_egfr[person] - 3 * grown - 4 * declining
            value = np.clip(value + 4 * noise, 6, 110)
        elif code == 3:
            value = np.clip(
                usual_weight[person] - 5 * grown - 1.2 * declining + 0.8 * noise, 3, 160
            )
        elif code == 4:
            value = np.clip(np.exp(np.where(declining, 3.0, 1.2) + 0.9 * noise), 1, 380)
        else:
            normal = np.where(people.female[person], 133.0, 144.0)
            value = np.clip(normal - 20 * anaemia - 4 * frailty + 7 * noise, 60, 185)
        parts.append((person, day, np.full(len(which), code), np.round(value, int(code == 3))))
    parts.append(_frailty_scale(contacts, course, people, rng))
    return Observations(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _frailty_scale(
    contacts: Contacts, course: Course, people: People, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The Clinical Frailty Scale (1-9) as assessed from the age of 75: often where someone
    is admitted or visited at home, seldom at an ordinary visit, never quite the same twice."""
    age = people.age[contacts.person] + contacts.start / 365.25
    in_person = contacts.form != FORMS.index("phone")
    primary, emergency = contacts.setting == 0, contacts.setting == SETTINGS.index("emergency")
    clinicians = [PROFESSIONS.index(name) for name in ("physician", "nurse")]
    share = np.select(
        [
            contacts.kind == STAY,
            emergency,
            primary & (contacts.form == FORMS.index("home_visit")),
            primary & in_person & np.isin(contacts.profession, clinicians),
        ],
        [0.55, 0.30, 0.35, 0.12],
        default=0.0,
    )
    which = np.flatnonzero(rng.random(len(contacts)) < share * (age >= 75))
    person, day = contacts.person[which], contacts.start[which]
    week = np.clip(day // 7, 0, len(course.frailty) - 1)
    level = 2.0 + 1.6 * course.frailty[week, person].astype(np.float64)
    level += contacts.declining[which] + 0.5 * rng.standard_normal(len(which))
    value = np.clip(np.round(level), 1, 9)
    return person, day, np.full(len(which), FRAILTY_SCALE), value


@dataclass
class Enrolments:
    person: np.ndarray
    team: np.ndarray
    """Number of the health-care area."""
    model: np.ndarray
    start: np.ndarray
    end: np.ndarray
    end_reason: np.ndarray
    """Position in END_REASONS; -1 while it goes on."""


def enrolments_of(
    settings: RegionSettings,
    people: People,
    course: Course,
    area: np.ndarray,
    rng: np.random.Generator,
) -> Enrolments:
    edges = np.diff(
        np.vstack(
            [
                np.zeros((1, len(people)), np.int8),
                course.enrolled.astype(np.int8),
                np.zeros((1, len(people)), np.int8),
            ]
        ),
        axis=0,
    )
    # Transposed, so that starts and ends come person by person and pair up.
    person, start = np.nonzero(edges.T == 1)
    _, end = np.nonzero(edges.T == -1)
    leave = leaves(people, course, person)
    first = np.maximum(7 * start, 7 * people.entry[person])
    ended = np.where(end >= settings.weeks, NEVER, 7 * end)
    stop = np.minimum(ended, leave)
    reason = np.where(ended <= leave, 0, np.where(course.death_day[person] < leave, 1, 2))
    reason = np.where(stop >= 7 * settings.weeks, -1, reason)
    model = rng.choice(len(MODELS), len(person), p=[0.25, 0.6, 0.15])
    keep = (stop > first) & (first < 7 * settings.weeks)
    return Enrolments(
        person[keep],
        area[people.municipality[person[keep]]],
        model[keep],
        first[keep],
        stop[keep],
        reason[keep],
    )
