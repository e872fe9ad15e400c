"""Whichever way a person's rows come in, every feature is the same, byte for byte.

By a delivery and an extract, by an API call, in one partition or another, from today's
extract or from one cut on the day. Over all measures at once, present and future ones.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import features.history
from features import events
from features.arrow import to_arrow
from features.errors import DataError
from features.history import History
from features.home import Home
from features.known_on import known_on
from features.matrix import build_matrix
from features.measures import MEASURES
from features.sources import TablesSource
from features.store import Extract, ExtractStore
from features.tables import TABLE, Coverage, Tables
from features.validation import tables_from_records
from tests.features.test_known_then import COVERAGE, SEEDS, assert_same_bytes
from tests.random_history import MIDDLE, deliverable, random_tables

DATES = (MIDDLE, MIDDLE + 1, MIDDLE - 400)


def delivered(seed: int) -> Tables:
    return deliverable(random_tables(seed, people=8, rows=80))


def ingested(tables: Tables, folder: Path) -> Extract:
    for name, rows in tables.items():
        (folder / "in").mkdir(parents=True, exist_ok=True)
        pq.write_table(to_arrow(TABLE[name], rows), folder / "in" / f"{name}.parquet")
    store = ExtractStore(Home.at(folder / "home"))
    return store.ingest(TablesSource(), folder / "in", max_rejected=1.0)


def batch(extract: Extract, coverage: Coverage = COVERAGE) -> pd.DataFrame:
    """All partitions' rows, by index date and then person."""
    parts = [
        build_matrix(History.of(extract.read(number), coverage), MEASURES, DATES)
        for number in extract.partitions
    ]
    return pd.concat(parts).sort_index(level=["index_date", "person_id"])


def records(tables: Tables, person_id: str) -> dict[str, list[dict[str, object]]]:
    """One person's rows as the JSON of a scoring call."""
    return {
        name: [
            {column: _plain(value) for column, value in row.items() if not pd.isna(value)}
            for row in rows[rows["person_id"] == person_id].to_dict("records")
        ]
        for name, rows in tables.items()
    }


def _plain(value: object) -> object:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_a_call_for_one_person_equals_the_batch(seed: int) -> None:
    tables = delivered(seed)
    with tempfile.TemporaryDirectory() as folder:
        extract = ingested(tables, Path(folder))
        assert not extract.manifest.rejected
        whole = batch(extract)
        for person_id in tables["persons"]["person_id"]:
            called = tables_from_records(records(tables, person_id))
            in_extract = whole.loc[[person_id]]
            for alone in (called, extract.person(person_id)):
                matrix = build_matrix(History.of(alone, COVERAGE), MEASURES, DATES)
                assert_same_bytes(matrix.sort_index(level="index_date"), in_extract)


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(2, 4))
def test_any_split_of_the_people_changes_nothing(seed: int, parts: int) -> None:
    tables = random_tables(seed, people=9, rows=90)
    whole = build_matrix(History.of(tables, COVERAGE), MEASURES, [MIDDLE])
    ids = tables["persons"]["person_id"].to_numpy()
    part_of = dict(zip(ids, np.random.default_rng(seed).integers(0, parts, len(ids)), strict=True))
    split = []
    for part in sorted(set(part_of.values())):
        rows_of = {
            name: rows[rows["person_id"].map(part_of) == part] for name, rows in tables.items()
        }
        split.append(build_matrix(History.of(rows_of, COVERAGE), MEASURES, [MIDDLE]))
    assert_same_bytes(pd.concat(split).sort_index(), whole)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_many_rows_are_chosen_otherwise_than_few_and_give_the_same(seed: int) -> None:
    history = random_tables(seed, people=8, rows=80)
    few = build_matrix(History.of(history, COVERAGE), MEASURES, DATES)
    with pytest.MonkeyPatch.context() as patch:
        for room in (events, features.history):
            patch.setattr(room, "FEW", -1)
        many = build_matrix(History.of(history, COVERAGE), MEASURES, DATES)
    assert_same_bytes(few, many)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_rows_delivered_twice_are_rejected_and_change_nothing(seed: int) -> None:
    tables = delivered(seed)
    twice = {
        name: pd.concat([rows, rows.iloc[::3]], ignore_index=True) if TABLE[name].key else rows
        for name, rows in tables.items()
    }
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        extract = ingested(twice, Path(other))
        assert_same_bytes(batch(ingested(tables, Path(one))), batch(extract))
        again = {name: len(twice[name]) - len(tables[name]) for name in ("persons", "contacts")}
        assert extract.manifest.rejected == {
            name: {"key already used by another row": n} for name, n in again.items()
        }
    person_id = str(tables["contacts"]["person_id"].iloc[0])
    with pytest.raises(DataError, match="key already used"):
        tables_from_records(records(twice, person_id))
    with pytest.raises(DataError, match="stands twice"):
        History.of(twice, COVERAGE)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_an_extract_cut_on_the_day_gives_the_features_of_the_day(seed: int) -> None:
    tables = delivered(seed)
    day_before = MIDDLE.astype("datetime64[D]").item() - timedelta(days=1)
    with tempfile.TemporaryDirectory() as today, tempfile.TemporaryDirectory() as then:
        extract = ingested(tables, Path(today))
        cuts = [
            ingested(known_on(tables, day_before), Path(then) / "delivery"),
            ingested(known_on(_whole(extract), day_before), Path(then) / "extract"),
        ]
        expected = batch(extract).xs(pd.Timestamp(MIDDLE), level="index_date")
        for cut in cuts:
            assert not cut.manifest.rejected
            found = batch(cut).xs(pd.Timestamp(MIDDLE), level="index_date")
            assert_same_bytes(found, expected)


def _whole(extract: Extract) -> Tables:
    parts = [extract.read(number) for number in extract.partitions]
    return {name: pd.concat([p[name] for p in parts], ignore_index=True) for name in parts[0]}
