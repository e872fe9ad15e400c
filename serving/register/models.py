"""The register's tables. Rows are added, never changed: the latest run of a week is current."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
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
    """One run of the weekly list. The week's run with the highest id is the current one."""

    __tablename__ = "weekly_runs"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    week: Mapped[str] = mapped_column(String(8), index=True)
    index_date: Mapped[date] = mapped_column(Date)
    model_version: Mapped[str] = mapped_column(String(64))
    extract_id: Mapped[str] = mapped_column(String(64))
    capacity: Mapped[int] = mapped_column(Integer)
    primary_target: Mapped[str] = mapped_column(String(64))
    people: Mapped[int] = mapped_column(Integer)
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
    the log-odds of the probability.
    """

    __tablename__ = "reasons"

    run_id: Mapped[int] = mapped_column(ForeignKey("weekly_runs.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(64), primary_key=True)
    base: Mapped[float] = mapped_column(Float(53))
    rest: Mapped[float] = mapped_column(Float(53))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class Access(Base):
    """Who looked at what, and when. The database refuses changes and deletions."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str | None] = mapped_column(String(128), index=True)
    care_unit: Mapped[str | None] = mapped_column(String(64))
