"""How each table of an extract arrives: when it was last recorded, how much a week, of whom.

Counted when an extract is made and kept in its manifest, so that a run can tell a feed that
has stopped, or that is about other people, from one that is merely quiet. Numbers of rows
and people; nothing of anybody.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.frames import days
from features.integrity import person_numbers
from features.tables import PERSONS, Tables

YEAR = 53
"""Weeks that are kept before the newest one with rows: enough to know a table's rhythm."""

# Tables of one row's making share their people; only across these groups does it say anything.
_CARE = {
    "contacts": "contacts",
    "diagnoses": "contacts",
    "procedures": "contacts",
    "dispensings": "dispensings",
    "municipal_care": "municipal_care",
    "observations": "observations",
}


@dataclass(frozen=True)
class Feed:
    """One table of an extract.

    ``newest``: the last day on which a row was recorded; None without rows.
    ``rows_per_week``: rows recorded in each week, latest first; the first is the seven days
    up to the last day of the extract. ``people``: how many have rows; ``others``: how many
    have rows in the care tables of other origins; ``both``: how many have rows in both.
    """

    newest: date | None
    rows_per_week: tuple[int, ...]
    people: int
    others: int
    both: int

    def as_dict(self) -> dict[str, object]:
        newest = self.newest.isoformat() if self.newest else None
        return {**asdict(self), "newest": newest, "rows_per_week": list(self.rows_per_week)}

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> Feed:
        newest = date.fromisoformat(d["newest"]) if d["newest"] else None
        return cls(newest, tuple(d["rows_per_week"]), d["people"], d["others"], d["both"])


class FeedCounter:
    """Adds up the feeds of an extract, partition by partition."""

    def __init__(self, data_through: date) -> None:
        self._last = int(np.datetime64(data_through, "D").astype(np.int64))
        self._data_through = data_through
        self._age: dict[str, int] = {}
        self._weeks: dict[str, np.ndarray] = {}
        self._people: dict[str, np.ndarray] = {}

    def add(self, tables: Tables) -> None:
        people = pd.Index(tables[PERSONS.name]["person_id"].astype("str"))
        met: dict[str, np.ndarray] = {}
        for name, rows in tables.items():
            if name == PERSONS.name:
                continue
            met[name] = np.zeros(len(people), dtype=bool)
            met[name][person_numbers(rows["person_id"], people)] = True
            age = self._last - days(rows["recorded_at"])
            counts = np.bincount(age // 7) if len(age) else np.zeros(1, dtype=np.int64)
            self._weeks[name] = _sum(self._weeks.get(name, np.zeros(1, dtype=np.int64)), counts)
            if len(age):
                self._age[name] = min(int(age.min()), self._age.get(name, int(age.min())))
        for name, here in met.items():
            elsewhere = np.zeros(len(people), dtype=bool)
            for other, group in _CARE.items():
                if other in met and group != _CARE.get(name):
                    elsewhere |= met[other]
            found = np.array([here.sum(), elsewhere.sum(), (here & elsewhere).sum()])
            self._people[name] = self._people.get(name, 0) + found

    def feeds(self) -> dict[str, Feed]:
        return {name: self._feed(name) for name in self._weeks}

    def _feed(self, name: str) -> Feed:
        people, others, both = map(int, self._people[name])
        if name not in self._age:
            return Feed(None, (), people, others, both)
        newest = self._data_through - timedelta(days=self._age[name])
        weeks = self._weeks[name][: self._age[name] // 7 + YEAR]
        return Feed(newest, tuple(map(int, weeks)), people, others, both)


def _sum(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    total = np.zeros(max(len(one), len(other)), dtype=np.int64)
    total[: len(one)] += one
    total[: len(other)] += other
    return total
