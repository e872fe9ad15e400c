"""Neither metrics nor logs hold anything about a person."""

import json
import logging
import zlib
from io import StringIO
from json import JSONDecodeError

import anyio
import pytest
from starlette.types import Receive, Scope, Send

from features.errors import DataError
from serving.api.app import create_app
from serving.monitoring import HidePaths, NoExpectedErrors, NoPersonData, show_path_again
from serving.packed import Packed


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/people/P1", "/people/{person_id}"),
        ("/api/v1/people/P1/timeline", "/api/v1/people/{person_id}/timeline"),
        ("/healthz", "/healthz"),
        ("/wp-login.php", "/other"),
    ],
)
def test_metrics_see_templates_and_the_application_the_path(path: str, shown: str) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope.copy())
        show_path_again(scope)
        seen.append(scope)

    hidden = HidePaths(app, create_app().state.endpoints.shown_as)
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"week=1",
        "headers": [],
    }
    anyio.run(lambda: hidden(scope, None, None))  # type: ignore[arg-type]

    assert (seen[0]["path"], seen[0]["raw_path"], seen[0]["query_string"]) == (
        shown,
        shown.encode(),
        b"",
    )
    assert (seen[1]["path"], seen[1]["raw_path"], seen[1]["query_string"]) == (
        path,
        path.encode(),
        b"week=1",
    )


@pytest.fixture
def log() -> tuple[logging.Logger, StringIO]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(NoExpectedErrors((DataError,)))
    handler.addFilter(NoPersonData())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, written


def test_an_exception_is_logged_without_its_text(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    try:
        raise KeyError("191212121212")
    except KeyError:
        logger.exception("Exception on %s", "/people/P1")

    assert "KeyError at " in written.getvalue()
    assert "test_monitoring.py" in written.getvalue()
    assert "1212" not in written.getvalue()
    assert "P1" not in written.getvalue()
    assert "Traceback" not in written.getvalue()


def test_of_an_error_in_a_library_it_is_told_where_it_was_asked(
    log: tuple[logging.Logger, StringIO],
) -> None:
    logger, written = log
    try:
        Packed(b"no such thing: 191212121212")
    except zlib.error:
        logger.exception("Exception")
    try:
        table_of_errors({"a": 1, "191212121212": 2})
    except JSONDecodeError:
        logger.exception("Exception")

    first, second = written.getvalue().splitlines()
    assert first.startswith("error at ")
    assert "serving/packed.py" in first
    assert second.startswith("JSONDecodeError at ")
    assert "1212" not in written.getvalue()


def table_of_errors(_held: dict[str, int]) -> None:
    json.loads("{191212121212")


def test_what_the_caller_did_wrong_is_not_logged(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    try:
        raise DataError("broken")
    except DataError:
        logger.exception("Exception")

    logger.info("started")
    assert written.getvalue() == "started\n"
