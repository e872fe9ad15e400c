"""Random canonical tables: every table, every kind of row, dates on both sides of a day."""

import numpy as np
import pandas as pd

from features.codelists import CODE_LISTS
from features.measures.observations import VALUES
from features.tables import ALL_TABLES, TABLE, Kind, Table, Tables

MIDDLE = np.datetime64("2024-04-01")
"""Rows happen, end and are recorded around this day."""

_SYSTEMS = {
    "diagnoses": ("icd10se", "icd9cm", "ccw"),
    "procedures": ("kva",),
    "dispensings": ("atc",),
}


def _coded(table: str, n: int, rng: np.random.Generator) -> dict[str, list[str]]:
    """Codes of the lists that the measures use, so that every group is met."""
    lists = [
        [(system, row.code_prefix) for row in codes.rows if row.system == system]
        for system in _SYSTEMS[table]
        for codes in CODE_LISTS
        if system in codes.systems
    ]
    # A list first, then a code: long lists would crowd out the short ones.
    chosen = [lists[number] for number in rng.integers(0, len(lists), n)]
    drawn = [
        known[int(share * len(known))] for known, share in zip(chosen, rng.random(n), strict=True)
    ]
    if table == "dispensings":
        return {"atc": [code for _, code in drawn]}
    return {"system": [system for system, _ in drawn], "code": [code for _, code in drawn]}


def random_tables(seed: int, people: int = 6, rows: int = 60) -> Tables:
    """Valid by contract, unlikely by nature. The same seed gives the same tables."""
    rng = np.random.default_rng(seed)
    ids = [f"p{i}" for i in range(people)]
    made: Tables = {}
    for table in ALL_TABLES:
        n = people if table.name == "persons" else rows
        frame = pd.DataFrame({c.name: _column(table, c.name, n, ids, rng) for c in table.columns})
        if table.name in _SYSTEMS:
            frame = frame.assign(**_coded(table.name, n, rng))
        made[table.name] = frame.astype({c.name: c.kind.value for c in table.columns})
    stays = made["contacts"]["setting"] == "inpatient"
    made["contacts"].loc[~stays, "end"] = made["contacts"]["start"]
    made["persons"]["person_id"] = ids
    owner = made["contacts"].set_index("contact_id")["person_id"]
    for name in ("diagnoses", "procedures"):
        made[name]["person_id"] = owner[made[name]["contact_id"]].to_numpy()
    return made


def deliverable(tables: Tables) -> Tables:
    """The same rows, mended where the contract would reject them: nothing ends before it
    starts, no event is recorded before it happened, nobody dies before birth or after the last
    day on record."""
    made = {}
    for name, rows in tables.items():
        table = TABLE[name]
        if table.ended:
            rows = rows.assign(end=rows["end"].where(rows["end"] >= rows["start"]))
        if table.happened:
            known = rows[[table.happened, "recorded_at"]].max(axis=1)
            rows = rows.assign(recorded_at=known.astype("datetime64[s]"))
        made[name] = rows
    last = max(rows["recorded_at"].max() for name, rows in made.items() if name != "persons")
    persons = made["persons"]
    died = persons["death_date"].between(persons["birth_date"], last)
    made["persons"] = persons.assign(death_date=persons["death_date"].where(died))
    return made


def _days_around(rng: np.random.Generator, n: int, back: int, ahead: int) -> np.ndarray:
    # Mostly close to the middle, where the edges are.
    near = rng.integers(-5, 6, n)
    far = rng.integers(-back, ahead, n)
    return MIDDLE + np.where(rng.random(n) < 0.3, near, far)


def _column(
    table: Table, name: str, n: int, ids: list[str], rng: np.random.Generator
) -> np.ndarray | list:
    column = table.column[name]
    if name == "person_id":
        return rng.choice(ids, n)
    if name == "contact_id":
        numbers = range(n) if table.name == "contacts" else rng.integers(0, n, n)
        return [f"c{number}" for number in numbers]
    if name == "birth_date":
        return np.datetime64("1930-01-01") + rng.integers(0, 12_000, n)
    if column.kind is Kind.DATE:
        dates = _days_around(rng, n, 2500, 200).astype("datetime64[s]")
        if column.nullable:
            dates[rng.random(n) < 0.3] = np.datetime64("NaT")
        return dates
    return _values(table, name, n, rng)


def _values(table: Table, name: str, n: int, rng: np.random.Generator) -> np.ndarray | list:
    column = table.column[name]
    if column.allowed:
        return rng.choice(column.allowed, n)
    if column.kind is Kind.YES_NO:
        return rng.choice([True, False], n)
    if (table, name) == ("observations", "code"):
        return rng.choice([*VALUES, "clinical_frailty_scale"], n)
    if name == "profession":
        return rng.choice(["physician", "nurse", "physiotherapist"], n)
    if name == "position":
        return rng.integers(1, 4, n)
    if column.kind is Kind.NUMBER:
        low = column.minimum if column.minimum is not None else 0
        high = column.maximum if column.maximum is not None else 100
        return rng.integers(low, high + 1, n).astype(float)
    return rng.choice(["x", "y", "z"], n)
