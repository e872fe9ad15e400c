"""Measured values: latest, lowest, trends, and changes in proportion."""

import math

import pytest

from tests.features.measures.conftest import Features


def test_slope_is_the_line_through_the_values(features: Features) -> None:
    a, b, c, d = features(
        "slope_egfr_1095d",
        observations="""
        person_id | date       | code | value
        a         | 2024-03-31 | egfr | 40
        a         | 2023-03-31 | egfr | 50
        a         | 2022-03-31 | egfr | 60
        b         | 2024-03-31 | egfr | 40 <- two values are no trend
        b         | 2023-03-31 | egfr | 50
        c         | 2024-03-31 | egfr | 40 <- all within 89 days
        c         | 2024-02-28 | egfr | 50
        c         | 2024-01-02 | egfr | 60
        d         | 2024-03-31 | egfr | 40
        d         | 2024-02-28 | egfr | 50
        d         | 2021-04-01 | egfr | 90 <- 1096 days ago: outside
        """,
    )
    assert a["slope_egfr_1095d"] == pytest.approx(-10, abs=0.02)
    assert all(math.isnan(person["slope_egfr_1095d"]) for person in (b, c, d))


def test_slope_over_ninety_days_is_enough(features: Features) -> None:
    (person,) = features(
        "slope_weight_1095d",
        observations="""
        person_id | date       | code   | value
        a         | 2024-03-31 | weight | 60
        a         | 2024-02-15 | weight | 60
        a         | 2024-01-01 | weight | 60
        """,
    )
    assert person["slope_weight_1095d"] == 0


def test_loss_of_weight_as_a_share(features: Features) -> None:
    a, b, c = features(
        "weight_change_730d",
        observations="""
        person_id | date       | code   | value
        a         | 2024-03-31 | weight | 57
        a         | 2023-10-03 | weight | 59 <- 181 days ago: the latest before the half-year
        a         | 2023-03-31 | weight | 61
        b         | 2024-03-31 | weight | 57
        b         | 2023-10-04 | weight | 60 <- 180 days ago: within it
        c         | 2023-03-31 | weight | 61 <- none lately
        """,
    )
    assert a["weight_change_730d"] == pytest.approx((57 - 59) / 59)
    assert math.isnan(b["weight_change_730d"])
    assert math.isnan(c["weight_change_730d"])


def test_lowest_highest_and_how_often_measured(features: Features) -> None:
    a, b = features(
        "lowest_haemoglobin_365d",
        "lowest_systolic_blood_pressure_365d",
        "highest_crp_365d",
        "measured_values_90d",
        "measured_values_365d",
        "latest_sodium_365d",
        "change_clinical_frailty_scale_1095d",
        observations="""
        person_id | date       | code                    | value
        a         | 2024-03-31 | haemoglobin             | 120
        a         | 2023-04-02 | haemoglobin             | 98  <- the window's last day
        a         | 2023-04-01 | haemoglobin             | 80  <- the day after
        a         | 2024-03-01 | crp                     | 12
        a         | 2024-02-01 | crp                     | 150
        a         | 2024-03-01 | systolic_blood_pressure | 105
        a         | 2024-03-01 | sodium                  | 131
        a         | 2024-03-01 | clinical_frailty_scale  | 6
        a         | 2022-03-01 | clinical_frailty_scale  | 4
        b         | 2024-04-01 | crp                     | 200 <- on the index date
        """,
    )
    assert list(a.values()) == [98, 105, 150, 6, 7, 131, 2]
    assert b["measured_values_365d"] == 0
    assert math.isnan(b["highest_crp_365d"])


def test_contacts_by_profession(features: Features) -> None:
    (person,) = features(
        "primary_nurse_contacts_365d",
        "rehabilitation_contacts_365d",
        "days_since_physician_contact",
        "primary_unplanned_contacts_rise",
        "primary_phone_contacts_rise",
        "specialist_visits_rise",
        "primary_continuity_index_730d",
        contacts="""
        person_id | start      | setting    | form  | urgency   | profession             | care_unit
        a         | 2024-03-22 | primary    | visit | planned   | nurse                  | x
        a         | 2024-03-12 | primary    | phone | unplanned | physician              | x
        a         | 2024-03-02 | primary    | visit | planned   | physiotherapist        | y
        a         | 2023-06-01 | primary    | visit | planned   | occupational_therapist | x
        a         | 2024-03-01 | specialist | visit | planned   | physician              | z
        """,
    )
    assert person.pop("primary_continuity_index_730d") == pytest.approx((9 + 1 - 4) / (4 * 3))
    assert list(person.values()) == pytest.approx([1, 2, 20, 30 / 90, 30 / 90, 30 / 90])
