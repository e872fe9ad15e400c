"""Periods in a mobile team that were decided here, and how they ended.

An enrolment whose decision was undone was never one; an end whose decision was undone leaves
the enrolment going on. Both rows stay.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    union,
)

from serving.register.decisions import Decision, count_waiting, taken_back
from serving.register.models import DecisionRow, EnrolmentEnd, EnrolmentRow, RunEnrolled
from serving.register.objections import objects
from serving.register.reading import reading


@dataclass(frozen=True)
class Enrolment:
    """``start``: the first day in the team. ``end``: the first day no longer in it, None while
    it goes on. ``decided_by``: the name of whoever decided it, at ``decided_at``."""

    id: int
    person_id: str
    care_unit: str
    team: str
    mobile_model: str
    start: date
    end: date | None
    end_reason: str | None
    decided_by: str
    decided_at: datetime
    decision_id: int
    end_decision_id: int | None = None

    def holds_on(self, day: date) -> bool:
        """In the team that day, or promised a place in it later."""
        return self.end is None or self.end > day


@dataclass(frozen=True)
class InExtract:
    """Whom a run's extract has in a team; ``start``: the first day."""

    person_id: str
    care_unit: str
    team: str
    mobile_model: str
    start: date


class Enrolments:
    """The enrolments of a register, without those that were undone."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, enrolment_id: int) -> Enrolment | None:
        with reading(self.engine) as connection:
            return by_id(connection, enrolment_id)

    def of_unit(self, care_unit: str, on: date) -> list[Enrolment]:
        """Who is in the unit's team on a day, or will be later; by their first day. Somebody
        who objects is not shown, but has a place (``places``)."""
        return self._all(_of_unit(), unit=care_unit, on=on)

    def ended(self, care_unit: str, since: date, until: date) -> list[Enrolment]:
        """Who left the unit's team from ``since``, before or on ``until``."""
        query = _query().where(
            EnrolmentRow.care_unit == care_unit,
            EnrolmentEnd.end >= since,
            EnrolmentEnd.end <= until,
        )
        return self._all(query)

    def of_person(self, person_id: str) -> list[Enrolment]:
        """A person's, oldest first."""
        return self.of_people([person_id])

    def of_people(self, people: list[str]) -> list[Enrolment]:
        return self._all(_of_people(), people=people)

    def any(self) -> bool:
        """Whether an enrolment was ever decided here, undone ones too."""
        with reading(self.engine) as connection:
            return connection.execute(select(EnrolmentRow.id).limit(1)).first() is not None

    def all(self) -> list[Enrolment]:
        """Everybody's: what goes back into the next extract."""
        return self._all(_query())

    def in_extract(
        self, run_id: int, care_unit: str | None = None, people: list[str] | None = None
    ) -> list[InExtract]:
        """Whom the run's extract has in a team, unless the register knows that very period.

        Of a period that was decided here the register knows more: how it has ended since.
        Somebody who objects is not shown, but has a place (``places``).
        """
        query = _in_extract()
        if care_unit is not None:
            query = _in_extract_of_unit()
        elif people is not None:
            query = _in_extract_of_people()
        asked = {"run": run_id, "unit": care_unit, "people": people}
        with reading(self.engine) as connection:
            return [InExtract(*row) for row in connection.execute(query, asked)]

    def _all(self, query: Select[Any], **asked: Any) -> list[Enrolment]:
        with reading(self.engine) as connection:
            return _read(connection, query, **asked)


def _read(connection: Connection, query: Select[Any], **asked: Any) -> list[Enrolment]:
    return [Enrolment(*row) for row in connection.execute(query, asked)]


def add_enrolment(connection: Connection, decision: Decision, team: str) -> None:
    """The row that an ENROL decision begins, in its transaction."""
    row = {
        "decision_id": decision.id,
        "person_id": decision.person_id,
        "care_unit": decision.care_unit,
        "team": team,
        "mobile_model": decision.mobile_model,
        "start": decision.start,
    }
    connection.execute(_ADD, row)


def add_end(connection: Connection, decision: Decision, enrolment: Enrolment) -> None:
    """The row that an END decision adds, in its transaction."""
    row = {
        "decision_id": decision.id,
        "enrolment_id": enrolment.id,
        "end": decision.until,
        "end_reason": decision.reason or "",
    }
    connection.execute(_ADD_END, row)


def in_team(connection: Connection, person_id: str, on: date, run_id: int) -> bool:
    """Whether the register, or the run's extract, has a person in a team or promised a place."""
    asked = {"person": person_id, "on": on, "run": run_id}
    return connection.execute(_in_team(), asked).first() is not None


def going_on(connection: Connection, person_id: str, on: date) -> bool:
    """The same, by the register alone."""
    asked = {"person": person_id, "on": on}
    return connection.execute(_going_on_of_person(), asked).first() is not None


def taken_and_waiting(
    connection: Connection, care_unit: str, on: date, run_id: int
) -> tuple[int, int]:
    """Of a unit: places that somebody has or is promised, and people on its waiting list.
    Somebody whom both the register and the run's extract have in the team takes one place."""
    asked = {"unit": care_unit, "on": on, "run": run_id}
    taken, waiting = connection.execute(_taken_and_waiting(), asked).one()
    return taken, waiting


def by_id(connection: Connection, enrolment_id: int) -> Enrolment | None:
    found = _read(connection, _by_id(), id=enrolment_id)
    return found[0] if found else None


_ADD, _ADD_END = insert(EnrolmentRow), insert(EnrolmentEnd)


# Each made once: most of the time that a short query takes is spent on writing it.


@cache
def _query() -> Select[Any]:
    """Enrolments that stand, as the fields of ``Enrolment``."""
    decided_by = func.coalesce(func.nullif(DecisionRow.who_name, ""), DecisionRow.who)
    columns = (
        EnrolmentRow.id,
        EnrolmentRow.person_id,
        EnrolmentRow.care_unit,
        EnrolmentRow.team,
        EnrolmentRow.mobile_model,
        EnrolmentRow.start,
        EnrolmentEnd.end,
        EnrolmentEnd.end_reason,
        decided_by,
        DecisionRow.at,
        DecisionRow.id,
        EnrolmentEnd.decision_id,
    )
    query = select(*columns).join(DecisionRow, DecisionRow.id == EnrolmentRow.decision_id)
    return _standing(query).order_by(EnrolmentRow.start, EnrolmentRow.id)


def _standing(query: Any) -> Any:
    """Of enrolments: those not undone, each with its end if one stands."""
    person = EnrolmentRow.person_id
    return query.outerjoin(
        EnrolmentEnd,
        and_(
            EnrolmentEnd.enrolment_id == EnrolmentRow.id,
            ~taken_back(person, EnrolmentEnd.decision_id),
        ),
    ).where(~taken_back(person, EnrolmentRow.decision_id))


@cache
def _by_id() -> Select[Any]:
    return _query().where(EnrolmentRow.id == bindparam("id"))


@cache
def _of_unit() -> Select[Any]:
    in_unit = EnrolmentRow.care_unit == bindparam("unit")
    return _query().where(in_unit, _holds(), ~objects(EnrolmentRow.person_id))


@cache
def _of_people() -> Select[Any]:
    return _query().where(EnrolmentRow.person_id.in_(bindparam("people", expanding=True)))


@cache
def _holding() -> Select[Any]:
    """Who is in a team on the day ``on``, or promised a place in it later."""
    return _standing(select(EnrolmentRow.person_id).select_from(EnrolmentRow)).where(_holds())


@cache
def _going_on_of_person() -> Select[Any]:
    return _holding().where(EnrolmentRow.person_id == bindparam("person")).limit(1)


@cache
def _in_team() -> Any:
    return union(
        _holding().where(EnrolmentRow.person_id == bindparam("person")),
        _enrolled_by_extract().where(RunEnrolled.person_id == bindparam("person")),
    )


@cache
def _taken_and_waiting() -> Select[Any]:
    taken = union(
        _holding().where(EnrolmentRow.care_unit == bindparam("unit")),
        _enrolled_by_extract().where(RunEnrolled.care_unit == bindparam("unit")),
    ).subquery()
    return select(
        select(func.count()).select_from(taken).scalar_subquery(),
        count_waiting().scalar_subquery(),
    )


def _holds() -> ColumnElement[bool]:
    return or_(EnrolmentEnd.end.is_(None), EnrolmentEnd.end > bindparam("on"))


@cache
def _enrolled_by_extract() -> Select[Any]:
    """Whom the extract of ``run`` has in a team, and nobody here."""
    of_run = RunEnrolled.run_id == bindparam("run")
    return select(RunEnrolled.person_id).where(of_run, ~_decided_here())


@cache
def _in_extract() -> Select[Any]:
    """The same, as the fields of ``InExtract``, without those who object."""
    columns = [getattr(RunEnrolled, field.name) for field in fields(InExtract)]
    return (
        _enrolled_by_extract()
        .with_only_columns(*columns)
        .where(~objects(RunEnrolled.person_id))
        .order_by(RunEnrolled.start, RunEnrolled.person_id)
    )


@cache
def _in_extract_of_unit() -> Select[Any]:
    return _in_extract().where(RunEnrolled.care_unit == bindparam("unit"))


@cache
def _in_extract_of_people() -> Select[Any]:
    return _in_extract().where(RunEnrolled.person_id.in_(bindparam("people", expanding=True)))


@cache
def _decided_here() -> ColumnElement[bool]:
    """In a query: the register has an enrolment of that person from that very day, be it ended
    or undone since."""
    return (
        select(EnrolmentRow.id)
        .where(
            EnrolmentRow.person_id == RunEnrolled.person_id,
            EnrolmentRow.start == RunEnrolled.start,
        )
        .exists()
    )
