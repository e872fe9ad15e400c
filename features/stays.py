"""Joins inpatient contacts that overlap or abut into one admission.

Transfers between wards and hospitals are delivered as separate stays; counted one by one
they would look like readmissions. Two stays of a person are one admission when the next
begins no later than the day the one before ends (Swedish register practice).

**Known then.** Joining must not show the past what was recorded later. Say a person goes
home on the 5th, recorded on the 6th, and is back the same day, recorded on the 20th: on
the 10th nobody knew, so the two may not stand joined in the history of the 10th. An extract
therefore joins two stays only where that looks the same on every index date, that is where

- the later part was recorded before the earlier one was over and recorded:
  ``recorded(later) <= max(end(earlier), recorded(earlier))``, and
- the earlier part was on record as soon as the later:
  ``recorded(earlier) <= max(recorded(later), start(later))``.

Then the admission's start, urgency, unit and id are those of the first part, known when the
first part was, and its end (the latest; none if any is open) stays hidden until it has
passed, exactly as when the parts are seen one by one. Other touching stays are left as
they are; whoever looks from one index date, or back from the end, can join the rows known
then with ``join_all=True``.
"""

import numpy as np
import pandas as pd

from features.tables import Tables

_OPEN = np.int64(2**40)


def join_stays(tables: Tables, *, join_all: bool = False) -> tuple[Tables, int]:
    """The tables with touching stays joined, and how many contacts were joined away.

    Diagnoses and procedures of a joined part move to the admission; they are known no
    sooner than their part was, and only the first part keeps its principal diagnosis
    (``position`` 1 becomes 2 in the others). ``join_all``: join also where the parts were
    recorded far apart; only for rows already cut to what was known at one date.
    Repeating it changes nothing. Tables without contacts come back as they are.
    """
    contacts = tables.get("contacts")
    if contacts is None:
        return tables, 0
    absorbed, into, new_end = _joined(contacts, join_all)
    if not len(absorbed):
        return tables, 0
    result = dict(tables)
    ends = contacts["end"].to_numpy().astype("datetime64[s]").copy()
    ends[new_end[0]] = new_end[1]
    kept = np.ones(len(contacts), dtype=bool)
    kept[absorbed] = False
    result["contacts"] = contacts.assign(end=pd.Series(ends, index=contacts.index))[
        kept
    ].reset_index(drop=True)
    for name in ("diagnoses", "procedures"):
        if name in tables:
            result[name] = _moved(tables[name], contacts, absorbed, into, name == "diagnoses")
    return result, len(absorbed)


def _days(dates: pd.Series) -> np.ndarray:
    moments = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(moments), _OPEN, moments.astype(np.int64))


def _joined(
    contacts: pd.DataFrame, join_all: bool
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Rows joined away, the rows they are joined into, and (rows, their new ends)."""
    at = np.flatnonzero((contacts["setting"] == "inpatient").to_numpy())
    stays = contacts.iloc[at]
    person = pd.factorize(stays["person_id"])[0].astype(np.int64)
    start, end = _days(stays["start"]), _days(stays["end"])
    recorded = _days(stays["recorded_at"])
    tie = pd.util.hash_array(stays["contact_id"].astype(object).to_numpy(), categorize=False)
    # Not by end: the first part must be the same one before its end is known.
    order = np.lexsort((tie, recorded, start, person))
    at, person, start, end, recorded = (a[order] for a in (at, person, start, end, recorded))

    # Latest end so far of the same person: persons ascend, so a shared running maximum works.
    far = person * (2 * _OPEN)
    latest = np.maximum.accumulate(far + end) if len(at) else far
    touches = np.zeros(len(at), dtype=bool)
    touches[1:] = (person[1:] == person[:-1]) & (far[1:] + start[1:] <= latest[:-1])

    absorbed: list[int] = []
    into: list[int] = []
    ends: dict[int, int] = {}
    first, first_end, first_recorded = -1, 0, 0
    previous = -2
    for row in np.flatnonzero(touches).tolist():
        if row - 1 != previous:  # a new chain of touching stays begins at the row before
            first, first_end, first_recorded = row - 1, int(end[row - 1]), int(recorded[row - 1])
        previous = row
        begins, known = int(start[row]), int(recorded[row])
        same_on_every_date = known <= max(first_end, first_recorded) and (
            first_recorded <= max(known, begins)
        )
        if begins <= first_end and (join_all or same_on_every_date):
            absorbed.append(int(at[row]))
            into.append(int(at[first]))
            first_end = max(first_end, int(end[row]))
            ends[int(at[first])] = first_end
        else:
            first, first_end, first_recorded = row, int(end[row]), known
    rows = np.array(list(ends), dtype=np.int64)
    last = np.array(list(ends.values()), dtype=np.int64)
    dates = np.where(last >= _OPEN, np.iinfo(np.int64).min, last).astype("datetime64[D]")
    return (
        np.array(absorbed, dtype=np.int64),
        np.array(into, dtype=np.int64),
        (rows, dates.astype("datetime64[s]")),
    )


def _moved(
    rows: pd.DataFrame,
    contacts: pd.DataFrame,
    absorbed: np.ndarray,
    into: np.ndarray,
    diagnoses: bool,
) -> pd.DataFrame:
    parts = pd.MultiIndex.from_arrays(
        [contacts[name].iloc[absorbed].astype("str") for name in ("person_id", "contact_id")]
    )
    candidates = np.flatnonzero(rows["contact_id"].isin(parts.get_level_values(1)).to_numpy())
    chosen = rows.iloc[candidates]
    place = parts.get_indexer(
        pd.MultiIndex.from_arrays([chosen["person_id"].astype("str"), chosen["contact_id"]])
    )
    at, part = candidates[place >= 0], place[place >= 0]
    contact_id = rows["contact_id"].astype(object).to_numpy().copy()
    contact_id[at] = contacts["contact_id"].astype(object).to_numpy()[into[part]]
    recorded = rows["recorded_at"].to_numpy().copy()
    part_known = contacts["recorded_at"].to_numpy()[absorbed[part]]
    recorded[at] = np.maximum(recorded[at], part_known)
    changed = {
        "contact_id": pd.Series(contact_id, index=rows.index, dtype="str"),
        "recorded_at": pd.Series(recorded, index=rows.index),
    }
    if diagnoses:
        position = rows["position"].copy()
        position.iloc[at] = position.iloc[at].clip(lower=2)
        changed["position"] = position
    return rows.assign(**changed)
