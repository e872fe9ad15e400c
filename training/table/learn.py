"""A RiskModel with one target, the table's label, and a regression, from development rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isqrt

import numpy as np
import pandas as pd

from features.progress import Track, silently
from features.tables import Coverage
from models.baselines import FittedBaseline, fit_logistic_all
from models.risk_model import RiskModel, reference_population
from training.boosters import BoosterSettings
from training.fit import Development
from training.split import PersonSplit
from training.table.encode import Encoding
from training.table.parts import Parts
from training.table.read import PlainTable

FEWEST_IN_LEAF = 5


@dataclass(frozen=True)
class Learnt:
    """The development rows: ``matrix``, float32 features, index person_id; ``label`` and
    ``fold`` of each."""

    matrix: pd.DataFrame
    label: np.ndarray
    fold: np.ndarray

    @classmethod
    def of(cls, table: PlainTable, parts: Parts, encoding: Encoding) -> Learnt:
        chosen = parts.development
        matrix = pd.DataFrame(
            encoding.matrix(table.features[chosen]),
            index=pd.Index(table.person[chosen], name="person_id"),
            columns=pd.Index(encoding.names),
        )
        return cls(matrix, table.label[chosen], parts.fold[chosen])

    def outcomes(self, label: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Event and weight, all weighing the same."""
        return {label: (self.label, np.ones(len(self.label)))}


def booster_settings(rows: int) -> BoosterSettings:
    """As for a region, but with leaves that a table of a few hundred rows can fill: the square
    root of the rows. A column is held to no direction, though a measure may have its name."""
    usual = BoosterSettings()
    smallest = min(usual.min_data_in_leaf, max(FEWEST_IN_LEAF, isqrt(rows)))
    return BoosterSettings(min_data_in_leaf=smallest, monotone=False)


def fit_table_model(
    learnt: Learnt, label: str, split: PersonSplit, track: Track = silently
) -> RiskModel:
    """The calibrated booster. The same rows and seed give the same bytes."""
    matrix, features = learnt.matrix, list(learnt.matrix.columns)
    settings = booster_settings(len(matrix))
    development = Development(
        matrix.to_numpy(dtype=np.float32), features, learnt.fold, settings, split.seed
    )
    fit = development.fit_all(learnt.outcomes(label), track=track)[label]
    return RiskModel(
        {label: fit.booster.model_to_string()},
        {label: fit.calibration},
        features,
        Coverage(frozenset()),
        reference_population(matrix),
        {
            "split": asdict(split),
            "boosters": asdict(settings),
            "rounds": {label: fit.rounds},
            "training_rows": len(matrix),
            "training_events": {label: int(learnt.label.sum())},
        },
    )


def fit_table_regression(learnt: Learnt, label: str, seed: int) -> FittedBaseline:
    """The regularised logistic regression on all features."""
    fitted = fit_logistic_all(
        learnt.matrix, list(learnt.matrix.columns), learnt.fold, learnt.outcomes(label), seed
    )
    return fitted[label]
