"""The classes of a table's rows that this process has met, and what is decided of them.

Rows that agree in all columns by which rows are told apart are of one class. The same
classes come back in every partition and every call, so what a class belongs to is decided
once per process, and only for classes that are new. Holds codes and other values by which
rows are told apart, and nothing of people.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import RLock

import numpy as np

from features.accumulate import Slots
from features.codelists import CodeList
from features.tables import Table

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
CODE_COLUMNS = {
    "diagnoses": ("system", "code"),
    "procedures": ("system", "code"),
    "dispensings": (None, "atc"),
}

Columns = dict[str, np.ndarray]
"""Classes by column, equal-length object arrays; None where missing."""

Class = tuple[object, ...]
"""The values of a class, in the order of ``CLASS_COLUMNS``; None where missing."""

Tell = Callable[[Columns, int], np.ndarray]
"""(classes by column, how many) -> what is decided of each, (classes, ...)."""

MOST_CLASSES = 200_000
"""With more than these met, a table's vocabulary begins anew, so that memory stays bounded."""


class Vocabulary:
    """The classes of one table, numbered in the order in which they were met."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._number_of: dict[Class, int] = {}
        self._classes: list[Class] = []
        self._told: dict[Hashable, np.ndarray] = {}
        self._slots: dict[Hashable, Slots] = {}
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self._classes)

    def numbers(self, classes: list[Class]) -> np.ndarray:
        """The number of each class, int32; the new ones are taken in."""
        known = self._number_of
        try:
            return np.fromiter(map(known.__getitem__, classes), np.int32, len(classes))
        except KeyError:
            with self._lock:
                for one in classes:
                    if one not in known:
                        self._classes.append(one)
                        known[one] = len(known)
            return self.numbers(classes)

    def told(self, by: Hashable, tell: Tell) -> np.ndarray:
        """What ``tell`` says of every class, by its number; ``by`` names the question."""
        told = self._told.get(by)
        if told is None or len(told) < len(self._classes):
            with self._lock:
                told = self._told.get(by)
                start = 0 if told is None else len(told)
                new = tell(self._columns(start), len(self._classes) - start)
                told = new if told is None else np.concatenate([told, new])
                self._told[by] = told
        return told

    def membership(self, codelist: CodeList) -> np.ndarray:
        """(classes, groups of the list): which classes belong to which groups."""
        system_column, code_column = CODE_COLUMNS[self.table.name]

        def tell(columns: Columns, n: int) -> np.ndarray:
            systems = columns[system_column] if system_column else np.full(n, "atc", object)
            return codelist.membership(systems, columns[code_column])

        return self.told(codelist, tell)

    def slots(self, by: Hashable, member: Callable[[], np.ndarray]) -> Slots:
        """``member()``, (classes, sums) bool, as the numbers of each class's sums."""
        slots = self._slots.get(by)
        if slots is None or len(slots.first) <= len(self._classes):
            with self._lock:
                slots = self._slots.get(by)
                whole = member()
                if slots is None:
                    slots = Slots.of(whole)
                else:
                    slots = slots.followed_by(Slots.of(whole[len(slots.first) - 1 :]))
                self._slots[by] = slots
        return slots

    def _columns(self, start: int) -> Columns:
        classes = self._classes[start:]
        return {
            name: np.fromiter((one[place] for one in classes), object, len(classes))
            for place, name in enumerate(CLASS_COLUMNS[self.table.name])
        }


_vocabularies: dict[str, Vocabulary] = {}


def vocabulary(table: Table) -> Vocabulary:
    """The vocabulary of a table in this process."""
    met = _vocabularies.get(table.name)
    if met is None or len(met) > MOST_CLASSES:
        met = _vocabularies[table.name] = Vocabulary(table)
    return met
