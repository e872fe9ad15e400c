"""Who a record system's patient is here.

The extract knows people by pseudonyms, a record system by its own ids. Where the extract comes from
that very system's FHIR server they are the same. Else one of two things says so: an identifier
that the Patient sent along carries, or a file that the region keeps::

    patient_id,person_id
    1288992,P0000042
"""

import csv
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.errors import MissingError, SettingsError
from serving.problems import NotSentError

COLUMNS = ["patient_id", "person_id"]
LONGEST = 128


@dataclass
class People:
    """The region's file, read again when it has changed."""

    file: Path
    _read: tuple[float, dict[str, str]] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, patient_id: str) -> str | None:
        """MissingError (503) while the file cannot be read."""
        with self._lock:
            try:
                changed = self.file.stat().st_mtime
                if self._read is None or self._read[0] != changed:
                    self._read = changed, read_people(self.file)
            except (OSError, SettingsError):
                raise MissingError(
                    "the file that says who a patient is cannot be read",
                    do="Mend it; see the service's settings.",
                ) from None
            return self._read[1].get(patient_id)


@dataclass(frozen=True)
class Whose:
    """``identifier``: the system of the identifier that is the pseudonym; empty for none."""

    people: People | None = None
    identifier: str = ""

    def person_id(self, patient_id: str, prefetch: Mapping[str, Any]) -> str:
        """The pseudonym. For somebody of whom the file knows nothing, or whose Patient has no such
        identifier, a text that is nobody's. NotSentError (412) where the identifier is
        needed and no Patient was sent."""
        if self.people is not None:
            found = self.people.get(patient_id)
        elif self.identifier:
            found = self._identified(patient_id, prefetch)
        else:
            return patient_id
        return found or f"unknown-patient:{patient_id}"[:LONGEST]

    def _identified(self, patient_id: str, prefetch: Mapping[str, Any]) -> str | None:
        from features.sources.fhir.elements import identifiers

        patient = prefetch.get("patient")
        if not isinstance(patient, dict) or patient.get("id") != patient_id:
            raise NotSentError(
                "whose record it is stands in the Patient resource, which was not sent",
                where="prefetch/patient",
                do="Send what GET /cds-services asks for under prefetch.",
            )
        said = (value for system, value in identifiers(patient) if system == self.identifier)
        return next((value for value in said if 0 < len(value) <= LONGEST), None)


def read_people(file: Path) -> dict[str, str]:
    """Patient -> person. SettingsError for a file that is not right."""
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error):
        raise _broken("not a CSV file in UTF-8") from None
    if not rows or rows[0] != COLUMNS:
        raise _broken(f"its columns are not {', '.join(COLUMNS)}")
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS) or not all(row) or found.setdefault(row[0], row[1]) != row[1]:
            raise _broken(f"row {number} is not one patient's and one person's id")
    return found


def _broken(what: str) -> SettingsError:
    return SettingsError(what, where="FRAMSYNT_CDS_PEOPLE", do="See docs/integration.md.")
