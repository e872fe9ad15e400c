"""Patients, without anything that names them."""

from collections import Counter
from collections.abc import Iterator

from features.errors import DataError, PersonNumberError
from features.person_numbers import is_person_number
from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.elements import identifiers, is_of_person, period, referred, when
from features.sources.fhir.files import Resource, Resources
from features.sources.fhir.rows import Rows
from features.sources.places import place_of
from features.tables import PERSONS

PERSON_NUMBERS = "personal identity numbers, never kept"
PERSON_NUMBER_IDS = "patients whose id is a personal identity number, left out"
SEXES = {"female": "female", "male": "male"}
_ADDRESS = {
    "postal_code": "postalCode",
    "district": "district",
    "city": "city",
    "county": "state",
}


class Known(dict[str, str]):
    """Resource id -> person_id, of everybody kept; and of whom other resources are."""

    def __init__(self, noted: Counter[str]) -> None:
        super().__init__()
        self._noted = noted
        self._of_somebody: Counter[str] = Counter()
        self._of_nobody: Counter[str] = Counter()

    def who(self, reference: object, kind: str) -> str | None:
        """The person that a resource is about; None, counted under ``kind``, for nobody here."""
        person = self.get(referred(reference, "Patient") or "")
        if person is None:
            self._of_nobody[kind] += 1
            self._noted[f"{kind} of nobody among the patients, left out"] += 1
        else:
            self._of_somebody[kind] += 1
        return person

    def stop_at_strangers(self) -> None:
        """Raises DataError for kinds of which no resource is about anybody here."""
        lost = [kind for kind in self._of_nobody if not self._of_somebody[kind]]
        if lost:
            raise DataError(
                "no resource is about anybody among the patients",
                where=", ".join(lost),
                do="Take all files from one export, or leave these out.",
            )


class People:
    """``id_of``: everybody kept."""

    def __init__(
        self, person_identifier: str | None, noted: Counter[str], code_map: CodeMap
    ) -> None:
        self.system = (person_identifier or "").strip().lower()
        self.noted, self.code_map = noted, code_map
        self.id_of = Known(noted)

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
        if not self.id_of:
            self._refuse_nobody()

    def _refuse_nobody(self) -> None:
        """Raises DataError where nobody is left for want of a pseudonym."""
        if self.system:
            raise DataError(
                "no patient has an identifier of this system that may be kept",
                where="--set person_identifier",
                do="Name the system of a pseudonym, as Patient.identifier has it.",
            )
        if self.noted[PERSON_NUMBER_IDS]:
            raise PersonNumberError(
                "the ids of the patients are personal identity numbers",
                where="Patient.id",
                do="Name the identifier that is the pseudonym: --set person_identifier=SYSTEM.",
            )

    def _person_id(self, patient: Resource) -> str | None:
        chosen = None
        for system, value in identifiers(patient):
            if is_of_person(system, value):
                self.noted[PERSON_NUMBERS] += 1
            elif self.system and system == self.system:
                chosen = chosen or value
        if not self.system:
            return self._plain_id(str(patient.get("id") or ""))
        if chosen is None:
            self.noted["patients without the identifier that was asked for, left out"] += 1
        return chosen

    def _plain_id(self, resource_id: str) -> str | None:
        if not is_person_number(resource_id):
            return resource_id or None
        self.noted[PERSON_NUMBER_IDS] += 1
        return None

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
