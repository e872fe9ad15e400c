"""Whether a token is the provider's, meant for us, and still good; and who it speaks of.

The algorithm is the one in the settings, never the one that a token names (RFC 8725, 3.1).
"""

import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from serving.security.oidc.provider import Provider
from serving.security.oidc.settings import OidcSettings
from serving.security.who import Principal, Role

LONGEST_TOKEN = 16 * 2**10
LONGEST_NAME = 255


class TokenRefused(Exception):
    """A token that opens nothing. Says nothing of why to whoever sent it."""


def bearer_principal(provider: Provider, token: str, now: int | None = None) -> Principal:
    """Who calls the API. TokenRefused; ProviderDown (503) where keys cannot be had."""
    settings = provider.settings
    if not settings.audience:
        raise TokenRefused("no audience for the API has been set")
    return principal_of(claims_of(provider, token, settings.audience, now), settings)


def login_principal(
    provider: Provider, id_token: str, nonce: str, now: int | None = None
) -> Principal:
    """Who has just logged in. TokenRefused unless the token answers this very login."""
    settings = provider.settings
    claims = claims_of(provider, id_token, settings.client_id, now)
    if claims.get("nonce") != nonce:
        raise TokenRefused("the token is of another login")
    audience = claims.get("aud")
    several = isinstance(audience, list) and len(audience) > 1
    if (several or "azp" in claims) and claims.get("azp") != settings.client_id:
        raise TokenRefused("the token was issued to another client")
    return principal_of(claims, settings)


def claims_of(
    provider: Provider,
    token: str,
    audience: str,
    now: int | None = None,
    needed: tuple[str, ...] = ("sub",),
) -> dict[str, Any]:
    """The claims of a token that holds, and has those ``needed``. TokenRefused, ProviderDown."""
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("too long")
    settings = provider.settings
    try:
        claims = _decoded(token, provider, settings.algorithms)
        registry = JWTClaimsRegistry(
            now=int(time.time()) if now is None else now,
            leeway=settings.skew_seconds,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            **{name: {"essential": True} for name in needed},  # type: ignore[arg-type]
        )
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused(type(error).__name__) from None
    return claims


def _decoded(token: str, provider: Provider, algorithms: tuple[str, ...]) -> dict[str, Any]:
    """Claims of a token with a right signature.

    Looks for new keys when its key is unknown; also when the signature is wrong, since not
    every provider names the key.
    """
    try:
        return _verified(token, provider.keys(), algorithms)
    except (InvalidKeyIdError, BadSignatureError):
        keys = provider.newer_keys()
        if keys is None:
            raise
        return _verified(token, keys, algorithms)


def _verified(token: str, keys: KeySet, algorithms: tuple[str, ...]) -> dict[str, Any]:
    return dict(jwt.decode(token, keys, algorithms=list(algorithms)).claims)


def principal_of(claims: Mapping[str, Any], settings: OidcSettings) -> Principal:
    """Somebody by their claims. Without a role that we know they may do nothing."""
    subject = str(claims["sub"])
    if not 0 < len(subject) <= LONGEST_NAME:
        raise TokenRefused("not a subject")
    name = str(claim(claims, settings.name_claim) or subject)[:LONGEST_NAME]
    roles = {
        settings.roles[r]
        for r in _texts(claim(claims, settings.roles_claim))
        if r in settings.roles
    }
    units = _texts(claim(claims, settings.units_claim)) if Role.REVIEWER in roles else []
    return Principal(subject, name, frozenset(roles), frozenset(units))


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by name; ``realm_access.roles`` also means a claim within a claim."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> list[str]:
    """One text, texts with spaces between, or a list of them."""
    if isinstance(value, str):
        return value.split()
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
