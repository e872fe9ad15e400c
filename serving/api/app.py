"""The ASGI application beside the scoring service: lists, people and the pages."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.staticfiles import StaticFiles

from features.errors import FramsyntError
from serving import problems
from serving.api import decisions, feed, routes
from serving.api.description import describe
from serving.api.shortcut import StoredScores
from serving.cds import routes as cds_routes
from serving.fhir import routes as fhir_routes
from serving.fhir.posted import PostedSearch
from serving.security import opening
from serving.security.answers import problem_answer
from serving.security.endpoints import Endpoints
from serving.security.guard import guard
from serving.security.oidc import routes as oidc_routes
from serving.security.rules import without_rule
from serving.web import pages

if TYPE_CHECKING:
    from serving.desk import Desk

STATIC = Path(__file__).parents[1] / "web" / "static"

DESCRIPTION = """Weekly risk lists and the people on them.

`POST /score` and `/score_batch` score histories; `/docs.json` describes those two.

Every call needs `Authorization: Bearer TOKEN`. Errors are problem documents (RFC 9457).
A score is a probability among people with the same records; it is not a diagnosis, does not
say what helps, and decides nothing. Every look at a person is written to the access log.
"""


def create_app(desk: "Desk | None" = None) -> FastAPI:
    """``desk`` may also be set later as ``app.state.desk``; until then answers are 503.

    RuntimeError for a route that has no rule in ``serving/security/rules.py``.
    """
    app = FastAPI(
        title="Framsynt",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # the usual page loads scripts from elsewhere
        redoc_url=None,
        dependencies=[Depends(guard)],
        generate_unique_id_function=lambda route: route.name,  # what clients' methods are called
    )
    app.state.desk = desk
    app.include_router(routes.router)
    app.include_router(decisions.router)
    app.include_router(feed.router)
    app.include_router(cds_routes.router, include_in_schema=False)
    app.include_router(fhir_routes.router, include_in_schema=False)
    app.include_router(opening.router, include_in_schema=False)
    app.include_router(oidc_routes.router, include_in_schema=False)
    app.include_router(pages.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    app.add_middleware(PostedSearch)
    app.add_middleware(StoredScores)
    describe(app)
    app.state.endpoints = Endpoints.of(app)
    if missing := without_rule((e.method, e.template) for e in app.state.endpoints):
        raise RuntimeError(f"no rule in serving/security/rules.py for: {', '.join(missing)}")

    @app.exception_handler(SQLAlchemyError)
    async def on_database(request: Request, error: SQLAlchemyError) -> Response:
        return problem_answer(request, problems.of_database(error))

    @app.exception_handler(FramsyntError)
    async def on_own(request: Request, error: FramsyntError) -> Response:
        return problem_answer(request, problems.of_error(error))

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> Response:
        faults = list(error.errors())
        if _is_no_json(request, faults):
            said = problems.problem(415, "Send the body as Content-Type: application/json.")
            return problem_answer(request, said)
        return problem_answer(request, problems.of_validation(faults))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        return problem_answer(request, problems.problem(error.status_code), error.headers)

    @app.exception_handler(Exception)
    async def on_other(request: Request, error: Exception) -> Response:
        return problem_answer(request, problems.problem(500))

    return app


def _is_no_json(request: Request, faults: list[Any]) -> bool:
    """Whether a body was refused because it did not say that it is JSON: FastAPI then takes it
    for a text, whatever it holds."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    says_so = kind == "application/json" or kind.endswith("+json")
    unread = any(f["loc"] == ("body",) and f["type"] != "missing" for f in faults)
    return unread and not says_so
