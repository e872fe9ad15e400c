"""Conditions, procedures and medicines."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.elements import code_of, codings, preferred, referred, when
from features.sources.fhir.encounters import Contacts
from features.sources.fhir.files import Resource, Resources
from features.sources.fhir.people import Known
from features.sources.fhir.rows import Rows
from features.sources.seen import on_contacts
from features.sources.systems import as_read
from features.tables import DIAGNOSES, DISPENSINGS, PROCEDURES

DIAGNOSIS_SYSTEMS = ("icd10se", "ksh97p", "icd10", "icd10cm", "icd9cm", "snomed")
PROCEDURE_SYSTEMS = ("kva", "snomed")
NOT_SO = {"entered-in-error", "refuted"}
PRESCRIBED = {"active", "completed", "stopped", "on-hold"}
NO_ORDERS = {"proposal", "plan"}


class Clinical:
    def __init__(
        self,
        resources: Resources,
        people: Known,
        contacts: Contacts,
        code_map: CodeMap,
        noted: Counter[str],
    ) -> None:
        self.resources, self.people, self.contacts = resources, people, contacts
        self.code_map, self.noted = code_map, noted

    def diagnoses(self) -> Iterator[SourceFrame]:
        for block in self.resources.blocks("Condition"):
            rows = Rows(DIAGNOSES, block)
            for number, condition in enumerate(block.resources):
                if code_of(condition.get("verificationStatus")) in NOT_SO:
                    self.noted["conditions that were refuted or entered in error, left out"] += 1
                    continue
                coded = preferred(codings(condition.get("code")), DIAGNOSIS_SYSTEMS)
                person = self._person(condition, coded, "conditions")
                if person and coded:
                    ranked, position = self.contacts.ranks.of(str(condition.get("id")))
                    recorded = when(condition.get("recordedDate"))
                    onset = (condition.get("onsetDateTime"), condition.get("onsetPeriod"))
                    rows.add(
                        number,
                        person_id=person,
                        contact_id=referred(condition.get("encounter"), "Encounter") or ranked,
                        date=when(*onset, recorded),
                        system=coded[0],
                        code=coded[1],
                        position=position,
                        recorded=recorded,
                    )
            yield rows.framed(self._coded(rows, "icd10se"))

    def procedures(self) -> Iterator[SourceFrame]:
        for block in self.resources.blocks("Procedure"):
            rows = Rows(PROCEDURES, block)
            for number, procedure in enumerate(block.resources):
                if procedure.get("status") != "completed":
                    self.noted["procedures that were not completed, left out"] += 1
                    continue
                coded = preferred(codings(procedure.get("code")), PROCEDURE_SYSTEMS)
                person = self._person(procedure, coded, "procedures")
                if person and coded:
                    done = (procedure.get("performedDateTime"), procedure.get("performedPeriod"))
                    rows.add(
                        number,
                        person_id=person,
                        contact_id=referred(procedure.get("encounter"), "Encounter"),
                        date=when(*done),
                        system=coded[0],
                        code=coded[1],
                    )
            yield rows.framed(self._coded(rows, "kva"))

    def _coded(self, rows: Rows, into: str) -> pd.DataFrame:
        """With codes as they are read, and known no sooner than recorded."""
        plain = rows.table_of("date", "recorded")
        if plain.empty:
            return plain
        coded = as_read(self.code_map.apply(plain, (into,)))
        coded = on_contacts(coded, self.contacts.seen, self.noted)
        if "recorded" not in coded:
            return coded
        recorded = coded.pop("recorded")
        later = recorded.where(~(coded["date"] > recorded).fillna(False), coded["date"])
        return coded.assign(recorded_at=later.fillna(coded["recorded_at"]))

    def _person(self, resource: Resource, coded: object, kind: str) -> str | None:
        person = self.people.who(resource.get("subject"), kind)
        if person and not coded:
            self.noted[f"{kind} without a code of a known system, left out"] += 1
        return person

    def dispensings(self) -> Iterator[SourceFrame]:
        dispensed = self.resources.has("MedicationDispense")
        kind = "MedicationDispense" if dispensed else "MedicationRequest"
        if not dispensed and self.resources.has(kind):
            self.noted["medicines by their orders: no file of MedicationDispense"] += 1
        products = self._products()
        for block in self.resources.blocks(kind):
            rows = Rows(DISPENSINGS, block)
            for number, medicine in enumerate(block.resources):
                if not (_was_dispensed(medicine) if dispensed else _was_ordered(medicine)):
                    self.noted["medicines that were not dispensed or ordered, left out"] += 1
                    continue
                atc = self._atc(medicine, products)
                person = self._person(medicine, atc, "medicines")
                if person and atc:
                    rows.add(
                        number,
                        person_id=person,
                        date=when(
                            medicine.get("whenHandedOver"),
                            medicine.get("whenPrepared"),
                            medicine.get("authoredOn"),
                        ),
                        atc=atc,
                        days_supply=_days(medicine),
                    )
            if len(rows):
                yield rows.frame("date")

    def _products(self) -> dict[str, list[tuple[str, str]]]:
        return {
            str(medication.get("id")): codings(medication.get("code"))
            for block in self.resources.blocks("Medication")
            for medication in block.resources
        }

    def _atc(self, medicine: Resource, products: dict[str, list[tuple[str, str]]]) -> str | None:
        found = codings(medicine.get("medicationCodeableConcept"))
        reference = medicine.get("medicationReference")
        found += products.get(referred(reference, "Medication") or "", [])
        text = reference.get("reference") if isinstance(reference, dict) else None
        for inside in medicine.get("contained") or ():
            if text == f"#{inside.get('id')}":
                found += codings(inside.get("code"))
        direct = preferred(found, ("atc",))
        if direct:
            return direct[1].strip().upper()
        mapped = (self.code_map.first(system, code, "atc") for system, code in found)
        return next((atc for atc in mapped if atc), None)


def _was_dispensed(medicine: Resource) -> bool:
    return medicine.get("status") == "completed"


def _was_ordered(medicine: Resource) -> bool:
    return (
        medicine.get("status") in PRESCRIBED
        and medicine.get("intent") not in NO_ORDERS
        and medicine.get("doNotPerform") is not True
    )


def _days(medicine: Resource) -> str | None:
    """Days the supply lasts, where it is said in days."""
    request = medicine.get("dispenseRequest")
    said = medicine.get("daysSupply") or (
        request.get("expectedSupplyDuration") if isinstance(request, dict) else None
    )
    if not isinstance(said, dict) or str(said.get("code", said.get("unit", "d"))) not in _DAY:
        return None
    return str(said["value"]) if said.get("value") is not None else None


_DAY = {"d", "day", "days", "dag", "dagar"}
