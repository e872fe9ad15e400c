"""Errors over HTTP: problem documents (RFC 9457) that never repeat what was sent."""

import json
import logging
import re
import secrets
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError, TimeoutError

from features.errors import (
    DataError,
    FramsyntError,
    MissingError,
    ModelMismatch,
    NotEnoughData,
    SettingsError,
)

log = logging.getLogger("framsynt.problems")

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"
"""Seconds, said with every 503: what is missing comes back by itself."""

TITLES = {
    400: "The request cannot be understood",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Something else happened meanwhile",
    411: "Length required",
    412: "What is needed was not sent",
    413: "The request is too large",
    415: "Unsupported media type",
    422: "The data break the contract",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not ready",
}


class NotFoundError(FramsyntError):
    """What was asked for by name is not there. ``kind`` names the problem type."""

    def __init__(self, kind: str, what: str, *, do: str = "") -> None:
        super().__init__(what, do=do)
        self.kind = kind


class ConflictError(FramsyntError):
    """What was asked for no longer fits what there is. ``kind`` names the problem type;
    ``members`` are more members of the problem document, for somebody who may see them."""

    def __init__(
        self, kind: str, what: str, *, do: str = "", members: dict[str, Any] | None = None
    ) -> None:
        super().__init__(what, do=do)
        self.kind = kind
        self.members = members or {}


class NotAllowedError(FramsyntError):
    """Somebody known asks for what is not theirs. ``kind`` names the problem type."""

    def __init__(self, kind: str, what: str, *, do: str = "") -> None:
        super().__init__(what, do=do)
        self.kind = kind


class NotSentError(FramsyntError):
    """A caller was to bring something along and did not. ``members`` are more members of the
    problem document."""

    kind = "not-sent"

    def __init__(
        self, what: str, *, where: str = "", do: str = "", members: dict[str, Any] | None = None
    ) -> None:
        super().__init__(what, where=where, do=do)
        self.members = members or {}


def status_of(error: FramsyntError) -> int:
    """The HTTP status that says what kind of error this is."""
    match error:
        case NotFoundError():
            return 404
        case NotAllowedError():
            return 403
        case ConflictError():
            return 409
        case NotSentError():
            return 412
        case SettingsError():
            return 400
        case DataError() | NotEnoughData():
            return 422
        case MissingError() | ModelMismatch():
            return 503
        case _:
            return 500


def problem(
    status: int, detail: str = "", *, kind: str = "", errors: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A problem document's members."""
    title = TITLES.get(status, "Error")
    body: dict[str, Any] = {
        "type": f"urn:framsynt:problem:{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail or title + ".",
    }
    if errors:
        body["errors"] = errors
    return body


def of_error(error: FramsyntError) -> dict[str, Any]:
    kind = str(getattr(error, "kind", ""))
    more = error.members if isinstance(error, ConflictError | NotSentError) else {}
    return {**more, **problem(status_of(error), str(error), kind=kind)}


def of_database(error: SQLAlchemyError) -> dict[str, Any]:
    """503 where the register's database cannot do it now, else 500: its tables are not as they
    should be, or there is a fault in this code. Into the log, for a database that is gone is told
    as MissingError; there it is a kind and a place."""
    log.error("The register's database refused (%s).", type(error).__name__, exc_info=error)
    if isinstance(error, OperationalError | InterfaceError | TimeoutError):
        return problem(503, "The register's database does not answer.")
    return problem(500)


def of_validation(faults: list[Any]) -> dict[str, Any]:
    """Where a body or parameter is wrong, and how: pydantic's errors without their input."""
    errors = [{"where": _where(f), "what": str(f.get("msg", ""))} for f in faults[:20]]
    return problem(400, "The body or a parameter is malformed; see errors.", errors=errors)


def _where(fault: Any) -> str:
    """The path to a fault; names that the sender made up are left out, they may be anything.
    Parameters have names of ours, as ``_count`` and ``idempotency-key``."""
    loc = list(fault.get("loc", ()))
    if fault.get("type") == "extra_forbidden":
        loc = [*loc[:-1], "…"]
    ours = loc[:2] if loc and loc[0] in ("path", "query", "header") else []
    rest = (p if isinstance(p, int) or _NAME.fullmatch(str(p)) else "…" for p in loc[len(ours) :])
    return "/".join(map(str, [*ours, *rest]))


_NAME = re.compile(r"[a-z][A-Za-z_]{0,30}|…")


def of_foreign(status: int, body: bytes) -> dict[str, Any]:
    """A problem document for an error answer that another library wrote. Its words are not
    passed on, they may repeat what was sent; a sealed document is."""
    try:
        said = json.loads(body)
    except ValueError:
        return problem(status)
    if isinstance(said, list):
        said = said[0] if said else {}
    if isinstance(said, dict) and isinstance(said.get("detail"), list):
        return of_validation(said["detail"])
    text = said.get("error") if isinstance(said, dict) else None
    if isinstance(text, str) and text.startswith(_SEAL):
        return dict(json.loads(text.removeprefix(_SEAL)))
    return problem(status)


_SEAL = secrets.token_hex(16)


def sealed(document: dict[str, Any]) -> str:
    """A problem document on its way through another library's errors: nobody can forge it."""
    return _SEAL + json.dumps(document)
