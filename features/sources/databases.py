"""Reads a database through SQLAlchemy: streamed, read-only, one snapshot where it can be had.

The address, with its password, stands in an environment variable and nowhere else. What a
driver says of an error may quote an address or somebody's data, so it is passed on only where
it is about names: an unknown table or column, or a query that cannot be parsed.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from features.errors import DataError, SettingsError, SourceUnreachable
from features.swedish_time import local_day

URL_VARIABLE = "FRAMSYNT_SOURCE_URL"
BATCH_ROWS = 50_000
_ABOUT_NAMES = "42"  # SQLSTATE class: syntax error, or no such table, column or right
# connection, login, a standby that had to break the query off, resources, shutdown; ODBC's own
_UNREACHABLE = ("08", "28", "3D", "40", "53", "57", "58", "HYT", "IM")
_ABOUT_VALUES = "22"
_SQLITE_NAMES = ("no such", "near ", "ambiguous", "incomplete input")


class Database:
    """A database by the name of the environment variable that holds its address."""

    def __init__(self, variable: str = URL_VARIABLE) -> None:
        address = os.environ.get(variable, "")
        if not address:
            raise SettingsError(
                f"the environment variable {variable} is not set",
                do="Set it to the database's address: postgresql+psycopg://user:password@host/name",
            )
        try:
            url = sa.make_url(address)
            self.engine = sa.create_engine(url, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
            raise SettingsError(
                f"the environment variable {variable} holds no address that SQLAlchemy knows",
                do="Write it as dialect+driver://user:password@host/name, and install the driver.",
            ) from None
        self.address = url.render_as_string(hide_password=True)

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection that only reads; on PostgreSQL every query sees the same moment."""
        options: dict[str, Any] = {"stream_results": True}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with self.engine.connect() as connection:
                yield connection.execution_options(**options)
        except SQLAlchemyError as error:
            raise told(error, "the database") from None
        finally:
            self.engine.dispose()


def stream(
    connection: sa.Connection, query: sa.Executable, where: str
) -> Iterator[tuple[list[str], Sequence[sa.Row]]]:
    """Column names with some rows at a time; names come at least once, with or without rows.

    Raises DataError (a query that does not hold), SourceUnreachable.
    """
    _refuse_parameters(query, where)
    try:
        options = {"yield_per": BATCH_ROWS}
        result = connection.execute(query, execution_options=options)
        names = [name.lower() for name in result.keys()]  # noqa: SIM118 - not a mapping
        yield names, []
        for rows in result.partitions(BATCH_ROWS):
            yield names, rows
    except SQLAlchemyError as error:
        raise told(error, where) from None


def _refuse_parameters(query: sa.Executable, where: str) -> None:
    """What looks like a parameter in a query of somebody's own is a colon that was meant."""
    if isinstance(query, sa.TextClause):
        for name in query.compile().params:
            raise DataError(
                f"the query has a parameter ':{name}', and nothing to put in its place",
                where=where,
                do=r"Write that colon as \\: (as \: between single quotes).",
            )


def told(error: SQLAlchemyError, where: str) -> DataError:
    """The error without addresses, passwords and data."""
    driver = getattr(error, "orig", None)
    state = _sqlstate(driver)
    kind = type(driver or error).__name__
    code = f"{kind}, SQLSTATE {state}" if state else kind
    text = str(driver) if driver is not None else ""
    if state.startswith(_ABOUT_NAMES) or text.startswith(_SQLITE_NAMES):
        named = getattr(getattr(driver, "diag", None), "message_primary", None)
        said = named or (code if state else text)
        return DataError(f"the query does not hold: {said}", where=where, do="Correct it.")
    if state.startswith(_ABOUT_VALUES) or isinstance(error, sa.exc.DataError):
        return DataError(
            f"a value cannot be read or converted ({code})",
            where=where,
            do="Correct the query's casts; leave dates empty that are 'infinity' or outside the "
            "years 1 to 9999.",
        )
    lost = not isinstance(error, DBAPIError) or error.connection_invalidated
    if state:
        lost |= state.startswith(_UNREACHABLE)
    else:  # nothing but the kind of error is known
        lost |= isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    if not lost:
        return DataError(f"the query failed ({code})", where=where, do="Try it by hand.")
    return SourceUnreachable(
        f"the database does not answer, or stopped answering ({code})",
        where=where,
        do="Check address, user and network, and try again: finished tables are kept for a day.",
    )


def _sqlstate(driver: BaseException | None) -> str:
    """As the driver has it: an attribute, or (ODBC) the first of the error's arguments."""
    state = getattr(driver, "sqlstate", None) or (getattr(driver, "args", None) or ("",))[0]
    return state if isinstance(state, str) and re.fullmatch(r"[0-9A-Z]{5}", state) else ""


def as_text(values: Sequence[Any], where: str) -> list[str | None]:
    """Values as text: days for dates and moments (Swedish ones), digits for numbers.

    Raises DataError for what has no such form (bytes, lists, documents).
    """
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        return list(values)
    if kinds == {int}:
        return [None if value is None else str(value) for value in values]
    known: dict[Any, str | None] = {None: None}
    texts = []
    for value in values:
        try:
            text = known.get((type(value), value), _MISSING) if value is not None else None
        except TypeError:
            raise _formless(where) from None
        if text is _MISSING:
            text = known[type(value), value] = _one_as_text(value, where)
        texts.append(text)
    return texts


_MISSING: Any = object()


def _one_as_text(value: Any, where: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case datetime():
            return local_day(value).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return str(int(value)) if value == value.to_integral_value() else str(value)
        case float() if value.is_integer():
            return str(int(value))
        case int() | float() | UUID():
            return str(value)
    raise _formless(where)


def _formless(where: str) -> DataError:
    return DataError(
        "a value that is neither text, a number, a date nor true or false",
        where=where,
        do="Cast it in the query.",
    )
