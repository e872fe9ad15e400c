"""Which rows of a table a measure is about.

``contacts.where(setting="inpatient", urgency="unplanned")`` is an object that is checked
when it is made: an unknown column or value is an error at import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features import tables
from features.codelists import CodeList
from features.tables import Coverage, Table
from features.vocabulary import CLASS_COLUMNS, CODE_COLUMNS, Columns, Vocabulary

_FREE_TEXT = {"profession", "code", "system", "atc"}


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
            if column == "principal" and not coverage.principal:
                return False
        if "system" in self.table.column:
            if self.codes and not self.codes.systems & coverage.systems:
                return False
            if self.listed and not (coverage.principal and self.listed.systems & coverage.systems):
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

    def chosen(self, classes: Vocabulary) -> np.ndarray:
        """Which classes meet the conditions and codes (not ``listed`` and ``on``), bool."""
        plain = self.plain

        def decide(columns: Columns, n: int) -> np.ndarray:
            hit = np.ones(n, dtype=bool)
            for column, wanted in plain.conditions:
                hit &= np.fromiter((value in wanted for value in columns[column]), bool, n)
            if plain.codes is not None:
                codelist = plain.codes.codelist
                member = classes.membership(codelist)
                of_groups = [codelist.index[group] for group in plain.codes.groups]
                hit &= member[len(member) - n :, of_groups].any(axis=1)
            return hit

        return classes.told(plain, decide)


def _codes(table: Table, codelist: CodeList, groups: tuple[str, ...]) -> Codes:
    if table.name not in CODE_COLUMNS:
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
