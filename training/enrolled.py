"""People in a mobile team: what is learnt of them, and when they joined.

A good team prevents admissions among the very people whom a model should find. A model that
learns from their outcomes as they are learns that such people are safe, and takes them off
the list that brought the team to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

import numpy as np

from features.tables import Tables
from models.outcomes import NEVER, Ended, OutcomeReader, day_number, day_of
from models.targets import Outcome


class Enrolled(StrEnum):
    """What becomes of the outcomes of people in a team."""

    CENSOR = "censor"
    """Follow-up ends on the day of joining, and those not taken in stand in for those who
    are (``training.weights``): the risk if no team came. People in a team already at the
    index date are followed for no time at all, and nobody stands in for them."""
    EXCLUDE = "exclude"
    """People in a team at the index date, and those who join within the target's horizon,
    are left out. Simple, and biased: who is to be left out is known only afterwards, and it
    is the frail who are."""
    AS_IS = "as-is"
    """Outcomes count as they are: the risk under the care that was given, teams included."""


STAYS_COUNTED = 2
"""Teams take in people who have been admitted again: chances of joining are told apart by
the stays since the index date, none, one, and this many or more."""


@dataclass(frozen=True)
class TeamTimes:
    """Days from the index date, one entry a person (``NEVER``: it did not happen).

    ``already``: known to be in a team at the index date. ``joined``: the first enrolment
    after that. ``left``: death, moving away, the end of the data or of the longest horizon,
    whichever came first. ``stays`` (people, ``STAYS_COUNTED``): the first admissions.
    """

    already: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    stays: np.ndarray

    @classmethod
    def together(cls, parts: Sequence[TeamTimes]) -> TeamTimes:
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))

    def of(self, rows: np.ndarray) -> TeamTimes:
        return TeamTimes(*(getattr(self, f.name)[rows] for f in fields(self)))

    @property
    def joins(self) -> np.ndarray:
        """Who was not in a team, and was seen to join one while followed."""
        joins: np.ndarray = ~self.already & (self.joined < self.left)
        return joins

    def __len__(self) -> int:
        return len(self.already)


def team_times(
    tables: Tables, reader: OutcomeReader, index_date: date, horizon_days: int, stay: Outcome
) -> TeamTimes:
    """Of everybody in ``reader.person_ids``. ``stay``: the kind of admission counted.

    Who is in a team at the index date is by what was known then, as for features. Follow-up
    goes by all that is on record: an enrolment that had begun, and was recorded later, is
    one that began on the index date.
    """
    index_day = day_of(index_date)
    rows = tables["enrolments"]
    person = reader.person_ids.get_indexer(rows["person_id"].astype("str"))
    start, end = day_number(rows["start"]), day_number(rows["end"])
    known = day_number(rows["recorded_at"]) < index_day
    people = len(reader.person_ids)
    already = np.zeros(people, dtype=bool)
    already[person[(start < index_day) & known & (end >= index_day)]] = True
    later = (start >= index_day) | (~known & (end > index_day))
    joined = np.full(people, NEVER)
    np.minimum.at(joined, person[later], np.maximum(start[later] - index_day, 0))
    return TeamTimes(
        already,
        joined,
        reader.followed(index_date, horizon_days),
        reader.admission_days(index_date, stay, STAYS_COUNTED),
    )


@dataclass(frozen=True)
class FollowUp:
    """Of one target, one entry a row: ``days`` and ``ended`` as in a cohort; ``left_out``: in
    nobody's stead, as if not there; ``joined``: follow-up ended because a team came."""

    days: np.ndarray
    ended: np.ndarray
    left_out: np.ndarray
    joined: np.ndarray


def follow_up(
    days: np.ndarray,
    ended: np.ndarray,
    horizon_days: int,
    times: TeamTimes | None,
    policy: Enrolled,
) -> FollowUp:
    """What a policy makes of the outcomes of one target. An outcome on the day of joining
    came before it."""
    none = np.zeros(len(days), dtype=bool)
    if times is None or policy is Enrolled.AS_IS:
        return FollowUp(days, ended, none, none)
    if policy is Enrolled.EXCLUDE:
        left_out, joined = times.already | (times.joined < horizon_days), none
    else:
        left_out, joined = times.already, ~times.already & (times.joined < days)
    until = np.where(left_out, 0, np.where(joined, times.joined, days))
    how = np.where(left_out | joined, Ended.CENSORED, ended)
    return FollowUp(until.astype(days.dtype), how.astype(ended.dtype), left_out, joined)


def shown(count: int) -> int | None:
    """A count that may be told: None where it is of one to seven people."""
    return None if 0 < count <= 7 else int(count)


def stay_told(urgency: bool) -> Outcome:
    """The kind of admission that chances of joining are told apart by."""
    return Outcome.UNPLANNED if urgency else Outcome.ADMISSION
