"""What holds of a person or of the date, without counting rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np

from features import kernels
from features.evidence import ABOUT_THE_PERSON, Behind
from features.frames import days, label
from features.history import View
from features.measures.base import Measure
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class Age(Measure):
    """Age on the index date in whole years; NaN before birth."""

    needs_unit: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return True

    @classmethod
    def compute(cls, measures: Sequence[Age], view: View) -> list[np.ndarray]:
        years = np.empty(len(view))
        kernels.whole_years(days(view.history.person_columns["birth_date"]), view.day, years)
        return [years[:, None] for _ in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return ABOUT_THE_PERSON


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonIs(Measure):
    """1 where a text or yes/no column of persons holds ``value``, 0 where not, NaN if missing."""

    column: str
    value: str | bool

    def known_in(self, coverage: Coverage) -> bool:
        return True

    @classmethod
    def compute(cls, measures: Sequence[PersonIs], view: View) -> list[np.ndarray]:
        results = []
        for measure in measures:
            number, values = label(view.history.person_columns[measure.column])
            flag = np.array([*(value == measure.value for value in values), np.nan])
            results.append(flag[number][:, None])
        return results

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return ABOUT_THE_PERSON


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonValue(Measure):
    """A number column of persons."""

    column: str
    needs_unit: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return True

    @classmethod
    def compute(cls, measures: Sequence[PersonValue], view: View) -> list[np.ndarray]:
        return [view.person_values(measure.column)[:, None] for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return ABOUT_THE_PERSON


@dataclass(frozen=True, kw_only=True, eq=False)
class OfDate(Measure):
    """A number told by the index date alone (season)."""

    value: Callable[[date], float]
    needs_unit: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return True

    @classmethod
    def compute(cls, measures: Sequence[OfDate], view: View) -> list[np.ndarray]:
        index_date = np.datetime64(view.day, "D").astype(date)
        return [np.full((len(view), 1), measure.value(index_date)) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return ()
