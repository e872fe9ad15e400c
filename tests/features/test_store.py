"""What is published, how it is read back, and what a crash leaves behind."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.errors import DataError, ExtractMissing, MissingError
from features.home import Home
from features.manifest import FORMAT
from features.partitions import n_partitions_for, partition_of
from features.sources import TablesSource
from features.store import Extract, ExtractStore
from features.tables import TABLE, Kind
from tests.features.deliveries import CONTACTS, PERSONS, SMALL, deliver


@pytest.fixture
def store(tmp_path: Path) -> ExtractStore:
    return ExtractStore(Home.at(tmp_path / "home"))


@pytest.fixture
def extract(store: ExtractStore, tmp_path: Path) -> Extract:
    return store.ingest(TablesSource(), deliver(tmp_path / "in", **SMALL))


def whole(extract: Extract, table: str) -> pd.DataFrame:
    return pd.concat([extract.read(p)[table] for p in extract.partitions], ignore_index=True)


def fingerprint(extract: Extract) -> dict[str, str]:
    """Every file of an extract but the manifest, which holds the time of ingest."""
    return {
        str(file.relative_to(extract.folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(extract.folder.rglob("*.parquet"))
    }


def test_manifest(extract: Extract, store: ExtractStore) -> None:
    manifest = extract.manifest
    assert store.current().id == extract.id == manifest.extract_id
    assert extract.id.startswith("tables-")
    assert manifest.rows == {"persons": 2, "contacts": 3, "diagnoses": 3}
    assert manifest.rejected == {}
    assert manifest.data_through == date(2024, 2, 1)  # the latest recorded_at
    assert manifest.n_persons == 2
    assert manifest.coverage.as_dict() == {
        "tables": ["contacts", "diagnoses", "persons"],
        "systems": ["icd10se"],
        "settings": ["inpatient", "primary"],
        "urgency": True,
    }
    assert set(manifest.column_hashes["persons"]) == set(TABLE["persons"].column_names)
    assert len(extract.rejects()) == 0
    assert extract.truth() is None


def test_read_back_sorted_in_contract_dtypes(extract: Extract) -> None:
    for partition in extract.partitions:
        for name, rows in extract.read(partition).items():
            assert list(rows.columns) == TABLE[name].column_names
            assert rows["person_id"].is_monotonic_increasing
            for column in TABLE[name].columns:
                dtype = rows[column.name].dtype
                category = isinstance(dtype, pd.CategoricalDtype) and column.kind is Kind.TEXT
                assert category or dtype == column.kind.value
            assert rows["person_id"].dtype == "str"
    contacts = whole(extract, "contacts").sort_values("contact_id")
    assert contacts["contact_id"].tolist() == ["k1", "k2", "k3"]
    assert contacts["end"].isna().tolist() == [False, False, True]
    assert contacts["urgency"].astype("str").tolist() == ["unplanned", "planned", "unplanned"]


def test_one_person(extract: Extract) -> None:
    tables = extract.person("anna")
    assert {name: len(rows) for name, rows in tables.items()} == {
        "persons": 1,
        "contacts": 2,
        "diagnoses": 2,
    }
    assert set(tables["contacts"]["person_id"]) == {"anna"}
    with pytest.raises(MissingError, match="no such person") as error:
        extract.person("cecilia")
    assert "cecilia" not in str(error.value)


def test_history(extract: Extract) -> None:
    people = [str(p) for part in extract.partitions for p in extract.history(part).person_ids]
    assert sorted(people) == ["anna", "bo"]


def test_nothing_ingested(store: ExtractStore) -> None:
    with pytest.raises(ExtractMissing, match="no extract has been ingested"):
        store.current()
    for extract_id in ("tables-000000000000", "../../etc", ""):
        with pytest.raises(ExtractMissing):
            store.get(extract_id)


def test_same_delivery_same_id_same_bytes(tmp_path: Path) -> None:
    mixed = {name: text.splitlines() for name, text in SMALL.items()}
    shuffled = {n: "\n".join([lines[0], *lines[:0:-1]]) + "\n" for n, lines in mixed.items()}
    made = []
    for home, tables in (("a", SMALL), ("b", SMALL), ("c", shuffled)):
        folder = deliver(tmp_path / f"in-{home}", **tables)
        store = ExtractStore(Home.at(tmp_path / home))
        made.append(store.ingest(TablesSource(), folder))
    assert made[0].id == made[1].id == made[2].id
    assert fingerprint(made[0]) == fingerprint(made[1]) == fingerprint(made[2])


def test_other_content_other_id_and_back_again(store: ExtractStore, tmp_path: Path) -> None:
    first = store.ingest(TablesSource(), deliver(tmp_path / "in", **SMALL))
    other = CONTACTS.replace("SE2", "SE3")
    second = store.ingest(TablesSource(), deliver(tmp_path / "in", contacts=other))
    assert second.id != first.id
    assert store.current().id == second.id
    assert store.get(first.id).manifest.rows == first.manifest.rows
    again = store.ingest(TablesSource(), deliver(tmp_path / "in", contacts=CONTACTS))
    assert again.id == first.id == store.current().id


def test_failed_ingest_leaves_the_previous_one(
    store: ExtractStore, extract: Extract, tmp_path: Path
) -> None:
    broken = CONTACTS.replace("inpatient", "hospital")
    with pytest.raises(DataError):
        store.ingest(TablesSource(), deliver(tmp_path / "in", contacts=broken))
    assert store.current().id == extract.id
    assert not list(store.folder.glob(".staging-*"))


def test_two_ingests_at_once(store: ExtractStore, extract: Extract, tmp_path: Path) -> None:
    import fcntl

    with (store.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another ingest is running"):
            store.ingest(TablesSource(), tmp_path / "in")
    assert store.current().id == extract.id


_SLOW_INGEST = """
import sys, time
from pathlib import Path
import features.ingest
from features.home import Home
from features.sources import TablesSource
from features.store import ExtractStore

def wait(name):
    original = getattr(features.ingest, name)
    def pausing(*arguments, **named):
        Path(sys.argv[3]).touch()
        time.sleep(60)
        return original(*arguments, **named)
    setattr(features.ingest, name, pausing)

wait(sys.argv[4])
ExtractStore(Home.at(sys.argv[1])).ingest(TablesSource(), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("moment", ["validate_table", "join_stays", "_publish", "_sync_folder"])
def test_killed_at_any_moment(
    store: ExtractStore, extract: Extract, tmp_path: Path, moment: str
) -> None:
    folder = deliver(tmp_path / "next", **{**SMALL, "contacts": CONTACTS.replace("SE2", "SE3")})
    reached = tmp_path / "reached"
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW_INGEST, store.folder.parent, folder, reached, moment],
        cwd=Path(__file__).parents[2],
    )
    for _ in range(600):
        if reached.exists() or process.poll() is not None:
            break
        time.sleep(0.05)
    assert reached.exists()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert store.current().id == extract.id
    assert len(whole(store.current(), "contacts")) == 3
    assert list(store.folder.glob(".staging-*"))
    after = store.ingest(TablesSource(), folder)  # the lock is free, the litter is cleared
    assert store.current().id == after.id != extract.id
    assert not list(store.folder.glob(".staging-*"))


def test_partitions_are_stable() -> None:
    ids = pd.array(["anna", "bo", "0002612EC022F8CF", "P0000001"], dtype="str").to_numpy(object)
    assert partition_of(ids, 8).tolist() == [7, 2, 1, 3]
    assert partition_of(ids[:0], 8).tolist() == []
    assert [n_partitions_for(n) for n in (0, 100_000, 100_001, 1_750_000)] == [4, 4, 8, 128]


def test_an_extract_of_another_format_is_refused(extract: Extract, store: ExtractStore) -> None:
    file = extract.folder / "manifest.json"
    file.write_text(file.read_text().replace(f'"format": {FORMAT}', '"format": 0'))
    with pytest.raises(DataError, match="another version"):
        store.get(extract.id).manifest  # noqa: B018


def test_one_person_without_frames(extract: Extract) -> None:
    frames, plain = extract.person("anna"), extract.plain_person("anna")
    assert plain.keys() == frames.keys()
    for name, rows in plain.items():
        expected = frames[name].astype({c.name: c.kind.value for c in rows.table.columns})
        pd.testing.assert_frame_equal(rows.frame(), expected)
    with pytest.raises(MissingError):
        extract.plain_person("cecilia")


def test_some_people(extract: Extract) -> None:
    asked = {"anna", "cecilia"}
    for number in extract.partitions:
        every, some = extract.read(number), extract.people(number, asked)
        assert some.keys() == every.keys()
        for name, rows in every.items():
            theirs = rows[rows["person_id"].isin(asked)].reset_index(drop=True)
            pd.testing.assert_frame_equal(some[name], theirs, check_categorical=False)


def test_persons_only(store: ExtractStore, tmp_path: Path) -> None:
    made = store.ingest(TablesSource(), deliver(tmp_path / "in", persons=PERSONS))
    assert made.manifest.rows == {"persons": 2}
    assert made.manifest.coverage.urgency is False
