"""CSV exports of Synthea, the simulator of American patients: both layouts of its columns.

The layout of 2023 has no ``MIDDLE`` among patients and no ``SYSTEM`` among conditions and
procedures, where codes are SNOMED CT; that of 2025 has them. Which one it is the first lines
tell. Names, addresses and everything about money are not read.

| from | to |
|---|---|
| `patients` | `persons`: id, birth, sex, death |
| `encounters` | `contacts`; skilled nursing and hospice are no contacts here and are left out |
| `conditions` | `diagnoses`, `snomed`, or `icd10se` where the code map says so |
| `procedures` | `procedures`, `snomed`, or `kva` by the code map |
| `observations`, where exported | `observations`, by LOINC |
| `medications` | `dispensings`, where the code map turns RxNorm into ATC: a row a fill |

Class of encounter: wellness, ambulatory, urgent care, home and virtual are `primary`, outpatient is
`specialist`, emergency and inpatient are themselves; any other is set aside. Emergency and urgent
care are `unplanned`, other visits `planned`; of stays Synthea does not tell.

A medication row is a prescription with a number of fills: they are spread evenly from its
start to its stop, and 30 days apart where it has no stop (our choice).

**Known then.** Synthea does not say when a row was recorded. A diagnosis is known on its day, or
when its contact began if that is later; one on a stay when the stay was over.

**Missing.** Listings, observation periods, municipal care, which diagnosis was the principal
one, whether a stay was planned; municipality and deprivation, unless the code map says what
American places stand for (`postal_code`, `city`, `county`, and `place` for `FIPS`).
Contacts after the day of death (certificates) are left out.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from features.errors import DataError
from features.local_days import local_days
from features.progress import Track
from features.sources.base import SourceData, SourceFrame
from features.sources.code_map import CodeMap
from features.sources.delivered import Block, Files
from features.sources.measured import as_measured, name_of
from features.sources.options import MEANING
from features.sources.places import places_of
from features.sources.seen import SeenContacts, on_contacts
from features.sources.systems import as_read, system_of
from features.swedish_time import local_today
from features.tables import (
    CONTACTS,
    DIAGNOSES,
    DISPENSINGS,
    OBSERVATIONS,
    PERSONS,
    PROCEDURES,
    Coverage,
    Table,
)

_MONEY = "base_encounter_cost total_claim_cost payer_coverage"
LAYOUT_2023 = {
    "patients": "id birthdate deathdate ssn drivers passport prefix first last suffix maiden "
    "marital race ethnicity gender birthplace address city state county fips zip lat lon "
    "healthcare_expenses healthcare_coverage income",
    "encounters": "id start stop patient organization provider payer encounterclass code "
    f"description {_MONEY} reasoncode reasondescription",
    "conditions": "start stop patient encounter code description",
    "procedures": "start stop patient encounter code description base_cost reasoncode "
    "reasondescription",
    "medications": "start stop patient payer encounter code description base_cost "
    "payer_coverage dispenses totalcost reasoncode reasondescription",
}
MEASURED = "observations"
_PLACE = {"postal_code": "zip", "city": "city", "county": "county", "place": "fips"}
ADDED_2025 = {"patients": "middle", "conditions": "system", "procedures": "system"}

# class -> setting, form, urgency
CLASSES = {
    "wellness": ("primary", "visit", "planned"),
    "ambulatory": ("primary", "visit", "planned"),
    "urgentcare": ("primary", "visit", "unplanned"),
    "home": ("primary", "home_visit", "planned"),
    "virtual": ("primary", "digital", "planned"),
    "outpatient": ("specialist", "visit", "planned"),
    "emergency": ("emergency", "visit", "unplanned"),
    "inpatient": ("inpatient", "visit", "unknown"),
}
NO_CONTACTS = ("hospice", "snf")
FILL_DAYS = 30
SEXES = {"F": "female", "M": "male"}

_TABLES = frozenset({"persons", "contacts", "diagnoses", "procedures"})
_SETTINGS = frozenset({"primary", "specialist", "emergency", "inpatient"})
WITHOUT_MAP = Coverage(_TABLES, frozenset({"snomed"}), _SETTINGS, urgency=False, principal=False)


@dataclass(frozen=True)
class SyntheaSource:
    code_map: Path | None = field(
        default=None,
        metadata={
            MEANING: "CSV of codes: `snomed` to `icd10se` or `kva`, `rxnorm` to `atc`, places to "
            "`municipality` and `deprivation`"
        },
    )
    name = "synthea"
    delivers: ClassVar[dict[str, Coverage]] = {
        "without a code map": WITHOUT_MAP,
        "with a code map of diagnoses and medicines, and observations": replace(
            WITHOUT_MAP,
            tables=_TABLES | {"dispensings", "observations"},
            systems=frozenset({"snomed", "icd10se", "kva"}),
        ),
    }

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises DataError: a file is missing, or its columns are those of no known layout."""
        files = Files(path, (*LAYOUT_2023, MEASURED))
        _check_layout(files, path)
        noted: Counter[str] = Counter()
        reading = _Reading(files, CodeMap.read(self.code_map), noted)
        return SourceData(
            reading.frames(track),
            coverage=_narrowed,
            data_through=reading.data_through,
            noted=noted,
        )


def _narrowed(shown: Coverage) -> Coverage:
    """Whether a stay was planned, and which diagnosis was the principal one, is not told."""
    return replace(shown, urgency=False, principal=False)


def _check_layout(files: Files, path: Path) -> None:
    newer: dict[str, bool] = {}
    for table, columns in LAYOUT_2023.items():
        if not files.has(table):
            raise DataError(
                f"{table}.csv is missing", where=str(path), do="Take all that Synthea exports."
            )
        given, known = set(files.columns(table)), set(columns.split())
        added = set(ADDED_2025.get(table, "").split())
        for column in [*sorted(known - given), *sorted(given - known - added)]:
            has = "has no" if column in known else "has a"
            raise DataError(
                f"{table} {has} column '{column.upper()}': not a known layout of Synthea's",
                where=str(path),
                do="Known are the layouts of 2023 and 2025; see docs/sources.md.",
            )
        if added:
            newer[table] = added <= given
    if len(set(newer.values())) > 1:
        odd = next(table for table, is_newer in newer.items() if not is_newer)
        raise DataError(
            f"{odd} has no column '{ADDED_2025[odd].upper()}', as other files have theirs: "
            "the files are of two layouts",
            where=str(path),
            do="Take all files from one export.",
        )


class _Reading:
    def __init__(self, files: Files, code_map: CodeMap, noted: Counter[str]) -> None:
        self.files, self.code_map, self.noted = files, code_map, noted
        self.seen = SeenContacts()
        self.death_of = pd.Series([], dtype="str")
        self.last_day = ""

    def frames(self, track: Track) -> Iterator[SourceFrame]:
        parts = (
            *(self._persons, self._contacts, self._diagnoses, self._procedures, self._fills),
            self._measured,
        )
        for part in track(parts, "Reading tables", len(parts)):
            yield from part()
        self.code_map.note_unmet(self.noted)

    def _persons(self) -> Iterator[SourceFrame]:
        columns = ("id", "birthdate", "deathdate", "gender", *_PLACE.values())
        for block in self.files.blocks("patients", columns):
            rows = block.rows
            died = rows.dropna(subset="deathdate").set_index("id")["deathdate"]
            self.death_of = pd.concat([self.death_of, local_days(died)])
            self._note_day(local_days(died))
            persons = pd.DataFrame(
                {
                    "person_id": rows["id"],
                    "birth_date": local_days(rows["birthdate"]),
                    "sex": rows["gender"].map(SEXES).astype("str").fillna("unknown"),
                    "death_date": local_days(rows["deathdate"]),
                }
            )
            if self.code_map:
                said = pd.DataFrame({kind: rows[column] for kind, column in _PLACE.items()})
                said = said.astype(object).where(said.notna(), None)
                persons = persons.join(places_of(said, self.code_map))
            yield _frame(PERSONS, persons, block)

    def _contacts(self) -> Iterator[SourceFrame]:
        columns = ("id", "start", "stop", "patient", "organization", "encounterclass")
        for block in self.files.blocks("encounters", columns):
            rows = block.rows
            contacts = pd.DataFrame(
                {
                    "person_id": rows["patient"],
                    "contact_id": rows["id"],
                    "start": local_days(rows["start"]),
                    "end": local_days(rows["stop"]),
                    "care_unit": rows["organization"],
                }
            )
            for number, column in enumerate(("setting", "form", "urgency")):
                told = {name: said[number] for name, said in CLASSES.items()}
                contacts[column] = rows["encounterclass"].map(told).astype("str")
            self._note_day(contacts["start"])
            died = contacts["person_id"].map(self.death_of)
            late = (contacts["start"] > died).fillna(False).astype(bool)
            other = rows["encounterclass"].isin(NO_CONTACTS)
            self.noted["contacts after the day of death, left out"] += int(late.sum())
            left_out = rows["encounterclass"][other & ~late]
            for name in NO_CONTACTS:
                self.noted[f"encounters of class {name}, left out"] += int((left_out == name).sum())
            contacts = contacts[~late & ~other]
            stays = contacts["setting"] == "inpatient"
            told_on = contacts["start"].where(~stays, contacts["end"].fillna(contacts["start"]))
            self.seen.add(contacts["contact_id"], told_on)
            yield _frame(CONTACTS, contacts, block)

    def _note_day(self, days: pd.Series) -> None:
        """Synthea exports what has happened up to a day that it does not name."""
        today = f"{local_today()}"
        past = days[days <= today].dropna()
        self.last_day = max(self.last_day, past.max() if len(past) else "")

    def data_through(self) -> date | None:
        try:
            return date.fromisoformat(self.last_day)
        except ValueError:
            return None

    def _diagnoses(self) -> Iterator[SourceFrame]:
        for block in self.files.blocks(
            "conditions", ("start", "patient", "encounter", "code"), ("system",)
        ):
            rows = self._coded(block.rows, "icd10se")
            # Which of them was the principal one Synthea does not tell.
            yield _frame(DIAGNOSES, rows.assign(position=2), block)

    def _procedures(self) -> Iterator[SourceFrame]:
        for block in self.files.blocks(
            "procedures", ("start", "patient", "encounter", "code"), ("system",)
        ):
            yield _frame(PROCEDURES, self._coded(block.rows, "kva"), block)

    def _coded(self, rows: pd.DataFrame, into: str) -> pd.DataFrame:
        coded = pd.DataFrame(
            {
                "person_id": rows["patient"],
                "contact_id": rows["encounter"],
                "date": local_days(rows["start"]),
                "system": rows["system"].fillna("http://snomed.info/sct").map(system_of),
                "code": rows["code"],
            }
        )
        return on_contacts(as_read(self.code_map.apply(coded, (into,))), self.seen, self.noted)

    def _fills(self) -> Iterator[SourceFrame]:
        columns = ("start", "stop", "patient", "code", "dispenses")
        for block in self.files.blocks("medications", columns):
            rows = block.rows
            coded = pd.DataFrame({"system": "rxnorm", "code": rows["code"]}, dtype="str")
            coded = self.code_map.apply(coded.assign(row=rows.index), ("atc",))
            mapped = coded[coded["system"] == "atc"]
            unmapped = len(rows) - mapped["row"].nunique()
            self.noted["medications without an ATC code, left out"] += unmapped
            if len(mapped):
                fills = _spread(rows.loc[mapped["row"]].assign(atc=mapped["code"].to_numpy()))
                yield _frame(DISPENSINGS, fills[fills["date"] <= self.last_day], block)

    def _measured(self) -> Iterator[SourceFrame]:
        if not self.files.has(MEASURED):
            return
        columns = ("date", "patient", "code", "value", "units", "type")
        for block in self.files.blocks(MEASURED, columns):
            rows = block.rows[block.rows["type"] == "numeric"]
            names = {code: name_of("loinc", code, self.code_map) for code in rows["code"].unique()}
            told = pd.DataFrame(
                {
                    "person_id": rows["patient"],
                    "date": local_days(rows["date"]),
                    "name": rows["code"].map(names).astype("str"),
                    "value": rows["value"],
                    "unit": rows["units"],
                }
            )
            found = as_measured(told, self.noted)
            if len(found):
                yield _frame(OBSERVATIONS, found, block)


def _spread(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a fill, evenly from start to stop; under the index of its prescription."""
    start = pd.to_datetime(local_days(rows["start"]), errors="coerce")
    stop = pd.to_datetime(local_days(rows["stop"]), errors="coerce")
    number = pd.to_numeric(rows["dispenses"], errors="coerce").fillna(1).clip(lower=1)
    every = ((stop - start).dt.days / number).fillna(FILL_DAYS).clip(lower=1)
    times = number.astype(int).to_numpy()
    nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    at = np.repeat(np.arange(len(rows)), times)
    days = np.floor(nth * every.to_numpy()[at])
    dates = start.iloc[at].reset_index(drop=True) + pd.to_timedelta(days, unit="D")
    return pd.DataFrame(
        {
            "person_id": rows["patient"].to_numpy()[at],
            "date": dates.dt.strftime("%Y-%m-%d").astype("str").to_numpy(),
            "atc": rows["atc"].to_numpy()[at],
            "days_supply": np.round(every.to_numpy()[at]),
        },
        index=rows.index[at],
    )


def _frame(table: Table, rows: pd.DataFrame, block: Block) -> SourceFrame:
    numbers = rows.index.to_numpy() + block.first_row
    return SourceFrame(table, rows.reset_index(drop=True), block.origin, row_numbers=numbers)
