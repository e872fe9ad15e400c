"""Several boosters as one, whose margin is the mean of theirs.

Boosters grown with other lots agree on the risk and less on the reasons: correlated measures
stand in for each other, and lots decide which of them is taken. The mean of several depends
on the lots less (bagging: Breiman 1996, doi 10.1007/BF00058655). A mean of sums of trees is
a sum of trees, so it is a booster like any other, and its SHAP values are as exact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.risk_model import Calibration

if TYPE_CHECKING:
    import lightgbm

_END = "end of trees"


def scaled(booster: lightgbm.Booster, scale: Calibration, first: int = 0) -> lightgbm.Booster:
    """A copy whose trees from ``first`` on count ``scale.slope`` times as much.

    The intercept goes into the leaves of the first of them.
    """
    import lightgbm

    copy = lightgbm.Booster(model_str=booster.model_to_string())
    for number, tree in enumerate(copy.dump_model()["tree_info"][first:], start=first):
        shift = scale.intercept if number == first else 0.0
        for leaf in range(tree["num_leaves"]):
            value = copy.get_leaf_output(number, leaf)
            copy.set_leaf_output(number, leaf, scale.slope * value + shift)
    return copy


def mean_of(members: Sequence[lightgbm.Booster], shared: int = 0) -> lightgbm.Booster:
    """One booster whose margin is the mean of the members'.

    ``shared``: how many trees all of them begin with, the same in each; they are kept once.
    """
    import lightgbm

    if len(members) == 1:
        return members[0]
    share = Calibration(1.0 / len(members), 0.0)
    texts = [scaled(member, share, shared).model_to_string() for member in members]
    trees = [_trees(text) for text in texts]
    every = trees[0][:shared] + [tree for of_member in trees for tree in of_member[shared:]]
    blocks = [f"Tree={number}\n{tree}" for number, tree in enumerate(every)]
    sizes = " ".join(str(len(block.encode())) for block in blocks)
    head = re.sub(r"(?m)^tree_sizes=.*$", f"tree_sizes={sizes}", texts[0].partition("Tree=0\n")[0])
    # What follows the trees is the first member's: settings, and counts that nothing reads.
    tail = _END + texts[0].partition(_END)[2]
    return lightgbm.Booster(model_str=head + "".join(blocks) + tail)


def _trees(text: str) -> list[str]:
    """The text of each tree, without its number."""
    return re.split(r"(?m)^Tree=\d+\n", text.partition(_END)[0])[1:]
