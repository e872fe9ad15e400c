"""What cannot be learnt from is refused by name, never made into a number."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.errors import NotEnoughData, SettingsError
from features.home import Home
from features.store import ExtractStore
from features.tables import Coverage
from models.targets import chosen_targets
from training.make import fit_model
from training.plan import cohorts, plan_of
from training.score import score
from training.split import PersonSplit
from training.train import TrainResult

from .conftest import QUICKER, SETTINGS

Trained = tuple[Home, TrainResult]


def test_features_that_never_vary(trained: Trained) -> None:
    plan = plan_of(ExtractStore(trained[0]).current(), QUICKER)
    development, _ = cohorts(plan)
    constant = development.matrix.copy()
    constant.loc[:, :] = np.float32(1)
    with pytest.raises(NotEnoughData, match="no feature tells the people"):
        fit_model(plan, replace(development, matrix=constant))


def test_an_outcome_that_never_happens(trained: Trained) -> None:
    plan = plan_of(ExtractStore(trained[0]).current(), QUICKER)
    development, _ = cohorts(plan)
    never = {name: np.zeros_like(event) for name, event in development.event.items()}
    with pytest.raises(NotEnoughData, match="no outcome of 'unplanned_365' at all"):
        fit_model(plan, replace(development, event=never))


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (date(2024, 6, 3), "365 days after the index date 2024-06-03 the extract has ended"),
        (date(2019, 1, 7), "outside the extract"),
        (date(2031, 1, 6), "outside the extract"),
    ],
)
def test_dates_whose_outcomes_cannot_be_known(trained: Trained, day: date, message: str) -> None:
    settings = replace(SETTINGS, index_dates=(day,), test_index_dates=(day,))
    with pytest.raises(SettingsError, match=message):
        plan_of(ExtractStore(trained[0]).current(), settings)


def test_a_target_that_the_source_cannot_tell() -> None:
    untold = Coverage(frozenset({"persons", "contacts"}), urgency=False)
    with pytest.raises(SettingsError, match="cannot tell the target 'unplanned_365'"):
        chosen_targets(["unplanned_365"], untold)


def test_people_all_on_one_side_of_the_split(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(ExtractStore(trained[0]).current(), QUICKER)
    monkeypatch.setattr(PersonSplit, "is_test", lambda _self, ids: np.zeros(len(ids), dtype=bool))
    with pytest.raises(NotEnoughData, match="nobody is present to learn from or to be judged"):
        cohorts(plan)


@pytest.mark.parametrize(
    ("day", "error", "message"),
    [
        (date(2031, 1, 6), SettingsError, "outside the extract"),
        (date(1950, 1, 2), NotEnoughData, "nobody is present"),
    ],
)
def test_nobody_is_scored_on_a_day_that_the_records_do_not_reach(
    trained: Trained, day: date, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        score(trained[0], day)
