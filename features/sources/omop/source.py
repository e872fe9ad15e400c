"""The adapter: tables in, canonical tables out. What becomes of what is in the package's words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

from features.errors import DataError, SettingsError
from features.progress import Track
from features.sources.base import SourceData, SourceFrame
from features.sources.code_map import CodeMap
from features.sources.delivered import Delivered
from features.sources.omop.clinical import Clinical
from features.sources.omop.contacts import Contacts
from features.sources.omop.measured import observations
from features.sources.omop.people import People
from features.sources.omop.tables import opened
from features.sources.omop.vocabulary import Vocabulary
from features.sources.options import MEANING
from features.swedish_time import local_today
from features.tables import Coverage
from features.validation import nearest

SOURCE_SYSTEMS = ("icd10se", "icd10", "icd10cm", "ksh97p", "icd9cm", "snomed")
_TABLES = frozenset({"persons", "observation_periods", "contacts", "diagnoses", "procedures"})
_PLAIN = Coverage(
    _TABLES,
    frozenset({"snomed"}),
    frozenset({"inpatient", "emergency"}),
    urgency=False,
    principal=False,
)


@dataclass(frozen=True)
class OmopSource:
    code_map: Path | None = field(
        default=None,
        metadata={
            MEANING: "CSV of codes: `snomed`, `rxnorm` or `omop` (concept number) to `icd10se`, "
            "`kva` or `atc`, what is measured to `observations`, places to `municipality` and "
            "`deprivation`"
        },
    )
    source_system: str | None = field(
        default=None,
        metadata={
            MEANING: "system of `condition_source_value` where its concept is not known, such as "
            "`icd10se`"
        },
    )
    name = "omop"
    delivers: ClassVar[dict[str, Coverage]] = {
        "with SNOMED conditions, no code map and no ATC": _PLAIN,
        "with ICD-10 source codes, ATC, specialties, emergency rooms, principal diagnoses and "
        "measurements in LOINC": (
            replace(
                _PLAIN,
                tables=_TABLES | {"dispensings", "observations"},
                systems=frozenset({"snomed", "icd10se", "kva"}),
                settings=_PLAIN.settings | {"primary", "specialist"},
                urgency=True,
                principal=True,
            )
        ),
    }

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises DataError: no such folder, tables or columns missing; SourceUnreachable."""
        reading = _Reading(path, self, Counter())
        return SourceData(
            reading.frames(track),
            coverage=reading.coverage,
            data_through=lambda: reading.released,
            noted=reading.noted,
        )


class _Reading:
    def __init__(self, path: Path, source: OmopSource, noted: Counter[str]) -> None:
        self.path, self.source, self.noted = path, source, noted
        self.code_map = CodeMap.read(source.code_map)
        _check_system(source.source_system, self.code_map)
        self.released: date | None = None
        self.contacts = Contacts(noted)
        self.clinical = Clinical(self.code_map, source.source_system, self.contacts.seen, noted)

    def frames(self, track: Track) -> Iterator[SourceFrame]:
        with opened(self.path) as tables:
            for needed in ("person", "visit_occurrence"):
                if not tables.has(needed):
                    raise DataError(
                        f"the table '{needed}' is missing",
                        where=str(self.path),
                        do="Give a folder, zip or schema with the tables of OMOP CDM 5.4.",
                    )
            self.released = _released(tables, self.noted)
            today = self.released or local_today()
            people = People(tables, today, self.noted, self.code_map)
            yield from people.persons()
            yield from people.observation_periods()
            yield from self.contacts.frames(tables, today)
            vocabulary = Vocabulary(tables)
            parts = (
                self.clinical.diagnoses,
                self.clinical.procedures,
                self.clinical.dispensings,
            )
            for part in track(parts, "Reading tables", len(parts)):
                yield from part(tables, vocabulary)
            yield from observations(tables, vocabulary, self.code_map, self.noted)
            self.code_map.note_unmet(self.noted)

    def coverage(self, shown: Coverage) -> Coverage:
        told = self.contacts.told
        untold = set() if told.tells_primary_care else {"primary", "specialist"}
        return replace(
            shown,
            settings=shown.settings - untold,
            urgency=told.unplanned_stays > 0,
            principal=self.clinical.principal_told,
        )


def _check_system(named: str | None, code_map: CodeMap) -> None:
    """A system that nothing reads would make every diagnosis unknown, and nobody would notice."""
    if named is None or named in SOURCE_SYSTEMS or code_map.has_system(named):
        return
    raise SettingsError(
        f"'{named}' is no code system that is read{nearest(named, list(SOURCE_SYSTEMS))}",
        where="--set source_system",
        do=f"Known: {', '.join(SOURCE_SYSTEMS)}, and the systems of the code map.",
    )


def _released(tables: Delivered, noted: Counter[str]) -> date | None:
    """The day up to which the source is complete, by ``cdm_source``; no later than today."""
    if not tables.has("cdm_source"):
        return None
    days = []
    for block in tables.blocks("cdm_source", ("source_release_date",)):
        days += block.rows["source_release_date"].dropna().tolist()
    try:
        return min(date.fromisoformat(days[0].strip()[:10]), local_today()) if days else None
    except ValueError:
        noted["days of release that are no date, the last day on record taken"] += 1
        return None
