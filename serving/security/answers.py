"""What the door says by itself: headers on everything, refusals as pages or problem documents."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from serving import problems
from serving.fhir import elements as fhir
from serving.fhir.about import PATH
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
HSTS = "max-age=31536000; includeSubDomains"


def dressed(scope: Scope, send: Send, security: "Security") -> Send:
    """Puts the security headers on every answer."""
    static = scope["path"].startswith(STATIC)
    policy = POLICY.format(forms=" ".join(["'self'", *security.form_targets]))

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("content-security-policy", policy)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if security.settings.https:
                headers.setdefault("strict-transport-security", HSTS)
            headers.setdefault("cache-control", "max-age=3600" if static else "no-store")
        await send(message)

    return wrapped


def with_problems(scope: Scope, send: Send) -> Send:
    """Turn error answers of other libraries into problem documents."""
    if scope["path"] in ("/healthz", "/livez", "/readyz"):
        return send
    held: dict[str, Any] = {}

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if not kind.startswith((problems.MEDIA_TYPE, fhir.MEDIA_TYPE, "text/html")):
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
        await _answer(send, 401, b"", "text/plain", hx_redirect=where)
    else:
        await _answer(send, 303, b"", "text/plain", location=where)


async def refuse(
    scope: Scope, receive: Receive, send: Send, said: dict[str, Any], **headers: str
) -> None:
    """A problem as a page for people, as a problem document for programs."""
    if scope["method"] not in ("GET", "HEAD"):
        await drain(receive)
    if said["status"] == 503:
        headers.setdefault("retry_after", problems.RETRY_AFTER)
    if wants_page(scope):
        from serving.web import pages

        page = pages.error_page(Request(scope, receive), said)
        for name, value in headers.items():
            page.headers[name.replace("_", "-")] = value
        await page(scope, receive, send)
        return
    if scope["path"].startswith(PATH):
        body, kind = json.dumps(outcome_of(said)).encode(), fhir.MEDIA_TYPE
    else:
        body, kind = json.dumps(said).encode(), problems.MEDIA_TYPE
    await _answer(send, int(said["status"]), body, kind, **headers)


async def _answer(send: Send, status: int, body: bytes, kind: str, **headers: str) -> None:
    pairs = {"content-type": kind, "content-length": str(len(body))}
    pairs |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(k.encode(), v.encode()) for k, v in pairs.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
