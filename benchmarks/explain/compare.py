"""The same model and rows: our tables, the shap package, LightGBM's own contributions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.explain.data import PRIMARY, Prepared
from benchmarks.explain.timing import peak_megabytes, timed
from models.tree_shares import SmallTrees

EQUAL_TO = 1e-5
OURS, BLOCKS = "Framsynt, tables", "Framsynt, tables, block by block"
SERVED = "Framsynt, as served, block by block"
SHAP, SHAP_LOOPS = "shap TreeExplainer", "shap TreeExplainer, its own loops"
ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Compared:
    """``seconds`` by way, of the same ``compared_rows``; ``whole``: of all ``rows``, ours alone,
    block by block. ``difference``: the largest between any of the ways and ours. Megabytes of
    all rows block by block, of half of them, and of ``compared_rows`` all at once."""

    rows: int
    compared_rows: int
    features: int
    trees: int
    leaves: int
    members: int
    repeats: int
    seconds: dict[str, float]
    whole: float
    difference: float
    block_megabytes: float
    half_megabytes: float
    at_once_megabytes: float

    @property
    def times_shap(self) -> float:
        return self.seconds[SHAP] / self.seconds[BLOCKS]


def compare(made: Prepared, compared_rows: int, *, repeats: int) -> Compared:
    """Every way on the same rows, ours on all. Raises ValueError where the ways differ by more
    than ``EQUAL_TO``."""
    booster, values = made.booster, made.values
    trees = SmallTrees.of(booster.model_to_string())
    assert trees is not None, "the default trees are small"

    def in_blocks(rows: np.ndarray) -> None:
        for first in range(0, len(rows), ROWS_AT_ONCE):
            trees.shares(rows[first : first + ROWS_AT_ONCE])

    some, some_rows = values[:compared_rows], made.rows.iloc[:compared_rows]

    def served() -> None:
        for _ in made.model.explain_in_blocks(some_rows, PRIMARY, ROWS_AT_ONCE):
            pass

    shap_asks, shap_counts = _shap(booster)
    ways: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        OURS: trees.shares,
        SHAP: shap_asks,
        "LightGBM pred_contrib, 2 threads": lambda v: _contributions(booster, v),
        SHAP_LOOPS: shap_counts,
    }
    in_blocks(some[:ROWS_AT_ONCE])
    seconds = {BLOCKS: timed(lambda: in_blocks(some), repeats)[0]}
    ours, difference = np.empty(0), 0.0
    for name, way in ways.items():
        seconds[name], answer = timed(partial(way, some), repeats)
        if name == OURS:
            ours = answer[:, : values.shape[1]]
        difference = max(difference, float(np.abs(ours - answer[:, : ours.shape[1]]).max()))
    if difference > EQUAL_TO:
        raise ValueError(f"the ways differ by {difference}")
    seconds[SERVED], _ = timed(served, repeats)
    boosters = made.plan.settings.boosters
    return Compared(
        len(values),
        len(some),
        values.shape[1],
        booster.num_trees(),
        boosters.num_leaves,
        boosters.committee,
        repeats,
        seconds,
        timed(lambda: in_blocks(values), repeats)[0],
        difference,
        peak_megabytes(lambda: in_blocks(values)),
        peak_megabytes(lambda: in_blocks(values[: len(values) // 2])),
        peak_megabytes(lambda: trees.shares(some)),
    )


def _contributions(booster: object, values: np.ndarray) -> np.ndarray:
    return np.asarray(booster.predict(values, pred_contrib=True, num_threads=2))  # type: ignore[attr-defined]


def _shap(
    booster: object,
) -> tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]:
    """The package as its users call it, which asks LightGBM; and made to use its own loops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap

        asks, counts = (
            shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent") for _ in "12"
        )
    counts.model.model_type = "internal"

    def values_of(explainer: shap.TreeExplainer) -> Callable[[np.ndarray], np.ndarray]:
        def ask(values: np.ndarray) -> np.ndarray:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return np.asarray(explainer.shap_values(values, check_additivity=False))

        return ask

    return values_of(asks), values_of(counts)
