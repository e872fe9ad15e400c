"""Connecting to the register's database and bringing it to the newest shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError

from features.errors import MissingError, SettingsError
from serving import tracing

MIGRATIONS = Path(__file__).parent / "migrations"
# One number for all Framsynt processes that change the shape of the same PostgreSQL database.
MIGRATION_LOCK = 4_714_711


# Seconds (milliseconds for the last) until a server that has gone silent counts as gone.
ALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
BUSY_SECONDS = 30
# Busy beyond that, locked, read-only, disk error, damaged, disk full, cannot be opened.
SQLITE_AWAY = frozenset({5, 6, 8, 10, 11, 13, 14})


def connect(url: str) -> Engine:
    """An engine whose database answers and has the newest tables.

    ``postgres://`` and ``postgresql://`` mean psycopg 3. Raises MissingError when the
    database does not answer, SettingsError when a newer Framsynt made it.
    """
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg://{rest}"
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        # A connection to a server that has died is replaced before it is used; a file's cannot.
        pool_pre_ping=parsed.get_backend_name() != "sqlite",
        pool_use_lifo=True,  # the one used last: what it has prepared is used again
        pool_size=10,
        max_overflow=40,  # more than a server has threads
        hide_parameters=True,
        connect_args=ALIVE if parsed.get_backend_name() == "postgresql" else {},
    )
    tracing.follow(engine)  # before what turns errors into others, which ends the matter
    _tell_when_away(engine)
    if engine.dialect.name == "sqlite":
        _teach_sqlite_transactions(engine)
    try:
        _migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        raise _away(engine, error.orig) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _tell_when_away(engine: Engine) -> None:
    """A database that cannot be reached, or cannot write, becomes a MissingError: everywhere,
    and only while it lasts. Other errors of the database stay what they are."""

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        if context.is_pre_ping:  # the pool connects anew
            return
        said = context.original_exception
        if "NUL" in str(said) and engine.dialect.name == "postgresql":
            raise SettingsError("text with a NUL character", do="Leave it out.") from None
        code = getattr(said, "sqlite_errorcode", None)
        if (
            context.is_disconnect
            or (context.connection is None and isinstance(said, _cannot_connect(engine)))
            or (code is not None and code & 0xFF in SQLITE_AWAY)
        ):
            raise _away(engine, said) from None


def _cannot_connect(engine: Engine) -> type[BaseException]:
    error: type[BaseException] = engine.dialect.loaded_dbapi.OperationalError
    return error


def _away(engine: Engine, error: BaseException | None) -> MissingError:
    return MissingError(
        f"the register's database does not answer ({type(error).__name__})",
        where=f"{engine.dialect.name} {engine.url.host or ''}".strip(),
        do="Start it, or correct FRAMSYNT_REGISTER_URL.",
    )


def writing(engine: Engine) -> Engine:
    """The same database, for transactions that write: on SQLite they queue from the start."""
    return engine.execution_options(framsynt_writes=True)


def _teach_sqlite_transactions(engine: Engine) -> None:
    """Real transactions (also around DDL), readers beside a writer, and foreign keys.

    Those of one process that write queue here: SQLite itself lets them try again after longer
    and longer pauses, and whoever is unlucky waits for seconds.
    """
    one_writes = Lock()

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={1000 * BUSY_SECONDS}",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("framsynt_writes")
        if writes and not connection.info.get("writes"):
            if not one_writes.acquire(timeout=BUSY_SECONDS):
                raise _away(engine, TimeoutError())
            connection.info["writes"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:
        if record.info.pop("writes", False):
            one_writes.release()


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.runtime.migration import MigrationContext

    config, script = _alembic()
    newest = script.get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with _migrating(engine) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        if present == newest:  # another process was faster
            return
        if present is not None and present not in {r.revision for r in script.walk_revisions()}:
            raise SettingsError(
                "the register was made by a newer version of Framsynt",
                where="register",
                do="Upgrade Framsynt, or point FRAMSYNT_REGISTER_URL at another database.",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an older shape, for an older Framsynt, with what fits in it.

    ``revision``: ``0001``, ``0002`` … or ``base`` for no tables at all. What is lost is said
    by each migration. In one transaction: a step that fails leaves everything as it was.
    The next ``connect`` of this version upgrades again.
    """
    from alembic import command

    config, _ = _alembic()
    with _migrating(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _alembic() -> tuple[Any, Any]:
    """Alembic's settings, and its view of the migrations there are."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One transaction, and nobody else changing the shape meanwhile."""
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        yield connection
