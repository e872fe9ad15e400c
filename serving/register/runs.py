"""The weekly runs of a register, newest first."""

from sqlalchemy import Connection, Engine, func, select

from serving.register.models import WeeklyRun
from serving.register.reading import reading

_NEWEST = select(func.max(WeeklyRun.__table__.c.id))
_ALL = select(WeeklyRun.__table__).order_by(
    WeeklyRun.__table__.c.week.desc(), WeeklyRun.__table__.c.id.desc()
)


class Runs:
    """Read again when there is a newer one, and only then: a run's row never changes or goes,
    and runs are written one after the other, so the highest id tells. Nobody may change what
    is handed out."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._known: tuple[int, list[WeeklyRun]] = (0, [])

    def current(self, week: str | None = None) -> WeeklyRun | None:
        """The newest run of a week; without a week, of the newest week."""
        return next((r for r in self._all() if week in (None, r.week)), None)

    def before(self, week: str) -> WeeklyRun | None:
        """The current run of the newest week earlier than ``week``."""
        return next((r for r in self._all() if r.week < week), None)

    def weeks(self) -> list[str]:
        """Weeks that have a run, newest first."""
        return list(dict.fromkeys(r.week for r in self._all()))

    def _all(self) -> list[WeeklyRun]:
        with reading(self.engine) as connection:
            newest = connection.execute(_NEWEST).scalar() or 0
            known = self._known
            if known[0] != newest:
                known = self._known = (newest, _read(connection))
        return known[1]


def _read(connection: Connection) -> list[WeeklyRun]:
    return [WeeklyRun(**row._mapping) for row in connection.execute(_ALL)]
