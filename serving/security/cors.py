"""Which other sites' pages may ask for cards (CORS); nothing else is theirs to ask.

Only bearer tokens are let through, never cookies.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Scope, Send

PATH = "/cds-services"


def allowed(scope: Scope, origins: Collection[str]) -> str:
    """The origin of a call for cards, if it is among ``origins``; else nothing."""
    if not origins or not scope["path"].startswith(PATH):
        return ""
    origin = Headers(scope=scope).get("origin", "")
    return origin if origin in origins else ""


def with_cors(send: Send, origin: str) -> Send:
    """Says on an answer that pages of ``origin`` may read it."""

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = origin
            headers.add_vary_header("Origin")
        await send(message)

    return wrapped


async def answer_preflight(send: Send) -> None:
    """What a browser asks before it lets a page call."""
    headers = {
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
        "content-length": "0",
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
