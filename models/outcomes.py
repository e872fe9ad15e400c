"""What happened after an index date. The only code that reads past one.

The first qualifying admission that starts in ``[index_date, index_date + horizon)``.
Death before it is a competing event, not a long life without admissions: such a person
had no event (cumulative incidence; Scheike, Zhang & Gerds 2008, doi 10.1093/biomet/asm096).
A person who moves away or whose horizon reaches past the end of the data is censored:
whether they would have had the outcome is not known, and those whose outcome is known
stand in for them by inverse probability of censoring weights.
"""

from collections.abc import Callable
from datetime import date
from enum import IntEnum

import numpy as np
import pandas as pd

from features.codelists import AVOIDABLE
from features.codelists.admissions import is_listed
from features.stays import joined_as_of
from features.tables import CONTACTS, DIAGNOSES, Tables
from models.targets import Outcome, Target

NEVER = np.int64(2**40)
"""A day so late that nothing reaches it."""


class Ended(IntEnum):
    """How a person's follow-up for one target ended."""

    HORIZON = 0
    """The whole horizon passed, and nothing happened."""
    EVENT = 1
    DIED = 2
    """Death came first: a competing event."""
    CENSORED = 3
    """Observation ended first: what happened is not known."""


def day_number(values: pd.Series, missing: np.int64 = NEVER) -> np.ndarray:
    """Days since 1970-01-01 as int64; a missing date becomes ``missing``."""
    days = values.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), missing, days.astype("int64"))


def day_of(index_date: date | pd.Timestamp | str) -> int:
    """The index date as days since 1970-01-01."""
    return int(np.datetime64(pd.Timestamp(index_date).date(), "D").astype("int64"))


class OutcomeReader:
    """Reads outcomes out of one partition's tables, for many index dates and targets.

    ``data_through`` is the last day the extract knows about.
    """

    def __init__(self, tables: Tables, data_through: date | pd.Timestamp) -> None:
        persons = tables["persons"]
        self.person_ids = pd.Index(
            np.sort(persons["person_id"].astype("str").to_numpy(dtype=object)),
            name="person_id",
            dtype="str",
        )
        self._known_until = day_of(data_through) + 1
        # What was a transfer and what a new admission is told by all that is known in the end.
        self._tables = joined_as_of(tables, self._known_until)
        self._death = np.full(len(self.person_ids), NEVER)
        self._death[self._rows_of(persons)] = day_number(persons["death_date"])
        self._admissions: dict[Outcome, tuple[np.ndarray, np.ndarray]] = {}
        self._observed = _joined_periods(tables, self._rows_of)

    def _rows_of(self, frame: pd.DataFrame) -> np.ndarray:
        """The row of ``person_ids`` that each row of a table belongs to."""
        return self.person_ids.get_indexer(frame["person_id"].astype("str"))

    def _admissions_of(self, outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
        """Person (row of ``person_ids``) and first day of every qualifying admission."""
        if outcome not in self._admissions:
            stays = qualifying_admissions(self._tables, outcome)
            self._admissions[outcome] = self._rows_of(stays), day_number(stays["start"])
        return self._admissions[outcome]

    def _first_admission(self, outcome: Outcome, index_day: int) -> np.ndarray:
        """Day of each person's first qualifying admission on or after the index day."""
        person, start = self._admissions_of(outcome)
        first = np.full(len(self.person_ids), NEVER)
        after = start >= index_day
        np.minimum.at(first, person[after], start[after])
        return first

    def _observed_until(self, index_day: int) -> np.ndarray:
        """First day on which a person observed at the index date no longer is."""
        until = np.full(len(self.person_ids), self._known_until)
        if self._observed is not None:
            person, start, end = self._observed
            covers = (start <= index_day) & (end > index_day)
            left = np.full(len(self.person_ids), index_day)
            left[person[covers]] = end[covers]
            until = np.minimum(until, left)
        return np.maximum(until, index_day)

    def _death_and_sight(self, index_day: int) -> tuple[np.ndarray, np.ndarray]:
        """Day of each person's death, and first day on which the living are out of sight."""
        until = self._observed_until(index_day)
        # A period that ends with the death ended because of it: the death is known.
        death = np.where(
            (self._death <= until) & (self._death < self._known_until), self._death, NEVER
        )
        return death, np.where(death < NEVER, NEVER, until)

    def followed(self, index_date: date | pd.Timestamp, horizon_days: int) -> np.ndarray:
        """Days from the index date to death, leaving observation or the horizon, of everyone."""
        index_day = day_of(index_date)
        death, until = self._death_and_sight(index_day)
        followed: np.ndarray = np.minimum(np.minimum(death, until) - index_day, horizon_days)
        return followed

    def admission_days(
        self, index_date: date | pd.Timestamp, outcome: Outcome, most: int
    ) -> np.ndarray:
        """Days from the index date to each person's first ``most`` qualifying admissions on or
        after it, (people, most); ``NEVER`` where there were fewer."""
        index_day = day_of(index_date)
        person, start = self._admissions_of(outcome)
        after = start >= index_day
        person, start = person[after], start[after]
        order = np.lexsort((start, person))
        person, start = person[order], start[order]
        number = np.arange(len(person)) - np.searchsorted(person, person)
        days = np.full((len(self.person_ids), most), NEVER)
        kept = number < most
        days[person[kept], number[kept]] = start[kept] - index_day
        return days

    def read(self, index_date: date | pd.Timestamp, target: Target) -> pd.DataFrame:
        """As ``outcomes``."""
        index_day = day_of(index_date)
        death, until = self._death_and_sight(index_day)
        if target.outcome is Outcome.DEATH:
            happened, competing = death, np.full_like(death, NEVER)
        else:
            happened, competing = self._first_admission(target.outcome, index_day), death
        horizon = index_day + target.horizon_days
        last = np.minimum(np.minimum(competing, until), horizon)
        # Admitted and dead on one day: the admission came first.
        event = (happened < np.minimum(until, horizon)) & (happened <= competing)
        censored = ~event & (until < np.minimum(competing, horizon))
        died = ~event & ~censored & (competing < horizon)
        ended = np.select(
            [event, censored, died], [Ended.EVENT, Ended.CENSORED, Ended.DIED], Ended.HORIZON
        )
        return pd.DataFrame(
            {
                "days": (np.where(event, happened, last) - index_day).astype("int32"),
                "ended": ended.astype("int8"),
            },
            index=self.person_ids,
        )


def outcomes(
    tables: Tables,
    index_date: date | pd.Timestamp,
    target: Target,
    data_through: date | pd.Timestamp,
) -> pd.DataFrame:
    """Every person's outcome: index ``person_id`` (sorted), one row a person.

    ``days`` from the index date to the event, death, censoring or horizon, whichever came
    first; ``ended``: which of them it was (``Ended``). People already dead at the index date
    are in nobody's cohort and their rows mean nothing.
    """
    return OutcomeReader(tables, data_through).read(index_date, target)


def qualifying_admissions(tables: Tables, outcome: Outcome) -> pd.DataFrame:
    """The admissions that count as ``outcome``: ``person_id``, ``start``.

    Avoidable: unplanned, with diagnoses on the Swedish list of avoidable inpatient care
    (undvikbar slutenvård) by the list's own rules of position.
    """
    contacts = tables.get("contacts", CONTACTS.empty())
    stays = contacts[contacts["setting"] == "inpatient"]
    if outcome in (Outcome.UNPLANNED, Outcome.AVOIDABLE):
        stays = stays[stays["urgency"] == "unplanned"]
    if outcome is Outcome.AVOIDABLE:
        diagnoses = tables.get("diagnoses", DIAGNOSES.empty())
        diagnoses = diagnoses[diagnoses["contact_id"].isin(stays["contact_id"])]
        # A contact_id is unique within a person only.
        diagnoses = diagnoses.assign(contact_id=_contact_of_person(diagnoses))
        listed = diagnoses.loc[is_listed(diagnoses, AVOIDABLE), "contact_id"]
        stays = stays[_contact_of_person(stays).isin(listed)]
    return stays[["person_id", "start"]]


def _joined_periods(
    tables: Tables, rows_of: Callable[[pd.DataFrame], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Observation periods, abutting and overlapping ones joined: person, start, end.

    None where the source does not deliver them: everyone is then observed throughout.
    How much of the care is visible within a period (``share``) censors nobody: the outcome
    is what the source would record, and the share is a feature that the model knows.
    """
    periods = tables.get("observation_periods")
    if periods is None:
        return None
    person = rows_of(periods)
    start, end = day_number(periods["start"]), day_number(periods["end"])
    order = np.lexsort((end, start, person))
    person, start, end = person[order], start[order], end[order]
    if not len(person):
        return person, start, end
    # A running maximum within each person, in one pass: persons come in order, so
    # adding a large multiple of the person keeps them apart.
    lift = person.astype("int64") * (2 * NEVER)
    reached = np.maximum.accumulate(end + lift) - lift
    starts_new = np.ones(len(person), dtype=bool)
    starts_new[1:] = (person[1:] != person[:-1]) | (start[1:] > reached[:-1])
    first = np.flatnonzero(starts_new)
    last = np.append(first[1:], len(person)) - 1
    return person[first], start[first], reached[last]


def censoring_weights(days: np.ndarray, censored: np.ndarray) -> np.ndarray:
    """Inverse probability of censoring weights, one a row of one index date and target.

    0 for a row censored before its outcome was known, else 1 / G(t-), where G is the
    Kaplan-Meier estimate of remaining uncensored (Robins & Finkelstein 2000,
    doi 10.1111/j.0006-341X.2000.00779.x). Without censoring every weight is exactly 1.
    """
    days = np.asarray(days)
    censored = np.asarray(censored, dtype=bool)
    if not censored.any():
        return np.ones(len(days))
    times, position = np.unique(days, return_inverse=True)
    lost = np.bincount(position, weights=censored, minlength=len(times))
    gone = np.bincount(position, minlength=len(times))
    # On a tied day an event is taken to precede a censoring.
    known = gone - lost
    at_risk = len(days) - np.concatenate([[0.0], np.cumsum(gone)[:-1]]) - known
    stays = np.where(at_risk > 0, 1.0 - lost / np.maximum(at_risk, 1.0), 1.0)
    just_before = np.concatenate([[1.0], np.cumprod(stays)[:-1]])
    return np.where(censored, 0.0, 1.0 / np.maximum(just_before[position], 1e-12))


def _contact_of_person(rows: pd.DataFrame) -> pd.Series:
    return rows["person_id"].astype("str") + "\n" + rows["contact_id"].astype("str")
