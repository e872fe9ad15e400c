"""How an endpoint's answer becomes the bytes that leave."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from fastapi import Response
from fastapi.routing import APIRoute


class Written(APIRoute):
    """A route whose answer is written where it was made, in that thread and by pydantic itself.

    FastAPI would take it to another thread, and write it by way of dicts: for a person's eighty
    kilobytes of reasons and records, that costs more than finding them.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        status_code: int | None = None,
        **more: Any,
    ) -> None:
        written = self._writing(endpoint, status_code or 200)
        super().__init__(path, written, status_code=status_code, **more)

    @staticmethod
    def write(answer: Any, status: int) -> Response:
        """Of an ``Answer``."""
        return Response(answer.model_dump_json(), status, media_type="application/json")

    @classmethod
    def _writing(cls, endpoint: Callable[..., Any], status: int) -> Callable[..., Response]:
        @wraps(endpoint)
        def run(*args: Any, **kwargs: Any) -> Response:
            return cls.write(endpoint(*args, **kwargs), status)

        return run
