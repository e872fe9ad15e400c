"""Which extracts and feeds are too stale to list from, and which are merely quiet."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from features.errors import SettingsError, StaleData
from features.feeds import Feed
from features.manifest import Manifest
from features.tables import Coverage
from serving.freshness import found, refuse_stale, this_week

THROUGH, NEXT = date(2026, 11, 15), date(2026, 11, 16)
MANIFEST = Manifest(
    extract_id="tables-0123456789ab",
    source="tables",
    ingested_at=datetime(2026, 11, 16, tzinfo=UTC),
    data_through=THROUGH,
    coverage=Coverage(frozenset({"persons", "contacts"})),
    n_partitions=4,
    n_persons=1000,
    rows={},
    rows_read={},
    rejected={},
    joined_stays=0,
    column_hashes={},
    codelist_version="none",
    feeds={},
)


def feed(*weeks: int, people: int = 500, others: int = 500, both: int = 250) -> Feed:
    return Feed(date(2026, 3, 8), weeks, people, others, both)


def reasons(of: Feed, index_date: date = NEXT) -> dict[str, str]:
    return found(replace(MANIFEST, feeds={"contacts": of}), index_date, None)


def test_a_feed_that_stopped_in_march() -> None:
    stopped = feed(*[0] * 36, *[140] * 53)
    assert reasons(stopped) == {
        "contacts": "contacts: nothing recorded for 36 weeks, last on 2026-03-08 "
        "(usually about 140 rows a week)"
    }
    with pytest.raises(StaleData, match=r"no list is written: .* --accept contacts$") as refused:
        refuse_stale(replace(MANIFEST, feeds={"contacts": stopped}), NEXT, None)
    assert refused.value.exit_code == 9


def test_asked_for_a_week_before_it_stopped_a_feed_is_fresh() -> None:
    stopped = feed(*[0] * 36, *[140] * 53)
    assert reasons(stopped, date(2026, 3, 9)) == {}
    assert list(reasons(stopped, date(2026, 3, 16))) == ["contacts"]


@pytest.mark.parametrize(
    "weeks",
    [
        [140] * 60,  # steady
        [0, *[19] * 53],  # a week in which 19 rows fail to come may be chance
        [0, 0, 0, 400] * 15,  # monthly
        [0] * 4 + [0, 0, 0, 0, 400] * 12,  # every five weeks, and one delivery overdue
        [0] * 100 + [5000],  # delivered once
        [0] * 30 + [90] * 7,  # too young to have a rhythm
        [],  # no rows at all
        list(100 + (40 * np.sin(np.arange(60) / 8.3)).astype(int)),  # seasons
        [60, 20, 15, 30, *[100] * 20, 60, 20, 15, 30, *[100] * 40],  # Christmas, as last year
        [3, 0, 1, 0, 0, 2, 1] * 9,  # a small table
    ],
)
def test_a_quiet_feed_is_not_a_stale_one(weeks: list[int]) -> None:
    assert reasons(feed(*weeks)) == {}


def test_a_feed_whose_volume_collapsed() -> None:
    assert reasons(feed(10, 12, 9, 11, *[100] * 50)) == {
        "contacts": "contacts: 42 rows recorded in 4 weeks (usually about 400)"
    }
    assert reasons(feed(30, 30, 30, 30, *[100] * 50)) == {}


def test_a_table_about_other_people() -> None:
    assert reasons(feed(100, both=0)) == {
        "contacts": "contacts: about other people: 0 of its 500 are in any other care table"
    }
    assert reasons(feed(100, people=10, both=0)) == {}  # too few to tell


def test_an_extract_that_is_too_old_for_the_week_wanted() -> None:
    assert found(MANIFEST, NEXT, date(2026, 11, 23)) == {}
    assert found(MANIFEST, NEXT, date(2026, 11, 30)) == {
        "extract": "the extract ends 2026-11-15, 15 days before the Monday of 2026-W49"
    }
    assert list(found(MANIFEST, date(2026, 11, 23), date(2026, 11, 23))) == ["extract"]
    assert found(MANIFEST, date(2025, 11, 17), date(2025, 11, 17)) == {}


def test_the_week_of_today_is_wanted_unless_the_calendar_stands_still() -> None:
    assert this_week(MANIFEST, date(2026, 12, 3)) == date(2026, 11, 30)
    assert this_week(replace(MANIFEST, source="region"), date(2026, 12, 3)) is None


def test_what_is_accepted_is_told_and_only_that_is_let_through() -> None:
    both = replace(
        MANIFEST, feeds={"contacts": feed(100, both=0), "dispensings": feed(100, both=0)}
    )
    with pytest.raises(StaleData) as refused:
        refuse_stale(both, NEXT, None, ["contacts"])
    assert "dispensings" in str(refused.value)
    assert "contacts" not in str(refused.value)
    assert len(refuse_stale(both, NEXT, None, ["contacts", "dispensings"])) == 2
    with pytest.raises(SettingsError, match="there is no table 'persons'"):
        refuse_stale(both, NEXT, None, ["persons"])
