"""What a table model's scores are made of: each column's mean absolute SHAP value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.risk_model import RiskModel
from training.table.encode import Encoding

MOST_ROWS = 2000
"""Rows explained at most: exact values cost milliseconds a row."""
TOP = 20


@dataclass(frozen=True)
class Share:
    """``share``: mean absolute contribution to the log-odds, a text column's categories added
    up row by row. ``direction``: rank correlation (Spearman 1904) of value and contribution;
    NaN for text and for a column that is never used."""

    column: str
    share: float
    direction: float


def shares_of_columns(
    model: RiskModel, test: pd.DataFrame, encoding: Encoding, label: str, seed: int
) -> tuple[Share, ...]:
    """The ``TOP`` columns, heaviest first, over at most ``MOST_ROWS`` test rows by lot."""
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(len(test), size=min(MOST_ROWS, len(test)), replace=False))
    some = test.iloc[rows]
    contributions = model.explain(some, label).contributions.to_numpy()
    found = []
    for column, places in encoding.places.items():
        total = contributions[:, places].sum(axis=1)
        number = column in encoding.numbers
        direction = _direction(some.iloc[:, places[0]], total) if number else np.nan
        found.append(Share(column, float(np.abs(total).mean()), direction))
    return tuple(sorted(found, key=lambda share: (-share.share, share.column))[:TOP])


def _direction(values: pd.Series, contribution: np.ndarray) -> float:
    known = values.notna().to_numpy()
    value, share = values[known].rank(), pd.Series(contribution[known]).rank()
    if value.nunique() < 2 or share.nunique() < 2:
        return float("nan")
    return float(np.corrcoef(value, share)[0, 1])
