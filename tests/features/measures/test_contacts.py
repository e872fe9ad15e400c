"""Emergency, primary and specialist care, and continuity as declared."""

import math

import pytest

from features.measures.season import weeks_from_midwinter
from tests.features.measures.conftest import Features

CONTACTS = """
person_id | start      | setting    | form       | urgency   | care_unit | profession
a         | 2024-03-31 | emergency  | visit      | unplanned | hospital  | physician
a         | 2024-03-30 | primary    | visit      | planned   | centre    | nurse
a         | 2024-03-30 | primary    | home_visit | planned   | centre    | nurse
a         | 2024-03-30 | primary    | phone      | unplanned | centre    | nurse
a         | 2024-01-10 | specialist | visit      | planned   | heart     | physician
a         | 2024-01-10 | specialist | home_visit | planned   | palliative| nurse
a         | 2022-01-10 | primary    | digital    | planned   | other     | nurse
b         | 2024-04-01 | emergency  | visit      | unplanned | hospital  | physician
"""


def test_counts_by_setting_and_form(features: Features) -> None:
    a, b = features(
        "emergency_visits_30d",
        "primary_visits_30d",
        "home_visits_90d",
        "primary_phone_contacts_90d",
        "primary_unplanned_contacts_90d",
        "primary_digital_contacts_365d",
        "specialist_visits_90d",
        "specialist_visits_30d",
        "outpatient_contacts_90d",
        contacts=CONTACTS,
    )
    assert list(a.values()) == [1, 1, 2, 1, 1, 0, 2, 0, 6]
    assert set(b.values()) == {0}


def test_continuity(features: Features) -> None:
    a, b = features(
        "care_units_365d",
        "professions_365d",
        "usual_unit_365d",
        "continuity_index_365d",
        contacts=CONTACTS,
    )
    assert a["care_units_365d"] == 4
    assert a["professions_365d"] == 2
    assert a["usual_unit_365d"] == pytest.approx(3 / 6)
    assert a["continuity_index_365d"] == pytest.approx((9 + 1 + 1 + 1 - 6) / (6 * 5))
    assert b["care_units_365d"] == 0
    assert math.isnan(b["usual_unit_365d"]), "continuity of no contacts is not known"


def test_rise_against_own_past(features: Features) -> None:
    a, b = features("emergency_visits_rise", "days_since_emergency_visit", contacts=CONTACTS)
    assert a["emergency_visits_rise"] == pytest.approx(30 * (1 / 90 - 0))
    assert a["days_since_emergency_visit"] == 1
    assert b["emergency_visits_rise"] == 0
    assert b["days_since_emergency_visit"] == 730


@pytest.mark.parametrize(
    ("index_date", "weeks"),
    [("2024-01-15", 0), ("2024-01-01", 2), ("2024-12-30", 2), ("2024-07-15", 26)],
)
def test_season_is_the_same_on_both_sides_of_winter(
    features: Features, index_date: str, weeks: float
) -> None:
    (person, _) = features("weeks_from_midwinter", index_date=index_date, contacts=CONTACTS)
    assert person["weeks_from_midwinter"] == weeks
    from datetime import date

    assert weeks_from_midwinter(date.fromisoformat(index_date)) == weeks
