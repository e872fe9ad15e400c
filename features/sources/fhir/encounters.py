"""Encounters as contacts, and episodes of care as periods."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.elements import (
    code_of,
    codings,
    hsa_id,
    identified,
    identifiers,
    is_of_person,
    period,
    referred,
)
from features.sources.fhir.files import Resource, Resources
from features.sources.fhir.people import PERSON_NUMBERS, Known
from features.sources.fhir.rows import Rows
from features.sources.seen import SeenContacts
from features.tables import CONTACTS, ENROLMENTS, LISTINGS, MUNICIPAL_CARE

# class -> setting ("" = outpatient: primary or specialist, by the code map), form
CLASSES = {
    **dict.fromkeys(("IMP", "ACUTE", "NONAC", "SS"), ("inpatient", "visit")),
    **dict.fromkeys(("EMER", "OBSENC"), ("emergency", "visit")),
    **dict.fromkeys(("AMB", "FLD"), ("", "visit")),
    "HH": ("", "home_visit"),
    "VR": ("", "digital"),
}
TAKEN_PLACE = {"arrived", "triaged", "in-progress", "onleave", "finished"}
PRIORITIES = {
    **dict.fromkeys(("EL", "R"), "planned"),
    **dict.fromkeys(("EM", "UR", "A", "S"), "unplanned"),
}
FROM_EMERGENCY = "emd"
TOLD_SHARE = 0.9
HOME_CARE_TYPE = "hacc"
LIVE_EPISODES = {"active", "onhold", "finished"}


@dataclass
class Organizations:
    """Id -> unit and setting."""

    unit: dict[str, str] = field(default_factory=dict)
    setting: dict[str, str] = field(default_factory=dict)
    noted: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(
        cls, resources: Resources, code_map: CodeMap, noted: Counter[str] | None = None
    ) -> "Organizations":
        found = cls(noted=Counter() if noted is None else noted)
        for block in resources.blocks("Organization"):
            for organization in block.resources:
                number = str(organization.get("id"))
                unit = hsa_id(identifiers(organization))
                if unit:
                    found.unit[number] = unit
                setting = setting_of(organization.get("type"), code_map)
                if setting:
                    found.setting[number] = setting
        return found

    def unit_of(self, reference: object) -> str | None:
        """HSA-id, else whatever the organization is called by, but for a person's number: that of
        a sole trader is also the number of the firm."""
        carried = identified(reference)
        number = referred(reference, "Organization")
        known = hsa_id(carried) or self.unit.get(number or "")
        if known:
            return known
        others = [("", number)] if number else []
        others += carried
        kept = [value for system, value in others if not is_of_person(system, value)]
        self.noted[PERSON_NUMBERS] += len(others) - len(kept)
        return kept[0] if kept else None


def setting_of(concepts: object, code_map: CodeMap) -> str | None:
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        for system, code in codings(concept):
            told = code_map.first(system, code, "setting")
            if told:
                return told
    return None


class Ranks:
    """Condition -> its encounter and rank there, on disk: there may be many."""

    def __init__(self) -> None:
        self._links = sqlite3.connect("")  # nameless, and gone with the connection
        self._links.execute("create table link (condition text primary key, encounter, rank)")
        self.any = self.principal = False

    def add(self, encounter: Resource) -> None:
        for link in encounter.get("diagnosis") or ():
            condition = referred(link.get("condition"), "Condition")
            if condition:
                rank = link.get("rank")
                self.any, self.principal = True, self.principal or rank == 1
                self._links.execute(
                    "insert or ignore into link values (?, ?, ?)",
                    (condition, str(encounter.get("id")), rank),
                )

    def of(self, condition: str) -> tuple[str | None, int]:
        """Encounter and position; 2 where there is no rank."""
        found = (
            self.any
            and self._links.execute(
                "select encounter, rank from link where condition = ?", (condition,)
            ).fetchone()
        )
        return (found[0], found[1] or 2) if found else (None, 2)

    def close(self) -> None:
        self._links.close()


class Contacts:
    def __init__(self, people: Known, code_map: CodeMap, noted: Counter[str]) -> None:
        self.people, self.code_map, self.noted = people, code_map, noted
        self.seen, self.ranks = SeenContacts(), Ranks()
        self.outpatient = self.of_known_setting = self.stays_told = 0

    @property
    def tells_primary_care(self) -> bool:
        return self.of_known_setting >= TOLD_SHARE * max(self.outpatient, 1)

    def frames(self, resources: Resources, units: Organizations) -> Iterator[SourceFrame]:
        for block in resources.blocks("Encounter"):
            rows = Rows(CONTACTS, block)
            for number, encounter in enumerate(block.resources):
                self._add(rows, number, encounter, units)
            contacts = rows.table_of("start", "end")
            if len(contacts):
                stays = contacts["setting"] == "inpatient"
                over = contacts["end"].fillna(contacts["start"])
                self.seen.add(contacts["contact_id"], contacts["start"].where(~stays, over))
            yield rows.framed(contacts)

    def _add(self, rows: Rows, number: int, encounter: Resource, units: Organizations) -> None:
        person = self.people.who(encounter.get("subject"), "encounters")
        kind = CLASSES.get(code_of(encounter.get("class")))
        if person is None:
            return
        if encounter.get("status") not in TAKEN_PLACE:
            self.noted["encounters that did not take place, left out"] += 1
        elif kind is None:
            self.noted["encounters of a class that is no contact here, left out"] += 1
        else:
            start, end = period(encounter)
            provider = encounter.get("serviceProvider")
            self.ranks.add(encounter)
            rows.add(
                number,
                person_id=person,
                contact_id=str(encounter.get("id")),
                start=start,
                end=end if encounter.get("status") == "finished" else None,
                setting=kind[0] or self._outpatient(encounter, provider, units),
                form=kind[1],
                urgency=self._urgency(encounter, kind[0]),
                care_unit=units.unit_of(provider),
            )

    def _outpatient(self, encounter: Resource, provider: object, units: Organizations) -> str:
        told = (
            setting_of(encounter.get("serviceType"), self.code_map)
            or setting_of(encounter.get("type"), self.code_map)
            or units.setting.get(referred(provider, "Organization") or "")
        )
        self.outpatient += 1
        self.of_known_setting += told is not None
        return told or "specialist"

    def _urgency(self, encounter: Resource, setting: str) -> str:
        told = PRIORITIES.get(code_of(encounter.get("priority")))
        hospital = encounter.get("hospitalization")
        source = hospital.get("admitSource") if isinstance(hospital, dict) else None
        if told is None and code_of(source) == FROM_EMERGENCY:
            told = "unplanned"
        if setting == "inpatient":
            self.stays_told += told is not None
            return told or "unknown"
        return told or ("unplanned" if setting == "emergency" else "planned")


def episodes(
    resources: Resources,
    people: Known,
    units: Organizations,
    code_map: CodeMap,
    noted: Counter[str],
) -> Iterator[SourceFrame]:
    """A frame of each table that a block of episodes has rows of."""
    for block in resources.blocks("EpisodeOfCare"):
        tables = {
            table.name: Rows(table, block) for table in (LISTINGS, MUNICIPAL_CARE, ENROLMENTS)
        }
        for number, episode in enumerate(block.resources):
            person = people.who(episode.get("patient"), "episodes of care")
            if person is None:
                continue
            into, kind = _meaning(episode, code_map)
            start, end = period(episode)
            unit = units.unit_of(episode.get("managingOrganization"))
            if episode.get("status") not in LIVE_EPISODES or into is None:
                noted["episodes of care of other types or status, left out"] += 1
            elif into == "municipal_care":
                tables[into].add(number, person_id=person, kind=kind, start=start, end=end)
            elif into == "listings":
                tables[into].add(number, person_id=person, care_unit=unit, start=start, end=end)
            else:
                tables[into].add(
                    number, person_id=person, team=unit, mobile_model=kind, start=start, end=end
                )
        yield from (rows.frame("start", "end") for rows in tables.values() if len(rows))


def _meaning(episode: Resource, code_map: CodeMap) -> tuple[str | None, str]:
    for concept in episode.get("type") or ():
        for system, code in codings(concept):
            for into, kind in code_map.of(system, code):
                if into in ("municipal_care", "listings", "enrolments"):
                    return into, kind
            if code == HOME_CARE_TYPE:
                return "municipal_care", "home_health_care"
    return None, ""
