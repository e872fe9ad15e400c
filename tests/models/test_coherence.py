"""Pooling against independent solvers, and its laws on drawn scores."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

from models.coherence import Coherence, is_at_most
from models.risk_model import Calibration, RiskModel, expit, reference_population
from models.targets import TARGETS

NAMES = list(TARGETS)
EVENTS = {name: 40 + 37 * number**2 for number, name in enumerate(NAMES)}
CHAIN = ["avoidable_90", "avoidable_365", "unplanned_365", "admission_365"]

scores = arrays(np.float64, (3, len(NAMES)), elements=st.integers(-12, 12).map(lambda n: n / 4))
weights = st.lists(st.integers(1, 5000), min_size=len(NAMES), max_size=len(NAMES))


def pairs(names: list[str]) -> list[tuple[int, int]]:
    return [
        (low, high)
        for low, one in enumerate(names)
        for high, other in enumerate(names)
        if low != high and is_at_most(TARGETS[one], TARGETS[other])
    ]


def test_the_order_follows_from_what_the_targets_mean() -> None:
    order = {(NAMES[low], NAMES[high]) for low, high in pairs(NAMES)}
    assert order == {
        ("avoidable_90", "avoidable_365"),
        ("avoidable_90", "unplanned_365"),
        ("avoidable_90", "admission_365"),
        ("avoidable_365", "unplanned_365"),
        ("avoidable_365", "admission_365"),
        ("unplanned_365", "admission_365"),
        ("unplanned_30", "unplanned_365"),
        ("unplanned_30", "admission_30"),
        ("unplanned_30", "admission_365"),
        ("admission_30", "admission_365"),
    }


def test_a_worked_case() -> None:
    # 90 days above 365 days: weights 1 and 3, so -1 and -2 meet at -1.75. The others stand.
    coherence = Coherence(["avoidable_90", "avoidable_365", "death_365"], {"avoidable_365": 3})
    pooled = coherence.pool(np.array([[-1.0, -2.0, -9.0], [-3.0, -2.0, -9.0]]))
    assert pooled.log_odds.tolist() == [[-1.75, -1.75, -9.0], [-3.0, -2.0, -9.0]]
    assert pooled.shares(0).tolist() == [[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]]
    assert pooled.changed.tolist() == [[True, True, False], [False] * 3]


@given(scores, weights)
def test_pooled_scores_are_in_order_and_pooling_again_changes_nothing(
    values: np.ndarray, of_each: list[int]
) -> None:
    coherence = Coherence(NAMES, dict(zip(NAMES, of_each, strict=True)))
    pooled = coherence.pool(values).log_odds
    for made in (pooled, coherence.in_order(expit(pooled))):
        assert all((made[:, low] <= made[:, high]).all() for low, high in pairs(NAMES))
    assert coherence.pool(pooled).log_odds.tobytes() == pooled.tobytes()
    kept = ~coherence.breaks(values)
    assert pooled[kept].tobytes() == values[kept].tobytes()
    assert (pooled[:, NAMES.index("death_365")] == values[:, NAMES.index("death_365")]).all()


@given(scores, weights)
def test_a_pooled_score_is_the_average_that_its_shares_say(
    values: np.ndarray, of_each: list[int]
) -> None:
    pooled = Coherence(NAMES, dict(zip(NAMES, of_each, strict=True))).pool(values)
    for number in range(len(NAMES)):
        shares = pooled.shares(number)
        assert shares.sum(axis=1) == pytest.approx(1.0)
        assert (shares * values).sum(axis=1) == pytest.approx(pooled.log_odds[:, number], abs=1e-9)
        assert ((shares[:, number] < 1) == pooled.changed[:, number]).all()


@given(st.lists(st.integers(-12, 12), min_size=4, max_size=4), weights)
def test_a_chain_is_pooled_as_sklearn_does(values: list[int], of_each: list[int]) -> None:
    events = dict(zip(CHAIN, of_each, strict=False))
    row = np.array([values]) / 4
    expected = IsotonicRegression().fit_transform(
        np.arange(4), row[0], sample_weight=list(events.values())
    )
    assert Coherence(CHAIN, events).pool(row).log_odds[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_the_whole_order_is_pooled_as_a_quadratic_programme_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    row, weight = rng.normal(-2, 1, len(NAMES)), rng.integers(1, 50, len(NAMES)).astype(float)
    solved = minimize(
        lambda x: (weight * (x - row) ** 2).sum() / 2,
        row,
        jac=lambda x: weight * (x - row),
        constraints=[
            {"type": "ineq", "fun": lambda x, low=low, high=high: x[high] - x[low]}
            for low, high in pairs(NAMES)
        ],
        options={"ftol": 1e-14, "maxiter": 500},
    )
    pooled = Coherence(NAMES, dict(zip(NAMES, weight, strict=True))).pool(row[None, :])
    assert pooled.log_odds[0] == pytest.approx(solved.x, abs=1e-5)


def test_one_row_is_pooled_as_it_is_among_many() -> None:
    values = np.random.default_rng(5).normal(-2, 1, (9000, len(NAMES)))
    coherence = Coherence(NAMES, EVENTS)
    together = coherence.pool(values).log_odds
    for row in (0, 4095, 4096, 8999):
        assert coherence.pool(values[[row]]).log_odds.tobytes() == together[[row]].tobytes()


def test_targets_of_other_names_stand_alone() -> None:
    coherence = Coherence(["readmission", "unplanned_30"])
    values = np.array([[3.0, -3.0]])
    assert not coherence.breaks(values).any()
    assert not coherence.relates(0)
    assert coherence.pool(values).log_odds.tolist() == values.tolist()


@pytest.fixture(scope="module")
def contradictory(matrix: pd.DataFrame) -> RiskModel:
    """Boosters of noise: their targets contradict each other for most people."""
    import lightgbm

    from features.tables import Coverage

    boosters = {
        target: lightgbm.train(
            {"objective": "binary", "num_leaves": 5, "verbosity": -1, "num_threads": 1},
            lightgbm.Dataset(
                matrix.to_numpy(),
                label=np.random.default_rng(number).integers(0, 2, len(matrix)),
                feature_name=list(matrix.columns),
            ),
            num_boost_round=10,
        ).model_to_string()
        for number, target in enumerate(NAMES)
    }
    return RiskModel(
        boosters,
        {name: Calibration(1.0 + 0.1 * n, -0.2 * n) for n, name in enumerate(NAMES)},
        list(matrix.columns),
        Coverage(frozenset(), frozenset(), frozenset(), False),
        reference_population(matrix),
        {},
        EVENTS,
    )


def test_what_is_served_is_coherent_and_its_contributions_add_up(
    contradictory: RiskModel, matrix: pd.DataFrame
) -> None:
    served = contradictory.predict(matrix)
    apart = expit(contradictory.log_odds(matrix))
    assert contradictory.coherence.breaks(apart).mean() > 0.5
    assert not contradictory.coherence.breaks(served.to_numpy()).any()
    for target in NAMES:
        explanation = contradictory.explain(matrix, target)
        total = explanation.base + explanation.contributions.sum(axis=1)
        log_odds = np.log(served[target] / (1 - served[target]))
        assert np.abs(total - log_odds).max() < 1e-6
        assert (len(np.unique(explanation.base)) > 1) == (target != "death_365")


def test_the_weights_of_a_pool_are_stored_with_the_model(
    contradictory: RiskModel, matrix: pd.DataFrame, tmp_path: Path
) -> None:
    contradictory.save(tmp_path)
    loaded = RiskModel.load(tmp_path)
    assert loaded.events == EVENTS
    assert loaded.predict(matrix).equals(contradictory.predict(matrix))
