"""The trained home's run, put together again from what is stored."""

from datetime import date

import pytest

from features.home import Home
from features.store import ExtractStore
from models.baselines import read_baselines
from models.registry import Registry
from models.targets import TARGETS
from training.cohort import build_cohort
from training.report import Run
from training.report.blocks import Section
from training.report.page import sections_of
from training.split import split_of
from training.train import TrainResult


@pytest.fixture(scope="session")
def run(trained: tuple[Home, TrainResult]) -> Run:
    home, result = trained
    extract, champion = ExtractStore(home).current(), Registry(home).champion()
    split = split_of(champion.model)
    cohort = build_cohort(
        extract,
        [date.fromisoformat(day) for day in champion.model.info["test_dates"]],
        [TARGETS[name] for name in champion.model.targets],
        keep=lambda ids, _day: split.is_test(ids),
    )
    return Run(
        champion.model, read_baselines(champion.folder), cohort, result.judgement, extract.manifest
    )


@pytest.fixture(scope="session")
def sections(run: Run) -> list[Section]:
    return sections_of(run)
