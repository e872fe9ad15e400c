"""Shares from tables against LightGBM's, the shap package's, and Shapley's by hand."""

import warnings
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.risk_model import Calibration
from models.tree_shares import MOST_LEAVES, ROWS_PER_THREAD, SmallTrees, trees_of
from training.committee import scaled

QUIET = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}


def made_up(seed: int, rows: int = 400, features: int = 6, missing: float = 0.1) -> np.ndarray:
    """Counts, plain numbers, zeroes and values around zero, with missing ones among them."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, features)).astype(np.float32)
    values[:, ::2] = rng.poisson(1, size=values[:, ::2].shape)
    near_zero = rng.choice(np.float32([0, 1e-36, -1e-36, 1e-35, -1e-35, 1e-34]), size=rows)
    values[:, 1] = np.where(rng.random(rows) < 0.5, near_zero, values[:, 1])
    values[rng.random(values.shape) < missing] = np.nan
    return values


def grown(values: np.ndarray, rounds: int = 20, **params: Any) -> lightgbm.Booster:
    rng = np.random.default_rng(1)
    signal = np.nan_to_num(values[:, 0] * values[:, 1] - values[:, 2])
    event = (signal + rng.normal(size=len(values)) > 0).astype(int)
    weight = rng.uniform(0.5, 2, len(values))
    categories = params.pop("categorical_feature", "auto")
    dataset = lightgbm.Dataset(
        values, label=event, weight=weight, categorical_feature=categories, free_raw_data=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return lightgbm.train(QUIET | params, dataset, rounds)


def expected_of(booster: lightgbm.Booster, values: np.ndarray) -> np.ndarray:
    return np.asarray(booster.predict(values, pred_contrib=True))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.integers(2, MOST_LEAVES),
    rounds=st.integers(1, 12),
    missing=st.sampled_from([0.0, 0.2]),
    extra_trees=st.booleans(),
    features=st.integers(3, 9),
)
def test_the_same_as_lightgbms_own(
    seed: int, leaves: int, rounds: int, missing: float, extra_trees: bool, features: int
) -> None:
    values = made_up(seed, features=features, missing=missing)
    booster = grown(values, rounds, num_leaves=leaves, extra_trees=extra_trees, seed=seed)
    # Rows with missing values also where training had none.
    asked = made_up(seed + 1, features=features, missing=0.3)
    trees = SmallTrees.of(booster.model_to_string())
    assert trees is not None
    got = trees.shares(asked)
    np.testing.assert_allclose(got, expected_of(booster, asked), rtol=1e-9, atol=1e-12)
    margin = np.asarray(booster.predict(asked, raw_score=True))
    np.testing.assert_allclose(got.sum(axis=1), margin, rtol=1e-9, atol=1e-9)
    assert trees.margins(asked).tobytes() == margin.tobytes()


def test_the_same_as_the_shap_packages_own_loops() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # matplotlib's, of shap
        import shap

    values = made_up(3)
    values[np.abs(values) < 1e-30] = 0.0  # what LightGBM reads as zero, shap does not
    booster = grown(values, num_leaves=MOST_LEAVES)
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    explainer.model.model_type = "internal"  # or it would ask LightGBM
    got = trees_of(booster.model_to_string()).shares(values)
    theirs = np.asarray(explainer.shap_values(values, check_additivity=False))
    np.testing.assert_allclose(got[:, :-1], theirs, rtol=0, atol=1e-6)
    np.testing.assert_allclose(got[0, -1], np.ravel(explainer.expected_value)[0], atol=1e-6)


def test_a_tree_worked_by_hand() -> None:
    # 10 rows: 6 with x0 <= 0.5 (2 of them with x1 <= 0.5), 4 with x0 above.
    text = STUMP.format(threshold="0.5 0.5", decision="2 2")
    trees = SmallTrees.of(text)
    assert trees is not None
    got = trees.shares(np.array([[0, 0, 9], [0, 1, 9], [1, 0, 9]], dtype=np.float32))
    # Leaves: left-left 8 (2 rows), left-right 2 (4 rows), right -1 (4 rows). Mean 2.
    # Left of x0: mean 4. Knowing x1 <= 0.5 alone: 0.6 * 8 + 0.4 * -1 = 4.4; x1 above: 0.8.
    assert trees.expected == pytest.approx(2.0)
    by_hand = [
        [((4 - 2) + (8 - 4.4)) / 2, ((4.4 - 2) + (8 - 4)) / 2, 0, 2],
        [((4 - 2) + (2 - 0.8)) / 2, ((0.8 - 2) + (2 - 4)) / 2, 0, 2],
        [((-1 - 2) + (-1 - 4.4)) / 2, ((4.4 - 2) + (-1 + 1)) / 2, 0, 2],
    ]
    np.testing.assert_allclose(got, by_hand, rtol=0, atol=1e-12)


@pytest.mark.parametrize("threshold", ["0", "1.0000000180025095e-35", "-1.0000000180025095e-35"])
@pytest.mark.parametrize("decision", ["0 0", "2 2", "8 8", "10 10", "4 4", "6 6"])
def test_zero_and_missing_go_where_lightgbm_sends_them(threshold: str, decision: str) -> None:
    text = STUMP.format(threshold=f"{threshold} {threshold}", decision=decision)
    booster = lightgbm.Booster(model_str=text)
    edges = [0, 1e-36, -1e-36, 1e-35, -1e-35, 2e-35, -2e-35, 1, -1, np.nan, np.inf, -np.inf]
    values = np.array([[a, b, 0] for a in edges for b in edges], dtype=np.float32)
    np.testing.assert_allclose(
        trees_of(booster.model_to_string()).shares(values),
        expected_of(booster, values),
        rtol=0,
        atol=1e-12,
    )


def test_features_may_have_the_names_that_lightgbm_gives_to_parts_of_a_tree() -> None:
    text = STUMP.format(threshold="0.5 0.5", decision="2 2")
    renamed = text.replace("feature_names=a b c", "feature_names=leaf_value num_leaves c")
    renamed = renamed.replace("\na=1\nb=1\n", "\nleaf_value=1\nnum_leaves=1\n")
    values = np.array([[0, 0, 9], [1, 0, 9]], dtype=np.float32)
    got = trees_of(renamed).shares(values)
    assert got.tolist() == trees_of(text).shares(values).tolist()


def test_scaled_and_continued_trees() -> None:
    values = made_up(5)
    first = scaled(grown(values, num_leaves=4), Calibration(0.7, -0.4))
    event = (np.nan_to_num(values[:, 3]) > 0).astype(int)
    booster = lightgbm.train(
        QUIET | {"num_leaves": 4}, lightgbm.Dataset(values, label=event), 10, init_model=first
    )
    for one in (first, booster):
        trees = SmallTrees.of(one.model_to_string())
        assert trees is not None
        np.testing.assert_allclose(
            trees.shares(values), expected_of(one, values), rtol=1e-9, atol=1e-12
        )


def test_trees_of_a_single_leaf_are_constants() -> None:
    values = made_up(6, rows=40)
    booster = grown(values, 1, min_data_in_leaf=30)
    trees = SmallTrees.of(booster.model_to_string())
    assert trees is not None
    assert not trees.shares(values)[:, :-1].any()
    np.testing.assert_allclose(
        trees.shares(values), expected_of(booster, values), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(
    "params",
    [
        {"num_leaves": MOST_LEAVES + 4},
        {"categorical_feature": [0]},
        {"zero_as_missing": True},
        {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1},
        {"linear_tree": True},
    ],
)
def test_what_has_no_place_in_a_table_is_left_to_lightgbm(params: dict[str, Any]) -> None:
    values = made_up(7)
    if "categorical_feature" in params or "linear_tree" in params:
        values = np.nan_to_num(np.abs(values))
    booster = grown(values, **({"num_leaves": 4} | params))
    assert SmallTrees.of(booster.model_to_string()) is None
    if "linear_tree" not in params:  # LightGBM itself explains no lines
        np.testing.assert_array_equal(
            trees_of(booster.model_to_string()).shares(values), expected_of(booster, values)
        )


def test_a_row_is_the_same_bytes_alone_and_among_many() -> None:
    values = made_up(8, rows=3 * ROWS_PER_THREAD)
    trees = trees_of(grown(values, num_leaves=4).model_to_string())
    together = trees.shares(values)
    alone = np.vstack([trees.shares(values[[row]]) for row in range(0, len(values), 97)])
    assert alone.tobytes() == np.ascontiguousarray(together[::97]).tobytes()
    of_one = np.concatenate([trees.margins(values[[row]]) for row in range(0, len(values), 97)])
    assert of_one.tobytes() == np.ascontiguousarray(trees.margins(values)[::97]).tobytes()


def test_nobody_has_no_shares() -> None:
    trees = trees_of(grown(made_up(10), num_leaves=4).model_to_string())
    nobody = np.empty((0, 6), np.float32)
    assert trees.shares(nobody).shape == (0, 7)
    assert trees.margins(nobody).shape == (0,)


STUMP = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=2
objective=binary sigmoid:1
feature_names=a b c
feature_infos=[0:1] [0:1] [0:1]
tree_sizes=500

Tree=0
num_leaves=3
num_cat=0
split_feature=0 1
split_gain=1 1
threshold={threshold}
decision_type={decision}
left_child=1 -1
right_child=-3 -2
leaf_value=8 2 -1
leaf_weight=2 4 4
leaf_count=2 4 4
internal_value=2 4
internal_weight=10 6
internal_count=10 6
is_linear=0
shrinkage=1


end of trees

feature_importances:
a=1
b=1

parameters:
end of parameters

pandas_categorical:null
"""
