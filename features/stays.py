"""Joins inpatient contacts that overlap or abut into one admission, as known on a date.

Transfers between wards and hospitals are delivered as separate stays; counted one by one
they would look like readmissions. Two stays of a person are one admission when the next
begins no later than the day the one before ends (Swedish register practice). The admission
begins, and is planned or not, as its first part; it ends with the last of its parts.

**Known then.** Say a person goes home on the 5th, recorded on the 6th, and is back the same
day, recorded on the 20th: on the 10th nobody knew, so the two are apart in the history of
the 10th and joined in that of the 21st. ``joined_as_of`` joins what was known on a date, and
the point-in-time view (``features.history``) shows its result. ``join_stays`` spares it the
work where joining gives the same on every date: when the later part was known no later than
the end of the earlier one, as in a transfer recorded at once.

**A stay without an end,** or whose end has not passed on the date, goes on. But somebody
admitted anew is no longer where they were: once a later stay of the person is known, the
one before is taken as ended when the later began, at most ``LONGEST_UNENDED`` days after
its own beginning. So a transfer whose discharge was not recorded is one admission, a
discharge that was never delivered does not swallow the admissions of later years, and a
stay beside a longer one closes it only until the longer one's end is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from features.frames import AnyTable, AnyTables, Column, PlainTable, columns_of, label, texts
from features.tables import Tables

LONGEST_UNENDED = 30
"""Days that a stay without an end may have lasted when a later stay is on record. Our own
choice, from no source: longer than nearly all stays, as long as the time after a discharge
within which an admission is called a readmission."""

GOES_ON = np.int64(2**40)

SomeTables = TypeVar("SomeTables", bound=AnyTables)


@dataclass(frozen=True)
class Stays:
    """Inpatient stays, a row each, by person and beginning; days since 1970-01-01.

    ``row``: place of the stay in its table. ``end``: ``GOES_ON`` while it does.
    """

    row: np.ndarray
    person: np.ndarray
    start: np.ndarray
    end: np.ndarray
    recorded: np.ndarray

    @classmethod
    def among(cls, contacts: AnyTable) -> "Stays":
        """The stays among contacts."""
        columns = columns_of(contacts)
        row = _equal(columns["setting"], "inpatient")
        of_stays = {name: _some(columns[name], row) for name in _OF_STAYS}
        who = label(of_stays["person_id"])[0].astype(np.int64)
        start, recorded = _days(of_stays["start"]), _days(of_stays["recorded_at"])
        ids = np.array(texts(of_stays["contact_id"]), dtype=object)
        tie = pd.util.hash_array(ids, categorize=False) if len(row) else row
        # Not by end: the first part must be the same one before its end is known.
        order = np.lexsort((tie, recorded, start, who))
        return cls(row, who, start, _days(of_stays["end"]), recorded).take(order)

    def take(self, chosen: np.ndarray) -> "Stays":
        return Stays(
            self.row[chosen],
            self.person[chosen],
            self.start[chosen],
            self.end[chosen],
            self.recorded[chosen],
        )

    def chains(self) -> np.ndarray:
        """Number of each stay's chain: stays that touch, one after another. Rises from 0."""
        begins = np.ones(len(self.row), dtype=bool)
        if len(self.row) > 1:
            # Persons ascend, so a running maximum lifted by person stays within each.
            lift = self.person * (2 * GOES_ON)
            reached = np.maximum.accumulate(lift + self.end)
            begins[1:] = lift[1:] + self.start[1:] > reached[:-1]
        return np.cumsum(begins) - 1

    def touching(self) -> np.ndarray:
        """Which stays may be parts of one admission with another, on some date."""
        chain = self.chains()
        return (np.bincount(chain, minlength=1) > 1)[chain]

    def known_at(self, index_day: int) -> "Stays":
        """The stays known then: ends hidden unless passed, and an unended stay with a later
        one closed."""
        seen = self.take(np.flatnonzero(np.maximum(self.start, self.recorded) < index_day))
        end = np.where(seen.end < index_day, seen.end, GOES_ON)
        followed = np.flatnonzero((end[:-1] == GOES_ON) & (seen.person[1:] == seen.person[:-1]))
        longest = seen.start[followed] + LONGEST_UNENDED
        end[followed] = np.minimum(seen.start[followed + 1], longest)
        return Stays(seen.row, seen.person, seen.start, end, seen.recorded)


def join_stays(tables: Tables) -> tuple[Tables, int]:
    """The tables with those stays joined that are one admission on every date on which they
    are known, and how many contacts were joined away.

    Diagnoses and procedures of a joined part move to the admission, and only the first
    part keeps its principal diagnosis (``position`` 1 becomes 2 in the others). Whatever
    looks different on different dates is left to ``joined_as_of``. Repeating it changes
    nothing. Tables without contacts come back as they are.
    """
    contacts = tables.get("contacts")
    if contacts is None:
        return tables, 0
    stays = Stays.among(contacts)
    stays = stays.take(np.flatnonzero(stays.touching()))
    chain = stays.chains()
    first = np.flatnonzero(np.diff(chain, prepend=-1))
    later = np.flatnonzero(chain[1:] == chain[:-1]) + 1
    seen = np.maximum(stays.start, stays.recorded)
    before_ends = np.maximum(stays.end, stays.recorded)[later - 1]
    in_time = stays.start[later] <= stays.start[first][chain[later]] + LONGEST_UNENDED
    same = (
        (seen[later] <= before_ends)  # never is the part before over, and this one unknown
        & (stays.recorded[later - 1] <= seen[later])
        & (stays.end[later - 1] <= stays.end[later])
        & (in_time | (seen[later] == before_ends))
    )
    apart = np.zeros(len(first), dtype=bool)
    apart[chain[later[~same]]] = True
    later = later[~apart[chain[later]]]
    apart[chain[later[_with_early_rows(tables, contacts, stays.take(later))]]] = True
    stays = stays.take(np.flatnonzero(~apart[chain]))
    if not len(stays.row):
        return tables, 0
    joined = _joined(tables, contacts, stays, np.ones(len(contacts), dtype=bool))
    return joined, len(contacts) - len(joined["contacts"])


def joined_as_of(tables: SomeTables, index_day: int) -> SomeTables:
    """The tables with stays joined by what was known at an index date (days since 1970-01-01).

    Stays not yet known are left out, and ends not yet passed are missing; other rows stay
    as they are, for the view to choose from. Tables without contacts come back as they are.
    """
    contacts = tables.get("contacts")
    if contacts is None:
        return tables
    stays = Stays.among(contacts)
    known = stays.known_at(index_day)
    kept = np.ones(len(contacts), dtype=bool)
    kept[stays.row] = False
    kept[known.row] = True
    return cast(SomeTables, _joined(tables, contacts, known, kept))


def _joined(
    tables: AnyTables, contacts: AnyTable, stays: Stays, kept: np.ndarray
) -> dict[str, Any]:
    """The tables with each chain of ``stays`` as one row, among the contacts to be kept."""
    chain = stays.chains()
    first = np.flatnonzero(np.diff(chain, prepend=-1))
    last = np.maximum.reduceat(stays.end, first) if len(first) else stays.end
    missing = np.iinfo(np.int64).min
    ends = np.array(columns_of(contacts)["end"], dtype="datetime64[s]")
    ends[stays.row[first]] = np.where(last < GOES_ON, last, missing).astype("datetime64[D]")
    part = np.setdiff1d(np.arange(len(stays.row)), first, assume_unique=True)
    absorbed, into = stays.row[part], stays.row[first][chain[part]]
    kept[absorbed] = False
    result = dict(tables)
    if isinstance(contacts, PlainTable):
        result["contacts"] = contacts.replaced(end=ends).take(np.flatnonzero(kept))
    else:
        with_ends = contacts.assign(end=pd.Series(ends, index=contacts.index))
        result["contacts"] = with_ends[kept].reset_index(drop=True)
    if len(absorbed):
        for name in ("diagnoses", "procedures"):
            if name in tables:
                result[name] = _moved(tables[name], contacts, absorbed, into)
    return result


_OF_STAYS = ("person_id", "contact_id", "start", "end", "recorded_at")


def _equal(values: Column, wanted: str) -> np.ndarray:
    """Where a text column says this."""
    if isinstance(values, list):
        return np.array([at for at, value in enumerate(values) if value == wanted], dtype=np.intp)
    return np.flatnonzero(np.asarray(values == wanted, dtype=bool))


def _some(values: Column, rows: np.ndarray) -> Column:
    return [values[row] for row in rows.tolist()] if isinstance(values, list) else values[rows]


def _days(dates: Column) -> np.ndarray:
    moments = np.asarray(dates).astype("datetime64[D]")
    return np.where(np.isnat(moments), GOES_ON, moments.astype(np.int64))


def _rows_on(
    rows: AnyTable, contacts: AnyTable, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Places of the diagnoses or procedures on the chosen contacts, and which of these each
    is on (a place in ``chosen``)."""
    if isinstance(rows, PlainTable):
        place_of = {key: place for place, key in enumerate(_pairs(contacts, chosen.tolist()))}
        pairs = enumerate(_pairs(rows, range(len(rows))))
        on = [(at, place_of[key]) for at, key in pairs if key in place_of]
        at, place = np.array(on, dtype=np.intp).reshape(-1, 2).T
        return at, place
    assert isinstance(contacts, pd.DataFrame)
    wanted = contacts["contact_id"].iloc[chosen]
    candidates = np.flatnonzero(rows["contact_id"].isin(wanted).to_numpy(dtype=bool))
    if not len(candidates):
        return candidates, candidates
    keys = _keys(contacts["person_id"].iloc[chosen], wanted)
    order = np.argsort(keys)
    mine = _keys(rows["person_id"].iloc[candidates], rows["contact_id"].iloc[candidates])
    place = order[np.searchsorted(keys[order], mine).clip(max=len(keys) - 1)]
    found = keys[place] == mine
    return candidates[found], place[found]


def _pairs(rows: AnyTable, chosen: Iterable[int]) -> list[tuple[object, object]]:
    """Person and contact of each of the chosen rows."""
    columns = columns_of(rows)
    who, contact = texts(columns["person_id"]), texts(columns["contact_id"])
    return [(who[row], contact[row]) for row in chosen]


def _keys(person_id: pd.Series, contact_id: pd.Series) -> np.ndarray:
    """Person and contact as one 64-bit number each (``features.integrity.contact_keys``)."""
    person, contact = (
        pd.util.hash_array(ids.astype(object).to_numpy(), categorize=False)
        for ids in (person_id, contact_id)
    )
    return contact ^ (person * np.uint64(0x9E3779B97F4A7C15))


def _with_early_rows(tables: Tables, contacts: pd.DataFrame, stays: Stays) -> np.ndarray:
    """Which stays have a diagnosis or procedure that was known before the stay itself."""
    early = np.zeros(len(stays.row), dtype=bool)
    known = np.maximum(stays.start, stays.recorded)
    for name in ("diagnoses", "procedures"):
        if name in tables and len(stays.row):
            at, stay = _rows_on(tables[name], contacts, stays.row)
            rows = tables[name].iloc[at]
            early[
                stay[
                    np.maximum(_days(rows["date"].array), _days(rows["recorded_at"].array))
                    < known[stay]
                ]
            ] = True
    return np.flatnonzero(early)


def _moved(rows: AnyTable, contacts: AnyTable, absorbed: np.ndarray, into: np.ndarray) -> AnyTable:
    """The rows of absorbed contacts, on those that they are absorbed into."""
    at, part = _rows_on(rows, contacts, absorbed)
    if isinstance(rows, PlainTable):
        return _plainly_moved(rows, at, texts(columns_of(contacts)["contact_id"]), into[part])
    assert isinstance(contacts, pd.DataFrame)
    contact_id = rows["contact_id"].astype(object).to_numpy().copy()
    contact_id[at] = contacts["contact_id"].astype(object).to_numpy()[into[part]]
    changed = {"contact_id": pd.Series(contact_id, index=rows.index, dtype="str")}
    if "position" in rows:
        position = rows["position"].copy()
        position.iloc[at] = position.iloc[at].clip(lower=2)
        changed["position"] = position
    return rows.assign(**changed)


def _plainly_moved(
    rows: PlainTable, at: np.ndarray, contact_ids: list[object], onto: np.ndarray
) -> PlainTable:
    moved = list(texts(rows.columns["contact_id"]))
    for row, contact in zip(at.tolist(), onto.tolist(), strict=True):
        moved[row] = contact_ids[contact]
    if "position" not in rows.columns:
        return rows.replaced(contact_id=moved)
    position = np.array(rows.columns["position"], dtype=np.float64)
    position[at] = np.maximum(position[at], 2)
    return rows.replaced(contact_id=moved, position=position)
