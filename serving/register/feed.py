"""What has happened at a care unit since a tool last asked.

A cursor says how far two sequences have been read: runs and decisions. Neither has gaps:
within a care unit, decisions are written one transaction after the other (``Register.deciding``
holds the unit's lock until its commit), and so are runs (``Register.add`` locks their table). So
when a row can be seen, all of its sequence with a lower id can be, and none comes later. That
does not go for decisions of several units together; therefore a tool asks for one at a time.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from features.errors import SettingsError
from serving.register.decisions import Decision, of_row
from serving.register.models import DecisionRow, RunUnit, WeeklyRun
from serving.register.objections import objects

_WRITTEN = select(
    select(func.max(WeeklyRun.id)).scalar_subquery().label("run"),
    select(func.max(DecisionRow.id)).scalar_subquery().label("decision"),
)
_CURSOR = re.compile(r"r(\d{1,9})-d(\d{1,9})")


@dataclass(frozen=True)
class Cursor:
    """The last run and the last decision that were read; 0 for none."""

    run: int = 0
    decision: int = 0

    def __str__(self) -> str:
        return f"r{self.run}-d{self.decision}"

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """SettingsError for what no answer has given."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise SettingsError(
                "not a cursor", where="since", do="Send `next` of the answer before, or nothing."
            )
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Change:
    """A list that was published, or something decided. ``at``: when it was written."""

    at: datetime
    run: WeeklyRun | None = None
    decision: Decision | None = None


@dataclass(frozen=True)
class Changes:
    found: list[Change]
    next: Cursor
    more: bool


def changes_since(engine: Engine, care_unit: str, since: Cursor, most: int) -> Changes:
    """At most ``most`` changes after the cursor, those of each sequence in its order. Decisions
    about people who object now are passed over.

    SettingsError for a cursor ahead of everything that is here: what comes next would be taken
    for read already.
    """
    runs = (
        select(WeeklyRun)
        .join(RunUnit, RunUnit.run_id == WeeklyRun.id)
        .where(RunUnit.care_unit == care_unit, WeeklyRun.id > since.run)
        .order_by(WeeklyRun.id)
        .limit(most + 1)
    )
    decisions = (
        select(DecisionRow, objects(DecisionRow.person_id))
        .where(DecisionRow.care_unit == care_unit, DecisionRow.id > since.decision)
        .order_by(DecisionRow.id)
        .limit(most + 1)
    )
    with Session(engine) as session:
        written = session.execute(_WRITTEN).one()
        if since.run > (written.run or 0) or since.decision > (written.decision or 0):
            raise SettingsError(
                "a cursor of another register, or of what a restored backup does not have",
                where="since",
                do="Read again from the start: leave it out.",
            )
        published = list(session.scalars(runs))
        decided = [(of_row(row), objecting) for row, objecting in session.execute(decisions)]
    return _merged(published, decided, since, most)


def _merged(
    published: Sequence[WeeklyRun], decided: Sequence[tuple[Decision, bool]], at: Cursor, most: int
) -> Changes:
    """By time, as far as the orders of the two sequences allow."""
    runs, decisions = deque(published), deque(decided)
    found: list[Change] = []
    read = 0
    while (runs or decisions) and read < most:
        read += 1
        if runs and (not decisions or runs[0].created_at <= decisions[0][0].at):
            run = runs.popleft()
            found.append(Change(run.created_at, run=run))
            at = Cursor(run.id, at.decision)
            continue
        decision, objecting = decisions.popleft()
        at = Cursor(at.run, decision.id)
        if not objecting:
            found.append(Change(decision.at, decision=decision))
    return Changes(found, at, bool(runs or decisions))
