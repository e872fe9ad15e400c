from datetime import date

import pytest

from features.errors import SettingsError
from features.region import RegionSettings


def test_the_defaults_are_the_demo_region() -> None:
    settings = RegionSettings()
    assert settings.weeks == 261
    assert settings.care_units == 16
    assert settings.dates_of_truth == (
        date(2024, 7, 15),
        date(2024, 10, 14),
        date(2025, 10, 13),
        date(2026, 11, 16),
    )


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"people": 0}, "people"),
        ({"people": 2.5}, "people"),
        ({"people": True}, "people"),
        ({"seed": -1}, "seed"),
        ({"paths": 1}, "paths"),
        ({"people_per_care_unit": 0}, "people_per_care_unit"),
        ({"people_per_chunk": 0}, "people_per_chunk"),
        ({"youngest": -1}, "youngest"),
        ({"youngest": 91}, "youngest"),
        ({"start": date(2021, 11, 16)}, "start is not a Monday"),
        ({"end": date(2026, 11, 16)}, "end is not a Sunday"),
        ({"start": date(2026, 1, 5), "end": date(2026, 11, 15)}, "52 weeks"),
        ({"truth_dates": (date(2025, 10, 14),)}, "Mondays"),
        ({"truth_dates": (date(2026, 11, 23),)}, "Mondays"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        RegionSettings(**wrong)


def test_a_short_region_is_asked_only_about_dates_within_it() -> None:
    settings = RegionSettings(start=date(2025, 1, 6), end=date(2026, 1, 11))
    assert settings.dates_of_truth == (date(2026, 1, 12),)
