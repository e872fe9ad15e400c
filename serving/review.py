"""A list as a team goes through it: each person, what was decided, and what is left to decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from features.swedish_time import local_day, local_today
from serving.api.answers import Entry
from serving.places import day_of
from serving.register import Register, WeeklyRun
from serving.register.decisions import Decision, Kind, what_counts


class State(StrEnum):
    """Where somebody on a list stands with the team."""

    OPEN = "open"
    ENROLLED = "enrolled"
    WAITING = "waiting"
    DEFERRED = "deferred"
    DECLINED = "declined"


class Sort(StrEnum):
    """The orders a list can be read in; equal ones by rank."""

    RISK = "risk"
    NEW = "new"
    OPEN = "open"
    AGE = "age"


@dataclass(frozen=True)
class Row:
    """``decision``: the one that counts now, of this or an earlier week. ``since`` and ``model``:
    of the enrolment that goes on. ``decided``: all rows about the person, oldest first, of which
    a new decision follows the last one, ``latest``; 0 for none."""

    entry: Entry
    state: State
    decision: Decision | None = None
    since: date | None = None
    model: str | None = None
    latest: int = 0
    can_undo: bool = False
    decided: tuple[Decision, ...] = ()

    @property
    def is_new(self) -> bool:
        return "new" in self.entry.changed


@dataclass(frozen=True)
class Wanted:
    """Which rows to see, and in what order; empty means all."""

    group: str = ""
    model: str = ""
    only: str = ""  # new, open
    sort: Sort = Sort.RISK
    person: str = ""  # a part of a pseudonym

    def __bool__(self) -> bool:
        return bool(self.group or self.model or self.only or self.person)


def rows_of(register: Register, run: WeeklyRun, entries: Sequence[Entry]) -> list[Row]:
    """The entries of one list with what the register knows of each, in their order."""
    people = [e.person_id for e in entries]
    day = day_of(run)
    decided = register.decisions.of_people(people)
    teams: dict[str, tuple[date, str]] = {
        r.person_id: (r.start, r.mobile_model)
        for r in register.enrolments.in_extract(run.id, people=people)
    }
    for enrolment in register.enrolments.of_people(people):
        if enrolment.holds_on(day):
            teams[enrolment.person_id] = (enrolment.start, enrolment.mobile_model)
    return [
        _row(e, decided.get(e.person_id, []), teams.get(e.person_id), run.week, day)
        for e in entries
    ]


def state_of(register: Register, run: WeeklyRun, person_id: str) -> State:
    """Where somebody stands with the team, also who is on no list."""
    day = day_of(run)
    enrolments = register.enrolments
    in_team = any(e.holds_on(day) for e in enrolments.of_person(person_id)) or bool(
        enrolments.in_extract(run.id, people=[person_id])
    )
    standing = what_counts(register.decisions.of_person(person_id))
    return _state(standing[-1] if standing else None, in_team, run.week, day)


def _row(
    entry: Entry,
    decided: list[Decision],
    team: tuple[date, str] | None,
    week: str,
    day: date,
) -> Row:
    standing = what_counts(decided)
    decision = standing[-1] if standing else None
    latest = decided[-1].id if decided else 0
    return Row(
        entry=entry,
        state=_state(decision, team is not None, week, day),
        decision=decision,
        since=team[0] if team else None,
        model=team[1] if team else None,
        latest=latest,
        decided=tuple(decided),
        can_undo=decision is not None
        and decision.id == latest
        and local_day(decision.at) == local_today(),
    )


def _state(decision: Decision | None, in_team: bool, week: str, day: date) -> State:
    if in_team:
        return State.ENROLLED
    if decision is None:
        return State.OPEN
    if decision.kind is Kind.WAIT:
        return State.WAITING
    if decision.kind is Kind.DEFER and decision.until is not None and decision.until > day:
        return State.DEFERRED
    if decision.kind is Kind.DECLINE and decision.week == week:
        return State.DECLINED
    return State.OPEN


def chosen(rows: Iterable[Row], wanted: Wanted) -> list[Row]:
    """The rows that are wanted, sorted."""
    found = [
        r
        for r in rows
        if (not wanted.group or wanted.group in r.entry.groups)
        and (not wanted.model or (r.entry.mobile_model or _NONE).model == wanted.model)
        and (wanted.only != "new" or r.is_new)
        and (wanted.only != "open" or r.state is State.OPEN)
        and wanted.person.lower() in r.entry.person_id.lower()
    ]
    return sorted(found, key=lambda r: (*_order(r, wanted.sort), r.entry.rank))


def _order(row: Row, sort: Sort) -> tuple[int, ...]:
    if sort is Sort.NEW:
        return (not row.is_new, "risen" not in row.entry.changed)
    if sort is Sort.OPEN:
        return (row.state is not State.OPEN,)
    if sort is Sort.AGE:
        return (-(row.entry.age or 0),)
    return ()


class _NoModel:
    model = ""


_NONE = _NoModel()
