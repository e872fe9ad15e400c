"""The API's description (OpenAPI): FastAPI's, where it says of errors what is true here.

FastAPI takes for granted that every error is its own, as ``application/json``. Ours are problem
documents, and what it calls a 422 is a 400.
"""

from typing import Any

from fastapi import FastAPI

from serving.api.answers import Problem
from serving.problems import MEDIA_TYPE, problem

OWN = ("HTTPValidationError", "ValidationError")
PROBLEM = "#/components/schemas/Problem"
WAIT = {
    "Retry-After": {
        "description": "seconds until it is worth asking again",
        "schema": {"type": "string"},
    }
}


def describe(app: FastAPI) -> None:
    """``app.openapi`` gives the true description from now on."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _true(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _true(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in OWN:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"] = {
                status: _answer(status, said)
                for status, said in operation["responses"].items()
                if not any(name in str(said) for name in OWN)
            }
    return document


def _answer(status: str, said: dict[str, Any]) -> dict[str, Any]:
    if status < "400":
        return said
    what = said["description"]
    example = said.get("content", {}).get(MEDIA_TYPE, {}).get("example")
    content = {"schema": {"$ref": PROBLEM}, "example": example or problem(int(status), what)}
    headers = {"headers": WAIT} if status in ("429", "503") else {}
    return {"description": what, **headers, "content": {MEDIA_TYPE: content}}
