"""What is asked of the register, and what is written to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from features.errors import MissingError
from features.home import Home
from serving.register import people
from serving.register.access import AccessLog
from serving.register.database import connect, writing
from serving.register.decisions import Decision, Decisions
from serving.register.enrolments import Enrolments
from serving.register.models import (
    ListEntry,
    RunEnrolled,
    RunUnit,
    Score,
    StoredReasons,
    WeeklyRun,
)
from serving.register.objections import Objections, objects
from serving.register.people import Listed, PastScore, ToldBytes
from serving.register.reading import reading
from serving.register.runs import Runs
from serving.register.told import keep_told, lacking_told
from serving.units import Team, teams_of

if TYPE_CHECKING:  # whoever only reads need not wait for it
    import pandas as pd

UNIT_LOCK = 4_714_712
"""With a care unit, the number of its lock in PostgreSQL; SQLite has one writer anyway."""

_ALONE = text("SELECT pg_advisory_xact_lock(:us, hashtext(:unit))")
_LOOK_ANEW = text("ANALYZE run_units, scores, list_entries, reasons, told, run_enrolled")
_UNIT = select(RunUnit.people).where(
    RunUnit.run_id == bindparam("run"), RunUnit.care_unit == bindparam("unit")
)


@dataclass(frozen=True)
class NewRun:
    """Everything a weekly run found, before it is written.

    ``scores``: a row per person: ``person_id``, ``care_unit`` and a column per target.
    ``entries``, ``reasons``, ``told`` and ``enrolled`` (``run_enrolled``): rows of the tables of
    these names, without ``run_id``. ``objected`` people are in none of them; ``objections_seen`` is
    the newest objection that was known.
    """

    week: str
    index_date: date
    model_version: str
    extract_id: str
    capacity: int
    primary_target: str
    scores: "pd.DataFrame"
    entries: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    enrolled: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    objected: int = 0
    objections_seen: int = 0

    @property
    def targets(self) -> list[str]:
        return [c for c in self.scores.columns if c not in ("person_id", "care_unit")]


@dataclass(frozen=True)
class UnitSummary:
    """A care unit in a run: people scored, on the list, and new there this week."""

    care_unit: str
    people: int
    listed: int
    new: int


class Register:
    """One database. Safe to share between threads; open it once per process."""

    def __init__(self, engine: Engine, teams: Mapping[str, Team] | None = None) -> None:
        self.engine = engine
        self.teams = teams or {}
        self.runs = Runs(engine)
        self.decisions = Decisions(engine)
        self.enrolments = Enrolments(engine)
        self.objections = Objections(engine)
        self.access = AccessLog(engine)

    @classmethod
    def open(cls, where: Home | str) -> Self:
        """Connect, and create or upgrade the tables. MissingError if nothing answers.

        Of a home, ``teams`` are those of its ``care_units.json``; SettingsError for a bad one.
        """
        if isinstance(where, Home):
            return cls(connect(where.register_url), teams_of(where))
        return cls(connect(where))

    def close(self) -> None:
        self.engine.dispose()

    def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, MissingError):
            return False
        return True

    # -- runs ---------------------------------------------------------------------------

    def current(self, week: str | None = None) -> WeeklyRun | None:
        """The current run of a week; without a week, of the newest week."""
        return self.runs.current(week)

    def before(self, week: str) -> WeeklyRun | None:
        """The current run of the newest week earlier than ``week``."""
        return self.runs.before(week)

    def weeks(self) -> list[str]:
        """Weeks that have a list, newest first."""
        return self.runs.weeks()

    def matching(self, run: NewRun) -> WeeklyRun | None:
        """The week's current run if it was made from the same model, extract and capacity."""
        row = self.current(run.week)
        return row if row is not None and is_same(row, run) else None

    def add(self, run: NewRun) -> tuple[WeeklyRun, bool]:
        """Write a run in one transaction, unless the week's current run is already the same.

        Returns the current run, and whether it was written now. Until the transaction is
        done, the previous list stays the current one for everybody else.
        """
        with Session(writing(self.engine)) as session, session.begin():
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE weekly_runs IN SHARE ROW EXCLUSIVE MODE"))
            same = session.scalars(
                select(WeeklyRun)
                .where(WeeklyRun.week == run.week)
                .order_by(WeeklyRun.id.desc())
                .limit(1)
            ).first()
            if same is not None and is_same(same, run):
                session.expunge_all()
                return same, False
            row = WeeklyRun(
                week=run.week,
                index_date=run.index_date,
                model_version=run.model_version,
                extract_id=run.extract_id,
                capacity=run.capacity,
                primary_target=run.primary_target,
                people=len(run.scores),
                objected=run.objected,
                objections_seen=run.objections_seen,
                created_at=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            run_id = row.id
            units = run.scores["care_unit"].value_counts().sort_index()
            _insert(
                connection,
                RunUnit,
                run_id,
                ({"care_unit": u, "people": n} for u, n in units.items()),
            )
            _insert_scores(connection, run_id, run)
            _insert(connection, ListEntry, run_id, run.entries)
            _insert(connection, StoredReasons, run_id, run.reasons)
            _insert(connection, RunEnrolled, run_id, run.enrolled)
            keep_told(connection, run_id, run.told)
            if connection.dialect.name == "postgresql":  # so that the first reader is not slow
                connection.execute(_LOOK_ANEW)
            session.refresh(row)
            session.expunge_all()
        return row, True

    # -- decisions ----------------------------------------------------------------------

    def deciding(
        self, care_unit: str, person_id: str, work: Callable[[Connection], Decision]
    ) -> Decision:
        """Do ``work`` in a transaction, alone with what is decided about a care unit's people.

        DecidedMeanwhile where somebody has decided about the person at another unit in this
        very moment.
        """
        try:
            with writing(self.engine).begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(_ALONE, {"us": UNIT_LOCK, "unit": care_unit})
                return work(connection)
        except IntegrityError:
            raise self.decisions.meanwhile(person_id) from None

    # -- lists --------------------------------------------------------------------------

    def units(self, run_id: int) -> list[UnitSummary]:
        """The care units of a run, by name."""
        with Session(self.engine) as session:
            entries = session.execute(
                select(ListEntry.care_unit, ListEntry.changed).where(
                    ListEntry.run_id == run_id, ~objects(ListEntry.person_id)
                )
            ).all()
            units = session.execute(
                select(RunUnit.care_unit, RunUnit.people)
                .where(RunUnit.run_id == run_id)
                .order_by(RunUnit.care_unit)
            ).all()
        listed: dict[str, int] = {}
        new: dict[str, int] = {}
        for unit, changed in entries:
            listed[unit] = listed.get(unit, 0) + 1
            new[unit] = new.get(unit, 0) + ("new" in changed)
        return [UnitSummary(u, n, listed.get(u, 0), new.get(u, 0)) for u, n in units]

    def has_unit(self, run_id: int, care_unit: str) -> bool:
        """Whether anybody at that care unit was scored in a run."""
        with reading(self.engine) as connection:
            asked = {"run": run_id, "unit": care_unit}
            return connection.execute(_UNIT, asked).first() is not None

    def entries(self, run_id: int, care_unit: str | None = None) -> list[ListEntry]:
        """A care unit's list in order of rank; without a unit, all lists. Somebody who has
        objected since the run is left out at once."""
        query = (
            select(ListEntry)
            .where(ListEntry.run_id == run_id, ~objects(ListEntry.person_id))
            .order_by(ListEntry.care_unit, ListEntry.rank)
        )
        if care_unit is not None:
            query = query.where(ListEntry.care_unit == care_unit)
        with Session(self.engine) as session:
            return list(session.scalars(query))

    def listed_before(self, week: str) -> set[str]:
        """Everyone who stood on a current list of any earlier week."""
        current = (
            select(func.max(WeeklyRun.id)).where(WeeklyRun.week < week).group_by(WeeklyRun.week)
        )
        with Session(self.engine) as session:
            return set(
                session.scalars(
                    select(ListEntry.person_id).where(ListEntry.run_id.in_(current)).distinct()
                )
            )

    # -- people -------------------------------------------------------------------------

    def scores(self, run_id: int, target: str) -> dict[str, float]:
        """Everyone's probability of one target in a run."""
        query = select(Score.person_id, Score.probability).where(
            Score.run_id == run_id, Score.target == target
        )
        with Session(self.engine) as session:
            return {row.person_id: row.probability for row in session.execute(query)}

    def person(self, run_id: int, person_id: str) -> tuple[str, dict[str, float]] | None:
        """Care unit and probabilities of a person in a run; None if not scored, or if the
        person objects now."""
        with reading(self.engine) as connection:
            return people.scored(connection, run_id, person_id)

    def score_history(self, person_id: str, target: str) -> list[PastScore]:
        """A person's probability of a target, week by week, oldest first: of each week's
        current run, as far as its scores are kept."""
        with reading(self.engine) as connection:
            return people.history(connection, person_id, target)

    def entry(self, run_id: int, person_id: str) -> ListEntry | None:
        query = select(ListEntry).where(
            ListEntry.run_id == run_id,
            ListEntry.person_id == person_id,
            ~objects(ListEntry.person_id),
        )
        with Session(self.engine) as session:
            return session.scalars(query).first()

    def reasons(self, run_id: int, people: Sequence[str], target: str) -> dict[str, StoredReasons]:
        """Stored reasons of listed people, by person."""
        query = select(StoredReasons).where(
            StoredReasons.run_id == run_id,
            StoredReasons.target == target,
            StoredReasons.person_id.in_(people),
        )
        with Session(self.engine) as session:
            return {row.person_id: row for row in session.scalars(query)}

    # -- what the records tell ----------------------------------------------------------

    def listed(self, run_id: int, person_id: str, target: str) -> Listed | None:
        """A person's place on a list, and why; None for somebody who is on none, or objects now."""
        with reading(self.engine) as connection:
            return people.listed(connection, run_id, person_id, target)

    def told(self, run_id: int, person_id: str) -> ToldBytes | None:
        """What is kept of a listed person's records."""
        with reading(self.engine) as connection:
            return people.told(connection, run_id, person_id)

    def lacking_told(self, run_id: int, format_: int) -> list[str]:
        """Who on the lists of a run has nothing of that format kept; nobody of a run that is not
        the newest week's current one."""
        with self.engine.connect() as connection:
            return lacking_told(connection, run_id, format_)

    def keep_told(self, run_id: int, rows: Sequence[dict[str, Any]]) -> None:
        """Put these beside a run's lists, in place of all that was kept. Nothing if a newer run
        has come meanwhile."""
        with writing(self.engine).begin() as connection:
            keep_told(connection, run_id, rows)


def is_same(row: WeeklyRun, run: NewRun) -> bool:
    """Whether a run would only repeat what is there: same week, model, extract and capacity,
    and nobody has objected, or withdrawn an objection, since."""
    return (
        row.week,
        row.model_version,
        row.extract_id,
        row.capacity,
        row.objections_seen,
    ) == (run.week, run.model_version, run.extract_id, run.capacity, run.objections_seen)


def _insert(
    connection: Connection, model: type, run_id: int, rows: Iterable[dict[str, Any]]
) -> None:
    filled = [{"run_id": run_id, **row} for row in rows]
    if filled:
        connection.execute(insert(model), filled)


def _insert_scores(connection: Connection, run_id: int, run: NewRun) -> None:
    """A region has millions of scores: use each database's fastest way in."""
    people = run.scores["person_id"].tolist()
    units = run.scores["care_unit"].tolist()
    columns = "run_id, person_id, target, care_unit, probability"
    rows = (
        (run_id, person, target, unit, p)
        for target in run.targets
        for person, unit, p in zip(people, units, run.scores[target].tolist(), strict=True)
    )
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY scores ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        driver = connection.connection.driver_connection
        driver.executemany(f"INSERT INTO scores ({columns}) VALUES (?, ?, ?, ?, ?)", rows)
