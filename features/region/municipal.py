"""Municipal care follows frailty: an alarm, help with rising hours, a nurse, a new home."""

from dataclasses import dataclass

import numpy as np

from features.region.course import Course
from features.region.latent import PLANNED
from features.region.people import NEVER, People
from features.region.rows import leaves
from features.region.settings import RegionSettings

KINDS = ["home_health_care", "home_help", "residential", "short_term", "alarm"]
# Steps of frailty above the first help, and the hours a month granted there.
_STEPS = (0.0, 0.25, 0.5, 0.85, 1.25)
_HOURS = (8, 18, 32, 55, 85)


@dataclass
class MunicipalCare:
    person: np.ndarray
    kind: np.ndarray
    hours: np.ndarray
    start: np.ndarray
    end: np.ndarray
    """The day it no longer held; NEVER while it holds."""


def municipal_care_of(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> MunicipalCare:
    n = len(people)
    # Those who live alone ask for help earlier; nobody asks at the same time.
    threshold = 2.08 + 0.22 * rng.standard_normal(n) - 0.38 * people.lives_alone
    moved = np.where(
        course.residential.any(axis=0), course.residential.argmax(axis=0), NEVER
    ).astype(np.int64)
    delay = rng.integers(1, 6, n)
    alarm = _week_above(course, threshold - 0.15) + delay
    nurse = _week_above(course, threshold + 0.30 + 0.25 * rng.standard_normal(n)) + delay
    help_weeks = [_week_above(course, threshold + step) + delay for step in _STEPS]
    parts = [
        _periods(settings, people, course, 4, alarm, moved, rng),
        _periods(settings, people, course, 0, nurse, moved, rng),
        _periods(settings, people, course, 2, moved, np.full(n, NEVER), rng),
    ]
    generous = np.exp(0.25 * rng.standard_normal(n))
    for step, week in enumerate(help_weeks):
        until = np.minimum(help_weeks[step + 1], moved) if step + 1 < len(_STEPS) else moved
        period = _periods(settings, people, course, 1, week, until, rng)
        period.hours = np.round(_HOURS[step] * generous[period.person])
        parts.append(period)
    parts.append(_short_term(settings, people, course, rng))
    return MunicipalCare(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in MunicipalCare.__dataclass_fields__
        )
    )


def _week_above(course: Course, threshold: np.ndarray) -> np.ndarray:
    """First week with frailty above the threshold; the number of weeks if none."""
    week = (course.frailty <= threshold.astype(np.float32)).sum(axis=0, dtype=np.int16)
    week = week.astype(np.int64)
    return np.where(week >= len(course.frailty), NEVER // 2, week)


def _periods(
    settings: RegionSettings,
    people: People,
    course: Course,
    kind: int,
    week: np.ndarray,
    until: np.ndarray,
    rng: np.random.Generator,
) -> MunicipalCare:
    """One period a person from ``week`` until the week ``until``, death or a move.

    What is there from the first week began before the data do.
    """
    start = np.maximum(week, people.entry)
    person = np.flatnonzero((start < np.minimum(until, settings.weeks)) & (start < people.exit))
    first = 7 * start[person] + rng.integers(0, 5, len(person))
    before = (week[person] <= 6) & (people.entry[person] == 0)
    first = np.where(before, -rng.integers(10, 700, len(person)), first)
    end = np.where(until[person] < settings.weeks, 7 * until[person], NEVER)
    end = np.minimum(end, leaves(people, course, person))
    keep = end > first
    person, first, end = person[keep], first[keep], end[keep]
    return MunicipalCare(
        person, np.full(len(person), kind), np.full(len(person), np.nan), first, end
    )


def _short_term(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> MunicipalCare:
    """Some frail people go from hospital to a short-term place before home."""
    stays = course.stays
    week = np.clip(stays.end // 7, 0, settings.weeks - 1)
    frailty = course.frailty[week, stays.person]
    chosen = (
        (stays.kind != PLANNED)
        & (stays.start >= 7 * people.entry[stays.person])
        & (stays.end < 7 * np.minimum(people.exit[stays.person], settings.weeks))
        & (stays.end <= course.death_day[stays.person])
        & ~course.residential[week, stays.person]
        & (rng.random(len(week)) < 0.30 * (frailty > 1.9))
    )
    person, start = stays.person[chosen], stays.end[chosen]
    end = start + rng.integers(10, 36, len(person))
    # A new stay ends the place, as does death.
    order = np.lexsort((start, person))
    person, start, end = person[order], start[order], end[order]
    end[:-1] = np.where(person[1:] == person[:-1], np.minimum(end[:-1], start[1:]), end[:-1])
    end = np.minimum(end, leaves(people, course, person))
    keep = (end > start) & (start >= 0)
    person, start, end = person[keep], start[keep], end[keep]
    return MunicipalCare(person, np.full(len(person), 3), np.full(len(person), np.nan), start, end)
