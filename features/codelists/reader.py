"""Reads a code list: one CSV of facts, each row a code prefix of a group.

Columns: ``group, system, code_prefix, weight, rule, label_sv, label_en, source, status``.
Codes are without dots and match by prefix, so a national suffix (I10.9A → I109A) matches
too. In a group the longest matching prefix decides. ``status`` is ``found`` (read in the
source named) or ``unverified`` (recalled or our own). Rules:

- ``not``                  the prefix is an exception: it does not belong to the group
- ``also``                 the code stands in another group of another weight too; both count
- ``unless:SEVERER``       the group does not count for a person who has ``SEVERER`` too
- ``with:OTHER:RESULT``    together with ``OTHER`` the group gives ``RESULT``
- ``principal``, ``any_position``, ``principal_with:A|B``   position in an admission,
  see ``features.codelists.admissions``

Refused, by file and row: the same prefix twice in a group; a prefix within a longer one of
the same group and rule (one of them says nothing); codes that add up the weights of two
groups where no row says ``also``; codes of a system that the list does not declare.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np

from features.errors import DataError

FOLDER = Path(__file__).parent
COLUMNS = (
    "group",
    "system",
    "code_prefix",
    "weight",
    "rule",
    "label_sv",
    "label_en",
    "source",
    "status",
)
STATUSES = ("found", "unverified")
_PLAIN_RULES = ("", "not", "also", "principal", "any_position")
_PREFIX = re.compile("[A-Z0-9_]+")
_REPAIR = "Correct the code list; its columns and rules are in features/codelists/reader.py."


@dataclass(frozen=True)
class Row:
    """A code prefix of a group, as the CSV has it."""

    group: str
    system: str
    code_prefix: str
    weight: float
    rule: str
    label_sv: str
    label_en: str
    source: str
    status: str


@dataclass(frozen=True, eq=False)
class CodeList:
    """A named set of groups of codes. Groups are numbered in the order of the file.

    ``year``: the edition of the list's definition; an older or newer edition is a list of
    its own, in a file of its own.
    """

    name: str
    rows: tuple[Row, ...] = field(repr=False)
    year: int | None = None

    @cached_property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.group for row in self.rows))

    @cached_property
    def index(self) -> dict[str, int]:
        """Number of each group."""
        return {group: number for number, group in enumerate(self.groups)}

    @cached_property
    def systems(self) -> frozenset[str]:
        """Code systems that the list has codes of: a source without any of them tells
        nothing about its groups."""
        return frozenset(row.system for row in self.rows)

    def systems_of(self, groups: Iterable[str]) -> frozenset[str]:
        """Code systems that any of the groups has codes of."""
        return frozenset().union(*(self._systems_by_group[group] for group in groups))

    @cached_property
    def _systems_by_group(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            found[row.group].add(row.system)
        return {group: frozenset(systems) for group, systems in found.items()}

    @cached_property
    def weights(self) -> np.ndarray:
        """Weight of each group, (groups,)."""
        by_group = {row.group: row.weight for row in self.rows}
        return np.array([by_group[group] for group in self.groups])

    @cached_property
    def labels_sv(self) -> tuple[str, ...]:
        by_group = {row.group: row.label_sv for row in self.rows}
        return tuple(by_group[group] for group in self.groups)

    @cached_property
    def labels_en(self) -> tuple[str, ...]:
        by_group = {row.group: row.label_en for row in self.rows}
        return tuple(by_group[group] for group in self.groups)

    def label(self, group: str, language: str) -> str:
        """What a group is called in ``sv`` or ``en``."""
        return (self.labels_sv if language == "sv" else self.labels_en)[self.index[group]]

    def covers(self, systems: frozenset[str]) -> bool:
        """Whether a source with these code systems can tell anything about the list."""
        return bool(self.systems & systems)

    def match(self, system: str, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Groups of every code.

        ``codes``: distinct codes without dots, (n,). Returns pairs as two arrays of equal
        length: positions in ``codes`` and group numbers, sorted by both. A code may be in
        several groups, or in none. An unknown system matches nothing.
        """
        where, which = [], []
        for position, code in enumerate(codes):
            for row in self.rows_of(system, str(code)):
                where.append(position)
                which.append(self.index[row.group])
        return np.array(where, dtype=np.int64), np.array(which, dtype=np.int64)

    def membership(self, systems: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Which of the codes belong to which groups, (codes, groups) bool.

        ``systems``, ``codes``: equal-length arrays of text; a missing code belongs nowhere.
        """
        member = np.zeros((len(codes), len(self.groups)), dtype=bool)
        for number, key in enumerate(zip(systems, codes, strict=True)):
            groups = self._groups_of.get(key)
            if groups is None:
                system, code = key
                known = isinstance(code, str) and isinstance(system, str)
                rows = self.rows_of(system, code) if known else []
                groups = self._groups_of[key] = tuple(self.index[row.group] for row in rows)
            for group in groups:
                member[number, group] = True
        return member

    @cached_property
    def _groups_of(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Codes met so far: the same ones come back in every partition and every call."""
        return {}

    def rows_of(self, system: str, code: str) -> list[Row]:
        """The deciding row of every group that a code belongs to, in group order."""
        met = self._rows_of.get((system, code))
        if met is None:
            met = self._rows_of[system, code] = self._look_up(system, code)
        return met

    @cached_property
    def _rows_of(self) -> dict[tuple[str, str], list[Row]]:
        """Codes met so far, as in ``_groups_of``."""
        return {}

    def _look_up(self, system: str, code: str) -> list[Row]:
        by_prefix = self._by_prefix.get(system, {})
        longest: dict[str, Row] = {}
        for length in range(1, len(code) + 1):
            for row in by_prefix.get(code[:length], ()):
                longest[row.group] = row
        kept = [row for row in longest.values() if row.rule != "not"]
        return sorted(kept, key=lambda row: self.index[row.group])

    @cached_property
    def _by_prefix(self) -> dict[str, dict[str, list[Row]]]:
        tree: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.rows:
            tree[row.system][row.code_prefix].append(row)
        return {system: dict(prefixes) for system, prefixes in tree.items()}

    @cached_property
    def unless(self) -> tuple[tuple[int, int], ...]:
        """(group, severer group): the first does not count where the second is present."""
        return tuple(
            (self.index[group], self.index[rule.split(":")[1]])
            for group, rule in self._rules("unless:")
        )

    @cached_property
    def together(self) -> tuple[tuple[int, int, int], ...]:
        """(group, other, result): the first two together give the third."""
        return tuple(
            (self.index[group], self.index[other], self.index[result])
            for group, rule in self._rules("with:")
            for _, other, result in [rule.split(":")]
        )

    @cached_property
    def ranked(self) -> bool:
        """Whether any group gives way to another, or two give a third."""
        return bool(self.unless or self.together)

    def _rules(self, kind: str) -> list[tuple[str, str]]:
        found = dict.fromkeys((r.group, r.rule) for r in self.rows if r.rule.startswith(kind))
        return list(found)

    def apply_hierarchy(self, present: np.ndarray) -> np.ndarray:
        """Groups that count, given those present, both bool (..., groups): the list's
        hierarchy. Combinations first, then the severer group over the milder."""
        counts = np.array(present, dtype=bool)
        for group, other, result in self.together:
            counts[..., result] |= counts[..., group] & counts[..., other]
        for group, severer in self.unless:
            counts[..., group] &= ~counts[..., severer]
        return counts


def read_code_list(
    path: Path, *, year: int | None = None, systems: Iterable[str] | None = None
) -> CodeList:
    """Read and check one list. Raises DataError naming file and row.

    ``systems``: the code systems that the list covers, each of which it must have codes of,
    and no others; not checked where not given.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise DataError(
                    f"columns must be {', '.join(COLUMNS)}", where=path.name, do=_REPAIR
                )
            rows = tuple(
                _row(record, f"{path.name}, row {number}")
                for number, record in enumerate(reader, start=2)
            )
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise DataError("cannot be read as UTF-8 CSV", where=path.name, do=_REPAIR) from problem
    _check(rows, path.name)
    _check_overlap(rows, path.name)
    if systems is not None:
        _check_systems(rows, path.name, frozenset(systems))
    return CodeList(path.stem, rows, year)


def _row(record: dict[str, str], where: str) -> Row:
    if None in record or None in record.values():
        raise DataError("too many or too few columns", where=where, do=_REPAIR)
    for column in COLUMNS:
        if column != "rule" and not record[column].strip():
            raise DataError(f"'{column}' is empty", where=where, do=_REPAIR)
    if record["status"] not in STATUSES:
        raise DataError("'status' must be found or unverified", where=where, do=_REPAIR)
    if not _PREFIX.fullmatch(record["code_prefix"]):
        raise DataError(
            "'code_prefix' must be capital letters and digits, without dots",
            where=where,
            do=_REPAIR,
        )
    try:
        weight = float(record["weight"])
    except ValueError:
        raise DataError("'weight' is not a number", where=where, do=_REPAIR) from None
    return Row(**{**record, "weight": weight})  # type: ignore[arg-type]


def _check(rows: tuple[Row, ...], file: str) -> None:
    """What a single row cannot show: rules point at groups, a group is one thing."""
    if not rows:
        raise DataError("has no rows", where=file, do=_REPAIR)
    groups = {row.group for row in rows}
    once: set[tuple[str, str, str]] = set()
    said: dict[str, tuple[str, str]] = {}
    weighs: dict[str, float] = {}
    for number, row in enumerate(rows, start=2):
        where = f"{file}, row {number}"
        kind, *others = row.rule.split(":")
        known = {"unless": 1, "with": 2, "principal_with": 1}
        if kind in known:
            named = [] if kind == "principal_with" else others
            if len(others) != known[kind] or not groups.issuperset(named):
                raise DataError("'rule' names an unknown group", where=where, do=_REPAIR)
        elif row.rule not in _PLAIN_RULES:
            raise DataError("'rule' is not a known rule", where=where, do=_REPAIR)
        if said.setdefault(row.group, (row.label_sv, row.label_en)) != (
            row.label_sv,
            row.label_en,
        ):
            raise DataError("a group has two labels", where=where, do=_REPAIR)
        if weighs.setdefault(row.group, row.weight) != row.weight:
            raise DataError("a group has two weights", where=where, do=_REPAIR)
        key = (row.group, row.system, row.code_prefix)
        if key in once:
            raise DataError("the same prefix twice in a group", where=where, do=_REPAIR)
        once.add(key)


def _check_overlap(rows: tuple[Row, ...], file: str) -> None:
    """No prefix within another one of its group, no code that adds up two weights unsaid."""
    by_prefix: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_prefix[row.system, row.code_prefix].append(row)
    for number, row in enumerate(rows, start=2):
        for length in range(1, len(row.code_prefix) + 1):
            for wider in by_prefix.get((row.system, row.code_prefix[:length]), ()):
                problem = _overlap(row, wider)
                if problem:
                    raise DataError(problem, where=f"{file}, row {number}", do=_REPAIR)


def _overlap(row: Row, wider: Row) -> str:
    """What is wrong with two rows of which the first's prefix lies in the second's."""
    if row is wider or "not" in (row.rule, wider.rule):
        return ""
    if row.group == wider.group:
        same = row.rule == wider.rule
        return f"the prefix lies within '{wider.code_prefix}' of the same group" if same else ""
    if row.weight == wider.weight or "also" in (row.rule, wider.rule):
        return ""
    return (
        f"the prefix lies within '{wider.code_prefix}' of group '{wider.group}', which weighs "
        "differently; if both count, say so with the rule 'also'"
    )


def _check_systems(rows: tuple[Row, ...], file: str, declared: frozenset[str]) -> None:
    for number, row in enumerate(rows, start=2):
        if row.system not in declared:
            raise DataError(
                f"'system' is not one that the list covers ({', '.join(sorted(declared))})",
                where=f"{file}, row {number}",
                do=_REPAIR,
            )
    without = declared - {row.system for row in rows}
    if without:
        raise DataError(
            f"covers {', '.join(sorted(without))} by declaration but has no codes of it",
            where=file,
            do=_REPAIR,
        )


def version(folder: Path = FOLDER) -> str:
    """One hash over the content of all lists: changes when any fact does."""
    digest = sha256()
    for path in sorted(folder.glob("*.csv")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
