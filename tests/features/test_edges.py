"""The catalogue's own features at every edge of time, as a clinician would draw it.

A window of w days holds the w days before the index date: yesterday is day 1. The index
date itself has not happened.
"""

import pytest

from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.tables import Coverage, Tables
from models.population import listed_unit, present
from tests.text_tables import tables

INDEX_DATE = "2024-04-01"


def of(made: Tables, *names: str, on: str = INDEX_DATE) -> list[tuple[float, ...]]:
    """Person by person, the named features."""
    matrix = build_matrix(History.of(made), MEASURES, [on])
    return [tuple(row) for row in matrix[list(names)].to_numpy().tolist()]


def test_emergency_visits_at_the_edges_of_a_window() -> None:
    made = tables(
        contacts="""
        person_id | start      | setting   | recorded_at
        a         | 2024-04-01 | emergency | 2024-04-01 <- on the index date
        b         | 2024-03-31 | emergency | 2024-03-31 <- the day before
        c         | 2024-03-02 | emergency | 2024-03-02 <- the last day of 30
        d         | 2024-03-01 | emergency | 2024-03-01 <- the day after that
        e         | 2023-04-02 | emergency | 2023-04-02 <- the last day of 365, over a leap day
        f         | 2023-04-01 | emergency | 2023-04-01 <- the day after that
        g         | 2024-03-30 | emergency | 2024-03-31 <- recorded just in time
        h         | 2024-03-30 | emergency | 2024-04-01 <- recorded late
        """
    )
    assert of(made, "emergency_visits_30d", "emergency_visits_365d") == [
        (0, 0),
        (1, 1),
        (1, 1),
        (0, 1),
        (0, 1),
        (0, 0),
        (1, 1),
        (0, 0),
    ]


def test_a_stay_at_the_edges() -> None:
    made = tables(
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-29 | 2024-04-03 | inpatient | unplanned <- across the index date
        b         | 2024-03-29 |            | inpatient | unplanned <- without an end
        c         | 2024-03-29 | 2024-04-01 | inpatient | unplanned <- ends on the index date
        d         | 2024-03-29 | 2024-03-31 | inpatient | unplanned <- home the day before
        e         | 2024-04-01 | 2024-04-02 | inpatient | unplanned <- begins on the index date
        f         | 2024-02-20 | 2024-03-04 | inpatient | unplanned <- across the window's edge
        """
    )
    names = ("admitted_now", "admission_days_30d", "admissions_30d", "days_since_discharge")
    assert of(made, *names) == [
        (1, 3, 1, 730),
        (1, 3, 1, 730),  # what is to come makes no difference
        (1, 3, 1, 730),
        (0, 2, 1, 1),
        (0, 0, 0, 730),
        (0, 2, 0, 28),
    ]


@pytest.mark.parametrize(
    ("index_date", "visits", "age"),
    [
        ("2024-02-28", 0, 83),
        ("2024-02-29", 0, 84),  # the birthday and the visit are today: the one counts
        ("2024-03-01", 1, 84),
        ("2024-03-30", 1, 84),  # the 30th day
        ("2024-03-31", 0, 84),
        ("2025-02-28", 0, 84),
        ("2025-03-01", 0, 85),  # in other years the birthday is on 1 March
    ],
)
def test_leap_days(index_date: str, visits: int, age: int) -> None:
    made = tables(
        persons="person_id | birth_date\na | 1940-02-29",
        contacts="""
        person_id | start      | setting
        a         | 2024-02-29 | emergency
        """,
    )
    assert of(made, "emergency_visits_30d", "age", on=index_date) == [(visits, age)]


def test_born_today_died_yesterday_listed_from_tomorrow() -> None:
    made = tables(
        persons="""
        person_id | birth_date | death_date
        a         | 2024-04-01 |            <- born on the index date
        b         | 2024-03-31 |            <- born the day before
        c         | 1940-01-01 | 2024-03-31 <- died the day before
        d         | 1940-01-01 | 2024-04-01 <- dies on the index date: not known
        e         | 1940-01-01 |            <- listed from tomorrow
        f         | 1940-01-01 |            <- listed from yesterday, recorded today
        """,
        listings="""
        person_id | start      | recorded_at
        a         | 2024-03-31 | 2024-03-31
        b         | 2024-03-31 | 2024-03-31
        c         | 2020-01-01 | 2020-01-01
        d         | 2020-01-01 | 2020-01-01
        e         | 2024-04-02 | 2024-03-20
        f         | 2024-03-31 | 2024-04-01
        """,
    )
    here = present(made, Coverage.of(made), INDEX_DATE)
    assert here[here].index.tolist() == ["b", "d"]
    assert listed_unit(made, "2024-04-03").index.tolist() == ["a", "b", "c", "d", "e", "f"]
    assert [row[0] for row in of(made, "age")][:2] == [0, 0]


def test_a_diagnosis_a_medicine_and_help_recorded_late() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start
        a         | k1         | 2024-03-20
        """,
        diagnoses="""
        person_id | contact_id | date       | code | recorded_at
        a         | k1         | 2024-03-20 | I509 | 2024-04-01 <- coded on the index date
        b         |            | 2024-03-20 | I509 | 2024-03-31
        """,
        municipal_care="""
        person_id | kind      | start      | end        | recorded_at
        a         | home_help | 2024-03-01 |            | 2024-04-01 <- recorded today
        b         | home_help | 2024-03-31 |            | 2024-03-31 <- begins the day before
        c         | home_help | 2024-04-01 |            | 2024-03-20 <- granted, not begun
        d         | home_help | 2024-03-01 | 2024-04-01 | 2024-03-01 <- ends on the index date
        e         | home_help | 2024-03-01 | 2024-03-31 | 2024-03-01 <- ended the day before
        """,
    )
    assert [row[0] for row in of(made, "home_help_now")] == [0, 1, 0, 1, 0]
    groups = [row[0] for row in of(made, "chronic_groups_1825d")]
    assert groups[0] == 0
    assert groups[1] > 0
