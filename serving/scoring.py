"""Scoring histories with one version of the model."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

import pandas as pd

from features.frames import AnyTables, texts
from features.history import History
from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.measures.base import Domain
from features.tables import Coverage
from models import headings, population, targets
from models.reasons import Weighed, weighed
from models.risk_model import Looked, RiskModel
from serving import tracing
from serving.api.answers import (
    Explanation,
    MobileModel,
    PersonScore,
    Words,
)

KEPT_REASONS = 15
"""Reasons kept apart in an explanation; the smaller ones are added up into ``rest``."""

KEPT_EACH_WAY = 5
"""Of which at least so many that raise and so many that lower: both sides are shown."""


@dataclass(frozen=True)
class Scorer:
    """One version of the model. The same code path as the weekly run, so the same numbers."""

    model: RiskModel
    version: str

    @classmethod
    def of(cls, home: Home) -> "Scorer":
        """The home's champion. ModelMissing without one, ModelMismatch if the code moved on."""
        from models.registry import Registry

        champion = Registry(home).champion()
        return cls(champion.model, champion.version)

    @property
    def primary(self) -> str:
        """The target that ranks: the design's primary one, or the model's first."""
        names = list(self.model.targets)
        return targets.PRIMARY if targets.PRIMARY in names else names[0]

    def matrix(
        self, tables: AnyTables, index_date: date, coverage: Coverage | None = None
    ) -> pd.DataFrame:
        """A row of features per person. Without a coverage: what the model was trained on,
        as far as the tables reach (a table that is absent is not known, an empty one is zero).
        """
        coverage = coverage or self.model.coverage.within(frozenset(tables))
        with tracing.span("features"):
            history = History.of(tables, coverage)
            return build_matrix(history, MEASURES, [pd.Timestamp(index_date)])

    def score(
        self,
        tables: AnyTables,
        index_date: date,
        wanted: list[str] | None = None,
        coverage: Coverage | None = None,
        *,
        people: list[str] | None = None,
    ) -> list[PersonScore]:
        """Scores of all targets, one per person in ``tables`` (or of ``people``), by person_id,
        with reasons of the targets ``wanted`` (the primary one)."""
        matrix = self.matrix(tables, index_date, coverage)
        if people is not None:
            matrix = matrix[person_ids(matrix).isin(people)]
        with tracing.span("predict", people=len(matrix)):
            looked = self.model.look(matrix)
            probabilities = self.model.scores(looked).tolist()
        groups, mobile = population.group_names(matrix), mobile_models(matrix)
        wanted = wanted or [self.primary]
        with tracing.span("explain", people=len(matrix), targets=len(wanted)):
            explained = {t: self.explain(matrix, t, looked) for t in wanted}
        return [
            PersonScore(
                person_id=person,
                index_date=index_date,
                model_version=self.version,
                probabilities=dict(zip(self.model.targets, probabilities[i], strict=True)),
                groups=groups[i],
                mobile_model=mobile[i],
                explanations=[explained[t][i] for t in explained],
            )
            for i, person in enumerate(_people(matrix))
        ]

    def explain(
        self, matrix: pd.DataFrame, target: str, looked: Looked | None = None
    ) -> list[Explanation]:
        """Why, for each row: the largest reasons apart, the rest added up. ``looked``: what
        ``model.look`` gave for the rows."""
        if not len(matrix):
            return []
        looked = looked or self.model.look(matrix)
        shares = self.model.shares(looked, target)
        rows = weighed(self.model, looked, shares[:, :-1])
        return [
            _explanation(target, base, row)
            for base, row in zip(shares[:, -1].tolist(), rows, strict=True)
        ]


def person_ids(matrix: pd.DataFrame) -> pd.Index:
    return matrix.index.get_level_values("person_id")


def _people(matrix: pd.DataFrame) -> list[str]:
    """Everybody in the rows, as text, without a column of pandas in between."""
    rows: Any = matrix.index
    names = texts(rows.levels[0].array)
    return [str(names[number]) for number in rows.codes[0].tolist()]


def mobile_models(matrix: pd.DataFrame) -> list[MobileModel | None]:
    """The suggested model of mobile care for each row, in the answers' words."""
    return [_mobile_model(rule) for rule in population.mobile_rules(matrix)]


@cache
def _mobile_model(rule: str) -> MobileModel:
    label = population.MOBILE_RULES[rule].label
    return MobileModel(
        model=population.MOBILE_RULES[rule].model, rule=Words(sv=label("sv"), en=label("en"))
    )


def _explanation(target: str, base: float, row: Weighed) -> Explanation:
    heaviest = row.heaviest()
    totals = [row.totals[number] for number in heaviest]
    kept = _kept(totals)
    # Checked as a whole: a third of the time that making the parts one by one takes.
    return Explanation.model_validate(
        {
            "target": target,
            "base": base,
            "rest": sum([total for place, total in enumerate(totals) if place not in kept]),
            "reasons": [_reason(row.reason(heaviest[place])) for place in sorted(kept)],
            "headings": [_heading(share) for share in row.by_heading()],
        }
    )


def _kept(totals: list[float]) -> set[int]:
    """Which reasons, heaviest first, are kept apart: ``KEPT_REASONS`` at most, and among them
    ``KEPT_EACH_WAY`` of each direction as far as there are so many."""
    certain = {i for way in (True, False) for i in _first(totals, way)}
    others = (i for i in range(len(totals)) if i not in certain)
    return {*certain, *islice(others, KEPT_REASONS - len(certain))}


def _first(totals: list[float], raising: bool) -> Iterator[int]:
    return islice((i for i, t in enumerate(totals) if (t > 0) == raising), KEPT_EACH_WAY)


def _reason(reason: Any) -> dict[str, Any]:
    return {
        "measure": getattr(reason.measure, "name", reason.measure),
        "domain": _label(reason.domain),
        "contribution": float(reason.contribution),
        "raises": bool(reason.raises),
        "words": {"sv": reason.sv, "en": reason.en},
        "feature": reason.features[0],
    }


def _heading(share: headings.HeadingShare) -> dict[str, Any]:
    return {
        "heading": _label(share.heading),
        "contribution": share.contribution,
        "raises": share.raises,
    }


@cache
def _label(of: Domain | headings.Heading) -> Words:
    return Words(sv=of.label("sv"), en=of.label("en"))
