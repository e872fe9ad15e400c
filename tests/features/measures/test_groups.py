"""Measures of groups of codes: a law over all of them, and what is new, recent or together."""

import math

import numpy as np
import pandas as pd
import pytest

from features.codelists import ELIXHAUSER
from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.measures.describe import code_rows
from features.measures.kinds import DaysSinceGroup, HasGroup, NewGroup
from features.tables import DIAGNOSES, DISPENSINGS, Coverage
from tests.features.measures.conftest import INDEX_DATE, Features
from tests.random_history import random_tables
from tests.text_tables import tables

OF_A_GROUP = [
    measure
    for measure in MEASURES
    if isinstance(measure, HasGroup | NewGroup)
    and measure.of.on is None
    and not isinstance(measure, DaysSinceGroup)
]


@pytest.mark.parametrize("measure", OF_A_GROUP, ids=lambda measure: measure.name)
def test_a_code_of_the_group_counts_to_the_last_day_of_each_window(measure: HasGroup) -> None:
    row = next(
        row for row in measure.codelist.rows if row.group == measure.group and row.rule != "not"
    )
    name = measure.of.table.name
    column = "atc" if name == DISPENSINGS.name else "code"
    system = "" if name == DISPENSINGS.name else f"| {row.system}"
    head = f"person_id | date | {column} {'| system' if system else ''}"
    for number, window in enumerate(measure.windows):
        day = np.datetime64(INDEX_DATE) - window
        lines = [
            f"a | {day} | {row.code_prefix} {system}",
            f"b | {day - 1} | {row.code_prefix} {system}",
        ]
        text = "\n".join([head, *lines])
        values = build_matrix(History.of(tables(**{name: text})), [measure], [INDEX_DATE])
        assert values.to_numpy()[:, number].tolist() == [1, 0]


def test_all_measures_of_groups_read_a_known_table() -> None:
    assert {m.of.table.name for m in OF_A_GROUP} <= {
        DIAGNOSES.name,
        DISPENSINGS.name,
        "procedures",
    }
    assert len(OF_A_GROUP) > 100


def test_elixhauser_over_windows(features: Features) -> None:
    found = features(
        "elixhauser_365d",
        "elixhauser_1825d",
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-31 | I500  <- 7
        a         | 2021-05-01 | N189  <- 5, longer ago than a year
        b         | 2024-04-01 | C787  <- on the index date: not known
        """,
    )
    assert [list(person.values()) for person in found] == [[7, 12], [0, 0]]


@pytest.mark.parametrize("system", ["icd9cm", "ccw", "snomed"])
def test_a_source_without_the_code_system_does_not_know(features: Features, system: str) -> None:
    (person,) = features(
        "elixhauser_365d",
        "hfrs_730d",
        "icd_chapters_365d",
        "multisjuk",
        "different_symptoms_365d",
        "acute_head_injury_365d",
        "frailty_syndromes_365d",
        contacts="""
        person_id | start      | setting
        a         | 2024-03-01 | inpatient
        """,
        diagnoses=f"""
        person_id | date       | system   | code
        a         | 2024-03-01 | {system} | 4280
        """,
    )
    assert all(math.isnan(value) for value in person.values())
    assert system not in ELIXHAUSER.systems


def test_no_measure_of_codes_knows_anything_without_their_code_systems() -> None:
    """Not known, never 0: every table is delivered, but the codes are of another system."""
    delivered = Coverage.of(random_tables(0, people=20, rows=400))
    elsewhere = Coverage(delivered.tables, frozenset({"snomed"}), delivered.settings)
    of_codes = [m for m in MEASURES if {row.system for row in code_rows(m)} - {"atc"}]
    assert len(of_codes) > 150
    known = {m.name for m in of_codes if m.known_in(elsewhere)}
    assert known == {"team_criteria"}, "counts what is known of its criteria"
    assert all(m.known_in(delivered) for m in of_codes)


def test_new_and_recent_conditions(features: Features) -> None:
    found = features(
        "new_copd_365d",
        "days_since_copd",
        "days_since_new_chronic_group",
        "heart_and_vessel_groups_1825d",
        "mental_groups_1825d",
        diagnoses="""
        person_id | date       | code
        a         | 2023-04-02 | J441 <- first recorded 365 days ago
        a         | 2024-03-02 | J449
        b         | 2023-04-01 | J441 <- 366 days ago: not new
        b         | 2024-03-02 | J449
        c         | 2020-03-02 | I500
        c         | 2023-12-02 | I489
        c         | 2023-12-02 | F329
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 30, 365, 0, 0],
        [0, 30, 366, 0, 0],
        [0, 1825, 121, 2, 1],
    ]


def test_a_condition_recorded_late_is_not_new_yet(features: Features) -> None:
    (person,) = features(
        "new_copd_365d",
        "days_since_new_chronic_group",
        diagnoses="""
        person_id | date       | code | recorded_at
        a         | 2024-03-02 | J441 | 2024-04-01
        """,
    )
    assert list(person.values()) == [0, 1825]


def test_symptoms_and_acute_events(features: Features) -> None:
    (person,) = features(
        "symptom_dyspnoea_90d",
        "symptom_dyspnoea_365d",
        "symptom_confusion_365d",
        "different_symptoms_30d",
        "different_symptoms_365d",
        "acute_respiratory_infection_90d",
        "infections_365d",
        "injuries_365d",
        "frailty_syndromes_365d",
        diagnoses="""
        person_id | date       | code
        a         | 2023-12-01 | R060  <- 122 days ago
        a         | 2024-03-20 | R410A <- a national letter
        a         | 2024-03-20 | R410
        a         | 2024-03-01 | J209
        a         | 2024-03-01 | A099  <- infection of the gut, and diarrhoea
        a         | 2024-03-01 | S069
        a         | 2024-03-01 | S220
        """,
    )
    assert list(person.values()) == [0, 1, 1, 1, 3, 1, 2, 2, 1]


def test_icd_chapters_are_of_diseases_and_injuries(features: Features) -> None:
    (person,) = features(
        "icd_chapters_365d",
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-01 | I509
        a         | 2024-03-01 | I109 <- the same chapter
        a         | 2024-03-01 | D509 <- blood
        a         | 2024-03-01 | D469 <- tumours
        a         | 2024-03-01 | H259 <- eye
        a         | 2024-03-01 | H919 <- ear
        a         | 2024-03-01 | R060 <- a symptom
        a         | 2024-03-01 | W199 <- an external cause
        a         | 2024-03-01 | Z000
        """,
    )
    assert person["icd_chapters_365d"] == 5


def test_values_are_whole_numbers_of_groups() -> None:
    known = tables(
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-01 | I509
        """
    )
    counts = [m for m in MEASURES if type(m).__name__ == "GroupCount"]
    values = build_matrix(History.of(known), counts, [pd.Timestamp(INDEX_DATE)])
    told = values.to_numpy()[~np.isnan(values.to_numpy())]
    assert (told == told.round()).all()
