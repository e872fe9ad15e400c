"""What became of cards: into the register, each told thing once."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.cds.spec import Feedback
from serving.register.database import writing
from serving.register.models import CdsFeedbackRow


def keep(engine: Engine, who: str, service: str, told: Iterable[Feedback]) -> list[Feedback]:
    """Writes what was not told before; gives back what was written."""
    written = []
    for one in told:
        row = _row(who, service, one)
        try:
            with Session(writing(engine)) as session, session.begin():
                session.add(row)
        except IntegrityError:
            continue  # the same again: record systems may repeat themselves
        written.append(one)
    return written


def _row(who: str, service: str, told: Feedback) -> CdsFeedbackRow:
    said = json.dumps([who, service, told.model_dump(mode="json")], sort_keys=True)
    override = told.overrideReason
    reason = override.reason if override else None
    return CdsFeedbackRow(
        at=datetime.now(UTC),
        who=who,
        service=service,
        card=told.card,
        outcome=told.outcome,
        suggestions=[s.id for s in told.acceptedSuggestions],
        reason_system=reason.system if reason else "",
        reason=reason.code if reason else "",
        comment=(override.userComment if override else "").replace("\x00", ""),
        happened=told.outcomeTimestamp.astimezone(UTC),
        same=hashlib.sha256(said.encode()).hexdigest(),
    )
