"""Reading over one connection: a page asks for several things, and pays for one.

On SQLite they are also the register as it was at one moment. Whoever writes and then reads
what was written begins a new reading.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, Engine

_GOING_ON: ContextVar[tuple[Engine, Connection] | None] = ContextVar("reading", default=None)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with: that of the reading that goes on here, else one of its own."""
    here = _GOING_ON.get()
    if here is not None and here[0] is engine:
        yield here[1]
        return
    with _connected(engine) as connection:
        yield connection


@contextmanager
def one_reading(engine: Engine) -> Iterator[Connection]:
    """Within it, every ``reading`` of this thread uses the same connection."""
    with reading(engine) as connection:
        before = _GOING_ON.set((engine, connection))
        try:
            yield connection
        finally:
            _GOING_ON.reset(before)


def _connected(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":  # every statement sees what is there; no BEGIN
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.connect()
