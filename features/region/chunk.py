"""One chunk of people, from their hidden courses to the rows that care leaves of them."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.region import contacts as c
from features.region import diagnoses, extras, medicines, municipal, rows
from features.region.course import Course, run_course
from features.region.effects import effects_of_chunk
from features.region.facts import municipalities
from features.region.oracle import truth_of_chunk, weeks_of_truth
from features.region.people import NEVER, People, people_of_chunk
from features.region.rows import NO_DAY, Text, table_of
from features.region.settings import RegionSettings
from features.region.units import area_of_municipality, unit_ids
from features.tables import TABLE

CONTACTS_PER_CHUNK = 100_000_000
"""Room for contact numbers in a chunk, so that they are unique in the region."""


def tables_of_chunk(settings: RegionSettings, first: int) -> Iterator[tuple[str, pa.Table]]:
    """Name and rows of every canonical table, then of the truth, of the people from ``first``.

    Depends on the settings and ``first`` alone, so chunks can be made anywhere and in any
    order.
    """
    people, course = lives_of_chunk(settings, first, weeks_of_truth(settings))
    # The oracle has a generator of its own: asking it more does not disturb the tables.
    records, oracle, effects = _generators(settings, first)[2:]
    joined = extras.enrolments_of(settings, people, course, area_of_municipality(), records)
    yield from _tables(settings, people, course, joined, records)
    truth = truth_of_chunk(settings, people, course, oracle)
    yield "truth", truth
    yield "truth_enrolments", effects_of_chunk(settings, people, course, joined, _teams(), effects)


def lives_of_chunk(
    settings: RegionSettings, first: int, keep: tuple[int, ...]
) -> tuple[People, Course]:
    """The people from ``first`` and their hidden courses, with the state at the weeks ``keep``."""
    n = min(settings.people_per_chunk, settings.people - first)
    living, lives = _generators(settings, first)[:2]
    people = people_of_chunk(settings, first, n, living)
    return people, run_course(settings, people, keep, lives)


def _generators(settings: RegionSettings, first: int) -> list[np.random.Generator]:
    """For people, lives, records, oracle and effects of teams: a stream of its own each."""
    seeds = np.random.SeedSequence([settings.seed, first]).spawn(5)
    return [np.random.default_rng(seed) for seed in seeds]


def _teams() -> list[str]:
    """One mobile team in each health-care area."""
    return [f"Mobilt närsjukvårdsteam {name}" for name in np.unique(municipalities().areas)]


def _tables(
    settings: RegionSettings,
    people: People,
    course: Course,
    joined: extras.Enrolments,
    rng: np.random.Generator,
) -> Iterator[tuple[str, pa.Table]]:
    yield "persons", _persons(settings, people, course)
    yield "listings", _listings(settings, people, course, rng)
    everyone = np.arange(len(people))
    start = 7 * people.entry
    end = np.where(people.exit < NEVER, 7 * people.exit, NEVER)
    yield "observation_periods", table_of(
        settings, people, TABLE["observation_periods"], everyone,
        {"start": start, "end": end, "share": np.ones(len(people))}, start,
    )  # fmt: skip
    met = c.contacts_of_chunk(settings, people, course, rng)
    recorded = met.start + rows.CONTACT_DELAY.draw(len(met), rng)
    # An admission is known at once, and so is a visit to the emergency department; that
    # another ward took over may be told later.
    at_once = (met.setting >= 2) & ~c.goes_on_from_another(met)
    recorded = np.where(at_once, met.start, recorded)
    number = people.first // settings.people_per_chunk * CONTACTS_PER_CHUNK + np.arange(len(met))
    ids = pc.binary_join_element_wise("K", pa.array(number).cast(pa.string()), "")
    yield "contacts", _contacts(settings, people, met, ids, recorded)
    yield from _on_contacts(settings, people, course, met, ids, recorded, rng)
    yield from _beside_contacts(settings, people, course, met, joined, rng)


def _persons(settings: RegionSettings, people: People, course: Course) -> pa.Table:
    known = (course.death_day < 7 * settings.weeks) & (course.death_day < 7 * people.exit)
    everyone = np.arange(len(people))
    return table_of(
        settings,
        people,
        TABLE["persons"],
        everyone,
        {
            "birth_date": people.birth_day,
            "sex": Text(["male", "female"], people.female.astype(np.int64)),
            "death_date": np.where(known, course.death_day, NEVER),
            "municipality": Text(municipalities().codes.tolist(), people.municipality),
            "deprivation": people.deprivation,
            "lives_alone": people.lives_alone,
        },
    )


def _listings(
    settings: RegionSettings, people: People, course: Course, rng: np.random.Generator
) -> pa.Table:
    relisted = np.where(people.relisted < NEVER, 7 * people.relisted, NEVER)
    relisted = np.where(relisted > course.death_day, NEVER, relisted)
    again = np.flatnonzero(relisted < NEVER)
    person = np.concatenate([np.arange(len(people)), again])
    leave = np.where(people.exit < NEVER, 7 * people.exit, NEVER)
    start = np.concatenate([7 * people.entry, relisted[again]])
    end = np.concatenate([np.minimum(leave, relisted), leave[again]])
    unit = np.concatenate([people.care_unit, people.next_unit[again]])
    recorded = start + np.where(start > 0, rows.LISTING_DELAY.draw(len(start), rng), 0)
    return table_of(
        settings, people, TABLE["listings"], person,
        {"care_unit": Text(unit_ids(settings), unit), "start": start, "end": end}, recorded,
    )  # fmt: skip


def _contacts(
    settings: RegionSettings, people: People, met: c.Contacts, ids: pa.Array, recorded: np.ndarray
) -> pa.Table:
    return table_of(
        settings,
        people,
        TABLE["contacts"],
        met.person,
        {
            "contact_id": _Ids(ids),
            "start": met.start,
            "end": met.end,
            "setting": Text(c.SETTINGS, met.setting),
            "form": Text(c.FORMS, met.form),
            "urgency": Text(c.URGENCIES, met.urgency),
            "care_unit": Text(unit_ids(settings), met.unit),
            "profession": Text(c.PROFESSIONS, met.profession),
        },
        recorded,
    )


def _Ids(ids: pa.Array, position: np.ndarray | None = None) -> Text:  # noqa: N802
    return Text(ids, np.arange(len(ids)) if position is None else position)


def _on_contacts(
    settings: RegionSettings,
    people: People,
    course: Course,
    met: c.Contacts,
    ids: pa.Array,
    recorded: np.ndarray,
    rng: np.random.Generator,
) -> Iterator[tuple[str, pa.Table]]:
    """Diagnoses and procedures. A stay's are set on its last day and coded after it."""
    coding = diagnoses.coding_of(people, rng)
    found = diagnoses.diagnoses_of(met, course, coding, rng)
    done = extras.procedures_of(met, course, people, rng)
    is_stay = met.kind == c.STAY
    day = np.where(is_stay & (met.end != NO_DAY), met.end, met.start)
    coded = np.where(met.setting >= 2, day + rows.CODING_DELAY.draw(len(met), rng), day)
    coded = np.maximum(coded, recorded)
    for name, at, code, words, system in (
        ("diagnoses", found.contact, found.code, diagnoses.words(), "icd10se"),
        ("procedures", done.contact, done.code, extras.PROCEDURE_CODES, "kva"),
    ):
        columns = {
            "contact_id": _Ids(ids, at),
            "date": day[at],
            "system": Text([system], np.zeros(len(at), dtype=np.int64)),
            "code": Text(words, code),
        }
        if name == "diagnoses":
            columns["position"] = found.position
        yield name, table_of(settings, people, TABLE[name], met.person[at], columns, coded[at])


def _beside_contacts(
    settings: RegionSettings,
    people: People,
    course: Course,
    met: c.Contacts,
    joined: extras.Enrolments,
    rng: np.random.Generator,
) -> Iterator[tuple[str, pa.Table]]:
    taken = medicines.dispensings_of(settings, people, course, rng)
    yield "dispensings", table_of(
        settings, people, TABLE["dispensings"], taken.person,
        {
            "date": taken.day,
            "atc": Text(medicines.words(), taken.atc),
            "days_supply": taken.days_supply,
            "dose_dispensed": taken.dose_dispensed,
        },
        taken.day + rows.PHARMACY_DELAY.draw(len(taken.day), rng),
    )  # fmt: skip
    given = municipal.municipal_care_of(settings, people, course, rng)
    late = rows.MUNICIPAL_DELAY.draw(len(given.start), rng)
    yield "municipal_care", table_of(
        settings, people, TABLE["municipal_care"], given.person,
        {
            "kind": Text(municipal.KINDS, given.kind),
            "hours_per_month": given.hours,
            "start": given.start,
            "end": given.end,
        },
        np.maximum(given.start + late, np.where(given.start < 0, 0, given.start)),
    )  # fmt: skip
    seen = extras.observations_of(met, course, people, rng)
    yield "observations", table_of(
        settings, people, TABLE["observations"], seen.person,
        {
            "date": seen.day,
            "code": Text(extras.OBSERVATION_CODES, seen.code),
            "value": seen.value,
            "unit": Text(extras.UNITS, seen.unit),
        },
        seen.day + rows.VALUE_DELAY.draw(len(seen.day), rng),
    )  # fmt: skip
    yield "enrolments", table_of(
        settings, people, TABLE["enrolments"], joined.person,
        {
            "team": Text(_teams(), joined.team),
            "mobile_model": Text(extras.MODELS, joined.model),
            "start": joined.start,
            "end": joined.end,
            "end_reason": Text(extras.END_REASONS, joined.end_reason),
        },
        joined.start + rows.LISTING_DELAY.draw(len(joined.start), rng),
    )  # fmt: skip
