"""Databases for a register: a file, or a PostgreSQL database of its own."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

SERVER = os.environ.get("FRAMSYNT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")


class NoServer(Exception):
    """No PostgreSQL server answers."""


@contextmanager
def database(template: str = "") -> Iterator[str]:
    """A new database's URL, of PostgreSQL; dropped afterwards, whoever is in it. NoServer.

    ``template``: the URL of one to copy, which nobody may be using.
    """
    name = f"framsynt_test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(
        f"{SERVER.replace('postgresql://', 'postgresql+psycopg://')}/postgres",
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 3},
    )
    like = f" TEMPLATE {make_url(template).database}" if template else ""
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{like}"))
    except OperationalError as error:
        admin.dispose()
        raise NoServer(SERVER.rpartition("@")[2]) from error
    try:
        yield f"{SERVER}/{name}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
