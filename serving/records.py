"""The records behind a reason, in the words of a timeline."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from features.history import History, View
from features.measures import FEATURE
from features.measures.kinds import OfDate
from features.measures.observations import VALUES
from features.measures.records import records_behind
from features.tables import TABLE
from serving.api.answers import Detail, Record, RecordsBehind, Words
from serving.naming import diagnosis, medicine, procedure
from serving.timeline import UnitNames, date_of, rows_told, unit_of

MOST_RECORDS = 15

ON_A_CONTACT = {
    "diagnoses": Words(sv="Diagnos", en="Diagnosis"),
    "procedures": Words(sv="Åtgärd", en="Procedure"),
}
AS_ON_A_TIMELINE = ("municipal_care", "enrolments")
ABOUT_THE_PERSON = Words(sv="Uppgift om personen", en="What is known of the person")

Numbers = dict[str, np.ndarray]
"""Row numbers by table."""


def records_of(
    tables: dict[str, pd.DataFrame],
    index_date: date,
    features: Iterable[str],
    unit_names: UnitNames,
) -> dict[str, RecordsBehind]:
    """The records behind each feature, as known at the index date; of one person.

    Features that this code does not have, or that are told by the date alone, are left out.
    """
    told = _Told(History.of(tables).at(index_date), unit_names)
    found = {}
    for name in dict.fromkeys(features):
        if name in FEATURE and not isinstance(FEATURE[name].measure, OfDate):
            records = told.records(records_behind(told.view, FEATURE[name]))
            found[name] = RecordsBehind(total=len(records), newest=records[:MOST_RECORDS])
    return found


class _Told:
    """One person's rows in words. Each row is worded once, however many features it is behind."""

    def __init__(self, view: View, unit_names: UnitNames) -> None:
        self.view, self.unit_names = view, unit_names
        self._tables: dict[str, list[Record]] = {}

    def records(self, behind: Numbers) -> list[Record]:
        """The records that rows make, newest first."""
        dated = [
            *self._contacts(behind),
            *(r for name in AS_ON_A_TIMELINE for r in self._chosen(name, behind)),
            *self._medicines(behind),
            *self._without_contact(behind),
            *self._chosen("observations", behind),
            *self._chosen("listings", behind),
        ]
        dated.sort(key=lambda r: (r.date or date.min, r.kind, r.words.sv), reverse=True)
        undated = [Record(date=None, kind="person", words=ABOUT_THE_PERSON)]
        return dated + (undated if "persons" in behind else [])

    def _chosen(self, name: str, behind: Numbers) -> list[Record]:
        if name not in behind:
            return []
        told = self._tables.get(name)
        if told is None:
            told = self._tables[name] = list(self._worded(name))
        return [told[number] for number in behind[name]]

    def _worded(self, name: str) -> Iterator[Record]:
        frame = self._frame(name)
        if name == "observations":
            return _observations(frame)
        if name == "listings":
            return _listings(frame, self.unit_names)
        return rows_told(name, frame, self.unit_names)

    def _frame(self, name: str) -> pd.DataFrame:
        """All rows of a table, an end that lies ahead hidden."""
        frame = self.view.history.arrays(name).frame
        ended = TABLE[name].ended
        if ended is None:
            return frame
        index_date = np.datetime64(self.view.day, "D").astype("datetime64[s]")
        return frame.assign(**{ended: frame[ended].where(frame[ended] < index_date)})

    def _contacts(self, behind: Numbers) -> list[Record]:
        """Contacts, and those that diagnoses and measures taken stand on: they say where."""
        details: dict[int, list[tuple[int, Detail]]] = {}
        for name in ON_A_CONTACT:
            for number in behind.get(name, ()):
                row = self._codes[name][number]
                at = self._contact_at.get(row["contact_id"])
                if at is not None:
                    found = details.setdefault(at, [])
                    if name == "diagnoses":
                        code = diagnosis(str(row["system"]), str(row["code"]))
                        found.append((int(row["position"]), code))
        numbers = sorted({*map(int, behind.get("contacts", ())), *details})
        told = self._chosen("contacts", {"contacts": np.array(numbers, dtype=int)})
        return [
            record.model_copy(update={"details": _in_order(details[number])})
            if details.get(number)
            else record
            for number, record in zip(numbers, told, strict=True)
        ]

    @cached_property
    def _contact_at(self) -> dict[Any, int]:
        """The row of each contact that was known."""
        contacts = self.view.history.arrays("contacts")
        known = (contacts.known < self.view.day).tolist()
        ids = contacts.frame["contact_id"].tolist()
        return {i: n for n, (i, seen) in enumerate(zip(ids, known, strict=True)) if seen}

    @cached_property
    def _codes(self) -> dict[str, list[dict[str, Any]]]:
        return {name: _each(self._frame(name)) for name in ON_A_CONTACT}

    def _without_contact(self, behind: Numbers) -> Iterator[Record]:
        for name, words in ON_A_CONTACT.items():
            for number in behind.get(name, ()):
                row = self._codes[name][number]
                if pd.isna(row["contact_id"]):
                    of = diagnosis if name == "diagnoses" else procedure
                    told = of(str(row["system"]), str(row["code"]))
                    yield Record(date=date_of(row["date"]), kind=name, words=words, details=[told])

    @cached_property
    def _dispensed(self) -> list[tuple[str, date | None]]:
        frame = self._frame("dispensings")
        days = [date_of(d) for d in frame["date"].tolist()]
        return list(zip(frame["atc"].astype(str).tolist(), days, strict=True))

    def _medicines(self, behind: Numbers) -> Iterator[Record]:
        """One record for each medicine, on the day it was last collected."""
        collected: dict[str, list[date]] = {}
        for number in behind.get("dispensings", ()):
            atc, on = self._dispensed[number]
            collected.setdefault(atc, []).append(on or date.min)
        for atc, days in sorted(collected.items()):
            times = len(days)
            yield Record(
                date=max(days),
                kind="medicines",
                words=Words(
                    sv="Uthämtat" if times == 1 else f"Uthämtat ({times} gånger)",
                    en="Collected" if times == 1 else f"Collected ({times} times)",
                ),
                details=[medicine(atc)],
            )


def _in_order(details: list[tuple[int, Detail]]) -> list[Detail]:
    return [detail for _, detail in sorted(details, key=lambda d: d[0])]


def _observations(frame: pd.DataFrame) -> Iterator[Record]:
    for row in _each(frame):
        sv, en, unit = VALUES.get(row["code"], (row["code"], row["code"], ""))
        value = f"{row['value']:g}"
        words = Words(
            sv=f"{sv} {value.replace('.', ',')} {unit}".strip(),
            en=f"{en} {value} {unit}".strip(),
        )
        yield Record(date=date_of(row["date"]), kind="observation", words=words)


def _listings(frame: pd.DataFrame, unit_names: UnitNames) -> Iterator[Record]:
    for row in _each(frame):
        yield Record(
            date=date_of(row["start"]),
            end=date_of(row["end"]),
            kind="listing",
            words=Words(sv="Listad", en="Listed"),
            unit=unit_of(row["care_unit"], unit_names),
        )


def _each(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain values."""
    columns = [frame[name].astype(object).tolist() for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]
