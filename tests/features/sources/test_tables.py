"""A folder of canonical tables, in each of its forms."""

import gzip
from pathlib import Path

import pandas as pd

from features.home import Home
from features.progress import silently
from features.sources import TablesSource
from features.store import ExtractStore
from features.tables import TABLE, Kind
from tests.features.deliveries import CONTACTS, SMALL, deliver


def extract_id(folder: Path, home: Path) -> str:
    return ExtractStore(Home.at(home)).ingest(TablesSource(), folder).id


def test_every_form_gives_the_same_extract(tmp_path: Path) -> None:
    home = tmp_path / "home"
    plain = extract_id(deliver(tmp_path / "csv", **SMALL), home)

    zipped = tmp_path / "gz"
    zipped.mkdir()
    for name, text in SMALL.items():
        (zipped / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert extract_id(zipped, home) == plain

    semicolons = {name: "\ufeff" + text.replace(",", ";") for name, text in SMALL.items()}
    assert extract_id(deliver(tmp_path / "semi", **semicolons), home) == plain

    parquet = tmp_path / "parquet"
    parquet.mkdir()
    for name in SMALL:
        frame = pd.read_csv(tmp_path / "csv" / f"{name}.csv")
        for column in TABLE[name].columns:
            if column.kind is Kind.DATE and column.name in frame:
                frame[column.name] = pd.to_datetime(frame[column.name])
        frame.to_parquet(parquet / f"{name}.parquet")
    assert extract_id(parquet, home) == plain

    parts = deliver(tmp_path / "parts", persons=SMALL["persons"], diagnoses=SMALL["diagnoses"])
    head, *rows = CONTACTS.splitlines()
    deliver(parts / "contacts", **{f"part-{n}": f"{head}\n{row}\n" for n, row in enumerate(rows)})
    assert extract_id(parts, home) == plain


def test_notes_beside_the_tables_are_passed_over(tmp_path: Path) -> None:
    folder = deliver(tmp_path / "in", **SMALL)
    for name in ("README.md", "README", "source.json", "truth.parquet", ".DS_Store", "LICENSE"):
        (folder / name).touch()
    assert extract_id(folder, tmp_path / "home")


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    folder = deliver(tmp_path / "in", **SMALL)
    frames = list(TablesSource().read(folder, silently).frames)
    contacts = [frame for frame in frames if frame.table.name == "contacts"]
    assert [(len(f.rows), f.first_row, f.origin) for f in contacts] == [
        (0, 2, "contacts.csv"),
        (3, 2, "contacts.csv"),
    ]


def test_delivered_without_rows_is_delivered(tmp_path: Path) -> None:
    listings = "person_id,care_unit,start,end\n"
    folder = deliver(tmp_path / "in", listings=listings, **SMALL)
    extract = ExtractStore(Home.at(tmp_path / "home")).ingest(TablesSource(), folder)
    assert "listings" in extract.manifest.coverage.tables
    assert all(extract.read(p)["listings"].empty for p in extract.partitions)
