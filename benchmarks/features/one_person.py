"""One person's matrix, as an API call asks for it: all measures, from canonical tables."""

import gc
import time
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.codelists import CODE_LISTS
from features.history import History
from features.matrix import build_matrix
from features.measures import FEATURES, MEASURES
from features.tables import TABLE, Coverage, Tables

INDEX_DATE = date(2026, 11, 16)
ROWS = {
    "listings": 4,
    "observation_periods": 1,
    "contacts": 140,
    "diagnoses": 150,
    "procedures": 25,
    "dispensings": 140,
    "municipal_care": 8,
    "observations": 30,
    "enrolments": 2,
}
"""500 rows, about as an old person's five years are."""
_SYSTEMS = {"diagnoses": "icd10se", "procedures": "kva", "dispensings": "atc"}
_DAYS = 1825


@dataclass(frozen=True)
class OnePerson:
    """Milliseconds from tables to matrix."""

    rows: int
    features: int
    calls: int
    median: float
    p99: float


def a_person(seed: int) -> Tables:
    """Random rows of one person over five years; codes from the lists that measures use."""
    rng = np.random.default_rng(seed)
    made: Tables = {"persons": TABLE["persons"].empty()}
    made["persons"].loc[0, ["person_id", "birth_date", "sex"]] = ["p", "1941-05-06", "female"]
    contact_ids = [f"c{number}" for number in range(ROWS["contacts"])]
    for name, n in ROWS.items():
        table = TABLE[name]
        started = np.datetime64(INDEX_DATE) - rng.integers(0, _DAYS, n)
        columns: dict[str, object] = {}
        for column in table.columns:
            if column.name == "person_id":
                values: object = ["p"] * n
            elif column.name == "contact_id":
                values = contact_ids if name == "contacts" else rng.choice(contact_ids, n)
            elif column.name == table.happened:
                values = started
            elif column.name == "recorded_at":
                values = started + rng.integers(0, 10, n)
            elif column.name == table.ended:
                values = started + (0 if name == "contacts" else rng.integers(30, 400, n))
            elif column.name == "system":
                values = [_SYSTEMS[name]] * n
            elif column.name in ("code", "atc") and name in _SYSTEMS:
                values = _codes(_SYSTEMS[name], n, rng)
            elif column.allowed:
                values = rng.choice(column.allowed, n)
            elif column.kind.value in ("float64", "Int64"):
                values = rng.integers(1, 4, n)
            elif column.kind.value == "boolean":
                values = rng.random(n) < 0.3
            else:
                values = rng.choice([f"{column.name}-{number}" for number in range(4)], n)
            columns[column.name] = values
        dtypes = {column.name: column.kind.value for column in table.columns}
        made[name] = pd.DataFrame(columns).astype(dtypes)
    made["contacts"] = _with_stays_apart(made["contacts"], rng)
    return made


def _with_stays_apart(contacts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A twentieth of the contacts are stays, each an admission of its own: as an extract has
    them, where stays that touch have been joined."""
    stay = np.arange(len(contacts)) % 20 == 0
    started = np.datetime64(INDEX_DATE) - (20 + 200 * np.arange(stay.sum()))
    contacts["setting"] = rng.choice(["primary", "specialist", "emergency"], len(contacts))
    contacts.loc[stay, "setting"] = "inpatient"
    contacts.loc[stay, "start"] = started
    contacts.loc[stay, "recorded_at"] = started + 20
    contacts.loc[stay, "end"] = started + rng.integers(1, 15, stay.sum())
    return contacts.astype({column.name: column.kind.value for column in TABLE["contacts"].columns})


def _codes(system: str, n: int, rng: np.random.Generator) -> np.ndarray:
    known = [row.code_prefix for one in CODE_LISTS for row in one.rows if row.system == system]
    return rng.choice(np.array(known or ["A"], dtype=object), n)


def one_person(*, calls: int, seed: int) -> OnePerson:
    people = [a_person(seed + number) for number in range(20)]
    coverage = Coverage.of(people[0])

    def call(number: int) -> None:
        tables = people[number % len(people)]
        build_matrix(History.of(tables, coverage), MEASURES, [INDEX_DATE])

    for number in range(len(people)):
        call(number)
    gc.collect()
    gc.freeze()  # as the service does when it has started
    taken = []
    for number in range(calls):
        began = time.perf_counter()
        call(number)
        taken.append(1000 * (time.perf_counter() - began))
    rows = sum(ROWS.values())
    return OnePerson(
        rows, len(FEATURES), calls, float(np.median(taken)), float(np.percentile(taken, 99))
    )
