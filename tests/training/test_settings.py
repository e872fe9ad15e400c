"""One set of choices, whichever door they come in by."""

import re
from datetime import date
from pathlib import Path

import pytest
import typer
import yaml

from features.errors import SettingsError
from training.boosters import BoosterSettings
from training.commands import app
from training.settings import TrainSettings, settings_from

ROOT = Path(__file__).parents[2]
BY_HAND = {"--help", "--force", "--reason"}
"""Overruling the gate is somebody's decision, not a project's parameter."""


def test_the_project_offers_what_the_command_does_and_passes_it_on() -> None:
    entry = yaml.safe_load((ROOT / "MLproject").read_text())["entry_points"]["train"]
    command = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    options = {max(option.opts, key=len) for option in command.params} - BY_HAND
    assert {f"--{name.replace('_', '-')}" for name in entry["parameters"]} == options
    passed = dict(re.findall(r"(--[a-z-]+) \{([a-z_]+)\}", entry["command"]))
    assert set(passed) == options
    assert all(option == f"--{name.replace('_', '-')}" for option, name in passed.items())
    assert all(one["default"] == "" for one in entry["parameters"].values())


def test_nothing_given_is_as_by_default() -> None:
    assert settings_from() == TrainSettings()


def test_what_is_given_is_taken() -> None:
    given = settings_from(
        targets=("death_365",),
        enrolled="as-is",
        monotone="no",
        tune_trials="7",
        tune_minutes="1.5",
    )
    assert given.targets == ("death_365",)
    assert given.enrolled == "as-is"
    assert not given.boosters.monotone
    assert (given.tune_trials, given.tune_minutes) == (7, 1.5)
    assert given.is_tuned


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"enrolled": "sometimes"}, "people in a team"),
        ({"monotone": "maybe"}, "Write yes or no"),
        ({"tune_trials": "many"}, "--tune-trials: not a number"),
        ({"tune_minutes": "-1"}, "tune_minutes must lie between"),
    ],
)
def test_nonsense_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings_from(**given)  # type: ignore[arg-type]


def test_settings_survive_being_kept() -> None:
    settings = TrainSettings(
        targets=("death_365",),
        index_dates=(date(2024, 1, 1),),
        enrolled="exclude",
        boosters=BoosterSettings(num_leaves=9, monotone=True),
    )
    assert TrainSettings.from_dict(settings.as_dict()) == settings
