"""Conditions and frailty as declared."""

import math

import pytest

from tests.features.measures.conftest import Features


def test_charlson_over_windows(features: Features) -> None:
    found = features(
        "charlson_365d",
        "charlson_1825d",
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-31 | E116  <- complicated diabetes: 2
        a         | 2021-05-01 | E119  <- uncomplicated gives way
        a         | 2021-05-01 | I500  <- heart failure: 1, longer ago than a year
        b         | 2024-04-01 | C787  <- on the index date: not known
        c         | 2019-04-03 | N189  <- the 1825th day back
        d         | 2019-04-02 | N189  <- the day after
        """,
    )
    assert [list(person.values()) for person in found] == [[2, 3], [0, 0], [0, 2], [0, 0]]


def test_charlson_of_icd9(features: Features) -> None:
    found = features(
        "charlson_1825d",
        "chronic_groups_1825d",
        "hfrs_730d",
        diagnoses="""
        person_id | date       | system | code
        a         | 2024-03-01 | icd9cm | 4280
        a         | 2024-03-01 | icd9cm | 25040
        a         | 2024-03-01 | ccw    | COPD
        """,
    )
    assert found[0]["charlson_1825d"] == 3
    assert found[0]["chronic_groups_1825d"] == 3
    assert math.isnan(found[0]["hfrs_730d"]), "HFRS has no ICD-9 codes: not known, not 0"


def test_hfrs_sums_weights_of_distinct_codes(features: Features) -> None:
    (person,) = features(
        "hfrs_365d",
        "hfrs_730d",
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-01 | F009  <- 7.1
        a         | 2024-02-01 | F001  <- the same three characters: once
        a         | 2022-08-01 | R29   <- 3.6, two years back
        a         | 2024-02-01 | I10   <- not in the score
        """,
    )
    assert person["hfrs_365d"] == pytest.approx(7.1)
    assert person["hfrs_730d"] == pytest.approx(7.1 + 3.6)


def test_chronic_groups_count_groups_not_codes(features: Features) -> None:
    (person,) = features(
        "chronic_groups_1825d",
        "new_chronic_groups_365d",
        "chronic_heart_failure_365d",
        "chronic_heart_failure_1825d",
        diagnoses="""
        person_id | date       | code
        a         | 2020-03-01 | I500
        a         | 2024-02-01 | J441
        a         | 2024-02-01 | J449
        a         | 2022-02-01 | J459
        a         | 2023-12-01 | J459
        """,
    )
    assert list(person.values()) == [3, 1, 0, 1]


def test_falls_and_target_groups(features: Features) -> None:
    found = features(
        "falls_365d",
        "mental_ill_health_730d",
        "substance_use_730d",
        "dementia_1825d",
        diagnoses="""
        person_id | date       | code
        a         | 2024-03-01 | W190
        a         | 2024-03-01 | W010  <- the same day: one fall
        a         | 2024-01-05 | W190
        b         | 2023-03-01 | F321
        b         | 2023-03-01 | F172  <- nicotine is not substance use
        c         | 2023-03-01 | F102
        d         | 2020-03-01 | G309
        """,
    )
    assert [list(person.values()) for person in found] == [
        [2, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]
