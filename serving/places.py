"""A team's places: how many there are, who has one, who waits.

A place is taken by everybody whom the register or the run's extract has in the team, also from
a later day on: a place that is promised is not free. Somebody whose enrolment was decided here
and has come back with the extract takes one place, and none when it has ended here since.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from features.swedish_time import local_day
from serving.register import Register, WeeklyRun
from serving.register.enrolments import taken_and_waiting
from serving.register.reading import reading


@dataclass(frozen=True)
class Places:
    """``taken`` may be more than ``total``, where places have been taken away."""

    total: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return max(0, self.total - self.taken)


def places_of(register: Register, care_unit: str, on: date, run: WeeklyRun) -> Places:
    """A unit's places on a day. ``total``: as ``care_units.json`` says, else the length of the
    run's lists."""
    with reading(register.engine) as connection:
        return count_places(connection, register, care_unit, on, run)


def count_places(
    connection: Connection, register: Register, care_unit: str, on: date, run: WeeklyRun
) -> Places:
    """The same, in a transaction that goes on (``Register.deciding``): nobody else can take a
    place of the unit before it ends."""
    team = register.teams.get(care_unit)
    taken, waiting = taken_and_waiting(connection, care_unit, on, run.id)
    return Places(
        total=run.capacity if team is None or team.places is None else team.places,
        taken=taken,
        waiting=waiting,
    )


def team_name(register: Register, care_unit: str) -> str:
    """What the unit's team is called in an enrolment; the unit's id where it has no name."""
    team = register.teams.get(care_unit)
    return team.name if team is not None and team.name else care_unit


def day_of(run: WeeklyRun, now: datetime | None = None) -> date:
    """Today, where decisions are made; never before the Monday that the list is for (a
    simulated region's calendar may lie ahead)."""
    return max(run.index_date, local_day(now or datetime.now(UTC)))
