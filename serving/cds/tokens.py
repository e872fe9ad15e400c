"""The token with which a record system signs every call of its own (CDS Hooks 2.0, "Trusting
CDS Clients"): issuer, audience = the address that is called, expiry, and an id used once."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.cds.settings import ALGORITHMS, Client
from serving.register.database import writing
from serving.register.models import CdsTokenRow
from serving.security.oidc.provider import Provider
from serving.security.oidc.settings import OidcSettings
from serving.security.oidc.tokens import TokenRefused, claims_of
from serving.security.who import Principal

LONGEST_LIFE = 3600  # seconds; ids of tokens are remembered that long


class _Keys(Provider):
    """A record system's public keys: an address in the settings, and never the one that a
    token names."""

    def __init__(self, client: Client, http: httpx.Client | None = None) -> None:
        settings = OidcSettings(client.issuer, client_id="", algorithms=ALGORITHMS)
        super().__init__(settings, http)
        self._url = client.jwks_url

    def _described(self) -> dict[str, Any]:
        return {"jwks_uri": self._url}


class CdsClients:
    """The record systems that may ask. ``engine``: of the register, where used ids are kept."""

    def __init__(self, clients: Iterable[Client], engine: Callable[[], Engine]) -> None:
        self._known = {c.issuer: (c, _Keys(c)) for c in clients}
        self._engine = engine

    def principal(self, token: str, audience: str) -> Principal | None:
        """Who calls the address ``audience``; None for a token of another issuer, which may be
        somebody else's. TokenRefused; ProviderDown (503) where keys cannot be had."""
        found = self._known.get(_issuer(token))
        if found is None:
            return None
        client, keys = found
        claims = claims_of(keys, token, audience, needed=("jti", "iat"))
        issued, expires, once = claims["iat"], claims["exp"], claims["jti"]
        if not isinstance(once, str) or not 0 < len(once) <= 255:
            raise TokenRefused("not an id")
        if not 0 < expires - issued <= LONGEST_LIFE:
            raise TokenRefused("good for too long")
        self._use(client.issuer, once, expires + keys.settings.skew_seconds)
        return client.principal

    def _use(self, issuer: str, once: str, until: float) -> None:
        """The id is used up, in every copy of the service. TokenRefused if it was before."""
        now = datetime.now(UTC)
        row = CdsTokenRow(
            id_hash=hashlib.sha256(json.dumps([issuer, once]).encode()).hexdigest(),
            expires=datetime.fromtimestamp(until, UTC) + timedelta(seconds=1),
        )
        try:
            with Session(writing(self._engine())) as session, session.begin():
                session.execute(delete(CdsTokenRow).where(CdsTokenRow.expires < now))
                session.add(row)
        except IntegrityError:
            raise TokenRefused("used before") from None


def _issuer(token: str) -> str:
    """Who a token says has signed it: only to know whose keys to try."""
    try:
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(said["iss"])
    except (IndexError, ValueError, KeyError, TypeError):
        return ""
