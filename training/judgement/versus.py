"""The model against every baseline: differences on the same people and the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.baselines import LOGISTIC_ALL
from models.disclosure import SMALL
from training.judgement.intervals import Drawn, Figure, judge
from training.judgement.metrics import Sample

COMPARED = ("auroc", "average_precision", "net_benefit", "ppv", "sensitivity")
AT_THE_LIST = ("net_benefit", "ppv", "sensitivity")
SIMPLER = LOGISTIC_ALL
"""The baseline that LightGBM must beat to be worth its complexity: a regularised logistic
regression on all features."""
VGR_RULE = "vgr_rule"
"""At least four of Västra Götaland's six criteria, a rule and not a score."""


@dataclass(frozen=True)
class Versus:
    """The model less ``against``, lists of both as long: metric -> difference with its
    paired bootstrap interval. ``list_share``: that length, as a share of everyone."""

    target: str
    against: str
    list_share: float
    differences: Mapping[str, Figure]


def versus(
    target: str, model: Drawn, others: Mapping[str, Drawn], list_share: float
) -> list[Versus]:
    """The model against each of ``others``, all judged on the same draws."""
    return [
        Versus(target, name, list_share, {metric: model.less(other, metric) for metric in COMPARED})
        for name, other in others.items()
    ]


def versus_rule(
    target: str,
    event: np.ndarray,
    probability: np.ndarray,
    rule: np.ndarray,
    weight: np.ndarray,
    draws: np.ndarray,
) -> Versus | None:
    """The model against the rule's own list: as many people as fulfil it, (n,) bool.

    None where 7 or fewer people, or all but as few, fulfil it: there is no list to compare.
    """
    used = weight > 0
    many = int(rule[used].sum())
    if min(many, int(used.sum()) - many) <= SMALL:
        return None
    share = float(weight[rule].sum() / weight.sum())
    threshold = float(Sample.of(event, probability, weight, share).edge[0])
    own, theirs = (
        judge(event, score, weight, draws, share, threshold=threshold, metrics=AT_THE_LIST)
        for score in (probability, rule.astype(np.float64))
    )
    return Versus(
        target, VGR_RULE, share, {metric: own.less(theirs, metric) for metric in AT_THE_LIST}
    )
