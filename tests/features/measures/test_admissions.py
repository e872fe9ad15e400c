"""Admissions as declared: windows at the edge, urgency, avoidable, recency."""

import math

from tests.features.measures.conftest import Features


def test_windows_at_the_edge(features: Features) -> None:
    found = features(
        "unplanned_admissions_30d",
        "unplanned_admissions_90d",
        "planned_admissions_30d",
        "admissions_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-31 | 2024-03-31 | inpatient | unplanned <- the day before
        b         | 2024-04-01 | 2024-04-02 | inpatient | unplanned <- on the index date
        c         | 2024-03-02 | 2024-03-04 | inpatient | unplanned <- the window's last day
        d         | 2024-03-01 | 2024-03-04 | inpatient | unplanned <- the day after
        e         | 2024-03-31 | 2024-03-31 | inpatient | planned
        f         | 2024-03-31 | 2024-03-31 | emergency | unplanned
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 1, 0, 1],
        [0, 0, 0, 0],
        [1, 1, 0, 1],
        [0, 1, 0, 1],
        [0, 0, 1, 1],
        [0, 0, 0, 0],
    ]


def test_late_record_is_not_known(features: Features) -> None:
    found = features(
        "admissions_30d",
        contacts="""
        person_id | start      | end        | recorded_at | setting
        a         | 2024-03-20 | 2024-03-22 | 2024-03-31  | inpatient
        b         | 2024-03-20 | 2024-03-22 | 2024-04-01  | inpatient <- recorded on the day
        """,
    )
    assert [person["admissions_30d"] for person in found] == [1, 0]


def test_avoidable_admissions(features: Features) -> None:
    found = features(
        "avoidable_admissions_365d",
        "days_since_avoidable_admission",
        contacts="""
        person_id | contact_id | start      | end        | setting   | urgency
        a         | a1         | 2024-03-11 | 2024-03-15 | inpatient | unplanned
        b         | b1         | 2024-03-11 | 2024-03-15 | inpatient | unplanned
        c         | c1         | 2024-03-11 | 2024-03-15 | inpatient | unplanned
        d         | d1         | 2024-03-11 | 2024-03-15 | inpatient | unplanned
        e         | e1         | 2024-03-11 | 2024-03-15 | inpatient | planned
        f         | f1         | 2024-03-11 | 2024-03-11 | primary   | unplanned
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position
        a         | a1         | 2024-03-15 | I509 | 1        <- heart failure, principal
        a         | a1         | 2024-03-15 | E112 | 2        <- and diabetes: still one admission
        b         | b1         | 2024-03-15 | S720 | 1
        b         | b1         | 2024-03-15 | E112 | 2        <- diabetes in any position
        c         | c1         | 2024-03-15 | J209 | 1
        c         | c1         | 2024-03-15 | J441 | 2        <- bronchitis with COPD beside
        d         | d1         | 2024-03-15 | J209 | 1        <- bronchitis alone
        e         | e1         | 2024-03-15 | I509 | 1        <- planned
        f         | f1         | 2024-03-11 | I509 | 1        <- not in hospital
        """,
    )
    assert [person["avoidable_admissions_365d"] for person in found] == [1, 1, 1, 0, 0, 0]
    assert [person["days_since_avoidable_admission"] for person in found] == [
        21,
        21,
        21,
        730,
        730,
        730,
    ]


def test_discharge_and_days_in_hospital(features: Features) -> None:
    found = features(
        "days_since_discharge",
        "admission_days_30d",
        "admitted_now",
        contacts="""
        person_id | start      | end        | setting
        a         | 2024-03-20 | 2024-03-25 | inpatient
        b         | 2024-03-20 |            | inpatient <- still there
        c         | 2023-01-01 | 2023-01-03 | inpatient
        d         | 2022-01-01 | 2022-01-03 | inpatient <- longer ago than two years
        """,
    )
    assert [list(person.values()) for person in found] == [
        [7, 5, 0],
        [730, 12, 1],
        [454, 0, 0],
        [730, 0, 0],
    ]


def test_readmission_within_30_days(features: Features) -> None:
    found = features(
        "readmissions_365d",
        "returns_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-01-01 | 2024-01-10 | inpatient | planned
        a         | 2024-02-09 | 2024-02-12 | inpatient | unplanned <- day 30
        b         | 2024-01-01 | 2024-01-10 | inpatient | planned
        b         | 2024-02-10 | 2024-02-12 | inpatient | unplanned <- day 31
        c         | 2024-01-01 | 2024-01-10 | inpatient | planned
        c         | 2024-01-20 | 2024-01-22 | inpatient | planned   <- not unplanned
        """,
    )
    assert [list(person.values()) for person in found] == [[1, 1], [0, 0], [0, 1]]


def test_a_source_that_cannot_tell_planned_from_unplanned(features: Features) -> None:
    (person,) = features(
        "admissions_365d",
        "unplanned_admissions_365d",
        "avoidable_admissions_365d",
        "emergency_visits_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-20 | 2024-03-25 | inpatient | unknown
        """,
    )
    assert person["admissions_365d"] == 1
    assert math.isnan(person["unplanned_admissions_365d"])
    assert math.isnan(person["avoidable_admissions_365d"])
    assert math.isnan(person["emergency_visits_365d"])
