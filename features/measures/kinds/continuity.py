"""Continuity of care: how a person's contacts spread over those who give it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features import kernels
from features.evidence import Behind, within
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import values_of
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class _Spread(Measure):
    """Needs at least ``at_least`` contacts; NaN (not known) with fewer."""

    of: Rows
    column: str = "care_unit"
    at_least: int = 2
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[_Spread], view: View) -> list[np.ndarray]:
        return [measure._index(view) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of, window_days)

    def _index(self, view: View) -> np.ndarray:
        total, most, squares = self._told(view)
        with np.errstate(divide="ignore", invalid="ignore"):
            index = self._from_counts(total, most, squares)
        index[total < self.at_least] = np.nan
        return index

    def _told(self, view: View) -> np.ndarray:
        """(3, people, windows): contacts, those with the provider met most, squares by provider."""

        def tell() -> np.ndarray:
            events = view.events(self.of)
            values = values_of(view, self.of, self.column)
            told = np.empty((3, len(view), len(self.windows)))
            kernels.spread(
                events.person, events.day, events.row, *values, view.day, self.days, told
            )
            return told

        return view.once(("spread", self.of, self.column, self.windows), tell)

    def _from_counts(self, total: np.ndarray, most: np.ndarray, squares: np.ndarray) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class UsualProvider(_Spread):
    """Usual Provider of Care: the share of contacts with the provider met most often (0-1).

    Breslau & Reeb 1975, J Med Educ 50:965-969.
    """

    def _from_counts(self, total: np.ndarray, most: np.ndarray, squares: np.ndarray) -> np.ndarray:
        return most / total


@dataclass(frozen=True, kw_only=True, eq=False)
class BiceBoxerman(_Spread):
    """Bice-Boxerman Continuity of Care Index: (sum of n_i^2 - N) / (N (N - 1)), 0-1.

    1 where all contacts are with one provider, 0 where each is with another.
    Bice & Boxerman 1977, doi 10.1097/00005650-197704000-00010.
    """

    def _from_counts(self, total: np.ndarray, most: np.ndarray, squares: np.ndarray) -> np.ndarray:
        return (squares - total) / (total * (total - 1))
