"""The records behind a score: what was known about a person at the index date, newest first."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from features.events import day
from features.stays import joined_as_of
from features.tables import TABLE, Tables
from serving.api.answers import Detail, Timeline, TimelineEvent, Words
from serving.naming import diagnosis, medicine

MOST_EVENTS = 400

SETTINGS = {
    "primary": Words(sv="Primärvård", en="Primary care"),
    "specialist": Words(sv="Specialistvård", en="Specialist care"),
    "emergency": Words(sv="Akutmottagning", en="Emergency department"),
}
FORMS = {
    "visit": Words(sv="besök", en="visit"),
    "home_visit": Words(sv="hembesök", en="home visit"),
    "phone": Words(sv="telefonkontakt", en="phone contact"),
    "digital": Words(sv="digital kontakt", en="digital contact"),
}
URGENCY = {
    "planned": Words(sv="Planerad inläggning", en="Planned admission"),
    "unplanned": Words(sv="Oplanerad inläggning", en="Unplanned admission"),
    "unknown": Words(sv="Inläggning", en="Admission"),
}
CARE = {
    "home_health_care": Words(sv="Hemsjukvård", en="Home health care"),
    "home_help": Words(sv="Hemtjänst", en="Home help"),
    "residential": Words(sv="Särskilt boende", en="Residential care"),
    "short_term": Words(sv="Korttidsplats", en="Short-term care"),
    "alarm": Words(sv="Trygghetslarm", en="Safety alarm"),
}


UnitNames = Mapping[str, str]


def known(tables: Tables, index_date: date) -> Tables:
    """The rows that had happened and were recorded before the index date.

    An end that lay ahead is taken away: it was not known then. Stays that touch are one
    admission, as in the features.
    """
    at = pd.Timestamp(index_date)
    then: Tables = {}
    for name, frame in joined_as_of(tables, day(at)).items():
        table = TABLE[name]
        if table.happened is not None:
            frame = frame[(frame[table.happened] < at) & (frame["recorded_at"] < at)]
        if table.ended is not None:
            frame = frame.assign(**{table.ended: frame[table.ended].where(frame[table.ended] < at)})
        then[name] = frame
    return then


def timeline_of(
    person_id: str, tables: Tables, index_date: date, unit_names: UnitNames | None = None
) -> Timeline:
    """One person's timeline; ``tables`` holds that person's rows only."""
    events = events_of(known(tables, index_date), unit_names or {})
    return Timeline(
        person_id=person_id,
        index_date=index_date,
        events=events[:MOST_EVENTS],
        shortened=len(events) > MOST_EVENTS,
    )


def events_of(tables: Tables, unit_names: UnitNames) -> list[TimelineEvent]:
    """What rows tell, newest first."""
    events = [
        *_contacts(tables, unit_names),
        *_medicines(tables),
        *_care(tables),
        *_enrolments(tables),
    ]
    return sorted(events, key=lambda e: (e.date, e.kind, e.words.sv), reverse=True)


def rows_told(name: str, frame: pd.DataFrame, unit_names: UnitNames) -> Iterator[TimelineEvent]:
    """Each row of ``contacts`` (without its codes), ``municipal_care`` or ``enrolments``, in
    its order."""
    tables = {name: frame}
    told = {
        "contacts": lambda: _contacts(tables, unit_names),
        "municipal_care": lambda: _care(tables),
        "enrolments": lambda: _enrolments(tables),
    }
    return told[name]()


def _contacts(tables: Tables, unit_names: UnitNames) -> Iterator[TimelineEvent]:
    contacts = tables.get("contacts")
    if contacts is None:
        return
    codes = _codes(tables)
    for row in contacts.itertuples(index=False):
        details = codes.get(str(row.contact_id), [])
        start, end = date_of(row.start), date_of(row.end)
        assert start is not None
        unit = unit_of(row.care_unit, unit_names)
        if row.setting == "inpatient":
            yield TimelineEvent(
                date=start,
                end=end,
                kind="admission",
                words=URGENCY[str(row.urgency)],
                unit=unit,
                details=details,
            )
        else:
            setting, form = SETTINGS[str(row.setting)], FORMS[str(row.form)]
            words = Words(sv=f"{setting.sv}, {form.sv}", en=f"{setting.en}, {form.en}")
            yield TimelineEvent(
                date=start, kind=str(row.setting), words=words, unit=unit, details=details
            )


def _codes(tables: Tables) -> dict[str, list[Detail]]:
    """Diagnoses by contact, the principal one first."""
    diagnoses = tables.get("diagnoses")
    if diagnoses is None:
        return {}
    rows = diagnoses.dropna(subset=["contact_id"]).sort_values("position", kind="stable")
    codes: dict[str, list[Detail]] = {}
    for row in rows.itertuples(index=False):
        found = codes.setdefault(str(row.contact_id), [])
        found.append(diagnosis(str(row.system), str(row.code)))
    return codes


def _medicines(tables: Tables) -> Iterator[TimelineEvent]:
    """One event a month, on its last day of dispensing: otherwise nothing else is seen."""
    dispensings = tables.get("dispensings")
    if dispensings is None:
        return
    months: dict[tuple[int, int], tuple[date, set[str]]] = {}
    days = dispensings["date"].dt.date.tolist()
    for on, atc in zip(days, dispensings["atc"].astype(str).tolist(), strict=True):
        last, collected = months.get((on.year, on.month), (on, set()))
        collected.add(atc)
        months[on.year, on.month] = (max(last, on), collected)
    for on, collected in months.values():
        yield TimelineEvent(
            date=on,
            kind="medicines",
            words=Words(sv="Läkemedel uthämtade i månaden", en="Medicines dispensed in the month"),
            details=[medicine(atc) for atc in sorted(collected)],
        )


def _care(tables: Tables) -> Iterator[TimelineEvent]:
    care = tables.get("municipal_care")
    if care is None:
        return
    hours_granted = care["hours_per_month"].tolist()
    for row, hours in zip(care.itertuples(index=False), hours_granted, strict=True):
        start = date_of(row.start)
        assert start is not None
        words = CARE[str(row.kind)]
        if hours == hours:  # not NaN
            words = Words(
                sv=f"{words.sv}, {hours:.0f} timmar i månaden",
                en=f"{words.en}, {hours:.0f} hours a month",
            )
        yield TimelineEvent(
            date=start,
            end=date_of(row.end),
            kind="municipal",
            words=words,
        )


def _enrolments(tables: Tables) -> Iterator[TimelineEvent]:
    enrolments = tables.get("enrolments")
    if enrolments is None:
        return
    for row in enrolments.itertuples(index=False):
        start = date_of(row.start)
        assert start is not None
        yield TimelineEvent(
            date=start,
            end=date_of(row.end),
            kind="enrolment",
            words=Words(
                sv=f"Inskriven i mobilt team, modell {row.mobile_model}",
                en=f"Enrolled in a mobile team, model {row.mobile_model}",
            ),
        )


def unit_of(care_unit: Any, unit_names: UnitNames) -> str | None:
    """A unit by name; by its id where no unit has a name; None where it is not known.

    Where names are known, an id beside them would say nothing to a reader.
    """
    if pd.isna(care_unit):
        return None
    return unit_names.get(str(care_unit)) if unit_names else str(care_unit)


def date_of(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
