"""Which rows of a table a measure is about.

``contacts.where(setting="inpatient", urgency="unplanned")`` is an object that is checked
when it is made: an unknown column or value is an error at import.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from threading import Lock

import numpy as np

from features import tables
from features.codelists import CodeList
from features.tables import Coverage, Table

# The columns that tell rows of a table apart. Rows that agree in all of them are of one
# class, and every selection is decided class by class, not row by row.
CLASS_COLUMNS: dict[str, tuple[str, ...]] = {
    "contacts": ("setting", "form", "urgency", "profession"),
    "diagnoses": ("system", "code", "principal"),
    "procedures": ("system", "code"),
    "dispensings": ("atc", "dose_dispensed"),
    "municipal_care": ("kind",),
    "observations": ("code",),
    "listings": (),
    "observation_periods": (),
    "enrolments": ("mobile_model",),
}
_CODE_COLUMNS = {
    "diagnoses": ("system", "code"),
    "procedures": ("system", "code"),
    "dispensings": (None, "atc"),
}
_FREE_TEXT = {"profession", "code", "system", "atc"}


Columns = dict[str, np.ndarray]


class Vocabulary:
    """The classes of a table's rows that this process has met, so that what a class belongs
    to is decided once: the same ones come back in every partition and every call.

    Holds codes and other values by which rows are told apart, and nothing of people.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._number_of: dict[tuple[object, ...], int] = {}
        self._decided: dict[Rows | CodeList, np.ndarray] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._number_of)

    def numbers(self, columns: Columns) -> np.ndarray:
        """The number of each class; ``columns``: equal-length arrays, a class each."""
        in_order = [columns[name] for name in CLASS_COLUMNS[self.table.name]]
        known, values = self._number_of, list(zip(*in_order, strict=True))
        found = [known.get(one) for one in values]
        if None in found:
            with self._lock:
                found = [known.setdefault(one, len(known)) for one in values]
        return np.array(found, dtype=np.intp)

    def decided(self, by: Rows | CodeList, of: np.ndarray) -> np.ndarray:
        """What a selection or a list says of the classes with the numbers ``of``."""
        decided = self._decided.get(by)
        if decided is None or len(decided) < len(self._number_of):
            with self._lock:
                decided = self._decide(by)
        return decided[of]

    def _decide(self, by: Rows | CodeList) -> np.ndarray:
        before = self._decided.get(by)
        start = 0 if before is None else len(before)
        values = list(islice(self._number_of, start, None))
        columns = {
            name: np.fromiter((one[place] for one in values), object, len(values))
            for place, name in enumerate(CLASS_COLUMNS[self.table.name])
        }
        if isinstance(by, CodeList):
            system_column, code_column = _CODE_COLUMNS[self.table.name]
            codes = columns[code_column]
            of_atc = np.full(len(codes), "atc", object)
            new = by.membership(columns[system_column] if system_column else of_atc, codes)
        else:
            new = by.decide(columns, len(values), lambda codelist: self._decide(codelist)[start:])
        self._decided[by] = new if before is None else np.concatenate([before, new])
        return self._decided[by]


MOST_CLASSES = 200_000
"""With more than these met, a table's vocabulary begins anew, so that memory stays bounded."""
_vocabularies: dict[str, Vocabulary] = {}


def _vocabulary(table: Table) -> Vocabulary:
    met = _vocabularies.get(table.name)
    if met is None or len(met) > MOST_CLASSES:
        met = _vocabularies[table.name] = Vocabulary(table)
    return met


class Classes:
    """The classes of a table's rows: equal-length columns of values, a class each."""

    def __init__(self, table: Table, columns: Columns) -> None:
        self.table, self.columns = table, columns
        if columns:
            self._vocabulary = _vocabulary(table)
            self._numbers = self._vocabulary.numbers(columns)

    def __len__(self) -> int:
        return len(self._numbers) if self.columns else 1

    def membership(self, codelist: CodeList) -> np.ndarray:
        """(classes, groups of the list): which classes belong to which groups."""
        return self._vocabulary.decided(codelist, self._numbers)

    def chosen_by(self, rows: Rows) -> np.ndarray:
        """Which classes a selection holds, (classes,) bool."""
        if not self.columns:
            return np.ones(1, dtype=bool)
        return self._vocabulary.decided(rows.plain, self._numbers)


@dataclass(frozen=True)
class Codes:
    """Codes of a list, or of some of its groups."""

    codelist: CodeList
    groups: tuple[str, ...]

    @property
    def systems(self) -> frozenset[str]:
        return self.codelist.systems_of(self.groups)


@dataclass(frozen=True)
class Rows:
    """Rows of one table that meet every condition.

    ``listed``: only diagnoses that the list points out by its position rules (principal,
    any position, principal with a certain other code beside it). ``on``: only rows on a
    contact that is itself among these rows; their day is the contact's start.
    Either way a row is known once everything that decided it is known.
    """

    table: Table
    conditions: tuple[tuple[str, frozenset[object]], ...] = ()
    codes: Codes | None = None
    listed: CodeList | None = None
    on: Rows | None = None

    def where(self, **conditions: str | bool | Iterable[str]) -> Rows:
        """The rows whose columns hold the given value, or one of the given values."""
        added = []
        for column, wanted in conditions.items():
            values: set[str | bool] = {wanted} if isinstance(wanted, str | bool) else set(wanted)
            self._check(column, values)
            added.append((column, frozenset(values)))
        return replace(self, conditions=self.conditions + tuple(added))

    def coded(self, codelist: CodeList, *groups: str) -> Rows:
        """The rows whose code stands in the list (in these groups, where given)."""
        return replace(self, codes=_codes(self.table, codelist, groups))

    def pointed_out_by(self, codelist: CodeList) -> Rows:
        """The diagnoses that make their contact one of the list (an avoidable admission)."""
        if self.table is not tables.DIAGNOSES:
            raise ValueError("position rules are about diagnoses")
        return replace(self, listed=codelist)

    def on_contacts(self, contacts: Rows) -> Rows:
        return replace(self, on=contacts)

    def _check(self, column: str, values: Collection[str | bool]) -> None:
        if column not in CLASS_COLUMNS[self.table.name]:
            raise ValueError(f"{self.table.name} rows cannot be chosen by '{column}'")
        declared = self.table.column.get(column)
        if declared is not None and declared.allowed and column not in _FREE_TEXT:
            wrong = set(values) - set(declared.allowed)
            if wrong:
                raise ValueError(f"{self.table.name}.{column} is never {sorted(map(str, wrong))}")

    def known_in(self, coverage: Coverage) -> bool:
        """Whether the source delivers what is needed to tell these rows from others."""
        if self.table.name not in coverage.tables:
            return False
        for column, values in self.conditions:
            if column == "setting" and not values <= coverage.settings:
                return False
            if column == "urgency" and not coverage.urgency:
                return False
        if "system" in self.table.column:
            if self.codes and not self.codes.systems & coverage.systems:
                return False
            if self.listed and not self.listed.systems & coverage.systems:
                return False
        return self.on is None or self.on.known_in(coverage)

    @cached_property
    def plain(self) -> Rows:
        """What is decided by class alone: the conditions and codes."""
        if self.listed is None and self.on is None:
            return self
        return Rows(self.table, self.conditions, self.codes)

    @cached_property
    def _hash(self) -> int:
        return hash((self.table.name, self.conditions, self.codes, self.listed, self.on))

    def __hash__(self) -> int:
        return self._hash

    def decide(
        self, columns: Columns, n: int, membership: Callable[[CodeList], np.ndarray]
    ) -> np.ndarray:
        """Which of ``n`` classes meet the conditions and codes (not ``listed`` and ``on``).

        ``membership``: the groups of a list that the classes belong to, (n, groups).
        """
        hit = np.ones(n, dtype=bool)
        for column, wanted in self.conditions:
            hit &= np.fromiter((value in wanted for value in columns[column]), bool, n)
        if self.codes is not None:
            of_groups = [self.codes.codelist.index[group] for group in self.codes.groups]
            hit &= membership(self.codes.codelist)[:, of_groups].any(axis=1)
        return hit

    def matches(self, classes: Classes) -> np.ndarray:
        """Which classes of rows meet the conditions and codes (not ``listed`` and ``on``)."""
        return classes.chosen_by(self)


def _codes(table: Table, codelist: CodeList, groups: tuple[str, ...]) -> Codes:
    if table.name not in _CODE_COLUMNS:
        raise ValueError(f"{table.name} rows carry no codes")
    unknown = [group for group in groups if group not in codelist.index]
    if unknown:
        raise ValueError(f"code list {codelist.name} has no group {unknown}")
    return Codes(codelist, groups or tuple(codelist.groups))


contacts = Rows(tables.CONTACTS)
diagnoses = Rows(tables.DIAGNOSES)
procedures = Rows(tables.PROCEDURES)
dispensings = Rows(tables.DISPENSINGS)
municipal_care = Rows(tables.MUNICIPAL_CARE)
observations = Rows(tables.OBSERVATIONS)
listings = Rows(tables.LISTINGS)
observation_periods = Rows(tables.OBSERVATION_PERIODS)
enrolments = Rows(tables.ENROLMENTS)
admissions = contacts.where(setting="inpatient")
