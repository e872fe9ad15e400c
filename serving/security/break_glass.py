"""Opening one person of another care unit: with a reason that is kept, for an hour.

Nothing is stored but a line of the access log, which cannot be changed. The opening is good
for the session it was made in, for reading, and for that person only.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from features.errors import SettingsError
from serving.register.models import Access
from serving.security import access
from serving.security.who import Principal

DEED = "break-glass"
LASTS = timedelta(hours=1)
SHORTEST, LONGEST = 10, 500  # characters of a reason


@dataclass(frozen=True)
class Opening:
    """Until when, and the reason given."""

    until: datetime
    why: str


def check_reason(reason: str) -> str:
    """The reason without spaces around it. SettingsError (400) if it says too little."""
    said = " ".join(reason.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise SettingsError(
            f"a reason of {SHORTEST} to {LONGEST} characters is needed",
            where="reason",
            do="Say why you need to see this person; it is kept in the access log.",
        )
    return said


def open_person(
    register: Any, principal: Principal, person_id: str, care_unit: str, reason: str
) -> Opening:
    """Opens a person for an hour. SettingsError without a reason, MissingError without a log."""
    why = check_reason(reason)
    access.note(register, principal, DEED, person_id, care_unit, why)
    return Opening(datetime.now(UTC) + LASTS, why)


def opening(
    register: Any,
    principal: Principal,
    person_id: str,
    since: datetime,
    now: datetime | None = None,
) -> Opening | None:
    """The opening that still holds; ``since`` is when the session began."""
    now = now or datetime.now(UTC)
    query = (
        select(Access.at, Access.why)
        .where(
            Access.person_id == person_id,
            Access.what == DEED,
            Access.who == principal.subject,
            Access.at >= max(since, now - LASTS),
        )
        .order_by(Access.id.desc())
        .limit(1)
    )
    with register.engine.connect() as connection:
        row = connection.execute(query).first()
    return Opening(row.at + LASTS, row.why) if row else None
