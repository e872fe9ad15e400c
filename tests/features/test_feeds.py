"""How the tables of an extract arrive, counted when it is made."""

from datetime import date
from pathlib import Path

import pytest

from features.errors import DataError
from features.feeds import FeedCounter
from features.home import Home
from features.manifest import Manifest
from features.sources import TablesSource
from features.store import ExtractStore
from tests.features.deliveries import SMALL, deliver
from tests.text_tables import tables


def test_weeks_are_counted_back_from_the_last_day_and_people_across_tables() -> None:
    counter = FeedCounter(date(2024, 3, 31))
    for person in ("a", "b"):  # two partitions
        counter.add(
            tables(
                contacts=f"""
                person_id | start      | recorded_at
                {person}  | 2024-01-01 | 2024-03-25 <- the last week
                {person}  | 2024-01-01 | 2024-03-24 <- the week before
                {person}  | 2024-01-01 | 2024-03-24
                """,
                diagnoses=f"person_id | date | code\n{person} | 2024-03-11 | I10",
                dispensings="person_id | date | atc\na | 2024-03-31 | N02BE01"
                if person == "a"
                else "person_id | date | atc",
            )
        )
    feeds = counter.feeds()
    assert feeds["contacts"].rows_per_week == (2, 4)
    assert feeds["contacts"].newest == date(2024, 3, 25)
    assert feeds["diagnoses"].rows_per_week == (0, 0, 2)
    assert (feeds["contacts"].people, feeds["contacts"].others, feeds["contacts"].both) == (2, 1, 1)
    assert (feeds["dispensings"].people, feeds["dispensings"].others) == (1, 2)


def test_an_extract_keeps_its_feeds(tmp_path: Path) -> None:
    empty = "person_id,date,atc\n"
    folder = deliver(tmp_path / "in", **SMALL, dispensings=empty)
    extract = ExtractStore(Home.at(tmp_path / "home")).ingest(TablesSource(), folder)
    feeds = Manifest.read(extract.folder / "manifest.json").feeds
    assert feeds == extract.manifest.feeds
    assert set(feeds) == {"contacts", "diagnoses", "dispensings"}
    assert feeds["contacts"].newest == extract.manifest.data_through
    assert (feeds["dispensings"].newest, feeds["dispensings"].rows_per_week) == (None, ())


def test_a_table_about_nobody_in_persons_is_refused_whatever_may_be_rejected(
    tmp_path: Path,
) -> None:
    strange = "person_id,date,atc\nx1,2024-01-02,N02BE01\nx2,2024-01-02,N02BE01\n"
    folder = deliver(tmp_path / "in", **SMALL, dispensings=strange)
    with pytest.raises(DataError, match="dispensings: no row is about anybody in persons"):
        ExtractStore(Home.at(tmp_path / "home")).ingest(TablesSource(), folder, max_rejected=1.0)
