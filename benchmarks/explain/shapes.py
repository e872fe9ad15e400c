"""What the shape of the trees costs to explain, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.explain.data import PRIMARY, Prepared
from benchmarks.explain.timing import timed
from models.targets import TARGETS, in_order_of_learning
from models.tree_shares import SmallTrees, trees_of
from training.make import fit_boosters, steady_features

if TYPE_CHECKING:
    import lightgbm

MOST_ROWS, FEW_ROWS = 10_000, 500
"""Rows that are timed: through tables, and through LightGBM, which is slower."""


@dataclass(frozen=True)
class Shape:
    """A committee's booster of one shape, judged on the test people: average precision, and
    milliseconds a row of explanation."""

    leaves: int
    trees: int
    in_tables: bool
    average_precision: float
    milliseconds: float


def grown(made: Prepared, leaves: Sequence[int]) -> dict[int, lightgbm.Booster]:
    """The primary target's booster by number of leaves, all other settings as they are."""
    features = steady_features(made.development)
    settings = made.plan.settings
    learnt = tuple(in_order_of_learning([TARGETS[PRIMARY]]))
    boosters = {}
    for number in leaves:
        shape = replace(settings.boosters, num_leaves=number)
        plan = replace(made.plan, learnt=learnt, settings=replace(settings, boosters=shape))
        boosters[number] = fit_boosters(plan, made.development, features)[PRIMARY].booster
    return boosters


def shapes(made: Prepared, boosters: dict[int, lightgbm.Booster], *, repeats: int) -> list[Shape]:
    """Of each booster of ``grown``: what it brings, and what it costs."""
    features = steady_features(made.development)
    test = np.ascontiguousarray(made.test.matrix[features].to_numpy(np.float32))
    known = made.test.weight[PRIMARY] > 0
    event, weight = made.test.event[PRIMARY][known], made.test.weight[PRIMARY][known]
    found = []
    for number, booster in boosters.items():
        trees = trees_of(booster.model_to_string())
        in_tables = isinstance(trees, SmallTrees)
        rows = made.values[: MOST_ROWS if in_tables else FEW_ROWS]
        trees.shares(rows[:10])
        margins = trees.margins(test)[known]
        found.append(
            Shape(
                number,
                booster.num_trees(),
                in_tables,
                float(average_precision_score(event, margins, sample_weight=weight)),
                1000 * timed(partial(trees.shares, rows), repeats)[0] / len(rows),
            )
        )
    return found
