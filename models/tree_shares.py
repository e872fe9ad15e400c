"""Exact tree SHAP values of boosters of small trees, from tables made once.

How a tree's decisions fall is all that its SHAP values depend on. A tree with d decisions
has at most 2^d ways for them to fall, so for small trees the values of every way are
computed beforehand, by Shapley's formula itself, and a row costs its decisions and one
addition for each feature that a tree uses. The values are those of path-dependent tree
SHAP (Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9), as of LightGBM's
``pred_contrib``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import factorial
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import lightgbm

_END = "\nend of trees\n"

MOST_LEAVES = 8
"""A tree's table doubles with each leaf more. Boosters of larger trees are left to LightGBM."""

ROWS_PER_THREAD = 1000
"""With fewer rows, another thread costs more than it gives."""


class Trees(Protocol):
    """A booster's trees, asked of float32 ``values``, (rows, features). What a row gets does
    not depend on the rows it stands among."""

    def margins(self, values: np.ndarray) -> np.ndarray:
        """Uncalibrated log-odds, (rows,): in every bit as LightGBM's ``raw_score``."""

    def shares(self, values: np.ndarray) -> np.ndarray:
        """Tree SHAP values, (rows, features + 1): a row adds up to its margin. The last
        column, the expected margin, is the same in every row."""


def trees_of(text: str) -> Trees:
    """The trees of a booster that LightGBM wrote as text: tables where they are small and plain,
    else LightGBM itself. Only then is the library loaded: that takes longer than all that a
    process of the service does before it is ready."""
    return SmallTrees.of(text) or AnyTrees.of(text)


def is_whole(text: str) -> bool:
    """Whether this is a booster's text, from its beginning to the end of its last tree."""
    return text.startswith("tree\n") and _END in text


@dataclass(frozen=True)
class AnyTrees:
    """Trees of whatever shape, asked through LightGBM."""

    booster: lightgbm.Booster

    @classmethod
    def of(cls, text: str) -> AnyTrees:
        import lightgbm

        return cls(lightgbm.Booster(model_str=text))

    def margins(self, values: np.ndarray) -> np.ndarray:
        return self._predict(values, raw_score=True)

    def shares(self, values: np.ndarray) -> np.ndarray:
        return self._predict(values, pred_contrib=True)

    def _predict(self, values: np.ndarray, **what: bool) -> np.ndarray:
        return np.asarray(self.booster.predict(values, num_threads=_threads(len(values)), **what))


def _threads(rows: int) -> int:
    if rows < 2 * ROWS_PER_THREAD:  # asking how many processors there are takes time too
        return 1
    return min(os.cpu_count() or 1, rows // ROWS_PER_THREAD)


@dataclass(frozen=True)
class SmallTrees:
    """The trees of a booster, one after the other. See ``Trees``.

    Of tree t: nodes ``first_node[t]:first_node[t + 1]`` and features
    ``used_feature[first_used[t]:first_used[t + 1]]``. For every outcome of its decisions
    (bit k is set where a row goes left at node k) the leaf reached, from
    ``reached[first_outcome[t]]`` on, and a share of each of those features, from
    ``table[first_entry[t]]`` on.
    """

    n_features: int
    expected: float
    first_node: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    nan_left: np.ndarray
    first_outcome: np.ndarray
    reached: np.ndarray
    first_used: np.ndarray
    used_feature: np.ndarray
    first_entry: np.ndarray
    table: np.ndarray

    @classmethod
    def of(cls, booster: str) -> SmallTrees | None:
        """None where a tree has more than ``MOST_LEAVES`` leaves, splits on categories, holds
        lines instead of values or takes zero for missing; where trees are averaged; or where
        there are several classes."""
        from models import tree_kernels

        text = _Text(booster)
        if not text.is_plain:
            return None
        nodes = text.leaves - 1
        first_node = _edges(nodes)
        # Numbers that sort by tree first: the features that each tree uses, without repeats.
        n_features = text.n_features
        tree = np.repeat(np.arange(len(nodes)), nodes)
        used, place = np.unique(tree * n_features + text.feature, return_inverse=True)
        n_used = np.bincount(used // n_features, minlength=len(nodes))
        first_used = _edges(n_used)
        first_outcome, first_entry = _edges(1 << nodes), _edges(n_used << nodes)
        reached, table = np.empty(first_outcome[-1]), np.empty(first_entry[-1])
        tree_kernels.fill_tables(
            first_node,
            first_used,
            (place - first_used[tree]).astype(np.int32),
            text.child("left"),
            text.child("right"),
            text.left_share,
            text.leaf_value,
            _shapley_weights(MOST_LEAVES),
            reached,
            table,
        )
        return cls(
            n_features,
            text.expected,
            first_node,
            text.feature,
            text.threshold,
            text.nan_left,
            first_outcome,
            reached,
            first_used,
            (used % n_features).astype(np.int32),
            first_entry,
            table,
        )

    def margins(self, values: np.ndarray) -> np.ndarray:
        from models.tree_kernels import add_margins

        out = np.empty(len(values))
        self._through(add_margins, values, self.first_outcome, self.reached, out)
        return out

    def shares(self, values: np.ndarray) -> np.ndarray:
        from models.tree_kernels import add_shares

        out = np.zeros((len(values), self.n_features + 1))
        out[:, self.n_features] = self.expected
        used = self.first_used, self.used_feature
        self._through(add_shares, values, *used, self.first_entry, self.table, out)
        return out

    def _through(self, loop: Callable[..., None], values: np.ndarray, *more: np.ndarray) -> None:
        """Takes all rows through a loop of ``models.tree_kernels``."""
        values = np.ascontiguousarray(values, dtype=np.float32)
        decisions = self.first_node, self.feature, self.threshold, self.nan_left
        threads = _threads(len(values))
        if threads == 1:
            loop(values, (0, len(values)), *decisions, *more)
            return
        edges = [len(values) * part // threads for part in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            parts = pairwise(edges)
            list(pool.map(lambda rows: loop(values, rows, *decisions, *more), parts))


_LEFT_BY_DEFAULT = 2
_NONE_MISSING, _NAN_MISSING = 0, 2
_NEAR_ZERO = float(np.float32(1e-35))
"""LightGBM reads a value this close to zero as zero."""


class _Text:
    """A booster's text, read: arrays over trees, over all their nodes, or over all leaves."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[str]] = {}
        # What follows the trees are counts by feature, and a feature may have any name.
        for line in text.partition(_END)[0].splitlines():
            field, _, values = line.partition("=")
            self._lines.setdefault(field, []).append(values)
        self.leaves = self._read("num_leaves", np.int32)

    def _read(self, field: str, dtype: type = np.float64) -> np.ndarray:
        """A field's values, tree by tree."""
        return np.array(" ".join(self._lines.get(field, ())).split(), dtype=dtype)

    @property
    def is_plain(self) -> bool:
        return bool(
            self._lines.get("num_tree_per_iteration") == ["1"]
            and "average_output" not in self._lines
            and len(self.leaves) == len(self._read("tree_sizes"))
            and 0 < self.leaves.max(initial=0) <= MOST_LEAVES
            and (self._read("internal_count") > 0).all()
            and not self._read("num_cat").any()
            and not self._read("is_linear").any()
            and np.isin(self._missing, (_NONE_MISSING, _NAN_MISSING)).all()
        )

    @property
    def n_features(self) -> int:
        return int(self._read("max_feature_idx", np.int32)[0]) + 1

    @cached_property
    def feature(self) -> np.ndarray:
        return self._read("split_feature", np.int32)

    @cached_property
    def _decision(self) -> np.ndarray:
        return self._read("decision_type", np.int32)

    @property
    def _missing(self) -> np.ndarray:
        return self._decision >> 2 & 3

    @cached_property
    def threshold(self) -> np.ndarray:
        """The highest value that goes left; values near zero go where zero goes."""
        whole = self._read("threshold")
        whole[(whole >= 0) & (whole < _NEAR_ZERO)] = _NEAR_ZERO
        whole[(whole < 0) & (whole >= -_NEAR_ZERO)] = np.nextafter(-_NEAR_ZERO, -np.inf)
        return whole

    @property
    def nan_left(self) -> np.ndarray:
        """Where a missing value goes; as zero where none was missing in training."""
        by_default = self._decision & _LEFT_BY_DEFAULT > 0
        return np.where(self._missing == _NONE_MISSING, self.threshold >= 0, by_default)

    def child(self, side: str) -> np.ndarray:
        """The child's number in its tree: a node, or where negative ~leaf."""
        return self._read(f"{side}_child", np.int32)

    @cached_property
    def leaf_value(self) -> np.ndarray:
        return self._read("leaf_value")

    @property
    def left_share(self) -> np.ndarray:
        """The share of a node's training rows that went left."""
        of_node, of_leaf = self._read("internal_count"), self._read("leaf_count")
        child = self.child("left")
        tree = np.repeat(np.arange(len(self.leaves)), self.leaves - 1)
        node = (_edges(self.leaves - 1)[tree] + child)[child >= 0]
        leaf = (_edges(self.leaves)[tree] + ~child)[child < 0]
        left = np.empty(len(child))
        left[child >= 0], left[child < 0] = of_node[node], of_leaf[leaf]
        return left / of_node

    @property
    def expected(self) -> float:
        """The mean margin of the training rows, tree by tree."""
        first = _edges(self.leaves)[:-1]
        count = self._read("leaf_count")
        count[first[self.leaves == 1]] = 1  # not counted where a tree is a single leaf
        of_tree = np.add.reduceat(count * self.leaf_value, first) / np.add.reduceat(count, first)
        return float(of_tree.sum())


def _edges(sizes: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _shapley_weights(most: int) -> np.ndarray:
    """[u, s]: the weight of a set of s of u players that another one joins."""
    weight = np.zeros((most, most))
    for players in range(1, most):
        for size in range(players):
            ways = factorial(size) * factorial(players - size - 1)
            weight[players, size] = ways / factorial(players)
    return weight
