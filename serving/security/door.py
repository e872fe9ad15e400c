"""The way in: who may pass, what every answer carries, and errors as problem documents.

Pure ASGI, so that it covers the scoring service's own routes as well as the pages.
"""

import json
import os
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.home import Home
from serving import problems
from serving.monitoring import show_path_again
from serving.security.login import Login

OPEN = ("/healthz", "/livez", "/readyz", "/metrics", "/login")
OPEN_BELOW = "/static/"
SCORING = ("/score", "/score_batch")
MOST_BYTES = 32 * 2**20
HOURS_LOGGED_IN = 8

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


class Door:
    """Sessions, then the guard, then the application."""

    def __init__(self, app: ASGIApp, login: Login | None = None) -> None:
        self.login = login or Login.of(Home.at(os.environ["FRAMSYNT_HOME"]))
        self.app = SessionMiddleware(
            Guard(app, self.login),
            secret_key=self.login.secret,
            session_cookie="framsynt",
            max_age=HOURS_LOGGED_IN * 3600,
            same_site="lax",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class Guard:
    """Lets a request through with a session or a bearer token; nothing else."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self.app, self.login = app, login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":  # none is offered
            await send({"type": "websocket.close", "code": 1008})
            return
        show_path_again(scope)
        scope.setdefault("state", {})["login"] = self.login
        send = _with_headers(scope, _with_problems(scope, send))
        who = self._who(scope)
        scope["state"]["who"] = who
        path = scope["path"]
        refused = _refuse_body(scope) if who else None
        if refused is not None:
            await _answer(
                send, int(refused["status"]), json.dumps(refused).encode(), problems.MEDIA_TYPE
            )
        elif who or path in OPEN or path.startswith(OPEN_BELOW):
            await self.app(scope, receive, send)
        elif _wants_page(scope):
            where = f"/login?next={quote(path)}" if path != "/" else "/login"
            await _answer(send, 303, b"", "text/plain", location=where)
        else:
            stranger = problems.problem(401, "Send the API token as Authorization: Bearer …")
            said = json.dumps(stranger).encode()
            await _answer(send, 401, said, problems.MEDIA_TYPE, www_authenticate="Bearer")

    def _who(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return "token" if self.login.opens_api(token.strip()) else None
        session_user = scope["session"].get("who")
        if session_user and _from_own_pages(scope, headers):
            return str(session_user)
        return None


def _from_own_pages(scope: Scope, headers: Headers) -> bool:
    """Whether a cookie may speak: reading, or writing from a page of this very host."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def _refuse_body(scope: Scope) -> dict[str, Any] | None:
    """A problem where a scoring call is not JSON of known, moderate length."""
    if scope["path"] not in SCORING or scope["method"] != "POST":
        return None
    headers = Headers(scope=scope)
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return problems.problem(415, "Send the body as Content-Type: application/json.")
    length = headers.get("content-length", "")
    if not length.isdigit():
        return problems.problem(411, "Send the body with a Content-Length.")
    if int(length) > MOST_BYTES:
        return problems.problem(413, f"Send at most {MOST_BYTES // 2**20} MiB a call.")
    return None


def _wants_page(scope: Scope) -> bool:
    reading = scope["method"] in ("GET", "HEAD")
    return reading and "text/html" in Headers(scope=scope).get("accept", "")


def _with_headers(scope: Scope, send: Send) -> Send:
    static = scope["path"].startswith(OPEN_BELOW)

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "max-age=3600" if static else "no-store")
        await send(message)

    return wrapped


def _with_problems(scope: Scope, send: Send) -> Send:
    """Turn error answers of other libraries into problem documents."""
    if scope["path"] in OPEN[:4]:
        return send
    held: dict[str, Any] = {}

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if not kind.startswith((problems.MEDIA_TYPE, "text/html")):
                held.update(start=message, body=b"")
                return
        if held and message["type"] == "http.response.body":
            held["body"] += message.get("body", b"")
            if message.get("more_body"):
                return
            start = held["start"]
            body = json.dumps(problems.of_foreign(start["status"], held["body"])).encode()
            headers = MutableHeaders(scope=start)
            headers["content-type"] = problems.MEDIA_TYPE
            headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return
        await send(message)

    return wrapped


async def _answer(send: Send, status: int, body: bytes, kind: str, **headers: str) -> None:
    pairs = {"content-type": kind, "content-length": str(len(body))}
    pairs |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(k.encode(), v.encode()) for k, v in pairs.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
