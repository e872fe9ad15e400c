"""What became of cards: into the register, each told thing once."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.cds.given import is_card, suggestion_of
from serving.cds.spec import LONGEST_COMMENT, Coding, Feedback
from serving.deciding import DECLINE_REASONS
from serving.register.database import writing
from serving.register.models import CdsFeedbackRow


def not_given(key: str, service: str, told: Sequence[Feedback]) -> list[int]:
    """Which are of no card of this service, or accept what it did not suggest."""
    return [n for n, one in enumerate(told) if not _is_of_ours(key, service, one)]


def _is_of_ours(key: str, service: str, told: Feedback) -> bool:
    if not is_card(key, service, told.card):
        return False
    suggested = suggestion_of(key, told.card)
    return all(accepted.id == suggested for accepted in told.acceptedSuggestions)


def reason_of(said: Coding | None) -> str:
    """A code of the short list: record systems may have reasons of their own."""
    if said is None:
        return "none"
    return said.code if said.code in DECLINE_REASONS else "other"


@dataclass(frozen=True)
class Answered:
    """What became of cards. ``reasons``: of the overridden ones, by code, most first."""

    accepted: int
    overridden: int
    reasons: list[tuple[str, int]]

    @property
    def all(self) -> int:
        return self.accepted + self.overridden


def answered(engine: Engine, since: datetime) -> Answered:
    """Of the cards that record systems have told of since then: each card's newest outcome."""
    newest = (
        select(func.max(CdsFeedbackRow.id))
        .where(CdsFeedbackRow.at >= since)
        .group_by(CdsFeedbackRow.card)
    )
    query = select(CdsFeedbackRow.outcome, CdsFeedbackRow.reason, CdsFeedbackRow.reason_system)
    with Session(engine) as session:
        rows = session.execute(query.where(CdsFeedbackRow.id.in_(newest))).all()
    outcomes = Counter(row.outcome for row in rows)
    reasons = Counter(
        reason_of(Coding(code=row.reason) if row.reason else None)
        for row in rows
        if row.outcome == "overridden"
    )
    by_count = sorted(reasons.items(), key=lambda found: (-found[1], found[0]))
    return Answered(outcomes["accepted"], outcomes["overridden"], by_count)


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
        comment=_text(override.userComment if override else "")[:LONGEST_COMMENT],
        happened=told.outcomeTimestamp.astimezone(UTC),
        same=hashlib.sha256(said.encode()).hexdigest(),
    )


def _text(said: str) -> str:
    """What every database takes: no NUL, and no half of a character, which JSON can say."""
    return said.replace("\x00", "").encode(errors="replace").decode()
