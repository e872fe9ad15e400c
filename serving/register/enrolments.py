"""Periods in a mobile team that were decided here, and how they ended.

An enrolment whose decision was undone was never one; an end whose decision was undone leaves
the enrolment going on. Both rows stay.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine, Select, and_, or_, select
from sqlalchemy.orm import Session

from serving.register.decisions import Decision, taken_back
from serving.register.models import DecisionRow, EnrolmentEnd, EnrolmentRow, RunEnrolled
from serving.register.objections import objects


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


Query = Select[EnrolmentRow, EnrolmentEnd, DecisionRow]


class Enrolments:
    """The enrolments of a register, without those that were undone."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, enrolment_id: int) -> Enrolment | None:
        found = self._all(_query().where(EnrolmentRow.id == enrolment_id))
        return found[0] if found else None

    def of_unit(self, care_unit: str, on: date) -> list[Enrolment]:
        """Who is in the unit's team on a day, or will be later; by their first day. Somebody
        who objects is not shown, but has a place (``places``)."""
        query = _query().where(
            EnrolmentRow.care_unit == care_unit, _holds(on), ~objects(EnrolmentRow.person_id)
        )
        return self._all(query)

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
        return self._all(_query().where(EnrolmentRow.person_id.in_(people)))

    def any(self) -> bool:
        """Whether an enrolment was ever decided here, undone ones too."""
        with Session(self.engine) as session:
            return session.scalars(select(EnrolmentRow.id).limit(1)).first() is not None

    def all(self) -> list[Enrolment]:
        """Everybody's: what goes back into the next extract."""
        return self._all(_query())

    def in_extract(
        self, run_id: int, care_unit: str | None = None, people: list[str] | None = None
    ) -> list[RunEnrolled]:
        """Whom the run's extract has in a team, unless the register knows that very period.

        Of a period that was decided here the register knows more: how it has ended since.
        Somebody who objects is not shown, but has a place (``places``).
        """
        query = (
            select(RunEnrolled)
            .where(RunEnrolled.run_id == run_id, ~_decided_here(), ~objects(RunEnrolled.person_id))
            .order_by(RunEnrolled.start, RunEnrolled.person_id)
        )
        if care_unit is not None:
            query = query.where(RunEnrolled.care_unit == care_unit)
        if people is not None:
            query = query.where(RunEnrolled.person_id.in_(people))
        with Session(self.engine) as session:
            return list(session.scalars(query))

    def _all(self, query: Query) -> list[Enrolment]:
        with Session(self.engine) as session:
            return read(session, query)


def read(session: Session, query: Query) -> list[Enrolment]:
    return [
        Enrolment(
            id=row.id,
            person_id=row.person_id,
            care_unit=row.care_unit,
            team=row.team,
            mobile_model=row.mobile_model,
            start=row.start,
            end=ended.end if ended else None,
            end_reason=ended.end_reason if ended else None,
            decided_by=decision.who_name or decision.who,
            decided_at=decision.at,
            decision_id=decision.id,
            end_decision_id=ended.decision_id if ended else None,
        )
        for row, ended, decision in session.execute(query)
    ]


def add_enrolment(session: Session, decision: Decision, team: str) -> None:
    """The row that an ENROL decision begins, in its transaction."""
    session.add(
        EnrolmentRow(
            decision_id=decision.id,
            person_id=decision.person_id,
            care_unit=decision.care_unit,
            team=team,
            mobile_model=decision.mobile_model,
            start=decision.start,
        )
    )
    session.flush()


def add_end(session: Session, decision: Decision, enrolment: Enrolment) -> None:
    """The row that an END decision adds, in its transaction."""
    session.add(
        EnrolmentEnd(
            decision_id=decision.id,
            enrolment_id=enrolment.id,
            end=decision.until,
            end_reason=decision.reason or "",
        )
    )
    session.flush()


def going_on(session: Session, on: date, *, person_id: str = "", care_unit: str = "") -> list[str]:
    """In a transaction that goes on: whom the register has in a team, or promised a place."""
    query = _query().where(_holds(on))
    if person_id:
        query = query.where(EnrolmentRow.person_id == person_id)
    if care_unit:
        query = query.where(EnrolmentRow.care_unit == care_unit)
    return [e.person_id for e in read(session, query)]


def in_extract(
    session: Session, run_id: int, *, person_id: str = "", care_unit: str = ""
) -> list[str]:
    """In a transaction that goes on: whom the run's extract has in a team, and nobody here."""
    query = select(RunEnrolled.person_id).where(RunEnrolled.run_id == run_id, ~_decided_here())
    if person_id:
        query = query.where(RunEnrolled.person_id == person_id)
    if care_unit:
        query = query.where(RunEnrolled.care_unit == care_unit)
    return list(session.scalars(query))


def by_id(session: Session, enrolment_id: int) -> Enrolment | None:
    found = read(session, _query().where(EnrolmentRow.id == enrolment_id))
    return found[0] if found else None


@cache
def _query() -> Query:
    """Enrolments that stand, with their end if one stands, and the decision behind them."""
    person = EnrolmentRow.person_id
    return (
        select(EnrolmentRow, EnrolmentEnd, DecisionRow)
        .join(DecisionRow, DecisionRow.id == EnrolmentRow.decision_id)
        .outerjoin(
            EnrolmentEnd,
            and_(
                EnrolmentEnd.enrolment_id == EnrolmentRow.id,
                ~taken_back(person, EnrolmentEnd.decision_id),
            ),
        )
        .where(~taken_back(person, EnrolmentRow.decision_id))
        .order_by(EnrolmentRow.start, EnrolmentRow.id)
    )


def _holds(on: date) -> Any:
    return or_(EnrolmentEnd.end.is_(None), EnrolmentEnd.end > on)


@cache
def _decided_here() -> Any:
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
