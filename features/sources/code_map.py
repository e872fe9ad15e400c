"""Codes into the systems that measures read: a CSV file of the user's own.

    system,code,to_system,to_code
    snomed,44054006,icd10se,E11
    rxnorm,314076,atc,C09AA03

``system`` and ``code`` are the source's, a system by its name here or its address; one code may
have several rows. ``to_system`` is one of ``MEANINGS``: anything else would be read by nobody and
never be missed. What a source asks of a map stands in docs/sources.md. No map comes with
Framsynt: SNOMED's and RxNorm's maps have licences of their own, and what is close enough is
a clinical decision.
"""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd

from features.errors import DataError
from features.sources.quantities import UNITS
from features.sources.systems import system_of
from features.tables import CONTACTS, ENROLMENTS, MUNICIPAL_CARE
from features.validation import nearest

COLUMNS = ["system", "code", "to_system", "to_code"]
MEANINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("icd10se", "kva", "atc", "listings", "municipality"), ()),
    "observations": tuple(UNITS),
    "setting": CONTACTS.column["setting"].allowed,
    "municipal_care": MUNICIPAL_CARE.column["kind"].allowed,
    "enrolments": ENROLMENTS.column["mobile_model"].allowed,
    "deprivation": ("1", "2", "3", "4", "5"),
}
"""What codes can stand for: ``to_system`` -> every ``to_code`` there is, none where it is open."""


class CodeMap:
    """(system, code) -> codes of another system. Without a file it knows none."""

    def __init__(self, rows: list[tuple[str, str, str, str]]) -> None:
        self._to: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._rows: Counter[str] = Counter()
        self._met: set[str] = set()
        for system, code, to_system, to_code in rows:
            known = system_of(system).lower()
            pair = (to_system, to_code.replace(".", ""))
            self._rows[known] += 1
            if pair not in self._to[known, code]:
                self._to[known, code].append(pair)

    @classmethod
    def read(cls, file: Path | None) -> "CodeMap":
        """Raises DataError: no such file, other columns, or a row with an empty field or into
        what there is not."""
        if file is None:
            return cls([])
        try:
            with file.open(encoding="utf-8-sig", newline="") as text:
                head = text.readline()
                delimiter = ";" if head.count(";") > head.count(",") else ","
                text.seek(0)
                rows = list(csv.reader(text, delimiter=delimiter))
        except (OSError, UnicodeDecodeError):
            raise DataError(
                "the code map cannot be read", where=str(file), do="Give a CSV file in UTF-8."
            ) from None
        if not rows or [name.strip().lower() for name in rows[0]] != COLUMNS:
            raise DataError(
                "not a code map", where=str(file), do=f"Its columns are {', '.join(COLUMNS)}."
            )
        kept = []
        for number, row in enumerate(rows[1:], start=2):
            values = tuple(value.strip() for value in row)
            if len(values) != len(COLUMNS) or not all(values):
                raise DataError(
                    "a row with an empty or missing field",
                    where=f"{file}, row {number}",
                    do="Fill it in or remove the row.",
                )
            _check_meaning(values[2], values[3], f"{file}, row {number}")
            kept.append(values)
        return cls(kept)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return bool(self._to)

    def has_system(self, system: str) -> bool:
        return system.lower() in self._rows

    def of(self, system: str, code: str) -> list[tuple[str, str]]:
        """(system, code) pairs that a code stands for; none if the map lacks it."""
        found = self._to.get((system.lower(), code), [])
        if found:
            self._met.add(system.lower())
        return found

    def note_unmet(self, noted: Counter[str]) -> None:
        """Counts the rows of systems of which no record had any code: a misspelt system has none.
        To be called when all records are read."""
        for system, rows in self._rows.items():
            if system not in self._met:
                noted[f"rows of the code map from '{system}', of which no record has a code"] = rows

    def first(self, system: str, code: str, to_system: str) -> str | None:
        """Its first code in one system."""
        return next((to for into, to in self.of(system, code) if into == to_system), None)

    def apply(self, rows: pd.DataFrame, into: tuple[str, ...]) -> pd.DataFrame:
        """``rows`` with ``system`` and ``code`` mapped where the map has them in a system of
        ``into``; a row whose code stands for several is repeated, under its own index."""
        if not self._to or rows.empty:
            return rows
        pairs = rows[["system", "code"]].drop_duplicates()
        mapped = [
            (system, code, *to)
            for system, code in pairs.itertuples(index=False)
            for to in self.of(system, code)
            if to[0] in into
        ]
        if not mapped:
            return rows
        table = pd.DataFrame(mapped, columns=["system", "code", "_system", "_code"], dtype="str")
        joined = rows.reset_index(names="_row").merge(table, on=["system", "code"], how="left")
        joined["system"] = joined["_system"].fillna(joined["system"])
        joined["code"] = joined["_code"].fillna(joined["code"])
        return joined.set_index("_row").drop(columns=["_system", "_code"])


def _check_meaning(to_system: str, to_code: str, where: str) -> None:
    if to_system not in MEANINGS:
        raise DataError(
            f"'{to_system}' is nothing that a code can stand for"
            f"{nearest(to_system, list(MEANINGS))}",
            where=f"{where}, to_system",
            do=f"Known: {', '.join(MEANINGS)}.",
        )
    allowed = MEANINGS[to_system]
    if allowed and to_code not in allowed:
        raise DataError(
            f"there is no {to_system} '{to_code}'{nearest(to_code, list(allowed))}",
            where=f"{where}, to_code",
            do=f"Known: {', '.join(allowed)}.",
        )
