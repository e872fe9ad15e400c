"""Databases: SQLite here, PostgreSQL where a server answers."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from features.errors import DataError, SettingsError, SourceUnreachable
from features.home import Home
from features.sources import SqlSource, TablesSource
from features.sources.databases import as_text, told
from features.store import Extract, ExtractStore
from tests.features.deliveries import SMALL, deliver
from tests.features.sources.showing import shown
from tests.features.sources.small_sql import QUERIES, fill_sqlite, write_toml

ROOT = Path(__file__).parents[3]
POSTGRES = os.environ.get("FRAMSYNT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")


@pytest.fixture(autouse=True)
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = fill_sqlite(tmp_path / "warehouse.db")
    monkeypatch.setenv("FRAMSYNT_SOURCE_URL", url)
    return url


def ingest(path: Path, home: Path, **options: Any) -> Extract:
    return ExtractStore(Home.at(home)).ingest(SqlSource(), path, **options)


def test_the_same_rows_as_from_files(tmp_path: Path) -> None:
    extract = ingest(write_toml(tmp_path / "region.toml"), tmp_path / "home")
    files = deliver(tmp_path / "in", **SMALL)
    same = ExtractStore(Home.at(tmp_path / "home")).ingest(TablesSource(), files)
    assert extract.manifest.column_hashes == same.manifest.column_hashes
    assert extract.manifest.coverage == same.manifest.coverage


def test_what_columns_do_not_tell_and_the_last_day(tmp_path: Path) -> None:
    head = 'not_told = ["urgency", "principal"]\ndata_through = "select \'2024-03-01\'"'
    manifest = ingest(write_toml(tmp_path / "r.toml", head=head), tmp_path / "home").manifest
    assert not manifest.coverage.urgency
    assert not manifest.coverage.principal
    assert f"{manifest.data_through}" == "2024-03-01"


@pytest.mark.parametrize(
    ("head", "queries", "error", "message"),
    [
        ("", {"contacts": "select 1"}, SettingsError, "no query for persons"),
        ("", {**QUERIES, "contact": "select 1"}, SettingsError, "did you mean 'contacts'"),
        ("url = 'sqlite:///x'", QUERIES, SettingsError, "does not belong in a file"),
        ("urll = 1", QUERIES, SettingsError, "'urll' is no setting"),
        ("not_told = ['form']", QUERIES, SettingsError, "'form' is no thing"),
        ("not_told = 'urgency'", QUERIES, SettingsError, "not_told: not a list"),
        ("url_variable = 5", QUERIES, SettingsError, "url_variable: not a name"),
        ("data_through = 'soon'", QUERIES, DataError, "data_through: not a day"),
        ("data_through = 2190-01-01", QUERIES, DataError, "data_through: a day that is still to"),
        ("data_through = \"select '2190-01-01'\"", QUERIES, DataError, "a day that is still to"),
        ("", {"persons": "select 'x :y' as person_id"}, DataError, "persons: .* parameter ':y'"),
        ("", {"persons": "select * from nobody"}, DataError, "persons: .*no such table: nobody"),
        ("", {"persons": "select from"}, DataError, "persons: the query does not hold"),
        ("", {"persons": "select person_id from patient"}, DataError, "'birth_date' is missing"),
        ("", {"persons": "select * from patient where 1 = 0"}, DataError, "no persons"),
        ("", {"persons": "select x'00' as person_id, '1950-01-01' as birth_date, 'male' as sex"},
         DataError, "column 'person_id': a value that is neither text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(
    tmp_path: Path, head: str, queries: dict[str, str], error: type[Exception], message: str
) -> None:
    file = write_toml(tmp_path / "region.toml", queries, head)
    with pytest.raises(error, match=message):
        ingest(file, tmp_path / "home")


def test_errors_hold_no_password_and_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_toml(tmp_path / "region.toml")
    for url in (
        "postgresql+psycopg://asa:hemligt@127.0.0.1:1/vega",
        "nodialect://asa:hemligt@host/vega",
        "asa:hemligt",
        "sqlite:////no/such/folder/hemligt.db",
    ):
        monkeypatch.setenv("FRAMSYNT_SOURCE_URL", url)
        with pytest.raises((SettingsError, SourceUnreachable)) as error:
            ingest(file, tmp_path / "home")
        assert "hemligt" not in "".join(traceback.format_exception(error.value))
    monkeypatch.delenv("FRAMSYNT_SOURCE_URL")
    with pytest.raises(SettingsError, match="FRAMSYNT_SOURCE_URL is not set"):
        ingest(file, tmp_path / "home")


class Killed(BaseException):
    """Not an error that anybody handles: the process is gone."""


def killed_before(number: int) -> Callable[..., Iterator[Any]]:
    """A progress bar in which the process dies before the nth table."""

    def track(items: Iterable[Any], what: str, total: int | None = None) -> Iterator[Any]:
        for at, item in enumerate(items):
            if what == "Reading tables" and at == number:
                raise Killed
            yield item

    return track


def test_a_killed_ingest_goes_on_with_the_tables_it_had_not_finished(tmp_path: Path) -> None:
    file, home = write_toml(tmp_path / "region.toml"), tmp_path / "home"
    with pytest.raises(Killed):
        ingest(file, home, track=killed_before(2))
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'warehouse.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table patient")
        connection.exec_driver_sql("drop table vardkontakt")
    engine.dispose()
    extract = ingest(file, home)
    assert shown(extract, "anna", "contacts", "contact_id") == [("k1",), ("k2",)]
    assert extract.manifest.noted == {"tables taken from an earlier try that was broken off": 2}
    assert not (home / "extracts" / ".finished-tables").exists()
    with pytest.raises(DataError, match="no such table"):  # nothing is kept any longer
        ingest(file, home)


def test_finished_tables_are_not_used_for_another_query_or_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, home = write_toml(tmp_path / "region.toml"), tmp_path / "home"
    with pytest.raises(Killed):
        ingest(file, home, track=killed_before(1))
    kept = next((home / "extracts" / ".finished-tables").glob("persons-*.parquet"))
    assert kept.parent.stat().st_mode & 0o077 == 0
    few = {**QUERIES, "persons": QUERIES["persons"] + " where person_id = 'anna'"}
    other = write_toml(tmp_path / "few.toml", few)
    assert ingest(other, home, max_rejected=1.0).manifest.n_persons == 1
    with pytest.raises(Killed):
        ingest(file, home, track=killed_before(1))
    os.utime(next((home / "extracts" / ".finished-tables").glob("persons-*.parquet")), (0, 0))
    (tmp_path / "warehouse.db").unlink()
    fill_sqlite(tmp_path / "warehouse.db")
    assert ingest(file, home).manifest.n_persons == 2


def test_finished_tables_are_not_used_once_the_database_reaches_another_day(
    tmp_path: Path,
) -> None:
    file, home = tmp_path / "region.toml", tmp_path / "home"
    write_toml(file, head="data_through = 2024-03-01")
    with pytest.raises(Killed):
        ingest(file, home, track=killed_before(2))
    write_toml(file, head="data_through = 2024-03-02")
    assert ingest(file, home).manifest.noted == {}


class Odbc(Exception):
    """An error as ODBC has it: the state first, then a text that may quote a row."""


@pytest.mark.parametrize(
    ("kind", "driver", "error", "message"),
    [
        (sa.exc.ProgrammingError, Odbc("42S22", "column 'x'"), DataError,
         r"contacts: the query does not hold: Odbc, SQLSTATE 42S22"),
        (sa.exc.DataError, Odbc("22018", "'p1'"), DataError, "cannot be read or converted"),
        (sa.exc.DataError, ValueError("year 10000: p1"), DataError, "cannot be read or converted"),
        (sa.exc.DatabaseError, Odbc(942, "p1"), DataError, r"the query failed \(Odbc\)"),
        (sa.exc.OperationalError, Odbc("08S01", "link"), SourceUnreachable, "SQLSTATE 08S01"),
        (sa.exc.OperationalError, OSError("p1"), SourceUnreachable, "does not answer"),
        (sa.exc.InterfaceError, Odbc("IM002", "hemligt"), SourceUnreachable, "IM002"),
        (sa.exc.TimeoutError, None, SourceUnreachable, "does not answer"),
    ],
)  # fmt: skip
def test_what_any_driver_says_is_told_for_what_it_is(
    kind: type[Exception],
    driver: BaseException | None,
    error: type[DataError],
    message: str,
) -> None:
    raised: Any = kind("select 1", {}, driver) if driver else kind()
    found = told(raised, "contacts")
    assert type(found) is error
    assert re.search(message, str(found))
    assert "p1" not in str(found)
    assert "hemligt" not in str(found)


def test_whole_numbers_are_the_same_text_whatever_their_type() -> None:
    """An id is a float where a column with gaps was loaded carelessly, and must still be found."""
    assert as_text([429, 429.0, Decimal("429.00"), None, 1.5], "x") == [*["429"] * 3, None, "1.5"]


def test_rows_that_break_the_contract_leave_nothing_behind(tmp_path: Path) -> None:
    bad = {"persons": "select person_id, 'x' as birth_date, sex from patient"}
    with pytest.raises(DataError, match="no row has a usable date"):
        ingest(write_toml(tmp_path / "region.toml", bad), tmp_path / "home")
    assert not (tmp_path / "home" / "extracts" / ".finished-tables").exists()


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """A database of its own, named in the environment as the source's."""
    address = POSTGRES.replace("postgresql://", "postgresql+psycopg://")
    name = f"framsynt_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(f"{address}/postgres", isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"create database {name}")
    except sa.exc.OperationalError:
        pytest.skip(f"no PostgreSQL server answers at {POSTGRES} (FRAMSYNT_TEST_POSTGRES)")
    engine = sa.create_engine(f"{address}/{name}")
    monkeypatch.setenv("FRAMSYNT_SOURCE_URL", f"{address}/{name}")
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.exec_driver_sql(f"drop database {name}")
    server.dispose()


def fill(engine: sa.Engine, people: int) -> None:
    """Ten contacts a person, typed as a warehouse has them."""
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "create table patient as "
                "select 'p' || n as pid, date '1930-01-01' + n % 9000 as fodd, "
                f"n % 2 = 0 as kvinna from generate_series(1, {people}) n"
            )
        )
        connection.execute(
            sa.text(
                "create table vardkontakt as select 'p' || n as pid, n * 10::bigint + k as id, "
                "timestamptz '2023-12-31 23:30:00+00' + k * interval '9 days' as inkom, "
                "case when k % 5 = 0 then 'inpatient' else 'primary' end as form, "
                "(n % 7)::numeric as enhet "
                f"from generate_series(1, {people}) n, generate_series(0, 9) k"
            )
        )


TYPED = {
    "persons": """select pid as person_id, fodd as birth_date,
        case when kvinna then 'female' else 'male' end as sex from patient""",
    "contacts": """select pid as person_id, id as contact_id, inkom as start, inkom as "end",
        form as setting, 'visit' as form, 'planned' as urgency, enhet as care_unit
        from vardkontakt where form like '%'""",
}


@pytest.mark.postgres
def test_typed_columns_of_postgresql(tmp_path: Path, postgres: sa.Engine) -> None:
    fill(postgres, 2_000)
    head = "data_through = \"select timestamptz '2024-12-31 23:30:00+00'\""
    extract = ingest(write_toml(tmp_path / "r.toml", TYPED, head), tmp_path / "home")
    assert extract.manifest.rows == {"persons": 2_000, "contacts": 20_000}
    # Half past eleven in Greenwich is the next day in Stockholm.
    first = shown(extract, "p1", "contacts", "contact_id", "start", "care_unit")[0]
    assert first == ("10", "2024-01-01", "1")
    assert f"{extract.manifest.data_through}" == "2025-01-01"


@pytest.mark.postgres
def test_postgresql_names_what_does_not_hold_and_nobody(
    tmp_path: Path, postgres: sa.Engine
) -> None:
    fill(postgres, 2)
    queries = {"persons": "select nonsense from patient"}
    with pytest.raises(DataError, match='column "nonsense" does not exist'):
        ingest(write_toml(tmp_path / "r.toml", queries), tmp_path / "home")
    queries = {"persons": "select cast(pid as date) as person_id, fodd, pid from patient"}
    with pytest.raises(DataError, match="SQLSTATE 22007") as error:
        ingest(write_toml(tmp_path / "r.toml", queries), tmp_path / "home")
    assert "p1" not in "".join(traceback.format_exception(error.value))
    for day in ("'infinity'", "'0044-03-15 BC'"):
        query = f"select pid as person_id, date {day} as birth_date, 'male' as sex from patient"
        with pytest.raises(DataError, match="persons: a value cannot be read") as error:
            ingest(write_toml(tmp_path / "r.toml", {"persons": query}), tmp_path / "home")
        assert not isinstance(error.value, SourceUnreachable)
    queries = {"persons": "insert into patient values ('x', '1950-01-01', true) returning *"}
    with pytest.raises(DataError, match="persons: the query does not hold"):
        ingest(write_toml(tmp_path / "r.toml", queries), tmp_path / "home")


@pytest.mark.postgres
@pytest.mark.slow
def test_killed_in_the_midst_of_a_table_of_postgresql(tmp_path: Path, postgres: sa.Engine) -> None:
    """``kill -9`` while 200,000 contacts are read; the next ingest has them whole, and the table
    that was finished is not asked for again."""
    fill(postgres, 20_000)
    file, home = write_toml(tmp_path / "r.toml", TYPED), tmp_path / "home"
    kept = home / "extracts" / ".finished-tables"
    command = [sys.executable, "-m", "framsynt", "ingest", "sql", str(file), "--home", str(home)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        until = time.monotonic() + 120
        while not list(kept.glob("contacts-*.part")):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert list(kept.glob("persons-*.parquet"))
    assert not list(kept.glob("contacts-*.parquet"))
    with postgres.begin() as connection:
        connection.exec_driver_sql("drop table patient")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = ExtractStore(Home.at(home)).current().manifest
    assert manifest.n_persons == 20_000
    assert manifest.rows["contacts"] + manifest.joined_stays == 200_000
    assert manifest.rejected == {}
    assert not kept.exists()


@pytest.mark.postgres
@pytest.mark.slow
def test_a_million_rows(tmp_path: Path, postgres: sa.Engine) -> None:
    fill(postgres, 100_000)
    wall, cpu = time.perf_counter(), time.process_time()
    extract = ingest(write_toml(tmp_path / "r.toml", TYPED), tmp_path / "home")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{wall:.1f} s by the clock, {cpu:.1f} s of processor, {memory:.0f} MB at most")
    assert extract.manifest.rows["contacts"] + extract.manifest.joined_stays == 1_000_000
