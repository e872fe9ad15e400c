"""Code lists over time: which groups of a list a person has had within a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar

import numpy as np

from features.codelists import CodeList
from features.events import NEVER
from features.history import View
from features.measures.base import Measure
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class _OfList(Measure):
    of: Rows
    codelist: CodeList

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.coded(self.codelist).known_in(coverage)

    @cached_property
    def _ages(self) -> np.ndarray:
        """The windows, to be compared with ages of (people, 1, groups)."""
        return np.array(self.windows, dtype=np.int32)[:, None]

    def _seen(self, view: View) -> np.ndarray:
        """(people, windows, groups): a row of the group within the window."""
        return view.group_ages(self.of, self.codelist)[:, None, :] <= self._ages


@dataclass(frozen=True, kw_only=True, eq=False)
class HasGroup(_OfList):
    """1 where a row of the group falls within the window, else 0."""

    group: str
    windowed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.group not in self.codelist.index:
            raise ValueError(f"code list {self.codelist.name} has no group '{self.group}'")

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.coded(self.codelist, self.group).known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[HasGroup], view: View) -> list[np.ndarray]:
        out, first = view.room(measures)
        results = []
        for (of, codelist), group, window, place in _by_list(tuple(measures)):
            ages = view.group_ages(of, codelist)
            columns = np.asarray(first)[place[0]] + place[1]
            out[:, columns] = ages[:, group] <= window
        for measure, column in zip(measures, first, strict=True):
            results.append(out[:, column : column + len(measure.windows)])
        return results


_ListColumns = tuple[tuple[Rows, CodeList], np.ndarray, np.ndarray, np.ndarray]


@lru_cache(maxsize=64)
def _by_list(measures: tuple[HasGroup, ...]) -> list[_ListColumns]:
    """Measures of the same rows and list together: for each of their features the group, the
    window, and the place as (number of the measure, number of the window)."""
    together: dict[tuple[Rows, CodeList], list[tuple[int, int, int, int]]] = {}
    for number, measure in enumerate(measures):
        features = together.setdefault((measure.of, measure.codelist), [])
        group = measure.codelist.index[measure.group]
        features += [(group, window, number, k) for k, window in enumerate(measure.windows)]
    made = []
    for key, features in together.items():
        group, window, *place = np.array(features).T
        made.append((key, group, window.astype(np.int32), np.array(place)))
    return made


@dataclass(frozen=True, kw_only=True, eq=False)
class DaysSinceGroup(HasGroup):
    """Days since the latest row of the group; ``longest`` where none within that time."""

    longest: int = 1825
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = False

    @classmethod
    def compute(cls, measures: Sequence[DaysSinceGroup], view: View) -> list[np.ndarray]:  # type: ignore[override]
        results = []
        for measure in measures:
            ages = view.group_ages(measure.of, measure.codelist)
            age = ages[:, measure.codelist.index[measure.group]]
            results.append(np.minimum(age, measure.longest)[:, None])
        return results


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupCount(_OfList):
    """Number of groups with a row within the window.

    Groups that give way to a graver one by the list's hierarchy do not count.
    ``new``: only groups whose earliest row is no older than the window, that is, groups
    that are new to the person. ``among``: only these groups; all where empty.
    """

    new: bool = False
    among: tuple[str, ...] = ()
    windowed: ClassVar[bool] = True

    def _problem(self) -> str:
        unknown = [group for group in self.among if group not in self.codelist.index]
        if unknown:
            return f"code list {self.codelist.name} has no group '{unknown[0]}'"
        return super()._problem()

    def known_in(self, coverage: Coverage) -> bool:
        return self.of.coded(self.codelist, *self.among).known_in(coverage)

    @classmethod
    def compute(cls, measures: Sequence[GroupCount], view: View) -> list[np.ndarray]:
        return [measure._count(view) for measure in measures]

    def _count(self, view: View) -> np.ndarray:
        present = self._seen(view)
        if self.new:
            first = view.group_ages(self.of, self.codelist, earliest=True)[:, None, :]
            present &= (first <= self._ages) | (first == NEVER)
        counted = self.codelist.apply_hierarchy(present)
        if self.among:
            counted = counted[:, :, [self.codelist.index[group] for group in self.among]]
        return counted.sum(axis=2)


@dataclass(frozen=True, kw_only=True, eq=False)
class CodeScore(_OfList):
    """Sum of the weights of the groups seen within the window.

    Where the list has a hierarchy, a group gives way to the graver one that replaces it.
    """

    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    @classmethod
    def compute(cls, measures: Sequence[CodeScore], view: View) -> list[np.ndarray]:
        return [measure.codelist.score(measure._seen(view)) for measure in measures]
