"""Synthea's CSV, in both layouts, and the published exports where they are at hand."""

import csv
from pathlib import Path

import pytest

from features.errors import DataError
from features.home import Home
from features.sources import SyntheaSource
from features.sources.seen import LOST
from features.store import Extract, ExtractStore
from features.tables import Coverage
from tests.features.sources.showing import shown
from tests.features.sources.small_synthea import code_map, deliver_synthea

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data" / "synthea_csv"


def ingest(folder: Path, home: Path, source: SyntheaSource | None = None) -> Extract:
    return ExtractStore(Home.at(home)).ingest(source or SyntheaSource(), folder)


def test_both_layouts_say_the_same(tmp_path: Path) -> None:
    older = ingest(deliver_synthea(tmp_path / "a"), tmp_path / "home")
    newer = ingest(deliver_synthea(tmp_path / "b", newer=True), tmp_path / "home")
    assert older.id == newer.id


def test_contacts_are_local_days_and_none_after_death(tmp_path: Path) -> None:
    extract = ingest(deliver_synthea(tmp_path / "in"), tmp_path / "home")
    assert shown(extract, "p1", "contacts", "contact_id", "start", "end", "setting", "urgency") == [
        ("e1", "2024-01-02", "2024-01-05", "inpatient", "unknown"),
        ("e2", "2024-02-01", "2024-02-01", "primary", "planned"),
    ]
    assert shown(extract, "p2", "contacts", "contact_id", "setting") == [("e5", "emergency")]
    assert extract.manifest.noted == {
        "contacts after the day of death, left out": 1,
        LOST: 1,
        "encounters of class snf, left out": 1,
        "medications without an ATC code, left out": 3,
    }


def test_columns_under_each_others_names_tell_nobodys_id(tmp_path: Path) -> None:
    file = deliver_synthea(tmp_path / "in") / "encounters.csv"
    head, *rows = file.read_text().splitlines()
    names = {"PATIENT": "ENCOUNTERCLASS", "ENCOUNTERCLASS": "PATIENT"}
    swapped = ",".join(names.get(name, name) for name in head.split(","))
    file.write_text("\n".join([swapped, *rows, ""]))
    with pytest.raises(DataError, match="mandatory value missing") as error:
        ingest(tmp_path / "in", tmp_path / "home")
    assert "p1" not in str(error.value)
    assert "p2" not in str(error.value)


def test_a_diagnosis_on_a_stay_is_known_when_the_stay_is_over(tmp_path: Path) -> None:
    extract = ingest(deliver_synthea(tmp_path / "in"), tmp_path / "home")
    columns = ("contact_id", "date", "recorded_at", "system", "position")
    assert shown(extract, "p1", "diagnoses", *columns) == [
        ("e1", "2024-01-01", "2024-01-05", "snomed", "2"),
        ("e2", "2024-02-01", "2024-02-01", "snomed", "2"),
    ]
    # Its stay was left out: the diagnosis stands by itself.
    assert shown(extract, "p2", "diagnoses", *columns) == [
        ("-", "2024-01-11", "2024-01-11", "snomed", "2")
    ]


def test_without_a_code_map_medicines_are_not_known_rather_than_none(tmp_path: Path) -> None:
    extract = ingest(deliver_synthea(tmp_path / "in"), tmp_path / "home")
    assert "dispensings" not in extract.manifest.coverage.tables
    assert not extract.manifest.coverage.principal
    assert not extract.manifest.coverage.urgency


def test_a_code_map_gives_diagnoses_and_fills(tmp_path: Path) -> None:
    source = SyntheaSource(code_map=code_map(tmp_path))
    extract = ingest(deliver_synthea(tmp_path / "in"), tmp_path / "home", source)
    assert shown(extract, "p1", "diagnoses", "system", "code") == [
        ("icd10se", "E119"),
        ("icd10se", "E14"),
        ("snomed", "73211009"),
    ]
    assert shown(extract, "p1", "dispensings", "date", "atc", "days_supply") == [
        ("2024-01-01", "C09AA03", "10.0"),
        ("2024-01-11", "C09AA03", "10.0"),
        ("2024-01-21", "C09AA03", "10.0"),
    ]
    # No stop: a fill every thirty days, and none after the last day of the export.
    assert shown(extract, "p2", "dispensings", "date") == [("2024-01-05",), ("2024-02-04",)]
    assert extract.manifest.noted["medications without an ATC code, left out"] == 1


def test_observations_where_they_are_exported_and_places_by_the_code_map(tmp_path: Path) -> None:
    folder = deliver_synthea(tmp_path / "in")
    (folder / "observations.csv").write_text(
        "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n"
        "2024-01-01T23:30:00Z,p1,e1,laboratory,718-7,Hemoglobin,13.1,g/dL,numeric\n"
        "2024-02-01T10:00:00Z,p1,e2,vital-signs,29463-7,Weight,72.5,kg,numeric\n"
        "2024-02-01T10:00:00Z,p1,e2,survey,72166-2,Smoking,Never,,text\n"
        "2024-02-01T10:00:00Z,p1,e2,vital-signs,8302-2,Height,170,cm,numeric\n"
    )
    patients = folder / "patients.csv"
    rows = list(csv.DictReader(patients.read_text(encoding="utf-8").splitlines()))
    rows[0]["ZIP"] = "02360"
    with patients.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    codes = code_map(tmp_path)
    codes.write_text(codes.read_text() + "postal_code,02360,deprivation,2\n")
    extract = ingest(folder, tmp_path / "home", SyntheaSource(code_map=codes))
    assert shown(extract, "p1", "observations", "date", "code", "value", "unit") == [
        ("2024-01-02", "haemoglobin", "131.0", "g/l"),
        ("2024-02-01", "weight", "72.5", "kg"),
    ]
    assert shown(extract, "p1", "persons", "deprivation") == [("2.0",)]
    assert shown(extract, "p2", "persons", "deprivation") == [("-",)]


@pytest.mark.parametrize(
    ("file", "head", "message"),
    [
        ("encounters", "ENCOUNTERCLASS", "encounters has no column 'ENCOUNTERCLASS'"),
        ("conditions", "CODE", "conditions has no column 'CODE'"),
    ],
)
def test_an_unknown_layout_names_the_column(
    tmp_path: Path, file: str, head: str, message: str
) -> None:
    folder = deliver_synthea(tmp_path / "in")
    text = (folder / f"{file}.csv").read_text()
    (folder / f"{file}.csv").write_text(text.replace(head, "SOMETHING", 1))
    with pytest.raises(DataError, match=message):
        ingest(folder, tmp_path / "home")


def test_a_new_column_and_mixed_layouts(tmp_path: Path) -> None:
    folder = deliver_synthea(tmp_path / "in")
    newer = deliver_synthea(tmp_path / "b", newer=True)
    (folder / "patients.csv").write_text((newer / "patients.csv").read_text())
    with pytest.raises(DataError, match=r"conditions has no column 'SYSTEM'.*two layouts"):
        ingest(folder, tmp_path / "home")
    text = (folder / "patients.csv").read_text()
    (folder / "patients.csv").write_text(text.replace(",MIDDLE", ",MOOD"))
    with pytest.raises(DataError, match="patients has a column 'MOOD'"):
        ingest(folder, tmp_path / "home")
    deliver_synthea(folder)
    (folder / "medications.csv").unlink()
    with pytest.raises(DataError, match=r"medications\.csv is missing"):
        ingest(folder, tmp_path / "home")


@pytest.mark.parametrize(
    ("export", "people", "contacts"), [("a", 111, 7_584 - 36), ("b", 105, 4_667 - 26)]
)
def test_a_published_export(tmp_path: Path, export: str, people: int, contacts: int) -> None:
    if not (PUBLISHED / export).is_dir():
        pytest.skip("Synthea's CSV is not beside the repository (shared/data/synthea_csv)")
    manifest = ingest(PUBLISHED / export, tmp_path / "home").manifest
    assert manifest.n_persons == people
    assert manifest.rejected == {}
    assert manifest.rows["contacts"] + manifest.joined_stays == contacts
    assert manifest.coverage == Coverage(
        frozenset({"persons", "contacts", "diagnoses", "procedures"}),
        frozenset({"snomed"}),
        frozenset({"primary", "specialist", "emergency", "inpatient"}),
        urgency=False,
        principal=False,
    )
