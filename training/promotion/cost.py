"""What a model costs to serve: time for one person, and room on disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from models.risk_model import RiskModel

ROUNDS = 50
WARM_UP = 3


def milliseconds(models: Sequence[RiskModel], row: pd.DataFrame, target: str) -> list[float]:
    """Time to score one row and to explain one target of it, for each model: the least of 50
    turns. What the others took longer was the machine's doing, and not the model's.

    ``row``: one row of the matrix. The models take turns. These are still the only figures of
    a decision that are not the same twice.
    """
    taken = np.empty((ROUNDS, len(models)))
    for number in range(-WARM_UP, ROUNDS):
        for position, model in enumerate(models):
            began = time.perf_counter()
            model.predict(row)
            model.explain(row, target)
            taken[number, position] = 1000.0 * (time.perf_counter() - began)
    return [float(least) for least in taken.min(axis=0)]


def megabytes(folder: Path) -> float:
    """The size of everything in a model's folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
