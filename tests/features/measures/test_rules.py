"""Definitions the field counts people by, at every limit; and that there is one of each."""

import math

import numpy as np
import pytest

from features.measures import FEATURE
from features.measures.rules import team_criteria
from tests.features.measures.conftest import Features

BASE = {
    "chronic_groups_1825d": 0.0,
    "admissions_365d": 0.0,
    "substances_120d": 0.0,
    "home_help_now": 0.0,
    "residential_care_now": 0.0,
    "age": 70.0,
    "home_health_care_now": 0.0,
}


def criteria(**values: float) -> float:
    """The measure's own rule on values of the features it reads."""
    given = BASE | values
    inputs = [np.array([given[use.feature.name]]) for use in team_criteria.inputs]
    return float(team_criteria.combine(inputs)[0])


@pytest.mark.parametrize(
    ("values", "met"),
    [
        ({}, 0),
        ({"chronic_groups_1825d": 3}, 1),
        ({"chronic_groups_1825d": 2}, 0),
        ({"admissions_365d": 3}, 1),
        ({"admissions_365d": 2}, 0),
        ({"substances_120d": 6}, 1),
        ({"substances_120d": 5}, 0),
        ({"home_help_now": 1}, 1),
        ({"residential_care_now": 1}, 1),
        ({"home_help_now": 1, "residential_care_now": 1}, 1),
        ({"age": 75}, 1),
        ({"age": 74}, 0),
        ({"home_health_care_now": 1}, 1),
        ({"age": 75, "home_health_care_now": 1, "substances_120d": 6, "admissions_365d": 3}, 4),
        (dict.fromkeys(BASE, 99), 6),
        (dict.fromkeys(BASE, math.nan), 0),
        ({"age": 75, "home_help_now": math.nan, "residential_care_now": 1}, 2),
    ],
)
def test_four_of_six(values: dict[str, float], met: int) -> None:
    assert criteria(**values) == met


STAYS = """
person_id | start      | end        | setting
{who}     | 2024-03-01 | 2024-03-02 | inpatient
{who}     | 2024-02-01 | 2024-02-02 | inpatient
{who}     | {third} | {third} | inpatient
"""


@pytest.mark.parametrize(
    ("birth", "third", "codes", "is_one"),
    [
        ("1949-04-01", "2023-04-02", ["I509", "J449", "E119"], True),
        ("1949-04-02", "2023-04-02", ["I509", "J449", "E119"], False),  # 74 years old
        ("1949-04-01", "2023-04-01", ["I509", "J449", "E119"], False),  # two stays in the year
        ("1949-04-01", "2023-04-02", ["I509", "I489", "E119"], False),  # two groups
        ("1949-04-01", "2023-04-02", ["I509", "J449", "R060"], False),  # a symptom is no group
        ("1949-04-01", "2023-04-02", ["I509", "J449"], False),  # two diagnoses
    ],
)
def test_multisjuk(
    features: Features, birth: str, third: str, codes: list[str], is_one: bool
) -> None:
    rows = "\n".join(f"a | 2024-03-01 | {code}" for code in codes)
    (person,) = features(
        "multisjuk",
        persons=f"person_id | birth_date\na | {birth}",
        contacts=STAYS.format(who="a", third=third),
        diagnoses=f"person_id | date | code\n{rows}",
    )
    assert person["multisjuk"] == is_one


def test_extensive_care(features: Features) -> None:
    visits = "\n".join(
        f"{who} | 2024-03-{day:02} | 2024-03-{day:02} | specialist"
        for who, count in (("c", 8), ("d", 7))
        for day in range(1, count + 1)
    )
    found = features(
        "extensive_health_care",
        contacts=f"""
        person_id | start      | end        | setting
        a         | 2024-03-01 | 2024-03-21 | inpatient <- 20 days
        b         | 2024-03-01 | 2024-03-20 | inpatient <- 19
        {visits}
        """,
        diagnoses="person_id | date | code\na | 2024-03-01 | I509",
    )
    assert [person["extensive_health_care"] for person in found] == [1, 0, 1, 0]


def test_extensive_social_care_and_its_beginnings(features: Features) -> None:
    found = features(
        "extensive_social_care",
        "new_municipal_care_90d",
        "days_since_home_help_began",
        "days_since_home_health_care_began",
        "residential_care_days_365d",
        "short_term_stays_365d",
        municipal_care="""
        person_id | kind        | hours_per_month | start      | end
        a         | home_help   | 25              | 2024-03-22 |
        b         | home_help   | 24.5            | 2023-01-01 |
        c         | residential |                 | 2024-03-22 |
        d         | short_term  |                 | 2024-03-22 |
        e         | short_term  |                 | 2024-03-01 | 2024-03-11 <- over
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 1, 10, 730, 0, 0],
        [0, 0, 456, 730, 0, 0],
        [1, 1, 730, 730, 10, 0],
        [1, 1, 730, 730, 0, 1],
        [0, 1, 730, 730, 0, 1],
    ]


def test_home_help_of_the_last_months_against_the_year(features: Features) -> None:
    (person,) = features(
        "home_help_recent_rise",
        municipal_care="""
        person_id | kind      | hours_per_month | start      | end
        a         | home_help | 10              | 2020-01-01 | 2024-02-16
        a         | home_help | 40              | 2024-02-16 |            <- 45 days of 90
        """,
    )
    year = (10 * 320 + 40 * 45) / 365
    assert person["home_help_recent_rise"] == pytest.approx(25 - year)


def test_medication_review_missing(features: Features) -> None:
    five = "\n".join(f"{who} | 2024-03-01 | A0{n}BC01" for who in "abcd" for n in range(1, 6))
    found = features(
        "medication_review_missing",
        "days_since_medication_review",
        persons="""
        person_id | birth_date
        a         | 1949-04-01 <- 75
        b         | 1949-04-02 <- 74
        c         | 1949-04-01
        d         | 1949-04-01
        e         | 1949-04-01 <- no medicines
        """,
        dispensings=f"person_id | date | atc\n{five}",
        procedures="""
        person_id | date       | code
        c         | 2023-04-02 | XV015 <- within the year
        d         | 2023-04-01 | XV016 <- longer ago
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 730],
        [0, 730],
        [0, 365],
        [1, 366],
        [0, 730],
    ]


def test_enrolment_and_other_measures_taken(features: Features) -> None:
    (person,) = features(
        "days_enrolled_365d",
        "cognitive_screening_730d",
        "telemonitoring_365d",
        enrolments="""
        person_id | start      | end
        a         | 2024-03-01 | 2024-03-11
        a         | 2024-03-22 |            <- goes on
        """,
        procedures="""
        person_id | date       | code
        a         | 2023-01-01 | AA052
        a         | 2023-01-01 | AV043 <- longer ago than a year
        """,
    )
    assert list(person.values()) == [20, 1, 0]
    assert FEATURE["days_enrolled_365d"].says(20, "sv") == (
        "20 dagar inskriven i mobilt team senaste året"
    )
