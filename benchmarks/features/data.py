"""The events that every contender gets, and what is to be made of them.

612 window features: 60 diagnosis groups, 8 kinds of contact (form by urgency), 4 sums of
days' supply and 30 medicine groups, each over six windows. Every code stands in one group,
so that every event counts. There are no inpatient stays: how stays that touch become one
admission is a matter of meaning, and the others have no word for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from features.codelists.reader import CodeList, Row
from features.matrix import features_of
from features.measures.base import Domain, Measure, Phrase, Wording
from features.measures.kinds import Count, Sum
from features.rows import contacts, diagnoses, dispensings
from features.tables import Coverage, Tables

WINDOWS = (30, 90, 180, 365, 730, 1825)
INDEX_DATE = date(2026, 11, 16)
INDEX_DAY = int(np.datetime64(INDEX_DATE, "D").astype(int))
FORMS = ("visit", "home_visit", "phone", "digital")
URGENCIES = ("planned", "unplanned")
N_DIAGNOSIS_GROUPS, N_MEDICINE_GROUPS, N_DAY_SUMS = 60, 30, 4
N_CODES = 900
PEOPLE_PER_PARTITION = 12_500
EVENTS_PER_PERSON = 160

Columns = dict[str, np.ndarray]
COVERAGE = Coverage(
    frozenset({"persons", "contacts", "diagnoses", "dispensings"}),
    frozenset({"icd10se"}),
    frozenset({"primary"}),
    True,
)


@dataclass(frozen=True)
class Part:
    """A stretch of the matrix's columns: rows of ``table`` by kind (``code // per_kind``),
    counted, or with ``summed`` added up. The first ``kinds`` kinds, six windows each."""

    table: str
    kinds: int
    per_kind: int
    summed: str | None = None


PARTS = (
    Part("diagnoses", N_DIAGNOSIS_GROUPS, N_CODES // N_DIAGNOSIS_GROUPS),
    Part("contacts", len(FORMS) * len(URGENCIES), 1),
    Part("dispensings", N_DAY_SUMS, N_CODES // N_MEDICINE_GROUPS, "days"),
    Part("dispensings", N_MEDICINE_GROUPS, N_CODES // N_MEDICINE_GROUPS),
)


def simulate(people: int, events: int, seed: int) -> dict[str, Columns]:
    """Rows by table, sorted by person: person number, day, day recorded, code.

    Dispensings also have ``days`` of supply. Three tables of 36, 28 and 36 % of the events.
    """
    rng = np.random.default_rng(seed)
    popularity = rng.permutation(1.0 / np.arange(1, N_CODES + 1))
    popularity /= popularity.sum()

    def rows(n: int, n_codes: int, shares: np.ndarray) -> Columns:
        person = np.sort(rng.integers(0, people, n, dtype=np.int32))
        day = rng.integers(INDEX_DAY - 1826, INDEX_DAY + 10, n, dtype=np.int32)
        recorded = day + rng.integers(0, 15, n, np.int32)
        code = np.searchsorted(np.cumsum(shares)[:-1], rng.random(n, dtype=np.float32))
        assert code.max(initial=0) < n_codes
        return {
            "person": person,
            "day": day,
            "recorded": recorded,
            "code": code.astype(np.int16),
        }

    n_diagnoses, n_contacts = int(events * 0.36), int(events * 0.28)
    n_dispensings = events - n_diagnoses - n_contacts
    forms = np.repeat([0.7, 0.2, 0.05, 0.05], len(URGENCIES)) / len(URGENCIES)
    made = {
        "diagnoses": rows(n_diagnoses, N_CODES, popularity),
        "contacts": rows(n_contacts, len(forms), forms),
        "dispensings": rows(n_dispensings, N_CODES, popularity),
    }
    made["dispensings"]["days"] = rng.choice([28.0, 90.0, 98.0], n_dispensings)
    return made


@cache
def measures() -> tuple[Measure, ...]:
    """The 102 measures, as declarations."""
    said = Wording(Phrase("rader", "{n}", "inga"), Phrase("rows", "{n}", "none"))
    shared = {"domain": Domain.CONDITIONS, "says": said, "windows": WINDOWS}
    dx, rx = _code_list("icd10se", N_DIAGNOSIS_GROUPS), _code_list("atc", N_MEDICINE_GROUPS)
    of_rx = {group: dispensings.coded(rx, group) for group in rx.groups}
    return (
        *(Count(name=f"dx_{g}", of=diagnoses.coded(dx, g), **shared) for g in dx.groups),
        *(
            Count(name=f"{form}_{urgency}", of=contacts.where(form=form, urgency=urgency), **shared)
            for form in FORMS
            for urgency in URGENCIES
        ),
        *(
            Sum(name=f"days_{g}", of=of_rx[g], column="days_supply", unit="days", **shared)
            for g in rx.groups[:N_DAY_SUMS]
        ),
        *(Count(name=f"rx_{g}", of=of_rx[g], **shared) for g in rx.groups),
    )


@cache
def n_features() -> int:
    return len(features_of(measures()))


def _code_list(system: str, n_groups: int) -> CodeList:
    size = N_CODES // n_groups
    rows = tuple(
        Row(f"g{code // size}", system, f"C{code:03}", 1.0, "", "", "", "", "found")
        for code in range(N_CODES)
    )
    return CodeList(f"{system}_groups", rows)


def edges(people: int) -> list[int]:
    """First person of every partition, and the end of the last."""
    return [*range(0, people, PEOPLE_PER_PARTITION), people]


def partitions(data: dict[str, Columns], people: int) -> Iterator[Tables]:
    """Canonical tables, partition by partition, with text as dictionaries: as a store reads."""
    for first, last in pairwise(edges(people)):
        yield canonical(data, first, last)


def canonical(data: dict[str, Columns], first: int, last: int) -> Tables:
    ids = np.array([f"p{i:07}" for i in range(first, last)])
    made: Tables = {"persons": pd.DataFrame({"person_id": ids})}
    codes = [f"C{i:03}" for i in range(N_CODES)]
    for name, rows in data.items():
        bounds = np.searchsorted(rows["person"], [first, last])
        part = {column: values[slice(*bounds)] for column, values in rows.items()}
        n = len(part["day"])
        of_person = (part["person"] - np.int32(first)).astype(np.int16)
        happened = part["day"].astype("datetime64[D]").astype("datetime64[s]")
        recorded = part["recorded"].astype("datetime64[D]").astype("datetime64[s]")
        columns: dict[str, object] = {
            "person_id": pd.Categorical.from_codes(of_person, ids),
            "recorded_at": recorded,
        }
        if name == "contacts":
            columns |= {
                "contact_id": _one_value("", n),
                "start": happened,
                "end": happened,
                "setting": _one_value("primary", n),
                "form": pd.Categorical.from_codes((part["code"] // 2).astype(np.int8), FORMS),
                "urgency": pd.Categorical.from_codes((part["code"] % 2).astype(np.int8), URGENCIES),
                "profession": _one_value("physician", n),
            }
        elif name == "diagnoses":
            columns |= {
                "date": happened,
                "system": _one_value("icd10se", n),
                "code": pd.Categorical.from_codes(part["code"], codes),
                "position": np.ones(n, dtype=np.int8),
            }
        else:
            columns |= {
                "date": happened,
                "atc": pd.Categorical.from_codes(part["code"], codes),
                "days_supply": part["days"],
                "dose_dispensed": _one_value(False, n),
            }
        made[name] = pd.DataFrame(columns)
    return made


def _one_value(value: str | bool, n: int) -> pd.Categorical:
    return pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), [value])
