"""Connecting to the register's database and bringing it to the newest shape."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from features.errors import MissingError, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
# One number for all Framsynt processes that change the shape of the same PostgreSQL database.
MIGRATION_LOCK = 4_714_711


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
    engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _teach_sqlite_transactions(engine)
    try:
        _migrate(engine)
    except SettingsError:
        engine.dispose()
        raise
    except DBAPIError as error:
        engine.dispose()
        raise MissingError(
            f"the register's database does not answer ({type(error.orig).__name__})",
            where=f"{engine.dialect.name} {parsed.host or ''}".strip(),
            do="Start it, or correct FRAMSYNT_REGISTER_URL.",
        ) from None
    return engine


def writing(engine: Engine) -> Engine:
    """The same database, for transactions that write: on SQLite they queue from the start."""
    return engine.execution_options(framsynt_writes=True)


def _teach_sqlite_transactions(engine: Engine) -> None:
    """Real transactions (also around DDL), readers beside a writer, and foreign keys."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
        for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("framsynt_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
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
