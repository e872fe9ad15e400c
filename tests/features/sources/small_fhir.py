"""A bulk export of three patients by the Swedish base profiles."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ICD10SE = "http://hl7.org/fhir/sid/icd-10-se"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def of(patient: str) -> dict[str, Any]:
    return {"subject": {"reference": f"Patient/{patient}"}}


PATIENTS = [
    {
        "id": "p1",
        "birthDate": "1938-04",
        "gender": "female",
        "address": [
            {"use": "old", "city": "Angered", "postalCode": "415 05"},
            {"use": "home", "line": ["Storgatan 1"], "city": "Angered", "postalCode": "424 37"},
        ],
        "name": [{"family": "Andersson"}],
        "identifier": [
            {"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "193804012384"},
            {"system": "https://region.example/pseudonym", "value": "A-1"},
        ],
    },
    {
        "id": "p2",
        "birthDate": "1941-11-30",
        "gender": "male",
        "deceasedDateTime": "2024-03-09T23:30:00Z",
        # A personal identity number under a system of somebody's own
        "identifier": [
            {"system": "urn:x", "value": "19121212-1212"},
            {"system": "https://region.example/pseudonym", "value": "A-2"},
        ],
    },
    {"id": "p3", "birthDate": "1950", "gender": "other", "deceasedBoolean": True},
]
ORGANIZATIONS = [
    {"id": "o1", "identifier": [{"system": "urn:oid:1.2.752.29.4.19", "value": "SE2321000131-E1"}]},
    {
        "id": "o2",
        "identifier": [{"system": "urn:oid:1.2.752.129.2.1.4.1", "value": "SE2321000131-E2"}],
        "type": [concept("https://region.example/type", "vc")],
    },
]


def encounter(
    number: str, patient: str, kind: str, start: str, end: str | None, **more: Any
) -> dict[str, Any]:
    period = {"start": start} | ({"end": end} if end else {})
    return {
        **{"id": number, "status": "finished", "class": {"code": kind}, "period": period},
        **of(patient),
        **more,
    }


ENCOUNTERS = [
    encounter(
        *("e1", "p1", "IMP", "2024-01-01T23:30:00Z", "2024-01-05T10:00:00+01:00"),
        priority=concept("http://terminology.hl7.org/CodeSystem/v3-ActPriority", "EM"),
        serviceProvider={"reference": "https://fhir.example/Organization/o1"},
        diagnosis=[
            {"condition": {"reference": "Condition/c1"}, "rank": 1},
            {"condition": {"reference": "Condition/c2"}, "rank": 2},
        ],
    ),
    encounter(
        *("e2", "p1", "AMB", "2024-02-01", "2024-02-01"),
        serviceProvider={"reference": "Organization/o2"},
    ),
    encounter(
        *("e3", "p2", "IMP", "2024-02-01", "2024-02-03"),
        hospitalization={"admitSource": concept("http://terminology.hl7.org/x", "emd")},
        serviceProvider={
            "identifier": {"system": "urn:oid:1.2.752.129.2.1.4.1", "value": "SE2321000131-E3"}
        },
    ),
    encounter("e4", "p2", "IMP", "2024-03-08", None, status="in-progress"),
    encounter("e5", "p2", "AMB", "2024-05-01", None, status="planned"),
    encounter("e6", "nobody", "AMB", "2024-02-01", None),
    encounter("e7", "p1", "PRENC", "2024-02-01", None),
]
CONDITIONS = [
    {"id": "c1", **of("p1"), "code": concept(ICD10SE, "I50.9"), "recordedDate": "2024-01-04"},
    {
        "id": "c2",
        **of("p1"),
        "code": {
            "coding": [
                {"system": SNOMED, "code": "44054006"},
                {"system": "urn:oid:1.2.752.116.1.3.1.4.1", "code": "E11-P"},
            ]
        },
        "onsetDateTime": "2023",
    },
    {
        "id": "c3",
        **of("p2"),
        "code": concept(SNOMED, "13645005"),
        "onsetDateTime": "2024-02-01",
        "encounter": {"reference": "Encounter/e3"},
    },
    {
        "id": "c4",
        **of("p2"),
        "code": concept(ICD10SE, "C34.9"),
        "verificationStatus": concept("http://terminology.hl7.org/x", "refuted"),
    },
]
PROCEDURES = [
    {
        "id": "r1",
        "status": "completed",
        **of("p1"),
        "code": concept("urn:oid:1.2.752.116.1.3.2.1.4", "aa032"),
        "performedPeriod": {"start": "2024-01-02T08:00:00+01:00"},
        "encounter": {"reference": "Encounter/e1"},
    },
    {"id": "r2", "status": "not-done", **of("p1"), "code": concept(SNOMED, "1")},
]
DISPENSES = [
    {
        "id": "d1",
        "status": "completed",
        **of("p1"),
        "medicationReference": {"reference": "Medication/m1"},
        "whenHandedOver": "2024-01-06T12:00:00+01:00",
        "daysSupply": {"value": 90, "unit": "d"},
    },
    {
        "id": "d2",
        "status": "completed",
        **of("p1"),
        "contained": [{"id": "m", "resourceType": "Medication", "code": concept(ATC, "C03CA01")}],
        "medicationReference": {"reference": "#m"},
        "whenHandedOver": "2024-01-07",
    },
    {"id": "d3", "status": "cancelled", **of("p1")},
]
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def measured(code: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {"code": concept(LOINC, code), "valueQuantity": quantity, **more}


OBSERVATIONS = [
    {
        "id": "v1",
        "status": "final",
        **of("p1"),
        **measured("718-7", 13.1, "g/dL"),
        "effectiveDateTime": "2024-01-02T07:00:00+01:00",
        "issued": "2024-01-03T09:00:00+01:00",
    },
    {
        "id": "v2",
        "status": "final",
        **of("p1"),
        "code": concept(LOINC, "85354-9"),
        "effectivePeriod": {"start": "2024-01-02T08:00:00+01:00"},
        "component": [measured("8480-6", 150, "mm[Hg]"), measured("8462-4", 85, "mm[Hg]")],
    },
    {
        "id": "v3",
        "status": "final",
        **of("p2"),
        "code": concept("https://region.example/scale", "cfs"),
        "valueInteger": 6,
        "effectiveDateTime": "2024-01-20",
    },
    {"id": "v4", "status": "final", **of("p1"), **measured("718-7", 131, "mg/L")},
    {"id": "v5", "status": "cancelled", **of("p1"), **measured("718-7", 131, "g/L")},
    {"id": "v6", "status": "final", **of("p1"), **measured("1-1", 1, "g/L")},
]
EPISODES = [
    {
        "id": "h1",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        "type": [concept("http://terminology.hl7.org/CodeSystem/episodeofcare-type", "hacc")],
        "period": {"start": "2024-01-10"},
    },
    {
        "id": "h2",
        "status": "active",
        "patient": {"reference": "Patient/p1"},
        "type": [concept("https://region.example/episode", "listning")],
        "managingOrganization": {"reference": "Organization/o2"},
        "period": {"start": "2020-01-01"},
    },
]
RESOURCES = {
    "Patient": PATIENTS,
    "Organization": ORGANIZATIONS,
    "Medication": [{"id": "m1", "code": concept(ATC, "C09AA05")}],
    "Encounter": ENCOUNTERS,
    "Condition": CONDITIONS,
    "Procedure": PROCEDURES,
    "MedicationDispense": DISPENSES,
    "EpisodeOfCare": EPISODES,
    "Observation": OBSERVATIONS,
}
CODES = """\
system,code,to_system,to_code
https://region.example/type,vc,setting,primary
https://region.example/episode,listning,listings,listning
snomed,13645005,icd10se,J44
https://region.example/scale,cfs,observations,clinical_frailty_scale
postal_code,42437,municipality,1480
postal_code,42437,deprivation,4
city,Angered,municipality,9999
"""


def ndjson(kind: str, resources: Iterable[Any]) -> str:
    return "".join(json.dumps({"resourceType": kind, **one}) + "\n" for one in resources)


def deliver_fhir(folder: Path, *, zipped: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, resources in RESOURCES.items():
        text = ndjson(kind, resources)
        if zipped:
            (folder / f"{kind}.000.ndjson.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            (folder / f"{kind}.ndjson").write_text(text, encoding="utf-8")
    return folder
