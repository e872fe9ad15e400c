"""A person of an extract as the FHIR resources that a record system would send along."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from features.sources.quantities import LOINC, UNITS

KIND = "urn:benchmark:kind"
SYSTEMS = {
    "icd10se": "http://hl7.org/fhir/sid/icd-10-se",
    "kva": "http://electronichealth.se/id/kva",
}
ATC = "http://www.whocc.no/atc"
CODES = f"""\
system,code,to_system,to_code
{KIND},primary,setting,primary
{KIND},specialist,setting,specialist
"""
CLASSES = {"inpatient": "IMP", "emergency": "EMER"}
_LOINC = {name: code for code, name in reversed(LOINC.items())}


def prefetch_of(patient: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """By the keys that discovery tells."""
    subject = {"reference": f"Patient/{patient}"}

    def bundle(resources: list[dict[str, Any]]) -> dict[str, Any] | None:
        entries = [{"resource": {**r, "subject": subject}} for r in resources]
        found = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        return found if entries else None

    person = tables["persons"].iloc[0]
    gender = str(person["sex"])
    return {
        "patient": {
            "resourceType": "Patient",
            "id": patient,
            "birthDate": _day(person["birth_date"]),
            "gender": gender,
        },
        "encounters": bundle([_encounter(row) for row in _rows(tables, "contacts")]),
        "conditions": bundle([_coded("Condition", row) for row in _rows(tables, "diagnoses")]),
        "procedures": bundle([_coded("Procedure", row) for row in _rows(tables, "procedures")]),
        "dispenses": bundle([_dispense(row) for row in _rows(tables, "dispensings")]),
        "laboratory": bundle(
            [_value(row) for row in _rows(tables, "observations") if str(row.code) in _LOINC]
        ),
    }


def _rows(tables: Mapping[str, pd.DataFrame], name: str) -> list[Any]:
    return list(tables[name].itertuples(index=False)) if name in tables else []


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}"


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _encounter(row: Any) -> dict[str, Any]:
    period = {"start": _day(row.start)}
    if not pd.isna(row.end):
        period["end"] = _day(row.end)
    setting, urgency = str(row.setting), str(row.urgency)
    return {
        "resourceType": "Encounter",
        "id": str(row.contact_id),
        "status": "finished",
        "class": {"code": CLASSES.get(setting, "AMB")},
        "serviceType": _concept(KIND, setting),
        "priority": {"coding": [{"code": "EM" if urgency == "unplanned" else "R"}]},
        "period": period,
    }


def _coded(kind: str, row: Any) -> dict[str, Any]:
    said = {
        "resourceType": kind,
        "code": _concept(SYSTEMS.get(str(row.system), str(row.system)), str(row.code)),
        "encounter": {"reference": f"Encounter/{row.contact_id}"},
    }
    if kind == "Procedure":
        return {**said, "status": "completed", "performedDateTime": _day(row.date)}
    return {**said, "onsetDateTime": _day(row.date), "recordedDate": _day(row.recorded_at)}


def _dispense(row: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "medicationCodeableConcept": _concept(ATC, str(row.atc)),
        "whenHandedOver": _day(row.date),
    }


def _value(row: Any) -> dict[str, Any]:
    name = str(row.code)
    unit = {"mmHg": "mm[Hg]", "ml/min/1,73 m2": "mL/min/{1.73_m2}"}.get(
        UNITS[name][0], UNITS[name][0]
    )
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": _concept("http://loinc.org", _LOINC[name]),
        "valueQuantity": {"value": float(row.value), "unit": unit},
        "effectiveDateTime": _day(row.date),
    }
