"""The access log: written before the answer leaves, or there is no answer."""

import logging
from collections.abc import Collection
from contextvars import ContextVar
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from features.errors import MissingError
from serving.security.who import Principal

log = logging.getLogger("framsynt.access")

REFUSED = "refused"

asking: ContextVar[Principal | None] = ContextVar("asking", default=None)
"""Who asks, for the scoring service's own routes: whose ids are in the body is known there."""


def note(
    register: Any,
    principal: Principal,
    deed: str,
    person_id: str | None = None,
    care_unit: str | None = None,
    why: str = "",
) -> None:
    """Adds a line. MissingError (503) if it cannot be written: then nothing may be shown."""
    try:
        register.access.note(
            principal.subject,
            deed,
            person_id,
            care_unit,
            role=" ".join(sorted(principal.roles)),
            unit=" ".join(sorted(principal.units)),
            why=why,
        )
    except SQLAlchemyError as error:
        raise _no_log(error) from None


def note_people(register: Any, deed: str, people: Collection[str]) -> frozenset[str]:
    """Adds a line for each of these people who does not object, by whoever is ``asking``; gives
    those who do. MissingError (503) if they cannot be written, or if nobody is known to ask:
    then nobody is scored."""
    principal = asking.get()
    if principal is None:
        raise _no_log(None)
    try:
        objecting: frozenset[str] = register.access.note_people(
            principal.subject,
            deed,
            people,
            role=" ".join(sorted(principal.roles)),
            unit=" ".join(sorted(principal.units)),
        )
    except SQLAlchemyError as error:
        raise _no_log(error) from None
    return objecting


def _no_log(error: SQLAlchemyError | None) -> MissingError:
    log.error("The access log cannot be written (%s).", type(error).__name__, exc_info=error)
    return MissingError(
        "the access log cannot be written, so nothing is shown",
        do="Try again in a minute; the register's database must answer.",
    )
