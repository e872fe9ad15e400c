"""The register's tables. Rows are added, never changed: the latest run of a week is current.

Sessions alone are ordinary rows. The retention command is the only one that deletes.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """A point in time, UTC on every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
        }
    )


class WeeklyRun(Base):
    """One run of the weekly list. The week's run with the highest id is the current one.

    ``objected``: people present who were left out because they object. ``objections_seen``:
    the newest row of ``objections`` that the run knew of.
    """

    __tablename__ = "weekly_runs"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    week: Mapped[str] = mapped_column(String(8), index=True)
    index_date: Mapped[date] = mapped_column(Date)
    model_version: Mapped[str] = mapped_column(String(64))
    extract_id: Mapped[str] = mapped_column(String(64))
    capacity: Mapped[int] = mapped_column(Integer)
    primary_target: Mapped[str] = mapped_column(String(64))
    people: Mapped[int] = mapped_column(Integer)
    objected: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    objections_seen: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)


class RunUnit(Base):
    """A care unit in a run, also where nobody stands on its list."""

    __tablename__ = "run_units"

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    care_unit: Mapped[str] = mapped_column(String(64), primary_key=True)
    people: Mapped[int] = mapped_column(Integer)


class Score(Base):
    """A calibrated probability of a target, for one person in one run."""

    __tablename__ = "scores"

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(64), primary_key=True)
    care_unit: Mapped[str] = mapped_column(String(64))
    probability: Mapped[float] = mapped_column(Float(53))


class ListEntry(Base):
    """A person's place on a care unit's list.

    ``changed`` holds what is different from last week: one of ``new``, ``returned`` and
    ``still``, and any of ``risen`` and ``discharged``.
    """

    __tablename__ = "list_entries"
    __table_args__ = (Index("uq_list_entries_person", "run_id", "person_id", unique=True),)

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    care_unit: Mapped[str] = mapped_column(String(64), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[str] = mapped_column(String(128))
    age: Mapped[int | None] = mapped_column(Integer)
    sex: Mapped[str] = mapped_column(String(16))
    target_groups: Mapped[list[str]] = mapped_column(JSON)
    mobile_model: Mapped[str | None] = mapped_column(String(1))
    mobile_rule: Mapped[dict[str, str]] = mapped_column(JSON)
    probabilities: Mapped[dict[str, float]] = mapped_column(JSON)
    changed: Mapped[list[str]] = mapped_column(JSON)


class StoredReasons(Base):
    """Why a listed person's score is what it is, in words, as computed in the run.

    ``reasons``: one per measure, largest first. ``base`` + their contributions + ``rest`` is
    the log-odds of the probability. ``headings``: all measures, by heading; empty for runs
    made before there were headings.
    """

    __tablename__ = "reasons"

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(64), primary_key=True)
    base: Mapped[float] = mapped_column(Float(53))
    rest: Mapped[float] = mapped_column(Float(53))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    headings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class ToldRow(Base):
    """What the records tell of somebody on one of the newest lists, ready to be shown.

    A copy of people's records, so only the current run of the newest week has any: the run that
    is written next deletes them. ``content`` as ``serving/packed.py`` of that ``format`` wrote it.
    """

    __tablename__ = "told"

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    format: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RunEnrolled(Base):
    """Somebody whom the run's extract has in a mobile team on the run's index date."""

    __tablename__ = "run_enrolled"
    __table_args__ = (Index("ix_run_enrolled_unit", "run_id", "care_unit"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    care_unit: Mapped[str] = mapped_column(String(64))
    team: Mapped[str] = mapped_column(String(255))
    mobile_model: Mapped[str] = mapped_column(String(1))
    start: Mapped[date] = mapped_column(Date)


class DecisionRow(Base):
    """What was decided of a person, when and by whom; see ``decisions.Decision``.

    ``follows`` is the id of the person's decision before, 0 for the first one. It is unique
    for a person, so the rows of a person are one chain: of two people who decide at once,
    having seen the same, the database lets one through.
    ``request_key`` and ``request_hash`` tell a call that is repeated from another one.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("person_id", "follows", name="uq_decisions_follows"),
        UniqueConstraint("who", "request_key", name="uq_decisions_request"),
        Index("ix_decisions_unit", "care_unit", "kind"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    person_id: Mapped[str] = mapped_column(String(128))
    care_unit: Mapped[str] = mapped_column(String(64))
    week: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(16))
    mobile_model: Mapped[str | None] = mapped_column(String(1))
    start: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(String(500))
    who: Mapped[str] = mapped_column(String(255))
    who_name: Mapped[str] = mapped_column(String(255))
    follows: Mapped[int] = mapped_column(Integer)
    request_key: Mapped[str | None] = mapped_column(String(128))
    request_hash: Mapped[str | None] = mapped_column(String(64))


class EnrolmentRow(Base):
    """A period in a mobile team that a decision began. Undoing the decision undoes it."""

    __tablename__ = "enrolments"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    person_id: Mapped[str] = mapped_column(String(128), index=True)
    care_unit: Mapped[str] = mapped_column(String(64), index=True)
    team: Mapped[str] = mapped_column(String(255))
    mobile_model: Mapped[str] = mapped_column(String(1))
    start: Mapped[date] = mapped_column(Date)


class EnrolmentEnd(Base):
    """That an enrolment ended: a row of its own, since the enrolment's is never changed."""

    __tablename__ = "enrolment_ends"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    end: Mapped[date] = mapped_column(Date)
    end_reason: Mapped[str] = mapped_column(String(32))


class ObjectionRow(Base):
    """A person objects to being scored, or no longer does. The newest row counts."""

    __tablename__ = "objections"
    __table_args__ = (Index("ix_objections_person_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    person_id: Mapped[str] = mapped_column(String(128))
    objects: Mapped[bool] = mapped_column(Boolean)
    who: Mapped[str] = mapped_column(String(255))


class Access(Base):
    """Who looked at what, and when. The database refuses changes and deletions.

    ``unit``: the care units that the reader worked at then, with spaces between; ``why``:
    what a reader said who opened somebody of another unit.
    """

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(255))
    what: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str | None] = mapped_column(String(128), index=True)
    care_unit: Mapped[str | None] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(64), server_default="", default="")
    unit: Mapped[str] = mapped_column(Text, server_default="", default="")
    why: Mapped[str] = mapped_column(String(500), server_default="", default="")


class CdsFeedbackRow(Base):
    """What became of a card in a record system, as the system tells it. Nobody's data: a card's
    id is random. ``same`` is a hash of all that was told: told again, it is the same row."""

    __tablename__ = "cds_feedback"
    __table_args__ = (UniqueConstraint("same", name="uq_cds_feedback_same"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(255))
    service: Mapped[str] = mapped_column(String(64))
    card: Mapped[str] = mapped_column(String(36), index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    suggestions: Mapped[list[str]] = mapped_column(JSON)
    reason_system: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(String(64))
    comment: Mapped[str] = mapped_column(String(500))
    happened: Mapped[datetime] = mapped_column(Moment)
    same: Mapped[str] = mapped_column(String(64))


class CdsTokenRow(Base):
    """A record system's token that has been used, until it is too old to be used again."""

    __tablename__ = "cds_tokens"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(Moment, index=True)


class SessionRow(Base):
    """A login. Only a hash of the cookie's value is kept. Ended ones go by retention."""

    __tablename__ = "sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), index=True)
    name: Mapped[str] = mapped_column(String(255))
    roles: Mapped[list[str]] = mapped_column(JSON)
    units: Mapped[list[str]] = mapped_column(JSON)
    began: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
