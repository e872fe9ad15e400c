"""The demo's login: four users, one password, one API token, for simulated people only.

Password and token are shown once, when they are made; the home's ``login.json`` keeps hashes
that only its owner can read. Real data need the organisation's own login (``oidc/``).
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import scrypt, sha256
from hmac import compare_digest
from pathlib import Path
from typing import Self

from features.errors import SettingsError
from features.home import Home
from serving.security.who import Principal, Role

USERS: dict[str, frozenset[Role]] = {
    "granskare": frozenset({Role.REVIEWER}),
    "samordnare": frozenset({Role.COORDINATOR}),
    "analytiker": frozenset({Role.ANALYST}),
    "administrator": frozenset({Role.ADMINISTRATOR}),
}
UNITS_OF_REVIEWER = 2  # the demo's reviewer works at the first units of the current run
TOKEN_PRINCIPAL = Principal("token", "API", frozenset({Role.COORDINATOR}))
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing to mistake for something else
COST = 2**14  # of scrypt, 16 MiB and some tens of milliseconds; the password has 80 bits
SALT_BYTES = 16
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Words:
    """What is told once: the users' password and the API token."""

    password: str
    token: str

    @property
    def users(self) -> list[str]:
        return list(USERS)


@dataclass(frozen=True)
class Login:
    """Hashes of what opens the pages and the API, ``secret`` to sign cookies with, when made."""

    password: str
    token: str
    secret: str
    made: str

    @classmethod
    def of(cls, home: Home) -> tuple[Self, Words | None]:
        """The home's login; made at first use, and only then with its words.

        SettingsError if the file is damaged or of an earlier version.
        """
        try:
            return cls._read(home), None
        except FileNotFoundError:
            words = _new_words()
        login = cls.from_words(words)
        draft = login._draft(home)
        try:
            os.link(draft, home.login_file)  # whole or not at all, and never over another's
        except FileExistsError:
            return cls._read(home), None
        finally:
            draft.unlink()
        return login, words

    @classmethod
    def renew(cls, home: Home) -> tuple[Self, Words]:
        """A new login in place of the one there is; sessions of the old one end."""
        words = _new_words()
        login = cls.from_words(words)
        login._draft(home).replace(home.login_file)
        return login, words

    @classmethod
    def from_words(cls, words: Words, secret: str = "", cost: int = COST) -> Self:
        """Hashes of given words."""
        salt = secrets.token_bytes(SALT_BYTES)
        return cls(
            password=f"scrypt${cost}${_text(salt)}${_text(_hashed(words.password, salt, cost))}",
            token=_token_hash(words.token),
            secret=secret or secrets.token_urlsafe(32),
            made=datetime.now(UTC).isoformat(timespec="microseconds"),
        )

    @classmethod
    def _read(cls, home: Home) -> Self:
        try:
            login = cls(**json.loads(home.login_file.read_text(encoding="utf-8")))
            _parts(login.password)
            datetime.fromisoformat(login.made)
            return login
        except (TypeError, ValueError, AttributeError):
            raise SettingsError(
                "the login file is damaged or of an earlier version",
                where=str(home.login_file),
                do="Make a new one with `framsynt login --new`.",
            ) from None

    def _draft(self, home: Home) -> Path:
        return _draft(home.login_file, json.dumps(asdict(self), indent=2))

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.made)

    def opens_pages(self, user: str, password: str) -> bool:
        """Whether it is a user's password; as slow for a user that does not exist."""
        cost, salt, right = _parts(self.password)
        return compare_digest(_hashed(password, salt, cost), right) and user in USERS

    def opens_api(self, token: str) -> bool:
        return compare_digest(_token_hash(token), self.token)


def principal_of(user: str, care_units: list[str]) -> Principal:
    """A demo user; ``care_units`` of the current run, of which a reviewer gets the first."""
    roles = USERS[user]
    own = care_units[:UNITS_OF_REVIEWER] if Role.REVIEWER in roles else []
    return Principal(user, user.capitalize(), roles, frozenset(own))


def signing_secret(home: Home) -> str:
    """What cookies are signed with where an identity provider logs people in: from
    ``FRAMSYNT_SESSION_SECRET``, else from the home's ``session.key``, made at first use.

    SettingsError for one that is too short.
    """
    said = os.environ.get("FRAMSYNT_SESSION_SECRET", "")
    file = home.path / "session.key"
    if not said and not file.exists():
        draft = _draft(file, secrets.token_urlsafe(32))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # another process was faster
        finally:
            draft.unlink()
    said = said or file.read_text(encoding="utf-8").strip()
    if len(said) < SHORTEST_SECRET:
        raise SettingsError(
            f"shorter than {SHORTEST_SECRET} characters",
            where="FRAMSYNT_SESSION_SECRET or session.key",
            do="Make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`.",
        )
    return said


def _draft(file: Path, content: str) -> Path:
    """A file beside ``file`` that only its owner can read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".login-{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write(content)
    return draft


def _new_words() -> Words:
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)]
    return Words("-".join(groups), secrets.token_urlsafe(32))


def _hashed(password: str, salt: bytes, cost: int) -> bytes:
    return scrypt(password.encode(), salt=salt, n=cost, r=8, p=1, dklen=32)


def _parts(stored: str) -> tuple[int, bytes, bytes]:
    name, cost, salt, right = stored.split("$")
    if name != "scrypt":
        raise ValueError("an unknown hash")
    return int(cost), b64decode(salt, validate=True), b64decode(right, validate=True)


def _text(some: bytes) -> str:
    return b64encode(some).decode()


def _token_hash(token: str) -> str:
    """A plain hash will do: the token has 256 random bits."""
    return "sha256$" + sha256(token.encode()).hexdigest()
