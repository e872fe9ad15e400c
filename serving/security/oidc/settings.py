"""What must be known of the identity provider, from the environment; see docs/security.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from features.errors import SettingsError
from serving.security.settings import require_https
from serving.security.who import Role

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"})
PREFIX = "FRAMSYNT_OIDC_"


@dataclass(frozen=True)
class OidcSettings:
    """``audience``: what tokens for the API must be meant for; without it there are none.

    ``roles``: what the provider calls a role -> the role. ``skew_seconds``: how far the
    clocks of provider and service may be apart.
    """

    issuer: str
    client_id: str
    client_secret: str = ""
    audience: str = ""
    algorithms: tuple[str, ...] = ("RS256",)
    roles_claim: str = "roles"
    units_claim: str = "hsa_ids"
    name_claim: str = "name"
    roles: Mapping[str, Role] = field(default_factory=lambda: {r.value: r for r in Role})
    scope: str = "openid profile"
    skew_seconds: int = 60
    timeout_seconds: float = 5

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """None where no issuer is named. SettingsError that names the variable."""
        said = {
            name.removeprefix(PREFIX): value
            for name, value in environment.items()
            if name.startswith(PREFIX) and value
        }
        if unknown := sorted(set(said) - _KNOWN):
            raise SettingsError(
                f"there is no setting {PREFIX}{unknown[0]}", do="See docs/security.md."
            )
        if "ISSUER" not in said:
            if said:
                raise SettingsError("missing", where=f"{PREFIX}ISSUER", do="Name the provider.")
            return None
        if "CLIENT_ID" not in said:
            raise SettingsError("missing", where=f"{PREFIX}CLIENT_ID", do="Register a client.")
        if not environment.get("FRAMSYNT_PUBLIC_URL"):
            raise SettingsError(
                "missing",
                where="FRAMSYNT_PUBLIC_URL",
                do="The identity provider sends people back there after the login.",
            )
        issuer = said["ISSUER"].rstrip("/")
        require_https(issuer, f"{PREFIX}ISSUER")
        if said.get("AUDIENCE") == said["CLIENT_ID"]:
            raise SettingsError(
                "the same as the client id",
                where=f"{PREFIX}AUDIENCE",
                do="Give the API an audience of its own, or a login's ID token would open it.",
            )
        made: dict[str, object] = {"issuer": issuer}
        for name in ("CLIENT_ID", "CLIENT_SECRET", "AUDIENCE", *_CLAIMS, "SCOPE"):
            if name in said:
                made[name.lower()] = said[name]
        if "ALGORITHMS" in said:
            made["algorithms"] = _algorithms(said["ALGORITHMS"])
        if "ROLE_NAMES" in said:
            made["roles"] = _role_names(said["ROLE_NAMES"])
        return cls(**made)  # type: ignore[arg-type]


_CLAIMS = ("ROLES_CLAIM", "UNITS_CLAIM", "NAME_CLAIM")
_KNOWN = {
    *("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE"),
    *("ALGORITHMS", "ROLE_NAMES", "SCOPE", *_CLAIMS),
}


def _algorithms(said: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in said.split(","))
    if not set(names) <= ALGORITHMS:
        raise SettingsError(
            "not a signature with a public key",
            where=f"{PREFIX}ALGORITHMS",
            do=f"Choose of {', '.join(sorted(ALGORITHMS))}.",
        )
    return names


def _role_names(said: str) -> dict[str, Role]:
    """``provider-name=role,…`` as a mapping."""
    pairs = [part.strip().rpartition("=") for part in said.split(",")]
    if any(not name or role not in set(Role) for name, _, role in pairs):
        raise SettingsError(
            "not pairs of names",
            where=f"{PREFIX}ROLE_NAMES",
            do=f"Write provider-name=role with commas; roles are {', '.join(Role)}.",
        )
    return {name.strip(): Role(role) for name, _, role in pairs}
