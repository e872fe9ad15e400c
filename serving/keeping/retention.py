"""Deleting what has been kept long enough. Nothing else in Framsynt deletes what was written to
stay (a weekly run deletes what the one before made ready to show, ``register/told.py``).

Goes: scores, lists, reasons and who was in a team, of old runs, and sessions that have ended.
Stays: the runs themselves with their counts (nobody's data), every decision, enrolment and
objection, and the access log for at least five years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, func, or_, select, text
from sqlalchemy.orm import Session

from features.errors import SettingsError
from serving.register import Register, WeeklyRun
from serving.register.append_only import lifted
from serving.register.database import writing
from serving.register.models import (
    Access,
    ListEntry,
    RunEnrolled,
    Score,
    SessionRow,
    StoredReasons,
    ToldRow,
)

FEWEST_WEEKS = 4
"""This week's list is compared with last week's."""

FEWEST_ACCESS_YEARS = 5
"""Patient data are to be traceable for five years at least (HSLF-FS 2016:40, ch. 4, 9 §)."""

OF_RUNS = (Score, ListEntry, StoredReasons, ToldRow, RunEnrolled)


@dataclass(frozen=True)
class Retention:
    """What to delete: of runs for a Monday more than ``weeks`` ago; of the access log, if said,
    lines older than ``access_years``. Raises SettingsError."""

    weeks: int
    access_years: int | None = None

    def __post_init__(self) -> None:
        if self.weeks < FEWEST_WEEKS:
            raise SettingsError(
                f"fewer than {FEWEST_WEEKS} weeks", where="--older-than", do="Keep more weeks."
            )
        if self.access_years is not None and self.access_years < FEWEST_ACCESS_YEARS:
            raise SettingsError(
                f"the access log is kept for {FEWEST_ACCESS_YEARS} years at least",
                where="--access-log-years",
                do=f"Give {FEWEST_ACCESS_YEARS} or more, or leave it out.",
            )


def due(register: Register, what: Retention, now: datetime | None = None) -> dict[str, int]:
    """How many rows of each table would go; nothing is changed."""
    at = now or datetime.now(UTC)
    runs = [r.id for r in _old_runs(register, what, at.date())]
    with Session(register.engine) as session:
        found = {table.__tablename__: _count(session, table, _of(table, runs)) for table in OF_RUNS}
        found["sessions"] = _count(session, SessionRow, _ended(at))
        if what.access_years is not None:
            found["access_log"] = _count(session, Access, Access.at < _years_before(at, what))
    return found


def carry_out(register: Register, what: Retention, now: datetime | None = None) -> dict[str, int]:
    """Delete it, and say how many rows went. Each run in a transaction of its own, so that the
    service is never kept waiting; killed half-way, the next call does the rest."""
    at = now or datetime.now(UTC)
    gone = dict.fromkeys([table.__tablename__ for table in OF_RUNS], 0)
    for run in _old_runs(register, what, at.date()):
        with writing(register.engine).begin() as connection:
            for table in OF_RUNS:
                done = connection.execute(delete(table).where(_of(table, [run.id])))
                gone[table.__tablename__] += done.rowcount
    with writing(register.engine).begin() as connection:
        gone["sessions"] = connection.execute(delete(SessionRow).where(_ended(at))).rowcount
    if what.access_years is not None:
        gone["access_log"] = _forget_accesses(register.engine, _years_before(at, what))
    if register.engine.dialect.name == "sqlite":  # what was deleted is in the log beside, too
        with register.engine.connect() as connection:
            connection.execute(text("ROLLBACK"))
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return gone


def _forget_accesses(engine: Engine, before: datetime) -> int:
    """The only lines of the access log that ever go: the triggers that refuse it are lifted in
    the same transaction, and back before anybody else can see the table."""
    with writing(engine).begin() as connection, lifted(connection, "access_log"):
        return connection.execute(delete(Access).where(Access.at < before)).rowcount


def _old_runs(register: Register, what: Retention, today: date) -> Sequence[WeeklyRun]:
    """Never the newest list, whatever its age: it is the one that the service shows."""
    current = register.current()
    query = select(WeeklyRun).where(
        WeeklyRun.index_date < today - timedelta(weeks=what.weeks),
        WeeklyRun.id != (current.id if current else 0),
    )
    with Session(register.engine) as session:
        return session.scalars(query.order_by(WeeklyRun.id)).all()


def _of(table: Any, runs: list[int]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = table.run_id.in_(runs)
    return condition


def _ended(at: datetime) -> ColumnElement[bool]:
    return or_(SessionRow.ended_at.is_not(None), SessionRow.ends < at)


def _years_before(at: datetime, what: Retention) -> datetime:
    assert what.access_years is not None
    return at - timedelta(days=366 * what.access_years)


def _count(session: Session, table: Any, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(condition)) or 0
