"""How far two models agree about the same people: scores, the list, and the reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
import pandas as pd

TOP = 3


@dataclass(frozen=True)
class Told:
    """What one model says of everyone present, in the same order for every model.

    ``probability`` and ``listed`` (bool): (n,). ``measures`` and ``headings``: contributions to
    the log-odds, a column each, of the ``explained`` people alone.
    """

    probability: np.ndarray
    listed: np.ndarray
    measures: pd.DataFrame
    headings: pd.DataFrame


@dataclass(frozen=True)
class Agreement:
    """Means over all pairs of models.

    Among people on either list of a pair: ``measures`` and ``headings`` (of the eight that
    readers meet), the share of the ``TOP`` heaviest that both give, and ``moved``, the mean
    absolute difference in probability (instability index, Riley & Collins 2023,
    doi 10.1002/bimj.202200302).
    ``kept``: the share of one list that is on the other; ``jaccard``: of all who are on either
    list, the share who are on both. ``spearman``: rank correlation of everybody's scores.
    ``pairs``: how many.
    """

    measures: float
    headings: float
    kept: float
    jaccard: float
    spearman: float
    moved: float
    pairs: int


def agreement(told: Sequence[Told], explained: np.ndarray) -> Agreement:
    """Of every two of at least two models. ``explained``: (n,) bool, all who are on any list,
    whose contributions are the rows of ``measures`` and ``headings``."""
    each = [_of_pair(one, other, explained) for one, other in combinations(told, 2)]
    means = {
        field.name: float(np.mean([pair[field.name] for pair in each]))
        for field in fields(Agreement)
        if field.name != "pairs"
    }
    return Agreement(**means, pairs=len(each))


def _of_pair(one: Told, other: Told, explained: np.ndarray) -> dict[str, float]:
    either = one.listed | other.listed
    both = int((one.listed & other.listed).sum())
    rows = either[explained]
    return {
        "measures": top_shared(one.measures.loc[rows], other.measures.loc[rows]),
        "headings": top_shared(one.headings.loc[rows], other.headings.loc[rows]),
        "kept": both / (0.5 * (one.listed.sum() + other.listed.sum())),
        "jaccard": both / int(either.sum()),
        "spearman": spearman(one.probability, other.probability),
        "moved": float(np.abs(one.probability - other.probability)[either].mean()),
    }


def summed(contributions: pd.DataFrame, name_of: Callable[[str], str]) -> pd.DataFrame:
    """Columns that share a name added up, in the order of the names."""
    names = np.array([name_of(str(column)) for column in contributions.columns])
    distinct, place = np.unique(names, return_inverse=True)
    belongs = np.zeros((len(names), len(distinct)))
    belongs[np.arange(len(names)), place] = 1.0
    total = contributions.to_numpy(dtype=np.float64) @ belongs
    return pd.DataFrame(total, index=contributions.index, columns=pd.Index(distinct))


def top_shared(one: pd.DataFrame, other: pd.DataFrame, top: int = TOP) -> float:
    """Mean share of the heaviest reasons that two models both give, over the rows.

    Heaviest by absolute contribution, raising and lowering alike, as reasons are ordered;
    what weighs nothing is no reason. A row that has none by either model is left out; NaN
    where that goes for all.
    """
    names = one.columns.union(other.columns)
    first, second = (
        _is_top(side.reindex(columns=names, fill_value=0.0).to_numpy(), top)
        for side in (one, other)
    )
    longest = np.maximum(first.sum(axis=1), second.sum(axis=1))
    shared = (first & second).sum(axis=1)[longest > 0] / longest[longest > 0]
    return float(shared.mean()) if len(shared) else float("nan")


def _is_top(contributions: np.ndarray, top: int) -> np.ndarray:
    weight = np.abs(contributions)
    order = np.argsort(-weight, axis=1, kind="stable")[:, :top]
    chosen = np.zeros(weight.shape, dtype=bool)
    np.put_along_axis(chosen, order, True, axis=1)
    return chosen & (weight > 0)


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Rank correlation; ties share their mean rank. NaN where either is constant."""
    first, second = (pd.Series(side).rank().to_numpy() for side in (one, other))
    if min(np.ptp(first), np.ptp(second)) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
