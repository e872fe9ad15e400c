"""Logging in with the provider: authorisation code with PKCE, state and nonce."""

import hmac
import secrets
import time
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from serving.problems import NotAllowedError
from serving.security.oidc.provider import Provider, ProviderDown
from serving.security.oidc.tokens import TokenRefused, login_principal
from serving.security.who import Principal

KEY = "oidc"  # where the signed cookie holds what a login began with
GOOD_SECONDS = 600
CALLBACK = "/login/callback"


class _HttpxAuth(httpx.Auth, ClientAuth):
    """The client's own authentication at the token endpoint, as httpx wants it."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        url, headers, body = self.prepare(
            request.method, str(request.url), request.headers, request.content
        )
        content = body if isinstance(body, bytes) else str(body).encode()
        headers["Content-Length"] = str(len(content))
        yield httpx.Request(request.method, url, headers=headers, content=content)


class _Client(OAuth2Client):
    client_auth_class = _HttpxAuth


def begin(
    provider: Provider, public_url: str, cookie: MutableMapping[str, Any], next_path: str
) -> str:
    """The provider's address to send somebody to. ProviderDown."""
    state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    verifier = secrets.token_urlsafe(48)
    where = provider.about()["authorization_endpoint"]
    url, _ = _client(provider, public_url).create_authorization_url(
        where, state=state, nonce=nonce, code_verifier=verifier
    )
    cookie[KEY] = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "next": next_path,
        "at": int(time.time()),
    }
    return str(url)


def finish(
    provider: Provider,
    public_url: str,
    cookie: MutableMapping[str, Any],
    said: Mapping[str, str],
) -> tuple[Principal, str]:
    """Who has come back, and where they wanted to go. What the login began with is used up.

    NotAllowedError for an answer to another login, one that came late or twice, or a no from
    the provider; ProviderDown.
    """
    begun = cookie.pop(KEY, None) or {}
    right_state = hmac.compare_digest(
        str(begun.get("state", "")).encode(), said.get("state", "").encode()
    )
    late = time.time() - int(begun.get("at", 0)) > GOOD_SECONDS
    if not begun or not right_state or late:
        raise _refused("the answer does not belong to a login that was begun here")
    if said.get("iss", provider.settings.issuer).rstrip("/") != provider.settings.issuer:
        raise _refused("the answer is of another identity provider")
    if "error" in said or not said.get("code"):
        raise _refused("the identity provider did not log you in")
    token = _token(provider, public_url, said["code"], str(begun["verifier"]))
    try:
        principal = login_principal(provider, token, str(begun["nonce"]))
    except TokenRefused:
        raise _refused("the identity provider's token does not hold") from None
    if not principal.roles:
        raise NotAllowedError(
            "no-role", "you have no role here", do="Ask your administrator for one."
        )
    return principal, str(begun["next"])


def logout_url(provider: Provider, public_url: str) -> str | None:
    """Where to end the login at the provider too; None if it does not offer that."""
    end = provider.known.get("end_session_endpoint")
    if not end:
        return None
    back = {
        "client_id": provider.settings.client_id,
        "post_logout_redirect_uri": f"{public_url}/login?out=1",
    }
    return f"{end}{'&' if '?' in end else '?'}{urlencode(back)}"


def _token(provider: Provider, public_url: str, code: str, verifier: str) -> str:
    """The ID token that a code is worth."""
    client = _client(provider, public_url)
    try:
        got = client.fetch_token(
            provider.about()["token_endpoint"], code=code, code_verifier=verifier
        )
    except OAuth2Error:
        raise _refused("the identity provider did not accept the login") from None
    except (httpx.HTTPError, ValueError):
        raise ProviderDown("the identity provider does not answer") from None
    token = got.get("id_token")
    if not isinstance(token, str):
        raise _refused("the identity provider did not say who you are")
    return token


def _client(provider: Provider, public_url: str) -> OAuth2Client:
    settings = provider.settings
    offered = provider.known.get("token_endpoint_auth_methods_supported")
    method = "client_secret_basic" if settings.client_secret else "none"
    if settings.client_secret and offered and method not in offered:
        method = "client_secret_post"
    return _Client(
        provider.http,
        client_id=settings.client_id,
        client_secret=settings.client_secret or None,
        token_endpoint_auth_method=method,
        scope=settings.scope,
        redirect_uri=public_url + CALLBACK,
        code_challenge_method="S256",
    )


def _refused(what: str) -> NotAllowedError:
    return NotAllowedError("login-refused", what, do="Log in again.")
