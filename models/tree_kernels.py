"""The compiled loops of ``models.tree_shares``: tables of small trees, and rows through them."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, U32, compiled, read, write

F32, F64 = types.float32, types.float64


@compiled(
    types.void(
        *(read(I32) for _ in range(5)),
        *(read(F64) for _ in range(2)),
        read(F64, 2),
        write(F64),
        write(F64),
    )
)
def fill_tables(
    first_node: np.ndarray,
    first_used: np.ndarray,
    place: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    left_share: np.ndarray,
    leaf_value: np.ndarray,
    weight: np.ndarray,
    reached: np.ndarray,
    table: np.ndarray,
) -> None:
    """The leaf and the Shapley values of every tree for every way its decisions can fall.

    Arrays as in ``models.tree_shares.SmallTrees``; ``place``: of each node, its feature's
    place among those that its tree uses. ``weight[u, s]``: Shapley's weight of a set of s
    of u features. The game: v(S) is the tree's mean where the decisions of features in S
    are known and the others go both ways, in the proportion of the training rows.
    """
    n_trees = len(first_node) - 1
    at, at_outcome = 0, 0
    for tree in range(n_trees):
        node, leaf = first_node[tree], first_node[tree] + tree
        nodes = first_node[tree + 1] - node
        used = first_used[tree + 1] - first_used[tree]
        mean = np.empty(nodes)
        game = np.empty(1 << used)
        for outcome in range(1 << nodes):
            for known in range(1 << used):
                for k in range(nodes - 1, -1, -1):  # children come after their parent
                    to_left, to_right = left[node + k], right[node + k]
                    yes = mean[to_left] if to_left >= 0 else leaf_value[leaf + ~to_left]
                    no = mean[to_right] if to_right >= 0 else leaf_value[leaf + ~to_right]
                    if known >> place[node + k] & 1:
                        mean[k] = yes if outcome >> k & 1 else no
                    else:
                        share = left_share[node + k]
                        mean[k] = share * yes + (1.0 - share) * no
                game[known] = mean[0]
            reached[at_outcome] = game[-1]
            at_outcome += 1
            for one in range(used):
                value = 0.0
                for known in range(1 << used):
                    if not known >> one & 1:
                        others = 0
                        for bit in range(used):
                            others += known >> bit & 1
                        value += weight[used, others] * (game[known | 1 << one] - game[known])
                table[at + one] = value
            at += used


_ROWS = (read(F32, 2), types.UniTuple(I64, 2))
_TREES = (read(I32), read(I32), read(F64), read(types.boolean))


@compiled(types.void(read(F32), *_TREES[1:], write(types.uint8)))
def _decide(
    values: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    nan_left: np.ndarray,
    goes_left: np.ndarray,
) -> None:
    """Every decision of a row, whatever tree it belongs to: faster than tree by tree."""
    for node in range(len(feature)):
        value = values[U32(feature[node])]
        goes_left[node] = (value <= threshold[node]) | ((value != value) & nan_left[node])


@compiled(U32(write(types.uint8), I32, I32))
def _outcome(goes_left: np.ndarray, first_node: int, last_node: int) -> np.uint32:
    """How the decisions of a tree fall: bit k is set where a row goes left at node k."""
    outcome, first = U32(0), U32(first_node)
    for k in range(U32(last_node) - first):
        outcome |= U32(goes_left[U32(first + k)]) << U32(k)
    return outcome


@compiled(types.void(*_ROWS, *_TREES, read(I32), read(F64), write(F64)))
def add_margins(
    values: np.ndarray,
    rows: tuple[int, int],
    first_node: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    nan_left: np.ndarray,
    first_outcome: np.ndarray,
    reached: np.ndarray,
    out: np.ndarray,
) -> None:
    """Writes the sum of the leaves reached, in the order of the trees, of some rows."""
    goes_left = np.empty(len(feature), dtype=np.uint8)
    for row in range(rows[0], rows[1]):
        _decide(values[row], feature, threshold, nan_left, goes_left)
        total = 0.0
        for tree in range(len(first_node) - 1):
            outcome = _outcome(goes_left, first_node[tree], first_node[tree + 1])
            total += reached[U32(U32(first_outcome[tree]) + outcome)]
        out[row] = total


@compiled(types.void(*_ROWS, *_TREES, *(read(I32) for _ in range(3)), read(F64), write(F64, 2)))
def add_shares(
    values: np.ndarray,
    rows: tuple[int, int],
    first_node: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    nan_left: np.ndarray,
    first_used: np.ndarray,
    used_feature: np.ndarray,
    first_entry: np.ndarray,
    table: np.ndarray,
    out: np.ndarray,
) -> None:
    """Adds every tree's shares of some rows to ``out``, (rows, features or more)."""
    goes_left = np.empty(len(feature), dtype=np.uint8)
    for row in range(rows[0], rows[1]):
        _decide(values[row], feature, threshold, nan_left, goes_left)
        for tree in range(len(first_node) - 1):
            outcome = _outcome(goes_left, first_node[tree], first_node[tree + 1])
            used = U32(first_used[tree])
            n_used = U32(first_used[tree + 1]) - used
            at = U32(U32(first_entry[tree]) + outcome * n_used)
            for j in range(n_used):
                out[row, U32(used_feature[U32(used + j)])] += table[U32(at + j)]
