"""How boosters are grown: every number of it, and the bounds it may be tuned within."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BoosterSettings:
    """How boosters are grown. Small trees and strong shrinkage: outcomes are rare.

    ``extra_trees``: a split takes the best feature at a threshold drawn by lot (extremely
    randomised trees, Geurts 2006, doi 10.1007/s10994-006-6226-1), which varies less from
    sample to sample. ``rounds``: the most; early stopping seldom lets it come to that.
    ``monotone``: where a measure declares that it raises or lowers risk, more of it never does
    the opposite. ``committee``: boosters with other lots whose mean serves
    (``training.committee``); those of the folds are single.
    """

    learning_rate: float = 0.05
    num_leaves: int = 4
    min_data_in_leaf: int = 150
    feature_fraction: float = 0.3
    bagging_fraction: float = 0.6
    lambda_l2: float = 20.0
    extra_trees: bool = True
    max_bin: int = 63
    rounds: int = 1500
    patience: int = 25
    monotone: bool = True
    committee: int = 8

    def params(self, seed: int, directions: Sequence[int]) -> dict[str, Any]:
        """For LightGBM, one thread. ``directions``: of each feature, 1, -1 or 0."""
        params: dict[str, Any] = {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.lambda_l2,
            "extra_trees": self.extra_trees,
            "max_bin": self.max_bin,
            "seed": seed,
            "deterministic": True,
            # Each tree reads a few of hundreds of features: bundled together, or row by row,
            # the others would be read along, at two to three times the cost.
            "force_col_wise": True,
            "enable_bundle": False,
            "num_threads": 1,
            "verbosity": -1,
        }
        if self.monotone and any(directions):
            # The looser methods have been seen to break the constraint.
            params |= {
                "monotone_constraints": list(directions),
                "monotone_constraints_method": "basic",
            }
        return params


def directions_of(features: Sequence[str]) -> list[int]:
    """What each feature's measure declares: 1 raises risk, -1 lowers it, 0 either."""
    from features.measures import FEATURE

    return [FEATURE[name].measure.direction.value if name in FEATURE else 0 for name in features]


@dataclass(frozen=True)
class Bounds:
    """A range of numbers, whole if its ends are; ``log``: searched by order of magnitude."""

    low: float
    high: float
    log: bool = False


SPACE: Mapping[str, Bounds | tuple[bool, ...]] = {
    "learning_rate": Bounds(0.02, 0.12, log=True),
    "num_leaves": Bounds(3, 24, log=True),
    "min_data_in_leaf": Bounds(20, 600, log=True),
    "feature_fraction": Bounds(0.05, 1.0),
    "bagging_fraction": Bounds(0.4, 1.0),
    "lambda_l2": Bounds(0.1, 300.0, log=True),
    "extra_trees": (True, False),
}
"""The fields of ``BoosterSettings`` that are tuned. What is not here stays as it is."""
