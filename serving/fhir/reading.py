"""What the register says, for resources: each week's current run, and chains of decisions."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.orm import Session

from serving.register.decisions import AT_ONCE, Kind
from serving.register.models import DecisionRow, RunUnit, Score, WeeklyRun
from serving.register.objections import objects
from serving.register.reading import reading

_NEWEST = select(func.max(WeeklyRun.id)).group_by(WeeklyRun.week)
_OF_RUNS = [column.name for column in WeeklyRun.__table__.columns]
_ASSESSED = (
    select(WeeklyRun.__table__, Score.target, Score.probability)
    .join(Score, Score.run_id == WeeklyRun.id)
    .where(
        WeeklyRun.id.in_(_NEWEST),
        Score.person_id == bindparam("person"),
        ~objects(Score.person_id),
    )
    .order_by(WeeklyRun.index_date)
)
"""Made once: making it costs more than carrying it out."""


def assessed(
    engine: Engine, person_id: str, takes: Callable[[date], bool]
) -> list[tuple[WeeklyRun, dict[str, float]]]:
    """A person's probabilities of the weeks that ``takes`` their Monday, oldest first."""
    found: dict[int, tuple[WeeklyRun, dict[str, float]]] = {}
    with reading(engine) as connection:
        for *run, target, probability in connection.execute(_ASSESSED, {"person": person_id}):
            made = WeeklyRun(**dict(zip(_OF_RUNS, run, strict=True)))
            if takes(made.index_date):
                found.setdefault(made.id, (made, {}))[1][target] = probability
    return list(found.values())


def assessed_in(
    engine: Engine, run_id: int, person_id: str
) -> tuple[WeeklyRun, dict[str, float]] | None:
    """The same of one run, current or not."""
    with Session(engine) as session:
        run = session.get(WeeklyRun, run_id)
        query = select(Score.target, Score.probability).where(
            Score.run_id == run_id, Score.person_id == person_id, ~objects(Score.person_id)
        )
        probabilities = {row.target: row.probability for row in session.execute(query)}
    return (run, probabilities) if run is not None and probabilities else None


def listed(engine: Engine, care_unit: str, takes: Callable[[date], bool]) -> list[WeeklyRun]:
    """The current runs that know a care unit, of the weeks that ``takes`` their Monday, oldest
    first."""
    with Session(engine) as session:
        query = (
            select(WeeklyRun)
            .join(RunUnit, RunUnit.run_id == WeeklyRun.id)
            .where(
                WeeklyRun.id.in_(_current(session, takes)),
                RunUnit.care_unit == care_unit,
            )
            .order_by(WeeklyRun.index_date)
        )
        return list(session.scalars(query))


def asked_for(engine: Engine, care_unit: str, person_id: str | None) -> list[str]:
    """People of whom a care unit has ever asked for a place in the team; not who objects."""
    query = select(DecisionRow.person_id).where(
        DecisionRow.care_unit == care_unit,
        DecisionRow.kind.in_((Kind.ENROL, Kind.WAIT)),
        ~objects(DecisionRow.person_id),
    )
    if person_id is not None:
        query = query.where(DecisionRow.person_id == person_id)
    with Session(engine) as session:
        return list(session.scalars(query.distinct().order_by(DecisionRow.person_id)))


def in_blocks(people: Sequence[str]) -> list[list[str]]:
    return [list(people[i : i + AT_ONCE]) for i in range(0, len(people), AT_ONCE)]


def _current(session: Session, takes: Callable[[date], bool]) -> list[int]:
    """Each week's current run, where its Monday is asked for."""
    query = select(WeeklyRun.id, WeeklyRun.index_date).where(WeeklyRun.id.in_(_NEWEST))
    return [run_id for run_id, monday in session.execute(query) if takes(monday)]
