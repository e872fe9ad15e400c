"""The way in: who it is, how much and how often, what every answer carries, and its errors.

Pure ASGI, so that it covers the scoring service's own routes as well as the application's.
What an application's endpoint may show to whom is carried out by ``guard.py``; for the routes
of the scoring service, by the door itself. A path that neither table knows is not there.
"""

import os
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import FramsyntError
from features.home import Home
from serving import problems
from serving.monitoring import show_path_again
from serving.problems import NotAllowedError
from serving.security import access, cors
from serving.security.answers import dressed, refuse, send_to_login, wants_page, with_problems
from serving.security.limits import (
    FORM_BYTES,
    HOOK_BYTES,
    SCORING_BYTES,
    TooLong,
    declared_length,
    read_whole,
    unless_gone,
)
from serving.security.login import Login
from serving.security.rules import DOOR, Rule
from serving.security.rules import Scope as Reach
from serving.security.security import Security
from serving.security.sessions import LONGEST, Session
from serving.security.settings import Settings, is_loopback
from serving.security.who import Principal

SAFE = ("GET", "HEAD", "OPTIONS")
PATTERNS = [(method, compile_path(path)[0], rule) for (method, path), rule in DOOR.items()]


class Door:
    """The signed cookie, then the guard of the way in, then the application.

    ``site`` is the application whose endpoints the rules are about, where ``app`` is not it.
    """

    def __init__(
        self,
        app: ASGIApp,
        login: Login | None = None,
        *,
        security: Security | None = None,
        site: FastAPI | None = None,
    ) -> None:
        inside: Any = site or app
        if security is None and login is not None:
            security = Security(lambda: inside.state.desk, Settings(), login.secret, login)
        elif security is None:
            home = Home.at(os.environ["FRAMSYNT_HOME"])
            security = Security.of_home(home, lambda: inside.state.desk)
        self.security = security
        self.app = SessionMiddleware(
            WayIn(app, security, inside),
            secret_key=security.secret,
            session_cookie=security.cookie,
            max_age=int(LONGEST.total_seconds()),
            same_site="lax",
            https_only=security.settings.https,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Known:
    """Who asks: at most one of a session and a token."""

    principal: Principal | None = None
    session: Session | None = None
    bad_token: bool = False

    @property
    def key(self) -> str:
        """Whose bucket a request is taken from: a session's, or a tool's."""
        if self.session is not None:
            return self.session.id_hash
        return f"token:{self.principal.subject}" if self.principal else ""


class WayIn:
    """Lets a request through to what its rule allows; nothing else."""

    def __init__(self, app: ASGIApp, security: Security, site: Any) -> None:
        self.app, self.security, self.site = app, security, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":  # none is offered
            await send({"type": "websocket.close", "code": 1008})
            return
        show_path_again(scope)
        scope.setdefault("state", {}).update(
            security=self.security, principal=None, who=None, session=None, csrf=""
        )
        send = dressed(scope, send, self.security)
        if origin := cors.allowed(scope, self.security.cds.origins):
            send = cors.with_cors(send, origin)
            if scope["method"] == "OPTIONS":
                await cors.answer_preflight(send)
                return
        try:
            await self._through(scope, receive, send)
        except FramsyntError as error:
            await refuse(scope, receive, send, problems.of_error(error))
        except SQLAlchemyError as error:
            await refuse(scope, receive, send, problems.of_database(error))

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> None:
        rule = _door_rule(scope)
        if rule is not None and rule.scope is Reach.OPEN:
            await self.app(scope, receive, with_problems(scope, send))
            return
        wait = self.security.addresses.take(_address(scope))
        if wait:
            await _slow_down(scope, receive, send, wait)
            return
        if _begins_login(scope) and (wait := self.security.logins.take(_address(scope))):
            await _slow_down(scope, receive, send, wait)
            return
        if rule is not None and rule.scope is Reach.METRICS:
            if not _may_see_metrics(scope, self.security.settings.metrics_token):
                raise NotAllowedError("metrics", "metrics are for this machine or their token")
            await self.app(scope, receive, send)
            return
        known = await self._identify(scope)
        if known.key and (wait := self.security.principals.take(known.key)):
            await _slow_down(scope, receive, send, wait)
            return
        self._say_who(scope, known)
        inside = rule is not None or self.site.state.endpoints.template(scope["path"])
        if known.principal is None and not self.site.state.endpoints.is_open(scope):
            await _stranger(scope, receive, send, known)
        elif not inside:
            await _not_there(scope, receive, send)
        elif not _from_own_pages(scope, known, self.security.settings.host):
            error = NotAllowedError("other-site", "a page of another site sent this")
            await refuse(scope, receive, send, problems.of_error(error))
        else:
            await self._enter(scope, receive, send, rule, known)

    async def _enter(
        self, scope: Scope, receive: Receive, send: Send, rule: Rule | None, known: Known
    ) -> None:
        scoring = rule is not None and rule.scope is Reach.SCORING
        if scoring:
            said = _scoring_body(scope)
            if said is not None:
                await refuse(scope, receive, send, said)
                return
        elif scope["method"] not in SAFE:
            longest = HOOK_BYTES if scope["path"].startswith(cors.PATH) else FORM_BYTES
            try:
                receive = await read_whole(receive, longest)
            except TooLong as error:
                said = problems.problem(413, f"Send at most {longest // 2**10} KiB.")
                await refuse(scope, error.rest, send, said)
                return
        if rule is not None:
            assert known.principal is not None
            if not rule.allows(known.principal):
                raise NotAllowedError("role", "your role does not include this")
            if scoring:  # the service writes a line for each person whom it scores
                access.asking.set(known.principal)
            receive, send = unless_gone(receive, send)
        await self.app(scope, receive, with_problems(scope, send))

    async def _identify(self, scope: Scope) -> Known:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            who = self.security.hook_bearer if scope["path"].startswith(cors.PATH) else None
            if who is not None:
                principal = await run_in_threadpool(who, token.strip(), scope["path"])
            elif self.security.provider is not None:  # whose keys may have to be fetched
                principal = await run_in_threadpool(self.security.bearer, token.strip())
            else:
                principal = self.security.bearer(token.strip())
            return Known(principal, bad_token=principal is None)
        if not scope["session"].get("sid"):
            return Known()
        session = await run_in_threadpool(self.security.session, scope["session"])
        return Known(session.principal, session) if session else Known()

    def _say_who(self, scope: Scope, known: Known) -> None:
        state = scope["state"]
        if known.principal is not None:
            state.update(principal=known.principal, who=known.principal.subject)
        if known.session is not None:
            state.update(session=known.session, csrf=self.security.csrf(scope["session"]))


def _door_rule(scope: Scope) -> Rule | None:
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    for of, pattern, rule in PATTERNS:
        if of == method and pattern.match(scope["path"]):
            return rule
    return None


async def _stranger(scope: Scope, receive: Receive, send: Send, known: Known) -> None:
    """A page's reader is sent to the login; a program gets a problem document."""
    if not known.bad_token and wants_page(scope):
        await send_to_login(scope, receive, send)
        return
    said = problems.problem(401, "Send a valid token as Authorization: Bearer …")
    await refuse(scope, receive, send, said, www_authenticate="Bearer")


async def _not_there(scope: Scope, receive: Receive, send: Send) -> None:
    """404; 405 where the door itself knows the path, by another method."""
    methods = sorted({of for of, pattern, _ in PATTERNS if pattern.match(scope["path"])})
    if methods:
        said = problems.problem(405)
        await refuse(scope, receive, send, said, allow=", ".join(methods))
    else:
        await refuse(scope, receive, send, problems.problem(404))


async def _slow_down(scope: Scope, receive: Receive, send: Send, wait: int) -> None:
    said = problems.problem(429, f"Too many requests. Wait {wait} s.")
    await refuse(scope, receive, send, said, retry_after=str(wait))


def _begins_login(scope: Scope) -> bool:
    return (scope["method"], scope["path"]) in (("GET", "/login/start"), ("POST", "/login"))


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _may_see_metrics(scope: Scope, token: str) -> bool:
    """From this very machine and not through a proxy on it, or with the token for metrics."""
    headers = Headers(scope=scope)
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return compare_digest(sent.strip().encode(), token.encode())
    passed_on = any(h in headers for h in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return not token and not passed_on and is_loopback(_address(scope))


def _from_own_pages(scope: Scope, known: Known, public_host: str) -> bool:
    """Whether a cookie may speak: reading, or writing from a page of this very host."""
    if scope["method"] in SAFE or (known.principal and not known.session):
        return True
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    return origin.partition("://")[2] == (public_host or headers.get("host"))


def _scoring_body(scope: Scope) -> dict[str, Any] | None:
    """A problem where a scoring call is not JSON of known, moderate length."""
    kind = Headers(scope=scope).get("content-type", "")
    if kind.partition(";")[0].strip() != "application/json":
        return problems.problem(415, "Send the body as Content-Type: application/json.")
    length = declared_length(scope)
    if length is None:
        return problems.problem(411, "Send the body with a Content-Length.")
    if length > SCORING_BYTES:
        return problems.problem(413, f"Send at most {SCORING_BYTES // 2**20} MiB a call.")
    return None
