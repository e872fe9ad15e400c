"""CMS DE-SynPUF: a hand-written sample, and a published one where it is at hand."""

from pathlib import Path

import pandas as pd
import pytest

from features import events
from features.errors import DataError
from features.home import Home
from features.sources import SynpufSource
from features.stays import joined_as_of
from features.store import Extract, ExtractStore
from features.tables import Tables
from tests.features.deliveries import deliver_synpuf

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data" / "synpuf"


def ingest(folder: Path, home: Path) -> Extract:
    return ExtractStore(Home.at(home)).ingest(SynpufSource(), folder)


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    return ingest(deliver_synpuf(tmp_path / "in"), tmp_path / "home")


def shown(tables: Tables, table: str, *columns: str) -> list[tuple[str, ...]]:
    rows = tables[table][list(columns)]
    return [tuple(str(value)[:11] for value in row) for row in rows.itertuples(index=False)]


def day(text: str) -> str:
    """A date as ``shown`` prints it."""
    return text + " "


def test_people(extract: Extract) -> None:
    columns = ("birth_date", "sex", "death_date", "municipality")
    assert shown(extract.person("00AA"), "persons", *columns) == [
        (day("1923-05-01"), "female", "NaT", "nan")
    ]
    assert shown(extract.person("00BB"), "persons", *columns) == [
        (day("1943-02-01"), "male", day("2009-10-01"), "nan")
    ]


def test_coverage_months_become_observation_periods(extract: Extract) -> None:
    # Hospital (A) and medical (B) insurance each show half: 6 and 3 months of 12, then 9 and 9.
    columns = ("start", "end", "share", "recorded_at")
    assert shown(extract.person("00BB"), "observation_periods", *columns) == [
        (day("2008-01-01"), day("2009-01-01"), "0.375", day("2008-12-31")),
        (day("2009-01-01"), day("2010-01-01"), "0.75", day("2009-12-31")),
    ]
    assert shown(extract.person("00AA"), "observation_periods", "share") == [("1.0",)] * 3


def test_yearly_flags_are_known_from_the_first_of_january(extract: Extract) -> None:
    diagnoses = extract.person("00AA")["diagnoses"]
    flags = diagnoses[diagnoses["system"] == "ccw"]
    assert flags["code"].astype("str").tolist() == ["CHF", "DIABETES"]
    new_year = pd.Timestamp("2009-01-01")
    assert (flags["date"] < new_year).all()
    assert (flags["recorded_at"] == new_year - pd.Timedelta(days=1)).all()
    assert shown(extract.person("00BB"), "diagnoses", "code", "system", "position")[0] == (
        "ESRD",
        "ccw",
        "2",
    )


def test_segments_and_overlapping_stays_are_one_admission(extract: Extract) -> None:
    tables = extract.person("00AA")
    columns = ("contact_id", "start", "end", "setting", "urgency", "care_unit")
    assert shown(tables, "contacts", *columns) == [
        ("900", day("2008-03-01"), day("2008-03-20"), "inpatient", "unknown", "P1")
    ]
    assert (tables["contacts"]["recorded_at"] == tables["contacts"]["start"]).all()
    diagnoses = tables["diagnoses"]
    stays = diagnoses[diagnoses["system"] == "icd9cm"].sort_values(["date", "position", "code"])
    columns = ("contact_id", "date", "code", "position", "recorded_at")
    tenth, twentieth = day("2008-03-10"), day("2008-03-20")
    assert shown({"diagnoses": stays}, "diagnoses", *columns) == [
        ("900", tenth, "4280", "1", tenth),
        ("900", tenth, "25000", "2", tenth),
        ("900", tenth, "4019", "2", tenth),
        ("900", tenth, "78701", "3", tenth),
        ("900", twentieth, "V5789", "2", twentieth),
    ]
    assert shown(tables, "procedures", "contact_id", "system", "code", "date") == [
        ("900", "icd9cm_proc", "4542", tenth)
    ]


def test_gzipped_and_several_samples(tmp_path: Path, extract: Extract) -> None:
    folder = deliver_synpuf(tmp_path / "gz", zipped=True)
    zipped = ingest(folder, tmp_path / "other")
    assert zipped.manifest.column_hashes == extract.manifest.column_hashes
    deliver_synpuf(folder, sample=2)
    with pytest.raises(DataError, match="key already used"):  # the same people twice
        ingest(folder, tmp_path / "other")


@pytest.mark.parametrize("missing", ["2009_Beneficiary_Summary_File", "Inpatient_Claims"])
def test_missing_file(tmp_path: Path, missing: str) -> None:
    folder = deliver_synpuf(tmp_path / "in", sample=7)
    next(file for file in folder.iterdir() if missing in file.name).unlink()
    with pytest.raises(DataError, match=rf"{missing}_Sample_7\.csv is missing"):
        ingest(folder, tmp_path / "home")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("DESYNPUF_ID\n", "the column 'BENE_BIRTH_DT' is missing"),
        ("x", "the column 'DESYNPUF_ID' is missing"),
        (None, r"\.csv, row \d+: a row with the wrong number of columns"),
    ],
)
def test_broken_file(tmp_path: Path, text: str | None, message: str) -> None:
    folder = deliver_synpuf(tmp_path / "in")
    file = folder / "DE1_0_2010_Beneficiary_Summary_File_Sample_1.csv"
    file.write_text(file.read_text() + "00CC,1\n" if text is None else text)
    with pytest.raises(DataError, match=message) as error:
        ingest(folder, tmp_path / "home")
    assert file.name in str(error.value)


def test_no_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no SynPUF files"):
        ingest(tmp_path, tmp_path / "home")
    with pytest.raises(DataError, match="no such folder"):
        ingest(tmp_path / "nowhere", tmp_path / "home")


def test_a_published_sample(tmp_path: Path) -> None:
    files = list(PUBLISHED.glob("*_Sample_2.csv.gz")) if PUBLISHED.is_dir() else []
    if len(files) != 4:
        pytest.skip("sample 2 of DE-SynPUF is not beside the repository (shared/data/synpuf)")
    folder = tmp_path / "in"
    folder.mkdir()
    for file in files:
        (folder / file.name).symlink_to(file)
    extract = ingest(folder, tmp_path / "home")
    manifest = extract.manifest
    assert manifest.n_persons == 10_000
    assert manifest.rejected == {}
    assert manifest.rows["contacts"] + manifest.joined_stays == manifest.rows_read["contacts"]
    # What was recorded too late to be one stay on every date is joined as known on a date.
    end_of_data = events.day(manifest.data_through) + 1
    joined = [joined_as_of(extract.read(p), end_of_data)["contacts"] for p in extract.partitions]
    contacts = pd.concat(joined).sort_values(["person_id", "start"])
    contacts = contacts[contacts["setting"] == "inpatient"]
    same = contacts["person_id"].eq(contacts["person_id"].shift())
    assert not (same & (contacts["start"] <= contacts["end"].shift())).any()
