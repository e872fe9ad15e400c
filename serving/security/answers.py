"""What the door says by itself: headers on everything, refusals as pages or problem documents."""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from serving import problems
from serving.fhir.about import PATH
from serving.fhir.answer import FhirAnswer
from serving.fhir.outcome import outcome_of
from serving.security.limits import drain

if TYPE_CHECKING:
    from serving.security.security import Security

STATIC = "/static/"
LOGIN = "/login"
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'; "
    "object-src 'none'"
)
RawHeaders = tuple[tuple[bytes, bytes], ...]
HSTS = "max-age=31536000; includeSubDomains"


def dressed(scope: Scope, send: Send, security: "Security") -> Send:
    """Puts the security headers on every answer."""
    static = scope["path"].startswith(STATIC)
    return with_headers(send, _usual(security.form_targets, security.settings.https, static))


def with_headers(send: Send, usual: RawHeaders) -> Send:
    """Puts these on every answer that does not say them itself."""

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            own = {name for name, _ in headers}
            headers.extend(pair for pair in usual if pair[0] not in own)
            message["headers"] = headers
        await send(message)

    return wrapped


def raw(headers: Mapping[str, str]) -> RawHeaders:
    """Headers as they go over the line."""
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


@cache
def _usual(form_targets: tuple[str, ...], https: bool, static: bool) -> RawHeaders:
    headers = {
        "content-security-policy": POLICY.format(forms=" ".join(["'self'", *form_targets])),
        **HEADERS,
        **({"strict-transport-security": HSTS} if https else {}),
        "cache-control": "max-age=3600" if static else "no-store",
    }
    return raw(headers)


def with_problems(scope: Scope, send: Send) -> Send:
    """Turn error answers of other libraries into problem documents."""
    if scope["path"] in ("/healthz", "/livez", "/readyz"):
        return send
    held: dict[str, Any] = {}

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if not kind.startswith((problems.MEDIA_TYPE, FhirAnswer.media_type, "text/html")):
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


def wants_page(scope: Scope) -> bool:
    """Whether a person is reading: a browser asks for a page, or htmx for a part of one."""
    headers = Headers(scope=scope)
    if scope["path"].startswith(("/api/", "/fhir/", "/cds-services")):
        return False
    return "text/html" in headers.get("accept", "") or "hx-request" in headers


async def send_to_login(scope: Scope, receive: Receive, send: Send) -> None:
    """To the login and back: to the page asked for, or the one that the form stood on."""
    headers = Headers(scope=scope)
    back = scope["path"]
    if scope["method"] not in ("GET", "HEAD") or "hx-request" in headers:
        back = urlsplit(headers.get("hx-current-url") or headers.get("referer", "")).path
    where = f"{LOGIN}?next={quote(back)}" if back not in ("", "/") else LOGIN
    if "hx-request" in headers:  # htmx follows this with the whole page
        answer = Response(status_code=401, headers={"hx-redirect": where})
    else:
        answer = Response(status_code=303, headers={"location": where})
    await answer(scope, receive, send)


async def refuse(
    scope: Scope, receive: Receive, send: Send, said: dict[str, Any], **headers: str
) -> None:
    """Sends what ``problem_answer`` makes of a problem."""
    if scope["method"] not in ("GET", "HEAD"):
        await drain(receive)
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    await problem_answer(Request(scope, receive), said, more)(scope, receive, send)


def problem_answer(
    request: Request, said: dict[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """A problem: a page for people, a problem document for programs, FHIR's own for FHIR's."""
    status = int(said["status"])
    answer: Response
    if wants_page(request.scope):
        from serving.web import pages

        answer = pages.error_page(request, said)
    elif request.scope["path"].startswith(PATH):
        answer = FhirAnswer(outcome_of(said), status)
    else:
        answer = JSONResponse(said, status, media_type=problems.MEDIA_TYPE)
    answer.headers.update(headers or {})
    if status == 503:
        answer.headers.setdefault("retry-after", problems.RETRY_AFTER)
    return answer
