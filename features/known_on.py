"""What a delivery would have held, had it been made on an earlier day."""

from datetime import date

import pandas as pd

from features.tables import ALL_TABLES, PERSONS, TABLE, Table, Tables

_TOLD_BY_THE_END = {"enrolments": ("end_reason",)}


def known_on(tables: Tables, last_day: date, happened_by: date | None = None) -> Tables:
    """The tables as they stood at the end of ``last_day``, in the order of the contract.

    With ``happened_by``, an earlier day: only what had happened by then, recorded since or
    not. What is in it and not in the tables of that day itself was recorded late.

    - Rows recorded later are gone, and so are people born later, with their rows.
    - Deaths, and ends of stays and periods, that had not come to pass are missing, and with
      an end whatever is only known by it.
    - A diagnosis or procedure that was on record before its contact stands free: the
      contact that it names was not yet there.

    What has no history is as it is now: municipality, deprivation, living alone. A row that
    was corrected afterwards shows its correction: the contract keeps one version of a row.
    """
    day = pd.Timestamp(happened_by or last_day)
    recorded = pd.Timestamp(last_day)
    persons = tables[PERSONS.name]
    persons = persons[persons["birth_date"] <= day]
    died = persons["death_date"]
    then: Tables = {
        PERSONS.name: persons.assign(death_date=died.where(died <= day)).reset_index(drop=True)
    }
    born = pd.Index(persons["person_id"].astype("str"))
    everyone = len(persons) == len(tables[PERSONS.name])
    for table in ALL_TABLES[1:]:
        if table.name in tables:
            rows = tables[table.name]
            kept = rows["recorded_at"] <= recorded
            if happened_by is not None:
                kept &= rows[table.happened] <= day
            if not everyone:
                kept &= rows["person_id"].astype("str").isin(born)
            then[table.name] = _ends_hidden(table, rows[kept].reset_index(drop=True), day)
    for name in ("diagnoses", "procedures"):
        if name in then:
            then[name] = _on_known_contacts(then[name], then.get("contacts"))
    return then


def _ends_hidden(table: Table, rows: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    if table.ended is None:
        return rows
    passed = rows[table.ended] <= day
    hidden = (table.ended, *_TOLD_BY_THE_END.get(table.name, ()))
    return rows.assign(**{name: rows[name].where(passed) for name in hidden})


def _on_known_contacts(rows: pd.DataFrame, contacts: pd.DataFrame | None) -> pd.DataFrame:
    if contacts is None:
        contacts = TABLE["contacts"].empty()
    keys = ["person_id", "contact_id"]
    here, there = (
        pd.MultiIndex.from_arrays([frame[key].astype("str") for key in keys])
        for frame in (rows, contacts)
    )
    return rows.assign(contact_id=rows["contact_id"].where(here.isin(there)))
