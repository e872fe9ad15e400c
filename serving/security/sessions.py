"""Sessions of the pages, kept in the register: ended on the server, alive after a restart."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine, Row, bindparam, insert, select, update

from serving.register.database import writing
from serving.register.models import SessionRow
from serving.register.reading import reading
from serving.security.who import Principal, Role

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A login that is still good. ``id_hash`` is all that the database knows of the cookie."""

    id_hash: str
    principal: Principal
    began: datetime


_FIND = select(SessionRow.__table__).where(SessionRow.id_hash == bindparam("id"))


class Sessions:
    """One small query a request; a write at most once a minute."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, principal: Principal, now: datetime | None = None) -> str:
        """A new session, and the id that its cookie carries."""
        now = now or datetime.now(UTC)
        session_id = secrets.token_urlsafe(32)
        row = {
            "id_hash": hash_of(session_id),
            "subject": principal.subject,
            "name": principal.name,
            "roles": sorted(principal.roles),
            "units": sorted(principal.units),
            "began": now,
            "last_seen": now,
            "ends": now + LONGEST,
        }
        with writing(self.engine).begin() as connection:
            connection.execute(insert(SessionRow), row)
        return session_id

    def find(self, session_id: str, now: datetime | None = None) -> Session | None:
        """The session if it was not ended, left alone for 30 minutes, or begun 8 hours ago."""
        now = now or datetime.now(UTC)
        with reading(self.engine) as connection:
            row = connection.execute(_FIND, {"id": hash_of(session_id)}).first()
        if row is None or row.ended_at is not None:
            return None
        if now >= row.ends or now - row.last_seen >= IDLE:
            return None
        if now - row.last_seen >= SEEN_EVERY:
            self._seen(row.id_hash, now)
        return Session(row.id_hash, _principal(row), row.began)

    def _seen(self, id_hash: str, now: datetime) -> None:
        change = update(SessionRow).where(
            SessionRow.id_hash == id_hash, SessionRow.last_seen <= now - SEEN_EVERY
        )
        with writing(self.engine).begin() as connection:
            connection.execute(change.values(last_seen=now))

    def end(self, id_hash: str, now: datetime | None = None) -> None:
        """Log out: whoever has kept the cookie has nothing."""
        change = update(SessionRow).where(
            SessionRow.id_hash == id_hash, SessionRow.ended_at.is_(None)
        )
        with writing(self.engine).begin() as connection:
            connection.execute(change.values(ended_at=now or datetime.now(UTC)))


def hash_of(session_id: str) -> str:
    """All that is kept of a session's id."""
    return sha256(session_id.encode()).hexdigest()


def _principal(row: Row) -> Principal:
    known = set(Role)
    roles = frozenset(Role(r) for r in row.roles if r in known)
    return Principal(row.subject, row.name, roles, frozenset(row.units))
