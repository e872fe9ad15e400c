"""When not to write a list: the extract is too old, or one of its tables is not what it was.

Every table is held against its own rhythm in the year before (``features.feeds``), so that a
small or monthly feed is judged as such. The operator may accept what is refused, table by
table: then the list is written, and the run says what was accepted.
"""

from collections.abc import Collection
from datetime import date, timedelta

import numpy as np

from features.errors import SettingsError, StaleData
from features.feeds import Feed
from features.manifest import Manifest
from features.swedish_time import local_today
from features.tables import ALL_TABLES, PERSONS
from serving.week import monday_after, week_of

# The limits are our own choices, from no source. They are set so that a feed that only
# varies by chance, by season or by holidays is not refused.
OLDEST_DAYS = 14
"""Days that an extract may end before the Monday of the week that is today."""
EXPECTED_ROWS = 20
"""A silence means something once so many rows were to be expected in it: by chance alone
it then comes once in 500 million."""
FEWEST_WEEKS = 8
"""A table younger than this has no rhythm to be held against."""
RECENT_WEEKS, SHRUNK_TO, USUAL_ROWS = 4, 0.25, 100
"""Shrunk: the last four weeks hold less than a quarter of what four weeks usually hold
(at least 100 rows), and less than half of the least that they have held in a year."""
LEAST_OVERLAP, CHANCE_PEOPLE = 0.1, 20
"""Other people: fewer than a tenth of those whom two tables would share if people were
drawn by lot (at least 20)."""

EXTRACT = "extract"
SIMULATED = "region"


def this_week(manifest: Manifest, today: date | None = None) -> date | None:
    """The Monday that a list is wanted for when no week is named; None in a simulated region,
    whose calendar stands still."""
    if manifest.source == SIMULATED:
        return None
    today = today or local_today()
    return today - timedelta(days=today.weekday())


def refuse_stale(
    manifest: Manifest, index_date: date, wanted: date | None, accept: Collection[str] = ()
) -> tuple[str, ...]:
    """Raises StaleData with every reason that is not accepted; returns those that are.

    ``index_date``: the Monday to be scored for, ``wanted``: the Monday that a list is
    wanted for, if it is another. ``accept``: ``extract``, or names of tables.
    """
    _check(accept)
    reasons = found(manifest, index_date, wanted)
    refused = {name: reason for name, reason in reasons.items() if name not in accept}
    if refused:
        names = ",".join(refused)
        last = week_of(monday_after(manifest.data_through))
        asked = f", or take {last} or an earlier week" if EXTRACT in refused else ""
        raise StaleData(
            "; ".join(refused.values()),
            where="no list is written",
            do=f"Ingest newer and whole data{asked}, or accept it for this run: --accept {names}",
        )
    return tuple(reasons.values())


def _check(accept: Collection[str]) -> None:
    names = [EXTRACT, *(table.name for table in ALL_TABLES if table is not PERSONS)]
    for name in accept:
        if name not in names:
            raise SettingsError(
                f"there is no table '{name}'",
                where="--accept",
                do=f"Give some of: {', '.join(names)}.",
            )


def found(manifest: Manifest, index_date: date, wanted: date | None) -> dict[str, str]:
    """What is stale (``extract`` or a table's name) and why, in words."""
    reasons: dict[str, str] = {}
    too_old = _too_old(manifest.data_through, index_date, wanted)
    if too_old:
        reasons[EXTRACT] = too_old
    weeks_before = max(0, (manifest.data_through + timedelta(days=1) - index_date).days // 7)
    for name, feed in manifest.feeds.items():
        why = (
            _stopped(feed, weeks_before)
            or _shrunk(feed, weeks_before)
            or _about_others(feed, manifest.n_persons)
        )
        if why:
            reasons[name] = f"{name}: {why}"
    return reasons


def _too_old(data_through: date, index_date: date, wanted: date | None) -> str:
    beyond = index_date > monday_after(data_through)
    monday = wanted or index_date
    if not beyond and (monday <= index_date or (monday - data_through).days <= OLDEST_DAYS):
        return ""
    return (
        f"the extract ends {data_through}, {(monday - data_through).days} days before "
        f"the Monday of {week_of(monday)}"
    )


def _weeks(feed: Feed, weeks_before: int) -> np.ndarray:
    """Rows a week as of some weeks before the extract's end, latest first, from the week of
    the first row on."""
    counts = np.array(feed.rows_per_week[weeks_before:], dtype=np.int64)
    return np.trim_zeros(counts, "b")


def _stopped(feed: Feed, weeks_before: int) -> str:
    counts = _weeks(feed, weeks_before)
    silent = int((counts > 0).argmax()) if len(counts) else 0
    year = counts[silent : silent + 52]
    if not silent or len(year) < FEWEST_WEEKS:
        return ""
    usual = float(year.mean())
    if silent * usual < EXPECTED_ROWS or silent <= 2 * _longest_gap(year):
        return ""
    when = "" if weeks_before else f", last on {feed.newest}"
    return f"nothing recorded for {silent} weeks{when} (usually about {usual:.0f} rows a week)"


def _longest_gap(counts: np.ndarray) -> int:
    filled = np.flatnonzero(counts)
    return int(np.diff(filled).max() - 1) if len(filled) > 1 else 0


def _shrunk(feed: Feed, weeks_before: int) -> str:
    counts = _weeks(feed, weeks_before)
    before = counts[RECENT_WEEKS : RECENT_WEEKS + 52]
    if len(before) < max(FEWEST_WEEKS, 2 * RECENT_WEEKS):
        return ""
    recent = int(counts[:RECENT_WEEKS].sum())
    spans = np.convolve(before, np.ones(RECENT_WEEKS, dtype=np.int64), "valid")
    usual = float(np.median(spans))
    if usual < USUAL_ROWS or recent >= min(SHRUNK_TO * usual, spans.min() / 2):
        return ""
    return f"{recent} rows recorded in {RECENT_WEEKS} weeks (usually about {usual:.0f})"


def _about_others(feed: Feed, n_persons: int) -> str:
    by_chance = feed.people * feed.others / n_persons
    if by_chance < CHANCE_PEOPLE or feed.both >= LEAST_OVERLAP * by_chance:
        return ""
    return f"about other people: {feed.both} of its {feed.people} are in any other care table"
