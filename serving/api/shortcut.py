"""A shorter way to the stored scores of a person, which are asked for in a click.

Reading them costs less than being routed to, having parameters solved and going to a thread
twice. So a plain call is answered before all that: by the same rule, guard and desk as in
``routes.py``, where the endpoint stands in the OpenAPI document and takes whatever is not plain.
"""

import re
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import FramsyntError
from serving import problems
from serving.api.routes import STORED_SCORES, WEEK
from serving.api.written import Written
from serving.register.reading import one_reading
from serving.security.answers import refuse
from serving.security.guard import LONGEST_PERSON, Asked, began_of, check_and_note
from serving.security.rules import RULES

_RULE = RULES["GET", STORED_SCORES]
_PATH = compile_path(STORED_SCORES)[0]
_QUERY = re.compile(f"(?:week=({WEEK.strip('^$')}))?".encode())


class StoredScores:
    """Before the routes of the application, to which goes whatever its rule does not allow or is
    not said plainly."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        desk = scope["app"].state.desk
        if asked is None or desk is None:
            await self.app(scope, receive, send)
            return
        try:
            answer = await run_in_threadpool(_answer, desk, asked)
        except FramsyntError as error:
            await refuse(scope, receive, send, problems.of_error(error))
        except SQLAlchemyError as error:
            await refuse(scope, receive, send, problems.of_database(error))
        else:
            await answer(scope, receive, send)


def _asked(scope: Scope) -> Asked | None:
    """What a plain call asks for that is allowed."""
    path, query = _PATH.match(scope["path"]), _QUERY.fullmatch(scope["query_string"])
    state = scope.get("state", {})
    principal = state.get("principal")
    if path is None or query is None or principal is None or not _RULE.allows(principal):
        return None
    person_id, week = path["person_id"], (query[1] or b"current").decode()
    if len(person_id) > LONGEST_PERSON or not person_id.isprintable():
        return None
    return Asked(_RULE, principal, person_id, None, week, "", began_of(state.get("session")))


def _answer(desk: Any, asked: Asked) -> Response:
    with one_reading(desk.register.engine):
        check_and_note(desk, asked)
        return Written.write(desk.stored(desk.run(asked.week), asked.person_id), 200)
