"""The facts that a region is made from, read from the CSV files beside this module."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Conditions:
    """The chronic conditions: one entry a condition in every array, in the file's order."""

    names: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    secondary_codes: tuple[str, ...]
    parents: tuple[tuple[tuple[int, float], ...], ...]
    ratio: np.ndarray
    """How many times likelier each condition (column) becomes when another (row) begins."""
    number: dict[str, np.ndarray]
    index: dict[str, int]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def yearly_onset_at_80(self) -> np.ndarray:
        """New cases per person and year at 80: the rise with age, and what deaths take away."""
        p70, p90 = self.number["p70"], self.number["p90"]
        return np.maximum(p90 - p70, 0) / 20 + 0.045 * (p70 + p90) / 2


@cache
def conditions() -> Conditions:
    rows = _rows("conditions.csv")
    index = {row["name"]: i for i, row in enumerate(rows)}
    parents = tuple(
        tuple(
            (index[part.split(":")[0]], float(part.split(":")[1]))
            for part in row["parents"].split("|")
            if part
        )
        for row in rows
    )
    ratio = np.ones((len(rows), len(rows)), dtype=np.float32)
    for child, its in enumerate(parents):
        for parent, times in its:
            ratio[parent, child] = times
    text = {"name", "label_sv", "parents", "codes", "secondary_code"}
    number = {
        column: np.array([float(row[column]) for row in rows])
        for column in rows[0]
        if column not in text
    }
    young = {row["name"]: row for row in _rows("conditions_young.csv")}
    for column in ("p10", "p40"):
        number[column] = np.array([float(young[name][column]) for name in index])
    return Conditions(
        tuple(index),
        tuple(tuple(row["codes"].split()) for row in rows),
        tuple(row["secondary_code"] for row in rows),
        parents,
        ratio,
        number,
        index,
    )


@dataclass(frozen=True)
class Medicine:
    condition: int
    """Position of the condition it follows; -1: none in particular."""
    atc: str
    share: float


@cache
def medicines() -> tuple[Medicine, ...]:
    index = conditions().index
    return tuple(
        Medicine(index.get(row["condition"], -1), row["atc"], float(row["share"]))
        for row in _rows("medicines.csv")
    )


@dataclass(frozen=True)
class Cause:
    driver: int
    """Position of the condition that makes this cause likely; -1: anyone may have it."""
    weight: float
    code: str


@cache
def causes(kind: str) -> tuple[Cause, ...]:
    """Principal diagnoses of admissions that are ``avoidable``, ``other`` or ``planned``."""
    index = conditions().index
    return tuple(
        Cause(index.get(row["driver"], -1), float(row["weight"]), row["code"])
        for row in _rows("causes.csv")
        if row["kind"] == kind
    )


@dataclass(frozen=True)
class Municipalities:
    codes: np.ndarray
    names: np.ndarray
    areas: np.ndarray
    weights: np.ndarray


@cache
def municipalities() -> Municipalities:
    rows = _rows("municipalities.csv")
    size = np.array([float(row["inhabitants_thousands"]) for row in rows])
    return Municipalities(
        np.array([row["code"] for row in rows]),
        np.array([row["name"] for row in rows]),
        np.array([row["area"] for row in rows]),
        size / size.sum(),
    )
