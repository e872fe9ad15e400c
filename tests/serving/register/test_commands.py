"""The commands around the register, as an operator types them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from features.errors import SettingsError
from features.home import Home
from framsynt import app
from serving.register import Register
from tests.serving.conftest import EAST, new_run


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.at(tmp_path / "home")
    register = Register.open(made)
    register.add(new_run())
    register.access.note(
        "u1", "person", "P1", EAST, role="reviewer", unit="SE1 SE2", why="jour i natt"
    )
    register.close()
    return made


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home.path)])


def test_who_has_seen_a_person_and_that_it_was_asked(home: Home) -> None:
    first = run(home, "access-log", "P1").output
    assert "u1  reviewer  SE1 SE2  person  jour i natt" in first
    again = run(home, "access-log", "P1").output
    assert "(command line)  access-log" in again
    assert "Nobody has seen this person." in run(home, "access-log", "P3").output


def test_objections_are_noted_withdrawn_and_listed(home: Home) -> None:
    added = run(home, "objection", "add", "P2").output
    assert "Noted." in added
    assert "Nobody by that id is in the current extract" in added
    assert "objects already" in run(home, "objection", "add", "P2").output
    listed = run(home, "objection", "list").output
    assert "P2  objects  noted by" in listed
    assert "1 people object now." in listed
    assert "Noted." in run(home, "objection", "withdraw", "P2").output
    assert "does not object" in run(home, "objection", "withdraw", "P2").output
    assert "0 people object now." in run(home, "objection", "list").output


def test_retention_tells_first_and_does_with_yes(home: Home) -> None:
    register = Register.open(home)
    register.add(new_run("2024-W02", new_run().index_date.replace(year=2024, month=1, day=8)))
    register.close()
    told = run(home, "retention", "--older-than", "52").output
    assert "scores: 12 rows" in told
    assert "Nothing was deleted; add --yes" in told
    assert "Deleted." in run(home, "retention", "--older-than", "52", "--yes").output
    assert "scores: 0 rows" in run(home, "retention", "--older-than", "52").output
    refused = run(home, "retention", "--older-than", "52", "--access-log-years", "4")
    assert isinstance(refused.exception, SettingsError)


def test_backup_and_restore(home: Home, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.db")
    assert "The register is in" in run(home, "backup", copy).output
    assert isinstance(run(home, "restore", copy).exception, SettingsError)
    restored = run(home, "restore", copy, "--yes").output
    assert "What was there before is in" in restored
    assert "The register is restored." in restored
