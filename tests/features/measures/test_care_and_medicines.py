"""Medicines, municipal care, coordination, measured values and observed time as declared."""

import math

import pytest

from tests.features.measures.conftest import Features


def test_medicines(features: Features) -> None:
    (person,) = features(
        "substances_120d",
        "substances_365d",
        "polypharmacy",
        "anticholinergic_burden_120d",
        "fall_risk_medicines_120d",
        "inappropriate_medicines_365d",
        "medicine_groups_120d",
        "medicine_antidepressants_365d",
        "medicine_insulin_365d",
        "dose_dispensed_items_120d",
        dispensings="""
        person_id | date       | atc     | dose_dispensed
        a         | 2024-03-31 | N06AA09 | yes <- amitriptyline: 3 points, falls, inappropriate
        a         | 2024-03-01 | N06AA09 | yes <- the same substance again
        a         | 2024-03-01 | C03CA01 | no  <- furosemide: 1 point, falls
        a         | 2023-12-02 | A02BC01 | no  <- the 121st day back
        a         | 2023-06-01 | N02AX02 | no  <- tramadol
        a         | 2024-04-01 | A10AE04 | no  <- on the index date
        """,
    )
    assert list(person.values()) == [2, 4, 0, 4, 2, 2, 2, 1, 0, 2]


def test_municipal_care(features: Features) -> None:
    found = features(
        "home_health_care_now",
        "home_help_now",
        "home_help_hours_now",
        "residential_care_now",
        "short_term_care_days_90d",
        municipal_care="""
        person_id | kind             | hours_per_month | start      | end
        a         | home_health_care |                 | 2023-01-01 |
        a         | home_help        | 30              | 2023-01-01 |
        a         | home_help        | 12.5            | 2024-03-31 |
        b         | home_help        | 30              | 2023-01-01 | 2024-03-31 <- over
        b         | residential      |                 | 2024-03-31 |
        c         | short_term       |                 | 2024-03-01 | 2024-03-11
        d         | home_help        | 30              | 2024-04-01 |            <- not yet
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 1, 42.5, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 10],
        [0, 0, 0, 0, 0],
    ]


def test_home_help_rise(features: Features) -> None:
    (person,) = features(
        "home_help_rise",
        municipal_care="""
        person_id | kind      | hours_per_month | start      | end
        a         | home_help | 10              | 2020-01-01 | 2024-03-22
        a         | home_help | 40              | 2024-03-22 |
        """,
    )
    average = (10 * 355 + 40 * 10) / 365
    assert person["home_help_rise"] == pytest.approx(40 - average)


def test_coordination(features: Features) -> None:
    a, b = features(
        "sip_365d",
        "medication_review_365d",
        "medication_review_in_depth_730d",
        "days_since_sip",
        procedures="""
        person_id | date       | code
        a         | 2024-03-22 | AU124
        a         | 2023-09-01 | XV016
        b         | 2023-01-01 | XV015
        """,
    )
    assert list(a.values()) == [1, 1, 1, 10]
    assert list(b.values()) == [0, 0, 0, 730]


def test_enrolled_now(features: Features) -> None:
    found = features(
        "enrolled_now",
        enrolments="""
        person_id | start      | end
        a         | 2024-01-01 |
        b         | 2024-01-01 | 2024-02-01
        """,
    )
    assert [person["enrolled_now"] for person in found] == [1, 0]


def test_observed_share(features: Features) -> None:
    found = features(
        "observed_share_90d",
        "observed_share_365d",
        observation_periods="""
        person_id | start      | end        | share
        a         | 2010-01-01 |            | 1
        b         | 2024-02-16 |            | 1       <- half of the 90 days
        c         | 2010-01-01 | 2020-01-01 | 1
        d         | 2010-01-01 |            | 0.5
        """,
    )
    assert [person["observed_share_90d"] for person in found] == pytest.approx([1, 0.5, 0, 0.5])
    assert found[1]["observed_share_365d"] == pytest.approx(45 / 365)


def test_measured_values(features: Features) -> None:
    a, b = features(
        "latest_egfr_365d",
        "change_egfr_730d",
        observations="""
        person_id | date       | code | value
        a         | 2024-03-01 | egfr | 38
        a         | 2023-03-01 | egfr | 55
        b         | 2022-03-01 | egfr | 70
        """,
    )
    assert list(a.values()) == [38, -17]
    assert math.isnan(b["latest_egfr_365d"])


def test_living_situation(features: Features) -> None:
    a, b = features(
        "age",
        "sex_female",
        "deprivation",
        "lives_alone",
        persons="""
        person_id | birth_date | sex    | deprivation | lives_alone
        a         | 1939-04-01 | female | 5           | yes
        b         | 1939-04-02 | male   |             |
        """,
    )
    assert list(a.values()) == [85, 1, 5, 1]
    assert b["age"] == 84
    assert b["sex_female"] == 0
    assert math.isnan(b["deprivation"])
    assert math.isnan(b["lives_alone"])


def test_what_is_not_delivered_is_not_known(features: Features) -> None:
    (person,) = features(
        "age",
        "admissions_365d",
        "substances_120d",
        "home_help_now",
        "sip_365d",
        "charlson_1825d",
        "observed_share_365d",
        persons="""
        person_id | birth_date
        a         | 1939-04-01
        """,
    )
    assert person.pop("age") == 85
    assert all(math.isnan(value) for value in person.values())
