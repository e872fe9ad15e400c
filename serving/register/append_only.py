"""Tables that only grow: the database itself refuses to change or delete their rows.

On PostgreSQL the refusal also covers TRUNCATE. Whoever owns the database can lift it; that is
done in one place (``lifted``), inside a transaction, and only by the retention command.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

APPEND_ONLY = (
    *("access_log", "decisions", "enrolments", "enrolment_ends", "objections"),
    "cds_feedback",
)


def refuse_changes(connection: Connection, table: str) -> None:
    """From now on rows of ``table`` can be added and read, and nothing else."""
    if connection.dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            )
        return
    connection.execute(
        text(
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        )
    )


def allow_changes(connection: Connection, table: str) -> None:
    """Takes the refusal away; for migrations, and for ``lifted``."""
    if connection.dialect.name == "sqlite":
        for deed in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER {table}_no_{deed}"))
        return
    connection.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
    connection.execute(text(f"DROP FUNCTION {table}_refuse()"))


@contextmanager
def lifted(connection: Connection, table: str) -> Iterator[None]:
    """Lets rows of ``table`` be deleted for as long as the block lasts.

    Only inside a transaction that writes: nobody else ever sees the table without its
    triggers, and an error brings them back with everything else.
    """
    if not connection.in_transaction():
        raise RuntimeError("the triggers are lifted inside a transaction, or not at all")
    allow_changes(connection, table)
    yield
    refuse_changes(connection, table)
