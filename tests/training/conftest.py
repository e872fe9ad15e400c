"""One small trained home for all tests that need one: training takes seconds."""

from dataclasses import replace
from pathlib import Path

import pytest

from features.home import Home
from tests.training.toy import toy_home
from training.boosters import BoosterSettings
from training.settings import TrainSettings
from training.train import TrainResult, train

SETTINGS = TrainSettings(
    targets=("avoidable_365", "unplanned_365", "death_365"),
    resamples=50,
    boosters=BoosterSettings(rounds=60, patience=10, min_data_in_leaf=40, committee=2),
)
"""As by default, but quick."""

QUICKER = replace(SETTINGS, targets=("unplanned_365",), resamples=0)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, TrainResult]:
    """A home with the toy extract and a champion. Tests must not change it."""
    folder: Path = tmp_path_factory.mktemp("trained")
    home = toy_home(folder, people=1200)
    return home, train(home, SETTINGS)
