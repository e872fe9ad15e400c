"""The records behind a feature: with them alone, its value is the same."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.history import History, View
from features.measures import FEATURE, FEATURES
from features.measures.records import records_behind
from features.tables import Coverage, Tables
from tests.random_history import MIDDLE, random_tables
from tests.text_tables import table

COVERAGE = Coverage.of(random_tables(0, people=20, rows=600))


def view_of(tables: Tables, day: np.datetime64 = MIDDLE) -> View:
    return History.of(tables, COVERAGE).at(day)


def only(view: View, behind: dict[str, np.ndarray]) -> Tables:
    """The rows behind a feature, and no others."""
    kept = {"persons": view.history.persons}
    for name in COVERAGE.tables - {"persons"}:
        frame = view.history.arrays(name).frame
        kept[name] = frame.iloc[behind.get(name, [])].reset_index(drop=True)
    return kept


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(91)  # a row of a new group of conditions that is of an older one too
def test_with_the_records_behind_it_alone_a_value_is_the_same(seed: int) -> None:
    view = view_of(random_tables(seed, people=1, rows=60))
    wrong = []
    for feature in FEATURES:
        behind = records_behind(view, feature)
        alone = view_of(only(view, behind))
        place = feature.measure.features.index(feature)
        values = [float(v.of(feature.measure)[0, place]) for v in (view, alone)]
        if not np.array_equal(*values, equal_nan=True):
            wrong.append((feature.name, values))
        for name in behind.keys() - {"persons"}:
            arrays = view.history.arrays(name)
            assert (arrays.known[behind[name]] < view.day).all(), feature.name
    assert not wrong


PERSONS = """
person_id | birth_date | sex
1         | 1940-02-01 | female
"""
CONTACTS = """
person_id | contact_id | start      | end        | setting   | form  | urgency   | recorded_at
1         | long_ago   | 2021-01-03 | 2021-01-09 | inpatient | visit | unplanned | 2021-01-09
1         | planned    | 2023-09-01 | 2023-09-04 | inpatient | visit | planned   | 2023-09-04
1         | unplanned  | 2024-01-10 | 2024-01-20 | inpatient | visit | unplanned | 2024-01-20
1         | doctor     | 2024-01-25 | 2024-01-25 | primary   | visit | planned   | 2024-01-25
1         | too_late   | 2024-03-20 | 2024-03-25 | inpatient | visit | unplanned | 2024-04-02
"""
DIAGNOSES = """
person_id | contact_id | date       | system  | code | position | recorded_at
1         | unplanned  | 2024-01-20 | icd10se | I509 | 1        | 2024-01-20
1         | unplanned  | 2024-01-20 | icd10se | E119 | 2        | 2024-01-20
1         | doctor     | 2024-01-25 | icd10se | J449 | 1        | 2024-01-25
"""


def behind(feature: str) -> dict[str, list[str]]:
    tables = {
        "persons": table("persons", PERSONS),
        "contacts": table("contacts", CONTACTS),
        "diagnoses": table("diagnoses", DIAGNOSES),
    }
    view = History.of(tables).at("2024-04-01")
    say = {"contacts": "contact_id", "diagnoses": "code", "persons": "sex"}
    return {
        name: view.history.arrays(name).frame[say[name]].iloc[rows].tolist()
        if name != "persons"
        else view.history.persons[say[name]].tolist()
        for name, rows in records_behind(view, FEATURE[feature]).items()
    }


@pytest.mark.parametrize(
    ("feature", "records"),
    [
        ("unplanned_admissions_365d", {"contacts": ["unplanned"]}),
        ("unplanned_admissions_30d", {}),
        ("admissions_365d", {"contacts": ["planned", "unplanned"]}),
        ("days_since_discharge", {"contacts": ["unplanned"]}),
        ("longest_stay_365d", {"contacts": ["unplanned"]}),
        ("avoidable_admissions_365d", {"contacts": ["unplanned"], "diagnoses": ["I509", "E119"]}),
        ("age", {"persons": ["female"]}),
    ],
)
def test_by_hand(feature: str, records: dict[str, list[str]]) -> None:
    assert behind(feature) == records


def test_of_one_person_at_a_time() -> None:
    with pytest.raises(ValueError, match="one person at a time"):
        records_behind(view_of(random_tables(1, people=2)), FEATURE["age"])
