"""Which record systems may ask for cards, from the environment and one file; see
docs/integration.md.

The file that ``FRAMSYNT_CDS_CLIENTS`` names holds nothing secret::

    [{"issuer": "https://journal.example.se", "jwks_url": "https://journal.example.se/jwks",
      "name": "Journalen", "role": "reviewer", "units": ["SE2321000131-E000000000101"]}]
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from features.errors import SettingsError
from serving.cds.whose import People, Whose, read_people
from serving.security.settings import require_https
from serving.security.who import Principal, Role

PREFIX = "FRAMSYNT_CDS_"
ALGORITHMS = ("ES384", "RS384", "ES256", "RS256")
"""The first two are what CDS Hooks recommends; none has a shared secret."""
_KNOWN = {"CLIENTS", "ORIGINS", "LINK", "CODE_MAP", "PEOPLE", "PERSON_IDENTIFIER"}
_FIELDS = {"issuer", "jwks_url", "name", "role", "units"}


@dataclass(frozen=True)
class Client:
    """A record system: who signs its tokens, where its public keys are, and what it may see."""

    issuer: str
    jwks_url: str
    principal: Principal


@dataclass(frozen=True)
class CdsSettings:
    """``origins``: sites whose pages may call from a browser (CORS). ``smart``: links to the
    person's page are SMART app launches. ``code_map``: what codes of the records sent along
    stand for, as for the source ``fhir`` (docs/sources.md). ``whose``: who a patient is here."""

    clients: tuple[Client, ...] = ()
    origins: frozenset[str] = frozenset()
    smart: bool = False
    code_map: Path | None = None
    whose: Whose = field(default_factory=Whose)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """SettingsError that names the variable."""
        said = {
            name.removeprefix(PREFIX): value
            for name, value in environment.items()
            if name.startswith(PREFIX) and value
        }
        if unknown := sorted(set(said) - _KNOWN):
            raise SettingsError(
                f"there is no setting {PREFIX}{unknown[0]}", do="See docs/integration.md."
            )
        public = environment.get("FRAMSYNT_PUBLIC_URL", "")
        if "CLIENTS" in said and not public:
            raise SettingsError(
                "missing",
                where="FRAMSYNT_PUBLIC_URL",
                do="A record system's token must say which address it is for.",
            )
        link = said.get("LINK", "absolute")
        if link not in ("absolute", "smart"):
            raise SettingsError(
                "not a kind of link", where=f"{PREFIX}LINK", do="Write absolute or smart."
            )
        if link == "smart" and not public.startswith("https://"):
            raise SettingsError(
                "a SMART app needs an https address",
                where="FRAMSYNT_PUBLIC_URL",
                do=f"Set it, or leave {PREFIX}LINK out.",
            )
        return cls(
            clients=_clients(Path(said["CLIENTS"])) if "CLIENTS" in said else (),
            origins=frozenset(_origin(o) for o in said.get("ORIGINS", "").split(",") if o.strip()),
            smart=link == "smart",
            code_map=_file(said, "CODE_MAP", "See docs/sources.md."),
            whose=_whose(said),
        )


def _file(said: Mapping[str, str], name: str, do: str) -> Path | None:
    if name not in said:
        return None
    if not Path(said[name]).is_file():
        raise SettingsError("no such file", where=f"{PREFIX}{name}", do=do)
    return Path(said[name])


def _whose(said: Mapping[str, str]) -> Whose:
    file = _file(said, "PEOPLE", "See docs/integration.md.")
    system = said.get("PERSON_IDENTIFIER", "").strip().lower()
    if file and system:
        raise SettingsError(
            "two ways of saying who a patient is",
            where=f"{PREFIX}PEOPLE",
            do=f"Leave it or {PREFIX}PERSON_IDENTIFIER out.",
        )
    if file:
        read_people(file)
    return Whose(People(file) if file else None, system)


def _origin(said: str) -> str:
    origin = said.strip().rstrip("/")
    parts = urlsplit(origin)
    if not parts.hostname or f"{parts.scheme}://{parts.netloc}" != origin:
        raise SettingsError(
            "not scheme and host",
            where=f"{PREFIX}ORIGINS",
            do="Write origins with commas, as https://journal.example.se.",
        )
    require_https(origin, f"{PREFIX}ORIGINS")
    return origin


def _clients(file: Path) -> tuple[Client, ...]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _broken("cannot be read as JSON") from None
    if not isinstance(said, list) or not all(isinstance(c, dict) for c in said):
        raise _broken("not a list of record systems")
    clients = tuple(_client(c) for c in said)
    if len({c.issuer for c in clients}) < len(clients):
        raise _broken("an issuer stands there twice")
    return clients


def _client(said: dict[str, Any]) -> Client:
    texts = [said.get(name) for name in ("issuer", "jwks_url", "name", "role")]
    units = said.get("units", [])
    if (
        set(said) - _FIELDS
        or not all(isinstance(t, str) and 0 < len(t) <= 255 for t in texts)
        or not isinstance(units, list)
        or not all(isinstance(u, str) and u for u in units)
    ):
        raise _broken("a record system without issuer, jwks_url, name or role, or with more")
    role = said["role"]
    if role not in (Role.REVIEWER, Role.COORDINATOR):
        raise _broken("a role that is neither reviewer nor coordinator")
    if role == Role.REVIEWER and not units:
        raise _broken("a reviewer without units")
    require_https(said["jwks_url"], f"{PREFIX}CLIENTS")
    principal = Principal(said["issuer"], said["name"], frozenset({Role(role)}), frozenset(units))
    return Client(said["issuer"], said["jwks_url"], principal)


def _broken(what: str) -> SettingsError:
    return SettingsError(what, where=f"{PREFIX}CLIENTS", do="See docs/integration.md.")
