"""FHIR bulk data: a small Swedish export, and a published one where it is at hand."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from features.errors import DataError, PersonNumberError
from features.home import Home
from features.sources import FhirSource
from features.sources.fhir.files import STATE
from features.store import Extract, ExtractStore
from features.swedish_time import local_today
from tests.features.sources.showing import shown
from tests.features.sources.small_fhir import (
    ATC,
    CODES,
    CONDITIONS,
    ENCOUNTERS,
    PATIENTS,
    RESOURCES,
    concept,
    deliver_fhir,
    encounter,
    ndjson,
    of,
)

PUBLISHED = Path(__file__).parents[3].parent / "shared/data/fhir_bulk"


def ingest(folder: Path, home: Path, source: FhirSource | None = None) -> Extract:
    return ExtractStore(Home.at(home)).ingest(source or FhirSource(), folder, max_rejected=0)


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    codes = tmp_path / "codes.csv"
    codes.write_text(CODES)
    return ingest(deliver_fhir(tmp_path / "in"), tmp_path / "home", FhirSource(code_map=codes))


def test_personal_identity_numbers_are_counted_and_never_kept(extract: Extract) -> None:
    assert extract.manifest.noted["personal identity numbers, never kept"] == 2
    stored = b"".join(file.read_bytes() for file in extract.folder.rglob("*") if file.is_file())
    for kept in (b"193804012384", b"19121212", b"Andersson"):
        assert kept not in stored


def test_people(tmp_path: Path, extract: Extract) -> None:
    columns = ("birth_date", "sex", "death_date")
    assert shown(extract, "p1", "persons", *columns) == [("1938-04-15", "female", "-")]
    # Half past eleven in Greenwich, half past midnight in Stockholm
    assert shown(extract, "p2", "persons", *columns) == [("1941-11-30", "male", "2024-03-10")]
    assert extract.manifest.n_persons == 2
    assert extract.manifest.noted["patients who are dead without a date, left out"] == 1
    source = FhirSource(person_identifier="https://region.example/pseudonym")
    other = ingest(tmp_path / "in", tmp_path / "home", source)
    assert shown(other, "A-1", "contacts", "contact_id") == [("e1",), ("e2",)]
    assert other.manifest.noted["patients without the identifier that was asked for, left out"] == 1


def test_encounters_become_contacts(extract: Extract) -> None:
    columns = ("contact_id", "start", "end", "setting", "urgency", "care_unit")
    assert shown(extract, "p1", "contacts", *columns) == [
        ("e1", "2024-01-02", "2024-01-05", "inpatient", "unplanned", "SE2321000131-E1"),
        ("e2", "2024-02-01", "2024-02-01", "primary", "planned", "SE2321000131-E2"),
    ]
    assert shown(extract, "p2", "contacts", *columns) == [
        ("e3", "2024-02-01", "2024-02-03", "inpatient", "unplanned", "SE2321000131-E3"),
        ("e4", "2024-03-08", "-", "inpatient", "unknown", "-"),
    ]
    noted = extract.manifest.noted
    assert noted["encounters that did not take place, left out"] == 1
    assert noted["encounters of nobody among the patients, left out"] == 1
    assert noted["encounters of a class that is no contact here, left out"] == 1


def test_diagnoses_by_system_rank_and_recording(extract: Extract) -> None:
    columns = ("contact_id", "date", "recorded_at", "system", "code", "position")
    assert shown(extract, "p1", "diagnoses", *columns) == [
        ("e1", "2023-12-31", "2024-01-05", "icd10se", "E11", "2"),
        ("e1", "2024-01-04", "2024-01-04", "icd10se", "I509", "1"),
    ]
    assert shown(extract, "p2", "diagnoses", *columns) == [
        ("e3", "2024-02-01", "2024-02-03", "icd10se", "J44", "2")
    ]
    coverage = extract.manifest.coverage
    assert coverage.principal
    assert coverage.urgency
    assert coverage.settings == {"inpatient", "primary"}


def test_procedures_medicines_and_episodes(extract: Extract) -> None:
    assert shown(extract, "p1", "procedures", "contact_id", "system", "code", "date") == [
        ("e1", "kva", "AA032", "2024-01-02")
    ]
    assert shown(extract, "p1", "dispensings", "date", "atc", "days_supply") == [
        ("2024-01-06", "C09AA05", "90.0"),
        ("2024-01-07", "C03CA01", "-"),
    ]
    assert shown(extract, "p1", "municipal_care", "kind", "start", "end") == [
        ("home_health_care", "2024-01-10", "-")
    ]
    assert shown(extract, "p1", "listings", "care_unit", "start") == [
        ("SE2321000131-E2", "2020-01-01")
    ]


def test_measured_values_in_one_unit(extract: Extract) -> None:
    columns = ("date", "code", "value", "unit", "recorded_at")
    assert shown(extract, "p1", "observations", *columns) == [
        ("2024-01-02", "diastolic_blood_pressure", "85.0", "mmHg", "2024-01-02"),
        ("2024-01-02", "haemoglobin", "131.0", "g/l", "2024-01-03"),
        ("2024-01-02", "systolic_blood_pressure", "150.0", "mmHg", "2024-01-02"),
    ]
    assert shown(extract, "p2", "observations", "code", "value") == [
        ("clinical_frailty_scale", "6.0")
    ]
    noted = extract.manifest.noted
    assert noted["observations that are not final, left out"] == 1
    assert noted["measured values of a kind that is not read, left out"] == 1
    assert noted["measured values in a unit that is not known for them, left out"] == 1


def test_where_people_live_by_the_code_map(extract: Extract) -> None:
    assert shown(extract, "p1", "persons", "municipality", "deprivation") == [("1480", "4.0")]
    assert shown(extract, "p2", "persons", "municipality", "deprivation") == [("-", "-")]
    folder = extract.folder
    assert not any(b"Storgatan" in f.read_bytes() for f in folder.rglob("*") if f.is_file())


def test_gzipped_and_without_a_code_map(tmp_path: Path) -> None:
    plain = ingest(deliver_fhir(tmp_path / "a"), tmp_path / "home")
    assert ingest(deliver_fhir(tmp_path / "b", zipped=True), tmp_path / "home").id == plain.id
    assert plain.manifest.coverage.settings == {"inpatient"}  # primary or specialist is not told
    assert "listings" not in plain.manifest.coverage.tables


def test_the_day_of_the_export_ends_the_delivery(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    (folder / "manifest.json").write_text('{"transactionTime": "2024-03-31T22:30:00Z"}')
    assert f"{ingest(folder, tmp_path / 'home').manifest.data_through}" == "2024-04-01"
    (folder / "manifest.json").write_text('{"transactionTime": "2190-01-01T00:00:00Z"}')
    assert ingest(folder, tmp_path / "home").manifest.data_through <= local_today()


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "line 4: not JSON"), ('{"resourceType": "Group"}', "line 4: not a Patient resource")],
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    folder = deliver_fhir(tmp_path / "in")
    (folder / "Patient.ndjson").write_text(ndjson("Patient", PATIENTS) + line + "\n")
    with pytest.raises(DataError, match=message):
        ingest(folder, tmp_path / "home")
    (folder / "Patient.ndjson").unlink()
    with pytest.raises(DataError, match="no file of Patient resources"):
        ingest(folder, tmp_path / "home")


def test_oddly_shaped_elements_are_missing_and_not_fatal(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    odd = [
        *CONDITIONS,
        {"id": "c9", "code": "x", "subject": "Patient/p1", "encounter": 3, "recordedDate": 4},
    ]
    (folder / "Condition.ndjson").write_text(ndjson("Condition", odd))
    noted = ingest(folder, tmp_path / "home").manifest.noted
    assert noted["conditions of nobody among the patients, left out"] == 1


def test_days_that_there_are_not_are_set_aside(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    no_days = [
        encounter("e8", "p1", "AMB", "2024-02-30", None),
        encounter("e9", "p1", "AMB", "9999-12-31T23:59:59Z", None),
    ]
    (folder / "Encounter.ndjson").write_text(ndjson("Encounter", [*ENCOUNTERS, *no_days]))
    store = ExtractStore(Home.at(tmp_path / "home"))
    manifest = store.ingest(FhirSource(), folder, max_rejected=0.5).manifest
    assert sum(manifest.rejected["contacts"].values()) == 2
    assert f"{manifest.data_through}" == "2024-03-10"


@pytest.mark.parametrize(
    ("kind", "odd"),
    [
        ("Encounter", encounter("e9", "p1", "AMB", "2024-01-01", None, diagnosis=7)),
        ("Encounter", encounter("e9", "p1", "AMB", "2024-01-01", None, diagnosis=[None])),
        ("MedicationDispense", {"status": "completed", **of("p1"), "contained": ["x"]}),
        ("EpisodeOfCare", {"status": "active", "type": 5, "patient": {"reference": "Patient/p1"}}),
    ],
)
def test_a_resource_of_another_shape_is_named_by_its_line(
    tmp_path: Path, kind: str, odd: dict[str, Any]
) -> None:
    folder = deliver_fhir(tmp_path / "in")
    with (folder / f"{kind}.ndjson").open("a") as file:
        file.write(ndjson(kind, [odd]))
    line = len(RESOURCES[kind]) + 1
    with pytest.raises(DataError, match=f"{kind}.ndjson, line {line}: not shaped as FHIR") as error:
        ingest(folder, tmp_path / "home")
    assert "p1" not in str(error.value)


def test_resources_of_other_people_altogether_are_refused(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    others = [{**one, **of("somebody-else")} for one in ENCOUNTERS]
    (folder / "Encounter.ndjson").write_text(ndjson("Encounter", others))
    with pytest.raises(DataError, match="encounters: no resource is about anybody"):
        ingest(folder, tmp_path / "home")


def test_personal_identity_numbers_are_kept_neither_as_ids_nor_as_units(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    patients = [*PATIENTS, {"id": "19121212-1212", "birthDate": "1912-12-12"}]
    (folder / "Patient.ndjson").write_text(ndjson("Patient", patients))
    # A sole trader's firm has the number of its owner, also in the Swedish base profiles.
    firm = {"system": "urn:oid:2.5.4.97", "value": "191212121212"}
    visit = encounter("e9", "p1", "AMB", "2024-02-02", None, serviceProvider={"identifier": firm})
    (folder / "Encounter.ndjson").write_text(ndjson("Encounter", [*ENCOUNTERS, visit]))
    extract = ingest(folder, tmp_path / "home")
    assert extract.manifest.n_persons == 2
    noted = extract.manifest.noted
    assert noted["patients whose id is a personal identity number, left out"] == 1
    assert noted["personal identity numbers, never kept"] == 3
    assert ("e9", "-") in shown(extract, "p1", "contacts", "contact_id", "care_unit")
    stored = b"".join(file.read_bytes() for file in extract.folder.rglob("*") if file.is_file())
    assert b"121212" not in stored


def test_a_delivery_under_personal_identity_numbers_is_refused(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    patient = {"id": "19121212-1212", "birthDate": "1912-12-12"}
    (folder / "Patient.ndjson").write_text(ndjson("Patient", [patient]))
    with pytest.raises(PersonNumberError, match=r"Patient\.id: .*person_identifier") as error:
        ingest(folder, tmp_path / "home")
    assert "1212" not in str(error.value)


@pytest.mark.parametrize("system", ["urn:region:other", "urn:oid:1.2.752.129.2.1.3.1"])
def test_an_identifier_that_nobody_has_or_nobody_may_keep(tmp_path: Path, system: str) -> None:
    folder = deliver_fhir(tmp_path / "in")
    with pytest.raises(DataError, match="person_identifier: no patient has an identifier"):
        ingest(folder, tmp_path / "home", FhirSource(person_identifier=system))


def test_an_order_not_to_give_a_medicine_is_none(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    (folder / "MedicationDispense.ndjson").unlink()
    order = {
        **{"status": "active", "intent": "order", "authoredOn": "2024-01-03", **of("p1")},
        "medicationCodeableConcept": concept(ATC, "B01AA03"),
    }
    orders = [order, {**order, "doNotPerform": True, "authoredOn": "2024-01-04"}]
    (folder / "MedicationRequest.ndjson").write_text(ndjson("MedicationRequest", orders))
    extract = ingest(folder, tmp_path / "home")
    assert shown(extract, "p1", "dispensings", "date", "atc") == [("2024-01-03", "B01AA03")]


def test_an_export_that_is_not_finished_is_not_read(tmp_path: Path) -> None:
    folder = deliver_fhir(tmp_path / "in")
    (folder / STATE).write_text("{}")
    with pytest.raises(DataError, match="the export into this folder is not finished"):
        ingest(folder, tmp_path / "home")


def test_packed_under_a_plain_name(tmp_path: Path) -> None:
    plain = ingest(deliver_fhir(tmp_path / "in"), tmp_path / "home")
    for file in (tmp_path / "in").iterdir():
        file.write_bytes(gzip.compress(file.read_bytes()))
    assert ingest(tmp_path / "in", tmp_path / "home").id == plain.id


def test_a_published_export(tmp_path: Path) -> None:
    if not PUBLISHED.is_dir():
        pytest.skip("a bulk export is not beside the repository (shared/data/fhir_bulk)")
    manifest = ingest(PUBLISHED, tmp_path / "home").manifest
    assert manifest.rows == {
        "persons": 13,
        "contacts": 1_215,
        "diagnoses": 555,
        "procedures": 2_056,
    }
    assert manifest.rejected == {}
    assert manifest.coverage.systems == {"snomed"}
    assert manifest.coverage.settings == {"inpatient", "emergency"}
    assert not manifest.coverage.urgency
