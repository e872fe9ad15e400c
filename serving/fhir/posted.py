"""Searching by POST to ``_search`` (https://hl7.org/fhir/R4/http.html#search): what is asked for
stands in a form, so that no pseudonym stands in an address.

It goes on as the GET that it stands for, and so meets the same rules and the same handler.
"""

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import problems
from serving.fhir.answer import FhirAnswer
from serving.fhir.capability import SEARCHES
from serving.fhir.outcome import outcome_of

FORM = "application/x-www-form-urlencoded"
_PATH = re.compile(rf"(/fhir/(?:{'|'.join(SEARCHES)}))/_search")


class PostedSearch:
    """Before the routes of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = scope["type"] == "http" and scope["method"] == "POST"
        asked = _PATH.fullmatch(scope["path"]) if found else None
        if asked is None:
            await self.app(scope, receive, send)
            return
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if kind != FORM:
            said = problems.problem(415, f"Send the search as Content-Type: {FORM}.")
            await FhirAnswer(outcome_of(said), 415)(scope, receive, send)
            return
        form = await Request(scope, receive).body()  # the door has seen to its length
        query = b"&".join(part for part in (scope["query_string"], form) if part)
        here = {"method": "GET", "path": asked[1], "raw_path": asked[1].encode()}
        await self.app({**scope, **here, "query_string": query}, _no_body, send)


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
