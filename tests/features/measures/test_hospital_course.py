"""Stays: how long, on which days, for what; LACE and HOSPITAL at every edge."""

import math

import numpy as np
import pytest

from features.measures.kinds.discharge_scores import hospital_admissions, lace_length
from tests.features.measures.conftest import Features


@pytest.mark.parametrize(
    ("nights", "points"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (6, 4), (7, 5), (13, 5), (14, 7), (90, 7)],
)
def test_lace_points_of_a_length_of_stay(nights: int, points: int) -> None:
    assert lace_length(np.array([nights])).tolist() == [points]


@pytest.mark.parametrize(
    ("admissions", "points"), [(0, 0), (1, 0), (2, 2), (5, 2), (6, 5), (40, 5)]
)
def test_hospital_points_of_earlier_admissions(admissions: int, points: int) -> None:
    assert hospital_admissions(np.array([admissions])).tolist() == [points]


def test_lace(features: Features) -> None:
    found = features(
        "lace_90d",
        "lace_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-01 | 2024-03-06 | inpatient | unplanned <- 5 nights 4, acute 3
        a         | 2024-03-01 | 2024-03-01 | emergency | unplanned <- on the day: not before it
        a         | 2024-02-29 | 2024-02-29 | emergency | unplanned <- the day before: 1
        a         | 2023-09-03 | 2023-09-03 | emergency | unplanned <- 180 days before: 1
        a         | 2023-09-02 | 2023-09-02 | emergency | unplanned <- 181: too early
        b         | 2024-03-01 | 2024-03-01 | inpatient | planned   <- no night, not acute
        c         | 2023-05-01 | 2023-05-15 | inpatient | unplanned <- over 90 days ago: 7 + 3
        d         | 2024-03-20 |            | inpatient | unplanned <- not discharged
        d         | 2023-12-01 | 2023-12-02 | inpatient | planned   <- the latest discharge: 1
        e         | 2024-03-31 | 2024-03-31 | primary   | planned   <- never in hospital
        f         | 2024-03-02 | 2024-03-03 | inpatient | planned
        f         | 2024-03-01 | 2024-03-04 | inpatient | planned   <- later discharge: 3
        """,
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-06 | I509 <- heart failure 2
        a         | 2024-03-06 | J449 <- COPD 2
        a         | 2024-03-06 | J459 <- with asthma still 2: from 4 points on, 5
        b         | 2020-01-01 | E119 <- diabetes 1
        b         | 2020-01-01 | E112 <- gives way to complicated diabetes 2
        c         | 2023-05-01 | F009 <- dementia 3
        """,
    )
    assert found[0]["lace_90d"] == 4 + 3 + 5 + 2
    assert found[1]["lace_90d"] == 2
    assert math.isnan(found[2]["lace_90d"])
    assert found[2]["lace_365d"] == 7 + 3 + 3
    assert found[3]["lace_365d"] == 1
    assert math.isnan(found[4]["lace_365d"])
    assert found[5]["lace_365d"] == 3


@pytest.mark.parametrize(
    ("code", "points"),
    [
        ("I219", 1),
        ("I639", 1),
        ("I702", 1),
        ("E119", 1),
        ("K259", 1),
        ("I500", 2),
        ("E112", 2),
        ("J449", 2),
        ("J459", 2),
        ("K703", 2),
        ("C509", 2),
        ("N189", 2),
        ("F009", 3),
        ("M069", 3),
        ("I850", 5),  # severe liver disease: 4, which counts as 5
        ("B24", 5),
        ("C787", 5),
        ("G819", 0),  # hemiplegia gives nothing in LACE
        ("I109", 0),
    ],
)
def test_lace_comorbidity(features: Features, code: str, points: int) -> None:
    (person,) = features(
        "lace_90d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-01 | 2024-03-01 | inpatient | planned
        a         | 2024-01-01 | 2024-01-01 | emergency | unplanned
        """,
        diagnoses=f"""
        person_id | date       | code
        a         | 2024-03-01 | {code}
        """,
    )
    assert person["lace_90d"] == points + 1


HOSPITAL = {
    "contacts": """
    person_id | contact_id | start      | end        | setting   | urgency
    a         | a1         | 2024-03-01 | 2024-03-06 | inpatient | unplanned <- 5 nights 2, urgent 1
    a         | a2         | 2023-03-02 | 2023-03-03 | inpatient | planned   <- 365 days before
    a         | a3         | 2024-02-29 | 2024-02-29 | inpatient | planned   <- the day before: 2
    a         | a4         | 2023-03-01 | 2023-03-01 | inpatient | planned   <- 366: too early
    b         | b1         | 2024-03-01 | 2024-03-05 | inpatient | planned   <- 4 nights, planned
    c         | c1         | 2024-03-31 | 2024-03-31 | primary   | planned
    """,
    "diagnoses": """
    person_id | contact_id | date       | code | position
    a         | a1         | 2024-03-06 | C509 | 1        <- cancer, principal: 2
    b         | b1         | 2024-03-05 | I509 | 1
    b         | b1         | 2024-03-05 | C509 | 2        <- not principal
    """,
    "procedures": """
    person_id | contact_id | date       | code
    a         | a1         | 2024-03-02 | ZV025 <- any procedure: 1
    b         | c1         | 2024-03-02 | ZV025 <- not on the stay
    """,
}


def test_hospital_score_without_laboratory(features: Features) -> None:
    a, b, c = features("hospital_score_without_laboratory_90d", **HOSPITAL)
    assert list(a.values()) == [2 + 1 + 1 + 2 + 2]
    assert list(b.values()) == [0]
    assert math.isnan(*c.values())


@pytest.mark.parametrize(
    ("haemoglobin", "sodium", "day", "points"),
    [
        (119, 134, "2024-03-06", 10),
        (120, 135, "2024-03-06", 8),
        (119, 135, "2024-03-06", 9),
        (120, 134, "2024-03-01", 9),
        (119, 134, "2024-02-29", math.nan),  # before the stay: not known at discharge
        (119, 134, "2024-03-07", math.nan),  # after it
    ],
)
def test_hospital_score_with_laboratory(
    features: Features, haemoglobin: float, sodium: float, day: str, points: float
) -> None:
    a, b, _ = features(
        "hospital_score_365d",
        **HOSPITAL,
        observations=f"""
        person_id | date       | code        | value
        a         | {day}      | haemoglobin | {haemoglobin}
        a         | {day}      | sodium      | {sodium}
        b         | 2024-03-02 | haemoglobin | 100
        """,
    )
    assert a["hospital_score_365d"] == pytest.approx(points, nan_ok=True)
    assert math.isnan(b["hospital_score_365d"]), "one of the two is not enough"


def test_hospital_score_takes_the_last_value_of_the_stay(features: Features) -> None:
    a, *_ = features(
        "hospital_score_365d",
        **HOSPITAL,
        observations="""
        person_id | date       | code        | value
        a         | 2024-03-02 | haemoglobin | 100
        a         | 2024-03-05 | haemoglobin | 130
        a         | 2024-03-05 | sodium      | 140
        """,
    )
    assert a["hospital_score_365d"] == 8


def test_a_score_needs_all_its_parts(features: Features) -> None:
    (person,) = features(
        "lace_365d",
        "hospital_score_without_laboratory_365d",
        "hospital_score_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-01 | 2024-03-06 | inpatient | unplanned
        """,
    )
    assert all(math.isnan(value) for value in person.values())


def test_lengths_and_days_of_the_week(features: Features) -> None:
    found = features(
        "longest_stay_365d",
        "short_unplanned_stays_365d",
        "unplanned_weekend_admissions_365d",
        "discharges_before_weekend_365d",
        "inpatient_units_730d",
        contacts="""
        person_id | start      | end        | setting   | urgency   | care_unit
        a         | 2024-03-02 | 2024-03-03 | inpatient | unplanned | x <- Saturday to Sunday
        a         | 2024-02-05 | 2024-02-16 | inpatient | planned   | y <- Monday to a Friday
        a         | 2024-01-01 | 2024-01-03 | inpatient | unplanned | y <- two nights
        b         | 2024-03-30 |            | inpatient | unplanned | x <- Saturday, goes on
        c         | 2023-03-01 | 2023-04-02 | inpatient | planned   | x <- discharge: 365 days ago
        d         | 2023-03-01 | 2023-04-01 | inpatient | planned   | x <- 366
        """,
    )
    assert [list(person.values()) for person in found] == [
        [11, 1, 1, 2, 2],
        [0, 0, 1, 0, 1],
        [32, 0, 0, 1, 1],
        [0, 0, 0, 0, 1],
    ]


def test_reasons_for_unplanned_admissions(features: Features) -> None:
    (person,) = features(
        "admitted_for_circulation_730d",
        "admitted_for_respiration_730d",
        "admitted_for_injuries_730d",
        contacts="""
        person_id | contact_id | start      | end        | setting   | urgency
        a         | a1         | 2024-03-01 | 2024-03-02 | inpatient | unplanned
        a         | a2         | 2024-02-01 | 2024-02-02 | inpatient | planned
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position
        a         | a1         | 2024-03-02 | I509 | 1
        a         | a1         | 2024-03-02 | J449 | 2 <- beside it
        a         | a2         | 2024-02-02 | S720 | 1 <- planned
        """,
    )
    assert list(person.values()) == [1, 0, 0]
