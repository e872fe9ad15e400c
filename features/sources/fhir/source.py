"""The adapter: resources in, canonical tables out; the package says what becomes of what."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

import pandas as pd

from features.progress import Track
from features.sources.base import SourceData, SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.clinical import Clinical
from features.sources.fhir.encounters import Contacts, Organizations, episodes
from features.sources.fhir.files import MANIFEST, Resources
from features.sources.fhir.observed import observations
from features.sources.fhir.people import People
from features.sources.options import MEANING
from features.swedish_time import local_day, local_today
from features.tables import Coverage

_TABLES = frozenset({"persons", "contacts", "diagnoses", "procedures"})
_PLAIN = Coverage(
    _TABLES,
    frozenset({"snomed"}),
    frozenset({"inpatient", "emergency"}),
    urgency=False,
    principal=False,
)


@dataclass(frozen=True)
class FhirSource:
    code_map: Path | None = field(
        default=None,
        metadata={
            MEANING: "CSV of codes: `snomed` to `icd10se` or `kva`, `rxnorm` to `atc`, types of "
            "service or unit to `setting`, types of episode to `municipal_care`, `listings` or "
            "`enrolments`, what is measured to `observations`, places to `municipality` and "
            "`deprivation`"
        },
    )
    person_identifier: str | None = field(
        default=None,
        metadata={
            MEANING: "system of the identifier that is the pseudonym; else the resource's id"
        },
    )
    name = "fhir"
    delivers: ClassVar[dict[str, Coverage]] = {
        "with SNOMED conditions and no code map": _PLAIN,
        "with ICD-10, KVÅ, ATC, ranks, priorities, Observation, and episodes and settings by the "
        "code map": (
            replace(
                _PLAIN,
                tables=_TABLES
                | {"dispensings", "municipal_care", "listings", "enrolments", "observations"},
                systems=frozenset({"snomed", "icd10se", "kva"}),
                settings=_PLAIN.settings | {"primary", "specialist"},
                urgency=True,
                principal=True,
            )
        ),
    }

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises DataError: no such folder, no patients or encounters, a damaged file."""
        noted: Counter[str] = Counter()
        reading = _Reading(Resources(path), self, noted)
        return SourceData(
            reading.frames(track),
            coverage=reading.coverage,
            data_through=lambda: _exported(path) or reading.latest,
            noted=noted,
        )


def _exported(folder: Path) -> date | None:
    """The day of the export, by the manifest beside its files; no later than today."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        exported = local_day(datetime.fromisoformat(manifest["transactionTime"]))
        return min(exported, local_today())
    except (OSError, ValueError, KeyError, TypeError):
        return None


class _Reading:
    def __init__(self, resources: Resources, source: FhirSource, noted: Counter[str]) -> None:
        self.resources, self.noted = resources, noted
        self.code_map = CodeMap.read(source.code_map)
        self.people = People(source.person_identifier, noted, self.code_map)
        self.contacts = Contacts(self.people.id_of, self.code_map, noted)
        self.latest: date | None = None

    def frames(self, track: Track) -> Iterator[SourceFrame]:
        try:
            parts = self._parts()
            for part in track(parts, "Reading resources", len(parts)):
                for frame in part():
                    self._note_day(frame)
                    yield frame
            self.people.id_of.stop_at_strangers()
            self.code_map.note_unmet(self.noted)
        except (AttributeError, KeyError, TypeError, ValueError):
            misshapen = self.resources.misshapen()
            if misshapen is None:
                raise
            raise misshapen from None
        finally:
            self.contacts.ranks.close()

    def _parts(self) -> tuple[Callable[[], Iterator[SourceFrame]], ...]:
        """One for each table, persons first."""
        ids, noted = self.people.id_of, self.noted
        units = Organizations.of(self.resources, self.code_map, noted)
        clinical = Clinical(self.resources, ids, self.contacts, self.code_map, noted)
        return (
            lambda: self.people.frames(self.resources),
            lambda: self.contacts.frames(self.resources, units),
            lambda: episodes(self.resources, ids, units, self.code_map, noted),
            clinical.diagnoses,
            clinical.procedures,
            clinical.dispensings,
            lambda: observations(self.resources, ids, self.code_map, noted),
        )

    def _note_day(self, frame: SourceFrame) -> None:
        today = pd.Timestamp(local_today())
        for column in ("recorded_at", "date", "start", "death_date"):
            if column in frame.rows and len(frame.rows):
                days = pd.to_datetime(frame.rows[column], format="%Y-%m-%d", errors="coerce")
                past = days[days <= today]
                if len(past):
                    self.latest = max(past.max().date(), self.latest or date.min)

    def coverage(self, shown: Coverage) -> Coverage:
        untold = set() if self.contacts.tells_primary_care else {"primary", "specialist"}
        return replace(
            shown,
            settings=shown.settings - untold,
            urgency=self.contacts.stays_told > 0,
            principal=self.contacts.ranks.principal,
        )
