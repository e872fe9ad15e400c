"""What was decided of people: a chain of rows for each person, of which none is ever changed.

An undo is a row of its own. So is the end of an enrolment. What counts now is worked out from
the chain, so that it can always be told who decided what, and having seen what.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    bindparam,
    exists,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from serving.problems import ConflictError
from serving.register.database import writing
from serving.register.models import DecisionRow
from serving.register.reading import reading

AT_ONCE = 500
"""People asked for in one query: databases limit the number of parameters."""


class Kind(StrEnum):
    """What can be decided of a person on a list."""

    ENROL = "enrol"
    WAIT = "wait"
    DEFER = "defer"
    DECLINE = "decline"
    UNDO = "undo"  # takes back the decision it follows
    END = "end"  # ends an enrolment


@dataclass(frozen=True)
class NewDecision:
    """A decision before it is written; see ``Decision``."""

    person_id: str
    care_unit: str
    week: str
    kind: Kind
    who: str
    who_name: str
    follows: int
    mobile_model: str | None = None
    start: date | None = None
    until: date | None = None
    reason: str | None = None
    note: str = ""
    request_key: str | None = None
    request_hash: str | None = None


@dataclass(frozen=True)
class Decision:
    """A row of the register.

    ``start``: the first day in the team (ENROL), or the one wished for (WAIT). ``until``: the
    day a deferred person comes back (DEFER), or the first day no longer in the team (END).
    ``reason``: a code of ``deciding.DECLINE_REASONS`` or ``END_REASONS``. ``note``: free text,
    at most 500 characters. ``who``: the decider's subject. ``follows``: the person's latest
    decision that the decider had seen, 0 for none.
    """

    id: int
    at: datetime
    person_id: str
    care_unit: str
    week: str
    kind: Kind
    mobile_model: str | None
    start: date | None
    until: date | None
    reason: str | None
    note: str
    who: str
    who_name: str
    follows: int


def _plain(decision: Decision) -> dict[str, Any]:
    """A decision as JSON, as the API writes it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(decision).items()
    }


class DecidedMeanwhile(ConflictError):
    """Somebody else has decided since the list was read. ``decision`` is the newest row."""

    def __init__(self, decision: Decision | None) -> None:
        super().__init__(
            "decided-meanwhile",
            "somebody has decided about this person since you read the list",
            do="Look at that decision, and decide again if you would still change it.",
            members={"decision": _plain(decision)} if decision else {},
        )
        self.decision = decision


class Decisions:
    """The decisions of a register."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, decision_id: int) -> Decision | None:
        with reading(self.engine) as connection:
            row = connection.execute(_BY_ID, {"id": decision_id}).first()
        return of_row(row) if row else None

    def of_person(self, person_id: str) -> list[Decision]:
        """All that was decided of a person, oldest first."""
        return self.of_people([person_id]).get(person_id, [])

    def of_people(self, people: Iterable[str]) -> dict[str, list[Decision]]:
        """All that was decided of people, oldest first; absent where nothing was."""
        found: dict[str, list[Decision]] = {}
        with reading(self.engine) as connection:
            for some in _blocks(people):
                for row in connection.execute(_OF_PEOPLE, {"people": some}):
                    found.setdefault(row.person_id, []).append(of_row(row))
        return found

    def standing(
        self, people: Iterable[str] | None = None, care_unit: str | None = None
    ) -> dict[str, Decision]:
        """By person, the decision that counts now, of some people or one unit's, or of all.

        An undo gives back the decision before the one undone; somebody of whom nothing
        counts is absent.
        """
        query = _standing()
        if care_unit is not None:
            query = query.where(DecisionRow.care_unit == care_unit)
        blocks = (
            [query]
            if people is None
            else [query.where(DecisionRow.person_id.in_(some)) for some in _blocks(people)]
        )
        with reading(self.engine) as connection:
            return {r.person_id: of_row(r) for block in blocks for r in connection.execute(block)}

    def latest_id(self, person_id: str) -> int:
        """What a next decision has to follow; 0 where nothing was decided."""
        with reading(self.engine) as connection:
            return latest_id(connection, person_id)

    def repeated(self, who: str, request_key: str) -> tuple[Decision, str] | None:
        """What the same caller's call with this key decided, and the hash of its body."""
        with reading(self.engine) as connection:
            return by_request(connection, who, request_key)

    def record(self, new: NewDecision) -> Decision:
        """Write a decision. DecidedMeanwhile if it does not follow the person's latest."""
        try:
            with writing(self.engine).begin() as connection:
                refuse_overtaken(connection, new.person_id, new.follows)
                return add_decision(connection, new)
        except IntegrityError:
            raise self.meanwhile(new.person_id) from None

    def meanwhile(self, person_id: str) -> DecidedMeanwhile:
        """The error for somebody whose decision the database refused as the second."""
        rows = self.of_person(person_id)
        return DecidedMeanwhile(rows[-1] if rows else None)


def add_decision(connection: Connection, new: NewDecision, at: datetime | None = None) -> Decision:
    """Write a decision in a transaction that goes on, after ``refuse_overtaken``. IntegrityError
    if it is overtaken in this very moment (PostgreSQL)."""
    return of_row(connection.execute(_ADD, {"at": at or datetime.now(UTC), **vars(new)}).one())


def refuse_overtaken(connection: Connection, person_id: str, follows: int) -> None:
    """DecidedMeanwhile unless ``follows`` is the person's latest decision, 0 for none."""
    last = connection.execute(_LATEST, {"person": person_id}).first()
    if follows != (last.id if last else 0):
        raise DecidedMeanwhile(of_row(last) if last else None)


def by_request(connection: Connection, who: str, request_key: str) -> tuple[Decision, str] | None:
    """In a transaction that goes on: what a call with this key decided, and its body's hash."""
    row = connection.execute(_BY_REQUEST, {"who": who, "key": request_key}).first()
    return (of_row(row), row.request_hash or "") if row else None


def latest_id(connection: Connection, person_id: str) -> int:
    return connection.execute(_LATEST_ID, {"person": person_id}).scalar() or 0


def _blocks(people: Iterable[str]) -> list[list[str]]:
    asked = list(dict.fromkeys(people))
    return [asked[first : first + AT_ONCE] for first in range(0, len(asked), AT_ONCE)]


def what_counts(rows: Iterable[Decision]) -> list[Decision]:
    """A person's decisions, oldest first, without undos and what they took back."""
    kept: list[Decision] = []
    for row in rows:
        if row.kind is not Kind.UNDO:
            kept.append(row)
        elif kept and kept[-1].id == row.follows:
            kept.pop()
    return kept


# Made once: most of the time that a short query takes is spent on writing it.
_UNDO = aliased(DecisionRow)
_LATER = aliased(DecisionRow)


@cache
def counts(row: Any) -> ColumnElement[bool]:
    """In a query: the row is no undo, and none has taken it back."""
    return (row.kind != Kind.UNDO) & ~taken_back(row.person_id, row.id)


def taken_back(person_id: Any, decision_id: Any) -> ColumnElement[bool]:
    """In a query: the decision has been undone."""
    return exists().where(
        _UNDO.person_id == person_id, _UNDO.follows == decision_id, _UNDO.kind == Kind.UNDO
    )


@cache
def _is_last(row: Any) -> ColumnElement[bool]:
    """In a query: no later decision about the same person counts."""
    return ~exists().where(_LATER.person_id == row.person_id, _LATER.id > row.id, counts(_LATER))


@cache
def count_waiting() -> Select[int]:
    """How many are on the waiting list of the unit given as ``unit``."""
    return (
        select(func.count())
        .select_from(DecisionRow)
        .where(
            DecisionRow.care_unit == bindparam("unit"),
            DecisionRow.kind == Kind.WAIT,
            counts(DecisionRow),
            _is_last(DecisionRow),
        )
    )


@cache
def _standing() -> Select[Any]:
    return select(*_COLUMNS).where(counts(DecisionRow), _is_last(DecisionRow))


_FIELDS = tuple(f.name for f in fields(Decision))
_TABLE = DecisionRow.__table__.c
_COLUMNS = [_TABLE[name] for name in _FIELDS]
_ALL = select(*_COLUMNS).order_by(_TABLE.id)
_BY_ID = _ALL.where(_TABLE.id == bindparam("id"))
_OF_PEOPLE = _ALL.where(_TABLE.person_id.in_(bindparam("people", expanding=True)))
_LATEST = (
    select(*_COLUMNS)
    .where(_TABLE.person_id == bindparam("person"))
    .order_by(_TABLE.id.desc())
    .limit(1)
)
_LATEST_ID = select(func.max(_TABLE.id)).where(_TABLE.person_id == bindparam("person"))
_BY_REQUEST = _ALL.add_columns(_TABLE.request_hash).where(
    _TABLE.who == bindparam("who"), _TABLE.request_key == bindparam("key")
)
_ADD = insert(DecisionRow).returning(*_COLUMNS)


def of_row(row: Any) -> Decision:
    """A row without its database."""
    known = {name: getattr(row, name) for name in _FIELDS}
    return Decision(**{**known, "kind": Kind(row.kind)})
