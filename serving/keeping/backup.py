"""Copies of the register, made while it is in use, and putting one back.

SQLite: one file, by SQLite's own backup. PostgreSQL: a dump by ``pg_dump``, put back by
``pg_restore``; both must be installed, of the server's version or newer. A copy holds all that
the register holds but what the records tell of people on the lists (``told``), which the next
``framsynt weekly`` makes anew: keep it as safe.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, func, inspect, make_url, select, text
from sqlalchemy.orm import Session

from features.errors import DataError, MissingError, SettingsError
from features.home import Home
from serving.register import Register, WeeklyRun
from serving.register.database import connect, downgrade, writing
from serving.register.models import DecisionRow, ToldRow

TOLD = ToldRow.__tablename__


def back_up(home: Home, file: Path) -> None:
    """Write the register to a new file, as it was at one moment. Raises SettingsError where
    the file is there already or cannot be written, MissingError without a register or, for
    PostgreSQL, without pg_dump."""
    if file.exists():
        raise SettingsError("the file is there already", where=str(file), do="Name a new file.")
    if not file.parent.is_dir():
        raise SettingsError("no such folder", where=str(file.parent), do="Make it first.")
    url = _url(home)
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(_existing(url), part)
        else:
            _run(
                "pg_dump",
                url,
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--exclude-table-data={TOLD}",
                f"--file={part}",
            )
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise SettingsError(
            f"cannot be written ({error.strerror})", where=str(file), do="Name another file."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def restore(home: Home, file: Path, *, over: bool = False) -> Path | None:
    """Put a copy in the register's place, and bring it to the newest shape.

    A register with runs or decisions is only replaced with ``over``; it is first backed up
    into the home, and that file's path is returned. Stop the service before: what is decided
    between the copy and now is not in the copy.

    Raises SettingsError for a register that is not empty, DataError for a file that is no
    whole copy of a register; the register is then as it was.
    """
    url = _url(home)
    on_sqlite = url.get_backend_name() == "sqlite"
    if not file.is_file():
        raise MissingError("no such file", where=str(file), do="Name a backup.")
    (_check_sqlite if on_sqlite else _check_dump)(file)
    before = _put_aside(home, over)
    if on_sqlite:
        assert url.database
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as copy, closing(_open(Path(url.database))) as there:
            copy.backup(there)
    else:
        _restore_dump(home, url, file, before)
    Register.open(home).close()
    return before


def _put_aside(home: Home, over: bool) -> Path | None:
    """A backup of what is there; None where there is nothing worth one."""
    url = _url(home)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    if not _in_use(home):
        return None
    if not over:
        raise SettingsError(
            "the register is not empty", where="register", do="Add --yes to replace it."
        )
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    before = home.path / f"register.before-restore-{stamp}"
    home.path.mkdir(parents=True, exist_ok=True)
    back_up(home, before)
    return before


def _in_use(home: Home) -> bool:
    register = Register.open(home)
    try:
        with Session(register.engine) as session:
            rows = [
                session.scalar(select(func.count()).select_from(table))
                for table in (WeeklyRun, DecisionRow)
            ]
        return any(rows)
    finally:
        register.close()


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(_open(source)) as here, closing(sqlite3.connect(target)) as copy:
        here.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TOLD,)).fetchone():
            copy.execute(f"DELETE FROM {TOLD}")
            copy.commit()
            copy.execute("VACUUM")  # nothing of it is left in the file


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=30)


def _check_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            whole = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
            copy.execute("SELECT 1 FROM access_log LIMIT 1").fetchone()
    except sqlite3.Error:
        whole = False
    if not whole:
        raise _no_copy(file)


def _check_dump(file: Path) -> None:
    program = _program("pg_restore")
    listed = subprocess.run([program, "--list", str(file)], capture_output=True, text=True)
    if listed.returncode or " access_log " not in listed.stdout:
        raise _no_copy(file)


def _restore_dump(home: Home, url: URL, file: Path, before: Path | None) -> None:
    """Empties the database of Framsynt's tables and fills it; what was there comes back if
    that fails."""
    engine = connect(home.register_url)
    try:
        downgrade(engine, "base")
        with writing(engine).begin() as connection:
            if "alembic_version" in inspect(connection).get_table_names():
                connection.execute(text("DROP TABLE alembic_version"))
    finally:
        engine.dispose()
    fill = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    try:
        _run("pg_restore", url, *fill, str(file))
    except DataError:
        if before is not None:
            _run("pg_restore", url, *fill, str(before))
        raise


def _run(name: str, url: URL, *options: str) -> None:
    """A PostgreSQL program on the register's database; the password goes by the environment."""
    program = _program(name)
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    known = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(
        [program, f"--dbname={plain}", *options], env=known, capture_output=True, text=True
    )
    if done.returncode:
        # Its message may quote rows; the first line without them names the kind of trouble.
        raise DataError(
            f"{name} failed (exit code {done.returncode})",
            where="register",
            do=f"Run {name} by hand to see why: its version must not be older than the server's.",
        )


def _program(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise MissingError(
            f"{name} is not installed",
            where="register",
            do="Install PostgreSQL's client programs (pg_dump and pg_restore).",
        )
    return program


def _existing(url: URL) -> Path:
    file = Path(url.database or "")
    if not url.database or not file.is_file():
        raise MissingError("there is no register yet", where=str(file), do="Run a weekly list.")
    return file


def _no_copy(file: Path) -> DataError:
    return DataError(
        "this is not a whole copy of a register", where=str(file), do="Name another backup."
    )


def _url(home: Home) -> URL:
    return make_url(home.register_url)
