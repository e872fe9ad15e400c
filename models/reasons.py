"""Why a score is what it is, in words a clinician can check.

A reason is a measure's share of a score: the windows of one measure added up, worded
with the person's own value in the window that weighs most. Reasons say what is
associated with the score, never what causes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.headings import Heading, HeadingShare, shares_of
from models.risk_model import Explanation, Looked, RiskModel

if TYPE_CHECKING:
    from features.measures.base import Domain, Feature, Measure

ASSOCIATED = {"sv": "har samband med", "en": "associated with"}
"""How a page says what a reason is."""


@dataclass(frozen=True)
class Reason:
    """A measure's ``contribution``, in log-odds. ``feature`` is the one that weighs most, which
    is worded with its ``value`` (NaN: unknown); ``features``: all of the measure's that the
    model reads, heaviest first. Words are made when they are asked for."""

    feature: Feature
    contribution: float
    value: float
    features: tuple[str, ...]

    @property
    def measure(self) -> Measure:
        return self.feature.measure

    @property
    def domain(self) -> Domain:
        return self.measure.domain

    @property
    def raises(self) -> bool:
        return self.contribution > 0

    @property
    def sv(self) -> str:
        return self.feature.says(self.value, "sv")

    @property
    def en(self) -> str:
        return self.feature.says(self.value, "en")

    def text(self, language: str) -> str:
        return self.sv if language == "sv" else self.en


def reasons(
    model: RiskModel,
    matrix: pd.DataFrame,
    target: str,
    top: int | None = None,
    declared: Mapping[str, Feature] | None = None,
    explanation: Explanation | None = None,
    looked: Looked | None = None,
) -> list[list[Reason]]:
    """The reasons for ``target``, one list per row of ``matrix``.

    Heaviest first, raising and lowering alike, without those that weigh nothing; over all
    of them, contributions and the row's base add up to the log-odds. With ``top``,
    at most that many raising and that many lowering ones. ``declared`` defaults to the
    code's features. ``explanation`` and ``looked``: what ``model.explain`` and ``model.look``
    say of these rows, for who has asked already.
    """
    looked = looked or model.look(matrix)
    explanation = explanation or model.explain(matrix, target, looked)
    rows = weighed(model, looked, explanation.contributions.to_numpy(), declared)
    return [[row.reason(number) for number in row.heaviest(top)] for row in rows]


def weighed(
    model: RiskModel,
    looked: Looked,
    shares: np.ndarray,
    declared: Mapping[str, Feature] | None = None,
) -> list[Weighed]:
    """As ``reasons``, of each row that was looked at, with nothing made of those that nobody
    reads. ``shares``: of each feature, (rows, features)."""
    if declared is None:
        declared, places = _as_in_code(tuple(model.features))
    else:
        places = _Places.of(model.features, declared)
    values = looked.rows.astype(np.float64)
    totals = np.add.reduceat(shares[:, places.by_measure], places.first, axis=1)
    order = np.argsort(-np.abs(totals), axis=1, kind="stable")
    rows = zip(totals.tolist(), order.tolist(), shares, values, strict=True)
    return [Weighed(declared, places, *row) for row in rows]


@dataclass(frozen=True)
class Weighed:
    """What each measure adds to one row's score. ``totals``: by the measure's number; ``order``:
    the numbers, heaviest first; ``shares`` and ``values``: of each feature."""

    _declared: Mapping[str, Feature]
    _places: _Places
    totals: list[float]
    order: list[int]
    shares: np.ndarray
    values: np.ndarray

    def heaviest(self, top: int | None = None) -> list[int]:
        """Numbers of the measures that weigh anything, heaviest first; with ``top``, at most that
        many raising and that many lowering ones."""
        chosen = [number for number in self.order if self.totals[number]]
        if top is None:
            return chosen
        raising = [number for number in chosen if self.totals[number] > 0][:top]
        lowering = [number for number in chosen if self.totals[number] < 0][:top]
        kept = {*raising, *lowering}
        return [number for number in chosen if number in kept]

    def reason(self, number: int) -> Reason:
        """The reason that a measure is."""
        places = self._places
        columns = places.columns[number]
        if len(columns) > 1:
            weight = np.abs(self.shares[columns]).tolist()
            heavier = sorted(range(len(columns)), key=weight.__getitem__, reverse=True)
            columns = [columns[place] for place in heavier]
        names = tuple([places.features[column] for column in columns])
        value = float(self.values[columns[0]])
        return Reason(self._declared[names[0]], self.totals[number], value, names)

    def by_heading(self) -> list[HeadingShare]:
        """What all measures add, by heading, as ``headings.by_heading`` of all reasons."""
        parts = ((h, [self.totals[n] for n in ns]) for h, ns in self._places.under.items())
        return shares_of((heading, some) for heading, some in parts if any(some))


@dataclass(frozen=True)
class _Places:
    """Where each measure's features stand. ``columns``: of each measure; ``under``: the measures
    under each heading; ``by_measure``: all columns sorted so that each measure's are next to
    each other, from ``first`` on."""

    features: Sequence[str]
    columns: list[list[int]]
    under: dict[Heading, list[int]]
    by_measure: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, features: Sequence[str], declared: Mapping[str, Feature]) -> _Places:
        columns: dict[Measure, list[int]] = {}
        for column, name in enumerate(features):
            columns.setdefault(declared[name].measure, []).append(column)
        each = list(columns.values())
        sizes = np.cumsum([0, *map(len, each)])
        under: dict[Heading, list[int]] = {}
        for number, measure in enumerate(columns):
            under.setdefault(Heading.of(measure.domain), []).append(number)
        by_measure = np.array([column for of in each for column in of])
        return cls(features, each, under, by_measure, sizes[:-1])


@lru_cache(maxsize=8)
def _as_in_code(features: tuple[str, ...]) -> tuple[Mapping[str, Feature], _Places]:
    """The code's features, and where a model's stand: worked out once for each model."""
    from features.measures import FEATURE

    return FEATURE, _Places.of(features, FEATURE)
