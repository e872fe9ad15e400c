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

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.tables import Tables

LONGEST_UNENDED = 30
"""Days that a stay without an end may have lasted when a later stay is on record. Our own
choice, from no source: longer than nearly all stays, as long as the time after a discharge
within which an admission is called a readmission."""

GOES_ON = np.int64(2**40)

JOINED = ("contacts", "diagnoses", "procedures")
"""The tables that joining changes."""


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
    def among(cls, contacts: pd.DataFrame, person: np.ndarray | None = None) -> "Stays":
        """The stays among contacts; ``person``: the contacts' people as numbers, if at hand."""
        row = np.flatnonzero((contacts["setting"] == "inpatient").to_numpy(dtype=bool))
        stays = contacts.iloc[row]
        who = pd.factorize(stays["person_id"])[0] if person is None else person[row]
        start, recorded = _days(stays["start"]), _days(stays["recorded_at"])
        contact_id = stays["contact_id"].astype(object).to_numpy()
        tie = pd.util.hash_array(contact_id, categorize=False) if len(row) else row
        # Not by end: the first part must be the same one before its end is known.
        order = np.lexsort((tie, recorded, start, who))
        found = cls(row, who.astype(np.int64), start, _days(stays["end"]), recorded)
        return found.take(order)

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


def joined_as_of(tables: Tables, index_day: int) -> Tables:
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
    return _joined(tables, contacts, known, kept)


def _joined(tables: Tables, contacts: pd.DataFrame, stays: Stays, kept: np.ndarray) -> Tables:
    """The tables with each chain of ``stays`` as one row, among the contacts to be kept."""
    chain = stays.chains()
    first = np.flatnonzero(np.diff(chain, prepend=-1))
    last = np.maximum.reduceat(stays.end, first) if len(first) else stays.end
    missing = np.iinfo(np.int64).min
    ends = contacts["end"].to_numpy().astype("datetime64[s]").copy()
    ends[stays.row[first]] = np.where(last < GOES_ON, last, missing).astype("datetime64[D]")
    part = np.setdiff1d(np.arange(len(stays.row)), first, assume_unique=True)
    absorbed, into = stays.row[part], stays.row[first][chain[part]]
    kept[absorbed] = False
    result = dict(tables)
    with_ends = contacts.assign(end=pd.Series(ends, index=contacts.index))
    result["contacts"] = with_ends[kept].reset_index(drop=True)
    if len(absorbed):
        for name in ("diagnoses", "procedures"):
            if name in tables:
                result[name] = _moved(tables[name], contacts, absorbed, into)
    return result


def _days(dates: pd.Series) -> np.ndarray:
    moments = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(moments), GOES_ON, moments.astype(np.int64))


def _rows_on(
    rows: pd.DataFrame, contacts: pd.DataFrame, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Places of the diagnoses or procedures on the chosen contacts, and which of these each
    is on (a place in ``chosen``)."""
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
                stay[np.maximum(_days(rows["date"]), _days(rows["recorded_at"])) < known[stay]]
            ] = True
    return np.flatnonzero(early)


def _moved(
    rows: pd.DataFrame, contacts: pd.DataFrame, absorbed: np.ndarray, into: np.ndarray
) -> pd.DataFrame:
    at, part = _rows_on(rows, contacts, absorbed)
    contact_id = rows["contact_id"].astype(object).to_numpy().copy()
    contact_id[at] = contacts["contact_id"].astype(object).to_numpy()[into[part]]
    changed = {"contact_id": pd.Series(contact_id, index=rows.index, dtype="str")}
    if "position" in rows:
        position = rows["position"].copy()
        position.iloc[at] = position.iloc[at].clip(lower=2)
        changed["position"] = position
    return rows.assign(**changed)
