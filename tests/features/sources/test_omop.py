"""The OMOP CDM: a small one in every form, and a published one where it is at hand."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from features.errors import DataError, SettingsError
from features.home import Home
from features.sources import OmopSource
from features.sources.omop.people import NO_DEATHS
from features.sources.seen import LOST
from features.store import Extract, ExtractStore
from tests.features.sources.showing import shown
from tests.features.sources.small_omop import (
    TABLES,
    deliver_omop,
    deliver_parquet,
    deliver_sqlite,
    deliver_zip,
)

PUBLISHED = Path(__file__).parents[3].parent / "shared/data/omop_synthea27/Synthea27Nj_5.4.zip"


def ingest(path: Path, home: Path, source: OmopSource | None = None) -> Extract:
    store = ExtractStore(Home.at(home))
    return store.ingest(source or OmopSource(), path, max_rejected=0)


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    return ingest(deliver_omop(tmp_path / "in"), tmp_path / "home")


def test_every_form_gives_the_same_extract(
    tmp_path: Path, extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    assert ingest(deliver_zip(tmp_path / "csv.zip", tmp_path / "in"), home).id == extract.id
    parquet = deliver_parquet(tmp_path / "parquet")
    assert ingest(parquet, home).id == extract.id
    assert ingest(deliver_zip(tmp_path / "parquet.zip", parquet), home).id == extract.id
    deliver_sqlite(tmp_path / "cdm.db")
    monkeypatch.setenv("FRAMSYNT_SOURCE_URL", f"sqlite:///{tmp_path / 'cdm.db'}")
    (tmp_path / "omop.toml").write_text('schema = "main"\n')
    assert ingest(tmp_path / "omop.toml", home).id == extract.id


def test_measured_values_in_one_unit(extract: Extract) -> None:
    assert shown(extract, "1", "observations", "date", "code", "value", "unit") == [
        ("2024-01-03", "haemoglobin", "131.0", "g/l"),
        ("2024-02-01", "systolic_blood_pressure", "151.0", "mmHg"),
    ]
    assert shown(extract, "2", "observations", "code") == []  # no unit, no number, another kind
    noted = extract.manifest.noted
    assert noted["measured values in a unit that is not known for them, left out"] == 1
    assert noted["measured values of a kind that is not read, left out"] == 2


def test_a_code_map_tells_what_is_measured_and_where_people_live(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text(
        "system,code,to_system,to_code\n"
        "omop,2000000001,observations,clinical_frailty_scale\n"
        "postal_code,42437,municipality,1480\n"
        "postal_code,42437,deprivation,4\n"
        "place,deso-7,deprivation,5\n"
    )
    source = OmopSource(code_map=codes)
    extract = ingest(deliver_omop(tmp_path / "in"), tmp_path / "home", source)
    assert shown(extract, "1", "observations", "code")[-1] == ("systolic_blood_pressure",)
    assert ("clinical_frailty_scale", "6.0") in shown(extract, "1", "observations", "code", "value")
    columns = ("municipality", "deprivation")
    assert shown(extract, "1", "persons", *columns) == [("1480", "4.0")]
    assert shown(extract, "2", "persons", *columns) == [("-", "5.0")]
    assert shown(extract, "3", "persons", *columns) == [("-", "-")]


def test_visits_become_contacts(extract: Extract) -> None:
    columns = ("contact_id", "start", "end", "setting", "urgency", "care_unit")
    assert shown(extract, "1", "contacts", *columns) == [
        ("10", "2024-01-02", "2024-01-05", "inpatient", "unplanned", "SE2321000131-E7"),
        ("10:emergency", "2024-01-02", "2024-01-02", "emergency", "unplanned", "-"),
        ("11", "2024-02-01", "2024-02-01", "primary", "planned", "8"),
        ("15", "2024-02-25", "-", "inpatient", "unplanned", "SE2321000131-E7"),
        ("15:emergency", "2024-02-25", "2024-02-25", "emergency", "unplanned", "-"),
    ]
    # By its detail visit 12 came through the emergency room; 14 is a laboratory.
    assert shown(extract, "2", "contacts", "contact_id", "setting", "urgency") == [
        ("13", "emergency", "unplanned"),
        ("12", "inpatient", "unplanned"),
        ("12:emergency", "emergency", "unplanned"),
    ]
    assert shown(extract, "3", "contacts", "setting") == [("specialist",)]


def test_deaths_that_cannot_be_are_not_believed(extract: Extract) -> None:
    assert shown(extract, "2", "persons", "death_date") == [("2024-02-10",)]
    assert shown(extract, "3", "persons", "birth_date", "death_date") == [("1950-07-01", "-")]
    assert shown(extract, "4", "persons", "death_date") == [("-",)]
    noted = extract.manifest.noted
    assert noted["deaths after the last day of the delivery, not believed"] == 1
    assert noted["deaths before the person was first observed, not believed"] == 1
    assert noted["deaths after the person was last observed, kept"] == 1
    assert noted["visits that end after the last day of the delivery, taken as open"] == 1
    assert noted["births without a day, put in the middle of the month or year"] == 2


def test_a_delivery_without_deaths_says_so(tmp_path: Path, extract: Extract) -> None:
    assert NO_DEATHS not in extract.manifest.noted
    folder = deliver_omop(tmp_path / "in")
    (folder / "DEATH.csv").unlink()
    without = ingest(folder, tmp_path / "home")
    assert without.manifest.noted[NO_DEATHS] == 1
    assert shown(without, "2", "persons", "death_date") == [("-",)]


def rewritten(folder: Path, table: str, *changes: tuple[str, str]) -> Path:
    text = TABLES[table]
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / f"{table.upper()}.csv").write_text(text, encoding="utf-8")
    return folder


def test_nothing_is_lost_of_dates_in_another_form(tmp_path: Path, extract: Extract) -> None:
    folder = tmp_path / "in"
    rewritten(folder, "death", ("2024-02-10", "20240210"))
    rewritten(folder, "observation_period", ("2024-02-29", "20240229"))
    rewritten(folder, "visit_occurrence", ("2099-12-31", "20991231"))
    assert ingest(folder, tmp_path / "home").id == extract.id


def test_what_is_no_date_is_set_aside_and_counted(tmp_path: Path) -> None:
    folder = deliver_omop(tmp_path / "in")
    rewritten(folder, "death", ("2024-02-10", "10 feb"), ("2019-06-01", ""))
    rewritten(folder, "observation_period", ("2024-01-31", "soon"))
    rewritten(folder, "cdm_source", ("2024-03-01", "March"))
    store = ExtractStore(Home.at(tmp_path / "home"))
    manifest = store.ingest(OmopSource(), folder, max_rejected=1).manifest
    # Nobody lives for ever, or is observed for ever, because a date cannot be read.
    assert manifest.rejected["persons"] == {"not a date (YYYY-MM-DD)": 1}
    assert manifest.rejected["observation_periods"]["not a date (YYYY-MM-DD)"] == 1
    assert manifest.noted["deaths without a date, left out"] == 1
    assert manifest.noted["days of release that are no date, the last day on record taken"] == 1


def test_observation_periods_end_the_day_after(extract: Extract) -> None:
    assert shown(extract, "1", "observation_periods", "start", "end", "share") == [
        ("2020-01-01", "2024-03-01", "1.0")
    ]


def test_conditions_are_coded_by_the_source_where_it_is_icd(extract: Extract) -> None:
    columns = ("contact_id", "recorded_at", "system", "code", "position")
    # A fifth character of ICD-10-CM is not one of ICD-10-SE.
    assert shown(extract, "1", "diagnoses", *columns) == [
        ("10", "2024-01-05", "icd10se", "I502", "1"),
        ("11", "2024-02-01", "snomed", "44054006", "2"),
    ]
    # Visit 99 was not delivered, 14 is no contact.
    assert extract.manifest.noted[LOST] == 2
    assert shown(extract, "2", "diagnoses", *columns) == [
        ("-", "2024-01-10", "snomed", "44054006", "2"),
        ("-", "2024-01-11", "omop", "4000001", "2"),
    ]
    assert extract.manifest.coverage.principal


def test_source_values_and_code_map(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text(
        "system,code,to_system,to_code\n"
        "snomed,44054006,icd10se,E11\n"
        "omop,4000001,icd10se,R69\n"
        "omop,778,atc,A10BA02\n"
    )
    folder = deliver_omop(tmp_path / "in")
    mapped = ingest(folder, tmp_path / "home", OmopSource(code_map=codes))
    assert shown(mapped, "2", "diagnoses", "system", "code") == [
        ("icd10se", "E11"),
        ("icd10se", "R69"),
    ]
    assert shown(mapped, "2", "dispensings", "atc") == [("A10BA02",), ("C09AA03",)]
    with pytest.raises(SettingsError, match="'icd10sse' is no code system that is read"):
        ingest(folder, tmp_path / "home", OmopSource(source_system="icd10sse"))
    by_value = ingest(folder, tmp_path / "home", OmopSource(source_system="icd10se"))
    assert ("icd10se", "E11") in shown(by_value, "1", "diagnoses", "system", "code")


def test_drugs_get_the_nearest_atc_code(extract: Extract) -> None:
    # Aspirin has two ATC codes equally near: the one with fewer drugs under it.
    assert shown(extract, "1", "dispensings", "date", "atc", "days_supply") == [
        ("2024-01-06", "B01AC06", "-"),
        ("2024-01-06", "M01AE01", "30.0"),
    ]
    assert shown(extract, "2", "dispensings", "atc") == [("C09AA03",)]
    noted = extract.manifest.noted
    assert noted["drug exposures without an ATC code, left out"] == 1
    assert noted["drug exposures with several ATC codes, the nearest taken"] == 1


def test_without_vocabulary_medicines_are_not_known_rather_than_none(tmp_path: Path) -> None:
    folder = deliver_omop(tmp_path / "in")
    for name in ("CONCEPT", "CONCEPT_ANCESTOR", "PROVIDER"):
        (folder / f"{name}.csv").unlink()
    coverage = ingest(folder, tmp_path / "home").manifest.coverage
    assert "dispensings" not in coverage.tables
    assert not coverage.settings & {"primary", "specialist"}


def test_a_row_after_the_last_day_is_set_aside(tmp_path: Path) -> None:
    folder = deliver_omop(tmp_path / "in")
    visits = TABLES["visit_occurrence"] + "17,1,9202,2024-04-01,2024-04-01,1,8,0\n"
    (folder / "VISIT_OCCURRENCE.csv").write_text(visits)
    store = ExtractStore(Home.at(tmp_path / "home"))
    manifest = store.ingest(OmopSource(), folder, max_rejected=0.5).manifest
    assert manifest.rejected == {"contacts": {"later than the last day of the delivery": 1}}


@pytest.mark.parametrize("table", ["person", "visit_occurrence"])
def test_a_missing_table_or_column_is_named(tmp_path: Path, table: str) -> None:
    folder = deliver_omop(tmp_path / "in")
    file = folder / f"{table.upper()}.csv"
    file.write_text(file.read_text().replace("person_id", "someone", 1))
    with pytest.raises(DataError, match="the column 'PERSON_ID' is missing"):
        ingest(folder, tmp_path / "home")
    file.unlink()
    with pytest.raises(DataError, match=f"the table '{table}' is missing"):
        ingest(folder, tmp_path / "home")


def test_an_address_does_not_belong_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "omop.toml"
    file.write_text('url = "postgresql://me:hemligt@host/db"\n')
    with pytest.raises(SettingsError, match="environment variable") as error:
        ingest(file, tmp_path / "home")
    assert "hemligt" not in str(error.value)


def test_a_damaged_archive_is_said_to_be_one(tmp_path: Path) -> None:
    archive = deliver_zip(tmp_path / "cdm.zip", deliver_omop(tmp_path / "in"))
    archive.write_bytes(archive.read_bytes()[:2_000])
    with pytest.raises(DataError, match="the zip archive is damaged"):
        ingest(archive, tmp_path / "home")


def test_a_database_is_asked_for_concepts_without_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQL Server takes 2,100 of them; there are more substances than that."""
    deliver_sqlite(tmp_path / "cdm.db")
    monkeypatch.setenv("FRAMSYNT_SOURCE_URL", f"sqlite:///{tmp_path / 'cdm.db'}")
    (tmp_path / "omop.toml").write_text("")
    asked: list[object] = []

    def note(*told: object) -> None:
        asked.append(told[3])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        ingest(tmp_path / "omop.toml", tmp_path / "home")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert asked
    assert not any(asked)


def test_a_published_cdm(tmp_path: Path) -> None:
    if not PUBLISHED.is_file():
        pytest.skip("OHDSI's Synthea27 is not beside the repository (shared/data/omop_synthea27)")
    manifest = ingest(PUBLISHED, tmp_path / "home").manifest
    assert manifest.n_persons == 28
    assert manifest.rejected == {}
    assert manifest.rows["contacts"] == 1_791
    assert manifest.rows["diagnoses"] == 470
    assert f"{manifest.data_through}" == "2022-10-10"
    assert manifest.coverage.systems == {"snomed"}
    assert manifest.coverage.settings == {"primary", "emergency", "inpatient"}
    assert "dispensings" not in manifest.coverage.tables
    assert manifest.noted["drug exposures without an ATC code, left out"] == 883
