"""Code lists over time: which groups of a list a person has had within a window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar

import numpy as np

from features import kernels
from features.codelists import CodeList
from features.evidence import Behind, first_rows, on_last_day, within
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

    def _weighed(self, view: View, weights: np.ndarray, *, new: bool = False) -> np.ndarray:
        """(people, windows): the weights of the groups that count, of those with a row within the
        window; with ``new``, of those without an earlier one."""
        ages = view.group_ages(self.of, self.codelist)
        first = view.group_ages(self.of, self.codelist, earliest=True) if new else _NOBODY
        if self.codelist.ranked:
            seen = ages[:, None, :] <= self.days[:, None]
            if new:
                seen &= first[:, None, :] <= self.days[:, None]
            return np.asarray(self.codelist.apply_hierarchy(seen) @ weights)
        weighed = np.empty((len(view), len(self.windows)))
        kernels.weigh_groups(ages, first, weights, self.days, weighed)
        return weighed


_NOBODY = np.empty((0, 0), dtype=np.int32)


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
    def compute(cls, measures: Sequence[HasGroup], view: View) -> list[np.ndarray] | None:
        out, first = view.room(measures)
        for (of, codelist), group, window, columns in _by_list(tuple(measures), tuple(first)):
            kernels.has_groups(view.group_ages(of, codelist), group, window, columns, out)
        return None

    @cached_property
    def rows(self) -> Rows:
        """The rows of the group."""
        return self.of.coded(self.codelist, self.group)

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.rows, window_days)


_ListColumns = tuple[tuple[Rows, CodeList], np.ndarray, np.ndarray, np.ndarray]


@lru_cache(maxsize=64)
def _by_list(measures: tuple[HasGroup, ...], first: tuple[int, ...]) -> list[_ListColumns]:
    """Measures of the same rows and list together: for each of their features the group, the
    window, and the column (``first``: each measure's first)."""
    together: dict[tuple[Rows, CodeList], list[tuple[int, int, int]]] = {}
    for measure, column in zip(measures, first, strict=True):
        features = together.setdefault((measure.of, measure.codelist), [])
        group = measure.codelist.index[measure.group]
        features += [(group, window, column + k) for k, window in enumerate(measure.windows)]
    made = []
    for key, features in together.items():
        group, window, columns = np.ascontiguousarray(np.array(features, dtype=np.int32).T)
        made.append((key, group, window, columns))
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

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return on_last_day(view, self.rows, self.longest)


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
        return [m._weighed(view, m._counted, new=m.new) for m in measures]

    @cached_property
    def _counted(self) -> np.ndarray:
        """Of each group of the list 1 where it counts, else 0."""
        among = self.among or self.codelist.groups
        return np.array([group in among for group in self.codelist.groups], dtype=np.float64)

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        # Where groups give way to others, those decide too, whether they are counted or not.
        groups = () if self.codelist.ranked else self.among
        rows = self.of.coded(self.codelist, *groups)
        if not self.new:
            return within(view, rows, window_days)
        assert window_days is not None
        return self._behind_new(view, groups or self.codelist.groups, window_days)

    def _behind_new(self, view: View, among: Sequence[str], window_days: int) -> Iterator[Behind]:
        first = view.group_ages(self.of, self.codelist, earliest=True)[0]
        is_new = {group: first[self.codelist.index[group]] <= window_days for group in among}
        of_group = {group: self.of.coded(self.codelist, group) for group in among}
        behind = [b for g in among if is_new[g] for b in within(view, of_group[g], window_days)]
        yield from behind
        shown = [found.rows for found in behind if found.table == self.of.table.name]
        for group in among:  # a row of a new group may be of an older one too: the sign of that
            older = not is_new[group] and shown
            if older and np.isin(view.events(of_group[group]).row, np.concatenate(shown)).any():
                yield from first_rows(view, of_group[group])


@dataclass(frozen=True, kw_only=True, eq=False)
class CodeScore(_OfList):
    """Sum of the weights of the groups seen within the window.

    Where the list has a hierarchy, a group gives way to the graver one that replaces it.
    """

    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    @classmethod
    def compute(cls, measures: Sequence[CodeScore], view: View) -> list[np.ndarray]:
        return [measure._weighed(view, measure.codelist.weights) for measure in measures]

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        return within(view, self.of.coded(self.codelist), window_days)
