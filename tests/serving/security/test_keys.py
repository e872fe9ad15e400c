"""Keys with names: one that is unknown is looked for, a key of another kind never used."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from serving.security.oidc.provider import Provider, ProviderDown
from serving.security.oidc.settings import OidcSettings
from serving.security.oidc.tokens import TokenRefused, claims_of

SETTINGS = OidcSettings("https://id.example", "c", audience="api", algorithms=("RS256", "ES256"))


class Scripted(Provider):
    """A provider whose answers a test sets."""

    def __init__(self, *keys: Any) -> None:
        super().__init__(SETTINGS, clock=lambda: self.now)
        self.now, self.asked = 0.0, 0
        self.published: list[Any] = list(keys)

    def _get(self, url: str) -> dict[str, Any]:
        if url.endswith("/jwks"):
            self.asked += 1
            return {"keys": [k.as_dict() for k in self.published]}
        there = {n: f"https://id.example/{n}" for n in ("authorization_endpoint", "token_endpoint")}
        return {"issuer": "https://id.example", "jwks_uri": "https://id.example/jwks", **there}


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)


def token(key: Any, algorithm: str = "RS256", **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": SETTINGS.issuer, "aud": "api", "sub": "s", "exp": now + 300, **changed}
    claims = {k: v for k, v in claims.items() if v is not None}
    header = {"alg": algorithm, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


@pytest.fixture(scope="module")
def old() -> RSAKey:
    return rsa("old")


def test_two_keys_overlap_while_they_rotate(old: RSAKey) -> None:
    new, provider = rsa("new"), Scripted(old)
    assert claims_of(provider, token(old), "api")["sub"] == "s"
    provider.published, provider.now = [old, new], 31
    assert claims_of(provider, token(new), "api")["sub"] == "s"
    assert claims_of(provider, token(old), "api")["sub"] == "s"
    assert provider.asked == 2
    provider.published, provider.now = [new], 31 + 3601  # after an hour the old one is gone
    with pytest.raises(TokenRefused):
        claims_of(provider, token(old), "api")


def test_unknown_keys_do_not_make_us_ask_again_and_again(old: RSAKey) -> None:
    provider = Scripted(old)
    forged = token(rsa("forged"))
    for second in range(60):
        provider.now = float(second)
        with pytest.raises(TokenRefused):
            claims_of(provider, forged, "api")
    assert provider.asked <= 3


def test_elliptic_keys_work_where_they_are_allowed() -> None:
    key = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}, private=True)
    assert claims_of(Scripted(key), token(key, "ES256"), "api")["sub"] == "s"


def test_a_shared_secret_among_the_keys_is_no_signature(old: RSAKey) -> None:
    shared = OctKey.generate_key(256, {"kid": "shared"}, private=True)
    provider = Scripted(old)
    provider._keys = KeySet([old, shared])
    provider._keys_at = 0.0
    with pytest.raises(TokenRefused):
        claims_of(provider, token(shared, "HS256"), "api")


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["other", "another"]},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"nbf": 2**33},
    ],
)
def test_claims_that_do_not_hold(old: RSAKey, changed: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        claims_of(Scripted(old), token(old, **changed), "api")


def test_one_audience_of_several_is_enough_for_the_api(old: RSAKey) -> None:
    assert claims_of(Scripted(old), token(old, aud=["account", "api"]), "api")


def test_keys_are_kept_while_the_provider_is_away(old: RSAKey) -> None:
    provider = Scripted(old)
    assert claims_of(provider, token(old), "api")

    def away(url: str) -> dict[str, Any]:
        raise ProviderDown("away")

    provider._get, provider.now = away, 4000.0  # type: ignore[method-assign]
    assert claims_of(provider, token(old), "api")
