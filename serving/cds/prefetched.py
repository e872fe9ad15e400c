"""A person's history from FHIR resources that a record system sends along with a call.

The mapping is that of the source ``fhir`` (``features/sources/fhir``). What was not sent is not
known, never zero; what the rows sent cannot tell, is not known either.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.errors import DataError
from features.integrity import check_between_tables
from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.clinical import Clinical
from features.sources.fhir.encounters import Contacts, Organizations, episodes
from features.sources.fhir.files import Block, Resource
from features.sources.fhir.observed import observations
from features.sources.fhir.people import People
from features.stays import join_stays
from features.tables import ALL_TABLES, Coverage, Tables
from features.validation import validate_table
from serving.cds.services import PREFETCH
from serving.problems import NotSentError

MOST_RESOURCES = 20_000
MISSHAPEN = "a resource is not shaped as FHIR R4 has it"
MISTAKEN = (AttributeError, KeyError, OverflowError, TypeError, ValueError, sqlite3.Error)
"""What the mapping raises where an element is of another kind; ranks go through SQLite."""
TOLD_BY = {
    "contacts": {"Encounter"},
    "diagnoses": {"Condition"},
    "procedures": {"Procedure"},
    "dispensings": {"MedicationDispense", "MedicationRequest"},
}
"""Which resources, sent along, make a table known. Other tables are known by their rows."""


class Sent:
    """The resources of a call, by type: what the mapping reads. ``keys``: what was asked for and
    came whole. What failed (``OperationOutcome``), and what is only the first page
    of more, is not known; half of somebody's records would be counted as all of them."""

    def __init__(self, prefetch: Mapping[str, Any], patient_id: str) -> None:
        self.keys: set[str] = set()
        seen: set[tuple[str, str]] = set()
        self._by_type: dict[str, list[Resource]] = {}
        for key, value in prefetch.items():
            resources = _resources(value)
            if resources is None:
                continue
            if key in PREFETCH:
                self.keys.add(key)
            for resource in resources:
                kind, resource_id = str(resource.get("resourceType")), resource.get("id")
                if isinstance(resource_id, str):
                    if (kind, resource_id) in seen:  # an Observation may be of two categories
                        continue
                    seen.add((kind, resource_id))
                self._by_type.setdefault(kind, []).append(resource)
        if sum(map(len, self._by_type.values())) > MOST_RESOURCES:
            raise DataError("more resources than one person has", where="prefetch")
        patients = self._by_type.get("Patient", [])
        self._by_type["Patient"] = [p for p in patients if p.get("id") == patient_id]
        if not self._by_type["Patient"]:
            raise NotSentError(
                "the person is not in the register, and the Patient resource was not sent",
                where="prefetch/patient",
                do="Send what GET /cds-services asks for under prefetch.",
            )

    @property
    def unanswered(self) -> list[str]:
        """Keys of what was asked for and did not come, or not whole."""
        return [key for key in PREFETCH if key not in self.keys]

    @property
    def answered(self) -> set[str]:
        """Types of what was asked for and came whole."""
        return {PREFETCH[key][0] for key in self.keys}

    def has(self, kind: str) -> bool:
        return bool(self._by_type.get(kind))

    def blocks(self, kind: str) -> Iterator[Block]:
        found = self._by_type.get(kind)
        if found:
            yield Block(found, list(range(1, len(found) + 1)), kind)


def _resources(value: Any) -> list[Resource] | None:
    """What one key holds; none for null (there is nothing), None for what is not known. DataError
    for a Bundle that is none."""
    if value is None:
        return []
    if not isinstance(value, dict):
        return None
    if value.get("resourceType") != "Bundle":
        return None if _is_failure(value) else [value]
    links, entries = value.get("link") or [], value.get("entry") or []
    if not isinstance(links, list) or not isinstance(entries, list):
        raise DataError(MISSHAPEN, where="prefetch")
    if any(isinstance(link, dict) and link.get("relation") == "next" for link in links):
        return None
    found = [e.get("resource") for e in entries if isinstance(e, dict)]
    resources = [resource for resource in found if isinstance(resource, dict)]
    return None if any(map(_is_failure, resources)) else resources


def _is_failure(resource: Resource) -> bool:
    if resource.get("resourceType") != "OperationOutcome":
        return False
    issues = resource.get("issue")
    listed = issues if isinstance(issues, list) else []
    said = [issue.get("severity") for issue in listed if isinstance(issue, dict)]
    return not said or any(one in ("fatal", "error") for one in said)


def history_of(
    sent: Sent, learnt_on: Coverage, code_map: Path | None = None
) -> tuple[Tables, Coverage]:
    """The person's tables, and what of ``learnt_on`` (the model's) they can tell.

    Faulty rows are left out. DataError for resources that are not shaped as FHIR, or a person
    without a birth date.
    """
    noted: Counter[str] = Counter()
    codes = CodeMap.read(code_map)
    people = People(None, noted, codes)
    contacts = Contacts(people.id_of, codes, noted)
    try:
        frames = list(_frames(sent, people, contacts, codes, noted))
    except MISTAKEN:
        raise DataError(MISSHAPEN, where="prefetch") from None
    finally:
        contacts.ranks.close()
    tables = _checked(frames)
    if "persons" not in tables or tables["persons"].empty:
        raise DataError("the patient has no birth date", where="prefetch/patient")
    for table in ALL_TABLES:
        if table.name not in tables and TOLD_BY.get(table.name, set()) & sent.answered:
            tables[table.name] = table.empty()
    tables = join_stays(tables)[0]
    return tables, _told(tables, contacts, learnt_on)


def _frames(
    sent: Any, people: People, contacts: Contacts, codes: CodeMap, noted: Counter[str]
) -> Iterator[SourceFrame]:
    units = Organizations.of(sent, codes)
    clinical = Clinical(sent, people.id_of, contacts, codes, noted)
    yield from people.frames(sent)
    yield from contacts.frames(sent, units)
    yield from episodes(sent, people.id_of, units, codes, noted)
    yield from clinical.diagnoses()
    yield from clinical.procedures()
    yield from clinical.dispensings()
    yield from observations(sent, people.id_of, codes, noted)


def _checked(frames: list[SourceFrame]) -> Tables:
    """Rows that hold to the contract, by themselves and beside each other."""
    found: dict[str, list[pd.DataFrame]] = {}
    for frame in frames:
        checked = validate_table(frame.table, frame.rows, "prefetch")
        found.setdefault(frame.table.name, []).append(checked.rows)
    tables = {
        name: parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        for name, parts in found.items()
    }
    for name, faults in check_between_tables(tables).items():
        bad = np.flatnonzero(faults.reasons)
        tables[name] = tables[name].drop(index=tables[name].index[bad]).reset_index(drop=True)
    return tables


def _told(tables: Tables, contacts: Contacts, learnt_on: Coverage) -> Coverage:
    rows = {name: len(table) for name, table in tables.items()}
    systems = learnt_on.systems
    for name in ("diagnoses", "procedures"):
        if rows.get(name):
            shown = frozenset(map(str, tables[name]["system"].unique()))
            known = {"icd10se"} if name == "diagnoses" else {"kva"}
            systems = systems - (known - shown)
    stays = int((tables["contacts"]["setting"] == "inpatient").sum()) if rows.get("contacts") else 0
    hidden = contacts.outpatient > 0 and not contacts.tells_primary_care
    untold = {"primary", "specialist"} if hidden else set()
    return replace(
        learnt_on.within(frozenset(tables)),
        systems=systems,
        settings=learnt_on.settings - untold,
        urgency=learnt_on.urgency and (contacts.stays_told > 0 or not stays),
        principal=learnt_on.principal and (contacts.ranks.principal or not rows.get("diagnoses")),
    )
