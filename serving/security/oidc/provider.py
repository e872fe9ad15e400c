"""The identity provider over the network: its description and its keys, fetched and kept."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from features.errors import MissingError
from serving.security.oidc.settings import OidcSettings
from serving.security.settings import is_loopback

DISCOVERY = "/.well-known/openid-configuration"
KEPT_SECONDS = 3600.0
REFETCH_SECONDS = 30.0  # an unknown key is looked for at most this often
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderDown(MissingError):
    """The identity provider does not answer, or not with what it should (503)."""

    def __init__(self, what: str) -> None:
        super().__init__(what, do="Try again in a minute.")


class Provider:
    """Safe to share between threads. ``clock`` counts seconds."""

    def __init__(
        self,
        settings: OidcSettings,
        http: httpx.Client | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.settings = settings
        self.http = http or httpx.Client(timeout=settings.timeout_seconds, follow_redirects=False)
        self._clock = clock
        self._lock = Lock()
        self._about: dict[str, Any] | None = None
        self._about_at = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._asked_at = float("-inf")

    def about(self) -> dict[str, Any]:
        """The provider's description. ProviderDown, also for one of another issuer."""
        with self._lock:
            return self._described()

    @property
    def known(self) -> dict[str, Any]:
        """The description as far as it has been fetched; never asks."""
        return self._about or {}

    def keys(self) -> KeySet:
        """The keys that sign; fetched at most an hour ago. ProviderDown where there are none."""
        with self._lock:
            if self._keys is None or self._clock() - self._keys_at > KEPT_SECONDS:
                self._fetch_keys()
            assert self._keys is not None
            return self._keys

    def newer_keys(self) -> KeySet | None:
        """The keys fetched again because one was unknown; None if that was done just now."""
        with self._lock:
            if self._clock() - self._asked_at < REFETCH_SECONDS:
                return None
            self._fetch_keys()
            return self._keys

    def _fetch_keys(self) -> None:
        """Keeps the keys there are while the provider does not answer."""
        self._asked_at = self._clock()
        try:
            said = self._get(str(self._described()["jwks_uri"]))
            self._keys = KeySet.import_key_set(said)  # type: ignore[arg-type]
            self._keys_at = self._clock()
        except (JoseError, KeyError, TypeError, ValueError):
            raise ProviderDown("the identity provider's keys cannot be read") from None
        except ProviderDown:
            if self._keys is None:
                raise

    def _described(self) -> dict[str, Any]:
        if self._about is None or self._clock() - self._about_at > KEPT_SECONDS:
            try:
                said = self._get(self.settings.issuer + DISCOVERY)
            except ProviderDown:
                if self._about is None:
                    raise
                return self._about
            if str(said.get("issuer", "")).rstrip("/") != self.settings.issuer:
                raise ProviderDown("the identity provider says that it is another one")
            if not all(_is_safe(said.get(name)) for name in NEEDED):
                raise ProviderDown("the identity provider's description lacks addresses")
            self._about, self._about_at = said, self._clock()
        return self._about

    def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = self.http.get(url, headers={"accept": "application/json"})
            answer.raise_for_status()
            said = answer.json()
        except (httpx.HTTPError, ValueError):
            raise ProviderDown("the identity provider does not answer") from None
        if not isinstance(said, dict):
            raise ProviderDown("the identity provider does not answer as one")
        return said


def _is_safe(url: object) -> bool:
    """An address that nobody on the network can read along."""
    parts = urlsplit(str(url or ""))
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
