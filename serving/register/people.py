"""What a run says of one person. The statements are written once: making one costs more than
carrying it out."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from serving.register.models import ListEntry, Score, StoredReasons, ToldRow, WeeklyRun
from serving.register.objections import objects

_RUN: BindParameter[int] = bindparam("run")
_WHO: BindParameter[str] = bindparam("person")
_TARGET: BindParameter[str] = bindparam("target")
_SCORED = select(Score.care_unit, Score.target, Score.probability).where(
    Score.run_id == _RUN, Score.person_id == _WHO, ~objects(Score.person_id)
)
_HISTORY = (
    select(WeeklyRun.week, WeeklyRun.index_date, Score.probability, WeeklyRun.model_version)
    .join(Score, Score.run_id == WeeklyRun.id)
    .where(
        WeeklyRun.id.in_(select(func.max(WeeklyRun.id)).group_by(WeeklyRun.week)),
        Score.person_id == _WHO,
        Score.target == _TARGET,
    )
    .order_by(WeeklyRun.week)
)
_LISTED = (
    select(
        ListEntry.__table__,
        StoredReasons.target,
        StoredReasons.base,
        StoredReasons.rest,
        StoredReasons.reasons,
        StoredReasons.headings,
    )
    .outerjoin(
        StoredReasons,
        (StoredReasons.run_id == ListEntry.run_id)
        & (StoredReasons.person_id == ListEntry.person_id)
        & (StoredReasons.target == _TARGET),
    )
    .where(ListEntry.run_id == _RUN, ListEntry.person_id == _WHO, ~objects(ListEntry.person_id))
)
_TOLD = select(ToldRow.format, ToldRow.content).where(
    ToldRow.run_id == _RUN, ToldRow.person_id == _WHO
)


class PastScore(NamedTuple):
    """A person's score of one week."""

    week: str
    index_date: date
    probability: float
    model_version: str


class Listed(NamedTuple):
    """A place on a list, with the columns of ``ListEntry``; and why, with those of
    ``StoredReasons``, None where that was not stored."""

    entry: Any
    reasons: Any


class ToldBytes(NamedTuple):
    """What the records tell of somebody, as ``serving/packed.py`` of that ``format`` wrote it."""

    format: int
    content: bytes


def scored(
    connection: Connection, run_id: int, person_id: str
) -> tuple[str, dict[str, float]] | None:
    """See ``Register.person``."""
    rows = connection.execute(_SCORED, {"run": run_id, "person": person_id}).all()
    return (rows[0].care_unit, {r.target: r.probability for r in rows}) if rows else None


def history(connection: Connection, person_id: str, target: str) -> list[PastScore]:
    """See ``Register.score_history``."""
    found = connection.execute(_HISTORY, {"person": person_id, "target": target})
    return [PastScore(*row) for row in found]


def listed(connection: Connection, run_id: int, person_id: str, target: str) -> Listed | None:
    """See ``Register.listed``."""
    asked = {"run": run_id, "person": person_id, "target": target}
    row = connection.execute(_LISTED, asked).first()
    return None if row is None else Listed(row, None if row.target is None else row)


def told(connection: Connection, run_id: int, person_id: str) -> ToldBytes | None:
    """See ``Register.told``."""
    row = connection.execute(_TOLD, {"run": run_id, "person": person_id}).first()
    return None if row is None else ToldBytes(row.format, row.content)
