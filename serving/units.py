"""Care units and their teams. What units are called is read in ``features/unit_names.py``.

The home's ``care_units.json`` says so, every part of it optional::

    {"SE2321000131-E000000000101": {"name": "Västra vårdcentralen", "places": 25,
                                    "team": "Mobilt närsjukvårdsteam Väst"}}
"""

import json
from dataclasses import dataclass
from typing import Any

from features.errors import SettingsError
from features.home import Home


@dataclass(frozen=True)
class Team:
    """A care unit's mobile team: its name, and how many it can have at a time. None: not said."""

    name: str | None = None
    places: int | None = None


def teams_of(home: Home) -> dict[str, Team]:
    """HSA-id -> team, as far as the home's ``care_units.json`` tells.

    Raises SettingsError for a file that cannot be read or a number of places that is none:
    places decide who is taken in, so nothing is guessed.
    """
    file = home.path / "care_units.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise _broken("cannot be read as JSON") from None
    if not isinstance(said, dict):
        raise _broken("does not name care units")
    return {str(unit): _team(about) for unit, about in said.items()}


def _team(about: Any) -> Team:
    if not isinstance(about, dict):
        raise _broken("what is said of a care unit is not in braces")
    places, name = about.get("places"), about.get("team")
    if places is not None and (type(places) is not int or not 0 <= places <= 10_000):
        raise _broken("'places' is not a whole number from 0 to 10000")
    if name is not None and (not isinstance(name, str) or not 0 < len(name) <= 255):
        raise _broken("'team' is not a name of at most 255 characters")
    return Team(name, places)


def _broken(what: str) -> SettingsError:
    return SettingsError(
        what, where="care_units.json", do='Write it as {"SE…": {"name": "…", "places": 20}}.'
    )
