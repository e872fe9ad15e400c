"""What is said of care units: names are a comfort, places decide who is taken in."""

from pathlib import Path

import pytest

from features.errors import SettingsError
from features.home import Home
from features.unit_names import unit_names
from serving.units import Team, teams_of


def said(tmp_path: Path, text: str) -> Home:
    (tmp_path / "care_units.json").write_text(text, encoding="utf-8")
    return Home.at(tmp_path)


def test_names_teams_and_places_are_read(tmp_path: Path) -> None:
    home = said(
        tmp_path,
        '{"SE1": {"name": "Öst", "places": 12, "team": "Team Öst"}, "SE2": {"name": "Väst"}}',
    )
    assert unit_names(home) == {"SE1": "Öst", "SE2": "Väst"}
    assert teams_of(home) == {"SE1": Team("Team Öst", 12), "SE2": Team(None, None)}


def test_without_the_file_nothing_is_said(tmp_path: Path) -> None:
    assert teams_of(Home.at(tmp_path)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"SE1": 12}',
        '{"SE1": {"places": "12"}}',
        '{"SE1": {"places": -1}}',
        '{"SE1": {"places": true}}',
        '{"SE1": {"places": 12.5}}',
        '{"SE1": {"team": ""}}',
    ],
)
def test_a_number_of_places_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"care_units\.json"):
        teams_of(said(tmp_path, text))
