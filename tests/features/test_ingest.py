"""From faulty and faultless deliveries to an extract, and what is said about them."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.errors import DataError, SettingsError
from features.home import Home
from features.progress import Track
from features.sources import SourceData, SourceFrame, TablesSource
from features.store import Extract, ExtractStore
from features.tables import CONTACTS, PERSONS, Coverage
from tests.features.deliveries import CONTACTS as CONTACTS_TEXT
from tests.features.deliveries import DIAGNOSES as DIAGNOSES_TEXT
from tests.features.deliveries import PERSONS as PERSONS_TEXT
from tests.features.deliveries import SMALL, deliver


@pytest.fixture
def store(tmp_path: Path) -> ExtractStore:
    return ExtractStore(Home.at(tmp_path / "home"))


def ingest(store: ExtractStore, folder: Path, max_rejected: float = 1.0, **more: str) -> Extract:
    tables = {name: SMALL[name] + more.get(name, "") for name in SMALL}
    return store.ingest(TablesSource(), deliver(folder, **tables), max_rejected=max_rejected)


FAULTY = {
    "persons": "cecilia,1950-01-01,woman\nanna,1938-04-01,female\n",
    "contacts": (
        "anna,k4,2024-01-09,2024-01-03,primary,visit,planned,SE1\n"  # ends before it starts
        "cecilia,k5,2024-01-09,2024-01-09,primary,visit,planned,SE1\n"  # her person was rejected
        "anna,k1,2024-01-09,2024-01-09,primary,visit,planned,SE1\n"  # k1 is taken
        "bo,k1,2024-01-09,2024-01-09,primary,visit,planned,SE1\n"  # another person's k1 is another
        "bo,k6,2999-01-09,,primary,visit,planned,SE1\n"
        f"bo,k7,{date.today() + timedelta(days=400)},,primary,visit,planned,SE1\n"
    ),
    "diagnoses": (
        "anna,k4,2024-01-09,icd10se,I10,1\n"  # its contact was rejected
        "bo,k3,2024-01-09,icd10se,I10,0\n"
        "anna,k3,2024-01-09,icd10se,I10,1\n"  # a contact of somebody else
    ),
}


def test_faulty_rows_are_set_aside(store: ExtractStore, tmp_path: Path) -> None:
    extract = ingest(store, tmp_path / "in", **FAULTY)
    rejects = extract.rejects()
    assert list(rejects.columns) == ["file", "row", "table", "column", "reason"]
    found = rejects.sort_values(["table", "row"])[["file", "row", "column", "reason"]]
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        ("contacts.csv", 5, "end", "ends before it starts"),
        ("contacts.csv", 6, "person_id", "person not in persons"),
        ("contacts.csv", 7, "contact_id", "key already used by another row"),
        (
            "contacts.csv",
            9,
            "start",
            "date before 1850 or after 2199 (leave an open end empty)",
        ),
        ("contacts.csv", 10, "recorded_at", "later than the last day of the delivery"),
        ("diagnoses.csv", 5, "contact_id", "contact not in contacts of the person"),
        ("diagnoses.csv", 6, "position", "number out of range"),
        ("diagnoses.csv", 7, "contact_id", "contact not in contacts of the person"),
        ("persons.csv", 4, "sex", "value not among those allowed"),
        ("persons.csv", 5, "person_id", "key already used by another row"),
    ]
    manifest = extract.manifest
    assert manifest.rows == {"persons": 2, "contacts": 4, "diagnoses": 3}
    assert manifest.rows_read == {"persons": 4, "contacts": 9, "diagnoses": 6}
    assert manifest.rejected["diagnoses"] == {
        "contact not in contacts of the person": 2,
        "number out of range": 1,
    }
    assert manifest.data_through == date(2024, 2, 1)


def test_too_many_faulty_rows_stop_the_ingest(store: ExtractStore, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        ingest(store, tmp_path / "in", max_rejected=0.01, **FAULTY)
    said = str(error.value)
    assert "contacts.end: ends before it starts: 1 of 9 rows, first contacts.csv, row 5" in said
    assert "--max-rejected" in said
    for secret in ("anna", "cecilia", "k1", "I10", "2024", "2999"):
        assert secret not in said


def test_share_must_be_a_share(store: ExtractStore, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--max-rejected: the share"):
        ingest(store, tmp_path / "in", max_rejected=5)


def test_few_faulty_rows_do_not(store: ExtractStore, tmp_path: Path) -> None:
    many = "".join(f"p{n},1950-01-01,female\n" for n in range(200))
    extract = ingest(store, tmp_path / "in", max_rejected=0.01, persons=many + "q,soon,male\n")
    assert extract.manifest.rejected == {"persons": {"not a date (YYYY-MM-DD)": 1}}


def test_stays_are_joined_over_frames(store: ExtractStore, tmp_path: Path) -> None:
    transfer = "anna,k9,2024-01-05,2024-01-08,inpatient,visit,planned,SE3\n"
    extract = ingest(store, tmp_path / "in", contacts=transfer)
    anna = extract.person("anna")["contacts"]
    assert anna["contact_id"].tolist() == ["k1", "k2"]
    assert anna["end"].tolist()[0] == pd.Timestamp("2024-01-08")
    assert extract.manifest.joined_stays == 1


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda f: (f / "contact.csv").touch(), r"'contact.csv' is not .*did you mean 'contacts'"),
        (lambda f: (f / "data.xlsx").touch(), r"'data.xlsx' is not a canonical table.*persons"),
        (lambda f: (f / "persons.csv").unlink(), "the required table 'persons' is missing"),
        (lambda f: (f / "contacts.csv").write_text(""), r"contacts\.csv: the file is empty"),
        (
            lambda f: (f / "contacts.csv").write_text("person_id;b\n"),
            r"contacts\.csv: unknown column 'b'",
        ),
        (
            lambda f: (f / "contacts.csv").write_text("anna,k1,2024-01-01\n"),
            r"contacts\.csv: no column has a name of the data contract",
        ),
        (lambda f: (f / "persons.csv").write_text("person_id\n"), "'birth_date' is missing"),
        (
            lambda f: (f / "persons.csv").write_text(PERSONS_TEXT.splitlines()[0] + "\n"),
            r"persons\.csv: no rows",
        ),
        (
            lambda f: (f / "persons.csv").write_text(PERSONS_TEXT + "bo,1940-01-01\n"),
            r"persons\.csv, row 4: a row with the wrong number of columns",
        ),
        (
            lambda f: (f / "persons.csv").write_bytes(PERSONS_TEXT.encode() + b"b\xe5,1,male\n"),
            r"persons\.csv.*: text that is not UTF-8",
        ),
        (lambda f: (f / "contacts.parquet").touch(), "table 'contacts' is delivered twice"),
        (
            lambda f: (f / "listings.parquet").write_text("PAR1"),
            r"listings\.parquet: the file is not readable as Parquet",
        ),
        (
            lambda f: (f / "listings.csv.gz").write_text("no gzip"),
            r"listings\.csv\.gz: the file is",
        ),
        (lambda f: (f / "listings").mkdir(), "listings: the folder has no files"),
        (shutil.rmtree, "no such folder"),
    ],
)
def test_faulty_deliveries(store: ExtractStore, tmp_path: Path, prepare, message: str) -> None:  # type: ignore[no-untyped-def]
    folder = deliver(tmp_path / "in", **SMALL)
    before = store.ingest(TablesSource(), folder)
    prepare(folder)
    with pytest.raises(DataError, match=message) as error:
        store.ingest(TablesSource(), folder)
    assert "bo," not in str(error.value)
    assert "anna" not in str(error.value)
    assert store.current().id == before.id
    assert not list(store.folder.glob(".staging-*"))


def test_every_row_faulty(store: ExtractStore, tmp_path: Path) -> None:
    folder = deliver(tmp_path / "in", persons="person_id,birth_date,sex\na,soon,male\n")
    with pytest.raises(DataError, match="no row has a usable date"):
        store.ingest(TablesSource(), folder, max_rejected=1.0)


class Given:
    """A source that hands over what it is given."""

    name = "given"

    def __init__(self, data: SourceData) -> None:
        self.data = data

    def read(self, path: Path, track: Track) -> SourceData:
        return self.data


def frames() -> tuple[SourceFrame, SourceFrame]:
    persons = pd.DataFrame({"person_id": ["a"], "birth_date": ["1940-01-01"], "sex": ["male"]})
    header = CONTACTS_TEXT.splitlines()[0].split(",")
    return (
        SourceFrame(PERSONS, persons, "p"),
        SourceFrame(CONTACTS, pd.DataFrame(columns=header, dtype="str"), "c"),
    )


def test_what_the_source_states(store: ExtractStore, tmp_path: Path) -> None:
    truth = pd.DataFrame(
        {
            "person_id": ["a"],
            "target": ["avoidable_365"],
            "index_date": pd.to_datetime(["2024-01-01"]),
            "probability": [0.25],
        }
    )
    coverage = Coverage(frozenset({"persons", "contacts"}), settings=frozenset({"primary"}))
    data = SourceData(frames(), coverage, truth, date(2024, 3, 1))
    extract = store.ingest(Given(data), tmp_path)
    assert extract.manifest.coverage == coverage
    assert extract.manifest.data_through == date(2024, 3, 1)
    kept = extract.truth()
    assert kept is not None
    assert kept["probability"].tolist() == [0.25]
    assert extract.read(0)["contacts"].empty
    other = SourceData(frames(), coverage, truth.assign(probability=0.5), date(2024, 3, 1))
    assert store.ingest(Given(other), tmp_path).id != extract.id


def test_persons_come_first(store: ExtractStore, tmp_path: Path) -> None:
    persons, contacts = frames()
    with pytest.raises(DataError, match="persons"):
        store.ingest(Given(SourceData([contacts, persons])), tmp_path)
    with pytest.raises(DataError, match="persons must come before"):
        store.ingest(Given(SourceData([persons, contacts, persons])), tmp_path)


def test_free_standing_diagnoses_without_contacts(store: ExtractStore, tmp_path: Path) -> None:
    text = DIAGNOSES_TEXT.replace(",k1,", ",,")
    folder = deliver(tmp_path / "in", persons=PERSONS_TEXT, diagnoses=text)
    assert store.ingest(TablesSource(), folder).manifest.rows["diagnoses"] == 3
