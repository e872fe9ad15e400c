"""Why a score is what it is, in words a clinician can check.

A reason is a measure's share of a score: the windows of one measure added up, worded
with the person's own value in the window that weighs most. Reasons say what is
associated with the score, never what causes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.risk_model import RiskModel

if TYPE_CHECKING:
    from features.measures.base import Domain, Feature, Measure

ASSOCIATED = {"sv": "har samband med", "en": "associated with"}
"""How a page says what a reason is."""


@dataclass(frozen=True)
class Reason:
    """``contribution`` in log-odds; ``value`` of the feature that is worded (NaN: unknown);
    ``features``: all of the measure's features that the model reads, heaviest first."""

    measure: Measure
    domain: Domain
    contribution: float
    raises: bool
    value: float
    sv: str
    en: str
    features: tuple[str, ...]

    def text(self, language: str) -> str:
        return self.sv if language == "sv" else self.en


def reasons(
    model: RiskModel,
    matrix: pd.DataFrame,
    target: str,
    top: int | None = None,
    declared: Mapping[str, Feature] | None = None,
) -> list[list[Reason]]:
    """The reasons for ``target``, one list per row of ``matrix``.

    Heaviest first, raising and lowering alike, without those that weigh nothing; over all
    of them, contributions and the explanation's base add up to the log-odds. With ``top``,
    at most that many raising and that many lowering ones. ``declared`` defaults to the
    code's features.
    """
    if declared is None:
        from features.measures import FEATURE

        declared = FEATURE
    explanation = model.explain(matrix, target)
    shares = explanation.contributions.to_numpy()
    values = matrix[model.features].to_numpy(dtype=np.float64)
    columns_of: dict[str, list[int]] = {}
    for number, name in enumerate(model.features):
        columns_of.setdefault(declared[name].measure.name, []).append(number)
    measure_columns = list(columns_of.values())
    totals = np.column_stack([shares[:, columns].sum(axis=1) for columns in measure_columns])

    answer = []
    for row in range(len(matrix)):
        order = np.argsort(-np.abs(totals[row]), kind="stable")
        chosen = order[totals[row, order] != 0.0]
        if top is not None:
            raising = chosen[totals[row, chosen] > 0][:top]
            lowering = chosen[totals[row, chosen] < 0][:top]
            kept = set(raising) | set(lowering)
            chosen = np.array([number for number in chosen if number in kept], dtype=int)
        answer.append(
            [
                _reason(
                    float(totals[row, number]),
                    sorted(measure_columns[number], key=lambda c: -abs(shares[row, c])),
                    values[row],
                    model.features,
                    declared,
                )
                for number in chosen
            ]
        )
    return answer


def _reason(
    contribution: float,
    columns: list[int],
    values: np.ndarray,
    features: list[str],
    declared: Mapping[str, Feature],
) -> Reason:
    feature = declared[features[columns[0]]]
    value = float(values[columns[0]])
    return Reason(
        measure=feature.measure,
        domain=feature.measure.domain,
        contribution=contribution,
        raises=contribution > 0,
        value=value,
        sv=feature.says(value, "sv"),
        en=feature.says(value, "en"),
        features=tuple(features[column] for column in columns),
    )
