from datetime import date

import pytest

from features.errors import SettingsError
from serving.week import monday_after, monday_of, week_of


@pytest.mark.parametrize(
    ("week", "monday"),
    [
        ("2026-W47", date(2026, 11, 16)),
        ("2026-W53", date(2026, 12, 28)),  # a year of 53 weeks
        ("2027-W01", date(2027, 1, 4)),
        ("2025-W01", date(2024, 12, 30)),  # begins in the year before
    ],
)
def test_a_week_and_its_monday(week: str, monday: date) -> None:
    assert monday_of(week) == monday
    assert week_of(monday) == week


@pytest.mark.parametrize("week", ["", "47", "2026-47", "2026-W00", "2025-W53", "2026-W474", "x"])
def test_what_is_not_a_week_says_how_to_write_one(week: str) -> None:
    with pytest.raises(SettingsError, match="2026-W47"):
        monday_of(week)


def test_the_first_unseen_week_begins_after_the_last_day() -> None:
    assert monday_after(date(2026, 11, 15)) == date(2026, 11, 16)  # a Sunday
    assert monday_after(date(2026, 11, 16)) == date(2026, 11, 23)  # a Monday: its week has begun
