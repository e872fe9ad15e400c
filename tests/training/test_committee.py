"""A committee is a booster like any other, and says the mean of what its members say."""

import lightgbm
import numpy as np
import pytest

from models.risk_model import Calibration
from models.tree_shares import trees_of
from training.committee import mean_of, scaled

SETTINGS = {"num_leaves": 4, "verbosity": -1, "extra_trees": True, "objective": "binary"}


def rows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(600, 5)).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    event = rng.random(600) < 1 / (1 + np.exp(-np.nan_to_num(values[:, 0]) - 1))
    return values, event.astype(float)


def grown(
    values: np.ndarray, event: np.ndarray, seed: int, first: lightgbm.Booster | None = None
) -> lightgbm.Booster:
    data = lightgbm.Dataset(values, event, free_raw_data=False)
    return lightgbm.train(SETTINGS | {"seed": seed}, data, 7 + seed, init_model=first)


def test_the_mean_of_members_in_margins_and_in_shares() -> None:
    values, event = rows(1)
    members = [grown(values, event, seed) for seed in range(3)]
    committee = mean_of(members)
    assert committee.num_trees() == sum(member.num_trees() for member in members)
    for what in ("raw_score", "pred_contrib"):
        means = np.mean([member.predict(values, **{what: True}) for member in members], axis=0)
        np.testing.assert_allclose(committee.predict(values, **{what: True}), means, atol=1e-12)
    np.testing.assert_allclose(
        trees_of(committee.model_to_string()).shares(values),
        committee.predict(values, pred_contrib=True),
        atol=1e-12,
    )


def test_what_all_members_begin_with_is_kept_once() -> None:
    values, event = rows(2)
    base = grown(values, event, 5)
    members = [grown(values, event, seed, base) for seed in range(4)]
    committee = mean_of(members, base.num_trees())
    own = sum(member.num_trees() - base.num_trees() for member in members)
    assert committee.num_trees() == base.num_trees() + own
    means = np.mean([member.predict(values, raw_score=True) for member in members], axis=0)
    np.testing.assert_allclose(committee.predict(values, raw_score=True), means, atol=1e-12)


def test_one_member_is_the_committee() -> None:
    values, event = rows(3)
    alone = grown(values, event, 1)
    assert mean_of([alone]) is alone


def test_a_committee_is_stored_and_read_back_and_goes_on_growing() -> None:
    values, event = rows(4)
    committee = mean_of([grown(values, event, seed) for seed in range(2)])
    again = lightgbm.Booster(model_str=committee.model_to_string())
    assert (again.predict(values) == committee.predict(values)).all()
    assert grown(values, event, 3, again).num_trees() == again.num_trees() + 10


def test_scaled_margins() -> None:
    values, event = rows(5)
    booster = grown(values, event, 2)
    margin = booster.predict(values, raw_score=True)
    copy = scaled(booster, Calibration(0.5, -1.0))
    assert copy.predict(values, raw_score=True) == pytest.approx(0.5 * margin - 1.0)
    assert (booster.predict(values, raw_score=True) == margin).all()
