"""Everyone present at an index date, and who of them a model would list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.tables import Coverage, Tables
from models.population import CAPACITY, groups, listed_unit, present
from training.judgement.capacity import on_lists

EVERYONE = "all"
"""The one list there is when the source does not say who is listed where."""


@dataclass(frozen=True)
class Present:
    """``matrix``: float32 features, index person_id. ``unit``: each one's care unit. ``may``:
    whether in a target group, without which nobody is listed."""

    matrix: pd.DataFrame
    unit: np.ndarray
    may: np.ndarray

    @classmethod
    def at(cls, tables: Tables, coverage: Coverage, day: date) -> Present:
        """Those present at an index date, by what ``tables`` hold."""
        here = present(tables, coverage, day).to_numpy()
        matrix = build_matrix(History.of(tables, coverage), MEASURES, [day]).loc[here]
        matrix = matrix.droplevel("index_date")
        if "listings" in coverage.tables:
            unit = listed_unit(tables, day).reindex(matrix.index).to_numpy(dtype="U")
        else:
            unit = np.full(len(matrix), EVERYONE)
        return cls(matrix, unit, groups(matrix).any(axis=1).to_numpy())

    @classmethod
    def together(cls, parts: Iterable[Present]) -> Present:
        every = list(parts)
        return cls(
            pd.concat([part.matrix for part in every]),
            np.concatenate([part.unit for part in every]),
            np.concatenate([part.may for part in every]),
        )

    def listed(self, probability: np.ndarray, places: int = CAPACITY) -> np.ndarray:
        """Who is on a care unit's list, (n,) bool: as the weekly run makes them."""
        people = self.matrix.index.to_numpy(dtype="U")
        return on_lists(self.unit, probability, self.may, people, places)


def newest_monday(data_through: date) -> date:
    """The Monday after the data end: the week that lists would be written for now."""
    return data_through + timedelta(days=7 - data_through.weekday())
