"""Patients, without anything that names them."""

from collections import Counter
from collections.abc import Iterator

from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.elements import identifiers, is_of_person, period, when
from features.sources.fhir.files import Resource, Resources
from features.sources.fhir.rows import Rows
from features.sources.places import place_of
from features.tables import PERSONS

SEXES = {"female": "female", "male": "male"}
_ADDRESS = {
    "postal_code": "postalCode",
    "district": "district",
    "city": "city",
    "county": "state",
}


class People:
    """``id_of``: resource id -> person_id, of everybody kept."""

    def __init__(
        self, person_identifier: str | None, noted: Counter[str], code_map: CodeMap
    ) -> None:
        self.system = (person_identifier or "").strip().lower()
        self.noted, self.code_map = noted, code_map
        self.id_of: dict[str, str] = {}

    def frames(self, resources: Resources) -> Iterator[SourceFrame]:
        for block in resources.blocks("Patient"):
            rows = Rows(PERSONS, block)
            for number, patient in enumerate(block.resources):
                person_id = self._person_id(patient)
                died, known = self._death(patient)
                if person_id is None or not known:
                    continue
                self.id_of[str(patient.get("id"))] = person_id
                rows.add(
                    number,
                    person_id=person_id,
                    birth_date=when(patient.get("birthDate"), birth=True),
                    sex=SEXES.get(str(patient.get("gender")), "unknown"),
                    death_date=died,
                    **self._place(patient),
                )
            yield rows.frame("birth_date", "death_date")

    def _person_id(self, patient: Resource) -> str | None:
        chosen = None
        for system, value in identifiers(patient):
            if is_of_person(system, value):
                self.noted["personal identity numbers, never kept"] += 1
            elif self.system and system == self.system:
                chosen = chosen or value
        if not self.system:
            return str(patient["id"]) if patient.get("id") else None
        if chosen is None:
            self.noted["patients without the identifier that was asked for, left out"] += 1
        return chosen

    def _place(self, patient: Resource) -> dict[str, str]:
        """Municipality and deprivation of the first address that is not an old one."""
        given = patient.get("address")
        addresses = [a for a in given if isinstance(a, dict)] if isinstance(given, list) else []
        now = [a for a in addresses if a.get("use") != "old" and not period(a)[1]]
        if not now or not self.code_map:
            return {}
        said = {
            kind: value
            for kind, element in _ADDRESS.items()
            if isinstance(value := now[0].get(element), str)
        }
        return place_of(said, self.code_map)

    def _death(self, patient: Resource) -> tuple[str | None, bool]:
        """Day of death, and whether it can be known."""
        died = when(patient.get("deceasedDateTime"))
        if died is not None or patient.get("deceasedBoolean") is not True:
            return died, True
        meta = patient.get("meta")
        changed = when(meta.get("lastUpdated")) if isinstance(meta, dict) else None
        what = "dead by the day of the last change" if changed else "left out"
        self.noted[f"patients who are dead without a date, {what}"] += 1
        return changed, changed is not None
