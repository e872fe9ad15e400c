"""A home for trying the whole service: a simulated region, a small model, two weeks of lists."""

from pathlib import Path

import pytest

from features.home import Home
from features.region import RegionSettings, simulate
from features.sources import SOURCES
from features.store import ExtractStore
from serving.register import ListEntry, Register, WeeklyRun
from serving.weekly import run_weekly
from tests.serving.small_home import register_model, small_model

PEOPLE, UNITS, PLACES = 3_000, 8, 12


def make_home(folder: Path, people: int = PEOPLE, units: int = UNITS, places: int = PLACES) -> Home:
    """Everything that ``framsynt serve`` needs, with a register in SQLite."""
    home = Home.at(folder / "home")
    region = RegionSettings(people=people, people_per_care_unit=people // units)
    simulate(region, home.region)
    extract = ExtractStore(home).ingest(SOURCES["region"], home.region)
    register_model(home, small_model(extract), folder / "model")
    write_lists(home, places)
    return home


def write_lists(home: Home, places: int = PLACES, register_url: str = "") -> None:
    """The lists of the last two weeks, into the home's register or another one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMSYNT_REGISTER_URL", register_url)  # empty: the home's own
        for weeks_back in (1, 0):
            run_weekly(home, None, places, weeks_back=weeks_back)


def undecided(register: Register, run: WeeklyRun, care_unit: str) -> list[ListEntry]:
    """Those on a unit's list who are in no team by the extract: somebody can decide of them."""
    entries = register.entries(run.id, care_unit)
    people = [e.person_id for e in entries]
    enrolled = {r.person_id for r in register.enrolments.in_extract(run.id, people=people)}
    return [e for e in entries if e.person_id not in enrolled]
