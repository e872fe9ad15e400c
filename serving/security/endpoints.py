"""An application's endpoints, and which one a request is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from re import Pattern
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path
from starlette.types import Scope

from serving.security.rules import DOOR, rule_of
from serving.security.rules import Scope as Reach

PLAIN = frozenset(path for _, path in DOOR if "{" not in path)


@dataclass(frozen=True)
class Endpoint:
    """``template`` is the path with names where values go, as ``/people/{person_id}``."""

    method: str
    template: str
    function: Any
    pattern: Pattern[str]


class Endpoints:
    """All endpoints of an application, in the order in which it looks through them."""

    def __init__(self, found: list[Endpoint]) -> None:
        self._found = found

    @classmethod
    def of(cls, app: FastAPI) -> "Endpoints":
        """Raises ValueError for a route that cannot be told by method and path."""
        return cls(list(_endpoints(app)))

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._found)

    def match(self, method: str, path: str) -> Endpoint | None:
        """The endpoint that answers; HEAD is as GET."""
        wanted = "GET" if method == "HEAD" else method
        for endpoint in self._found:
            if endpoint.method == wanted and endpoint.pattern.match(path):
                return endpoint
        return None

    def is_open(self, scope: Scope) -> bool:
        """Whether a request is for an endpoint that nobody need log in for."""
        found = self.match(scope["method"], scope["path"])
        rule = rule_of(found.method, found.template) if found else None
        return rule is not None and rule.scope is Reach.OPEN

    def shown_as(self, path: str) -> str | None:
        """What logs and metrics may call a path: its template, with no id in it."""
        return path if path in PLAIN else self.template(path)

    def template(self, path: str) -> str | None:
        """The template of a path, whatever the method."""
        return next((e.template for e in self._found if e.pattern.match(path)), None)


def _endpoints(app: FastAPI) -> Iterator[Endpoint]:
    for context in iter_route_contexts(app.routes):
        path = getattr(context, "path", None)
        if path is None:
            raise ValueError(f"a route without a path: {type(context).__name__}")
        methods = getattr(context, "methods", None)
        template = path if methods else f"{path}/{{path:path}}"  # a mounted application
        pattern = compile_path(template)[0]
        function = getattr(context.original_route, "endpoint", None)
        for method in sorted(set(methods or {"GET"}) - {"HEAD"}):
            yield Endpoint(method, template, function, pattern)
