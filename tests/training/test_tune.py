"""The search for booster settings: on development people, ordered in time, kept and resumed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.home import Home
from features.store import ExtractStore
from training import tune as module
from training.boosters import SPACE, BoosterSettings, Bounds
from training.cohort import Cohort
from training.make import steady_features
from training.monotone import cost_of_monotone
from training.plan import Plan, cohorts, plan_of
from training.train import TrainResult
from training.tune import tune, tuned_for

from .conftest import SETTINGS

Prepared = tuple[Plan, Cohort, list[str]]


@pytest.fixture(scope="module")
def prepared(trained: tuple[Home, TrainResult]) -> Prepared:
    settings = replace(
        SETTINGS,
        targets=("unplanned_365",),
        tune_trials=4,
        boosters=BoosterSettings(rounds=30, patience=5, min_data_in_leaf=40, committee=2),
    )
    plan = plan_of(ExtractStore(trained[0]).current(), settings)
    development, _ = cohorts(plan)
    return plan, development, steady_features(development)[:60]


def up_to(plan: Plan, trials: int) -> Plan:
    return replace(plan, settings=replace(plan.settings, tune_trials=trials))


def test_a_search_broken_off_ends_as_one_that_was_not(prepared: Prepared, tmp_path: Path) -> None:
    plan, development, features = prepared
    whole = tune(Home.at(tmp_path / "a"), plan, development, features)
    home = Home.at(tmp_path / "b")
    tune(home, up_to(plan, 2), development, features)
    resumed = tune(home, plan, development, features)
    assert resumed == whole
    assert len(whole.trials) == 4
    assert tune(home, plan, development, features) == whole  # nothing is left to try

    first, best = whole.trials[0], whole.best
    assert first.values == {name: getattr(plan.settings.boosters, name) for name in SPACE}
    assert best.loss is not None
    assert first.loss is not None
    assert best.loss <= first.loss
    assert whole.boosters == replace(plan.settings.boosters, **best.values)
    for trial in whole.trials:
        for name, bounds in SPACE.items():
            value = trial.values[name]
            inside = bounds.low <= value <= bounds.high if isinstance(bounds, Bounds) else True
            assert inside


def test_another_extract_date_or_seed_is_another_search(prepared: Prepared) -> None:
    plan, _, _ = prepared
    chain = tuned_for(plan)
    other = replace(plan, split=replace(plan.split, seed=2))
    assert module._key(plan, chain) != module._key(other, chain)
    assert module._key(plan, chain) == module._key(up_to(plan, 9), chain)


def test_a_trial_learns_before_the_last_date_and_is_judged_at_it(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, development, features = prepared
    seen = {}
    make = module.development_of

    def spied(*given: object, learn: np.ndarray, judge: np.ndarray) -> object:
        seen["learn"], seen["judge"] = learn, judge
        return make(*given, learn=learn, judge=judge)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "development_of", spied)
    tune(Home.at(tmp_path), up_to(plan, 1), development, features)
    dates = development.index_dates
    assert dates[seen["learn"]].max() < dates[seen["judge"]].min()
    assert not plan.split.is_test(development.person_ids).any()


def test_trials_that_fall_behind_are_given_up(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, development, features = prepared
    monkeypatch.setattr(module, "SETTLING_TRIALS", 1)
    losses = iter([1.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0])
    monkeypatch.setattr(module, "_log_loss", lambda *_: np.array([next(losses), 1.0]))
    found = tune(Home.at(tmp_path), up_to(plan, 2), development, features)
    assert [trial.loss is None for trial in found.trials] == [False, True]
    assert found.best.number == 0
    assert found.as_dict()["given_up"] == 1


def test_the_minutes_end_it(prepared: Prepared, tmp_path: Path) -> None:
    plan, development, features = prepared
    minutes = replace(plan.settings, tune_trials=0, tune_minutes=1e-9)
    found = tune(Home.at(tmp_path), replace(plan, settings=minutes), development, features)
    assert len(found.trials) == 1  # what was there before is always tried


def test_what_directions_cost_is_told_beside_what_they_are_compared_with(
    prepared: Prepared,
) -> None:
    plan, development, features = prepared
    held = replace(plan.settings, boosters=replace(plan.settings.boosters, monotone=True))
    plan = replace(plan, settings=held)
    fits = module.development_of(plan, development, features).fit_all(
        {"unplanned_365": (development.event["unplanned_365"], development.weight["unplanned_365"])}
    )
    cost = cost_of_monotone(plan, development, features, fits, tuned_for(plan))
    assert cost["target"] == "unplanned_365"
    assert 0 < cost["held_features"] < len(features)
    assert cost["held"] != cost["free"]
    for figures in (cost["held"], cost["free"]):
        assert 0.5 < figures["auroc"] < 1
        assert 0 < figures["log_loss"] < 0.7
