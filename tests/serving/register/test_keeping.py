"""What is deleted, what never is, and that a backup brings everything back."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from features.errors import DataError, MissingError, SettingsError
from features.home import Home
from serving.keeping import backup
from serving.keeping.backup import back_up, restore
from serving.keeping.retention import Retention, carry_out, due
from serving.register import Kind, Register
from serving.register.database import downgrade
from serving.register.models import Access, SessionRow
from tests.serving.conftest import new_run
from tests.serving.register.test_migrations import ENROL, filled

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PERSONAL = ("scores", "list_entries", "reasons")


def counts(register: Register) -> dict[str, int]:
    with register.engine.connect() as connection:
        return {
            table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
            for table in inspect(register.engine).get_table_names()
        }


@pytest.fixture
def weeks(register: Register) -> Register:
    """Runs of three Mondays, one long ago; a decision; sessions; a log with an old line."""
    register.add(new_run("2026-W27", date(2026, 6, 29)))
    register.add(new_run("2026-W45", date(2026, 11, 2)))
    register.add(new_run())
    register.decisions.record(ENROL)
    register.access.note("u1", "person", "P1")
    with Session(register.engine) as session, session.begin():
        session.add(Access(at=NOW - timedelta(days=366 * 6), who="u0", what="person"))
        for number, ended in enumerate((None, NOW - timedelta(days=1))):
            session.add(
                SessionRow(
                    id_hash=str(number),
                    subject="u1",
                    name="Ann",
                    roles=[],
                    units=[],
                    began=NOW - timedelta(days=1),
                    last_seen=NOW,
                    ends=NOW + timedelta(hours=1),
                    ended_at=ended,
                )
            )
    return register


def test_first_it_is_told_then_it_is_deleted(weeks: Register) -> None:
    before = counts(weeks)
    told = due(weeks, Retention(weeks=13), NOW)
    assert told == {
        "scores": 12,
        "list_entries": 2,
        "reasons": 2,
        "told": 0,  # of the newest lists alone there is any
        "run_enrolled": 0,
        "sessions": 1,
    }
    assert counts(weeks) == before

    assert carry_out(weeks, Retention(weeks=13), NOW) == told
    after = counts(weeks)
    assert {t: before[t] - after[t] for t in before if before[t] != after[t]} == {
        t: n for t, n in told.items() if n
    }
    assert after["weekly_runs"] == 3  # the run stays, with its counts
    assert weeks.current() is not None
    assert carry_out(weeks, Retention(weeks=13), NOW) == dict.fromkeys(told, 0)


def test_the_newest_list_stays_whatever_its_age(weeks: Register) -> None:
    carry_out(weeks, Retention(weeks=4), NOW + timedelta(days=1000))
    run = weeks.current()
    assert run is not None
    assert len(weeks.entries(run.id)) == 2
    assert counts(weeks)["scores"] == 12


def test_the_access_log_goes_after_five_years_and_refuses_again_afterwards(
    weeks: Register,
) -> None:
    assert due(weeks, Retention(13, 5), NOW)["access_log"] == 1
    assert carry_out(weeks, Retention(13, 5), NOW)["access_log"] == 1
    assert [a.who for a in weeks.access.of_person("P1")] == ["u1"]
    with pytest.raises(Exception, match="append-only"), weeks.engine.begin() as connection:
        connection.execute(text("DELETE FROM access_log"))


@pytest.mark.parametrize(("weeks_kept", "years"), [(3, None), (0, None), (13, 4)])
def test_too_short_a_time_is_refused(weeks_kept: int, years: int | None) -> None:
    with pytest.raises(SettingsError):
        Retention(weeks_kept, years)


@pytest.fixture
def home(register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose register is the one under test, filled."""
    url = register.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("FRAMSYNT_REGISTER_URL", url)
    filled(register)
    return Home.at(tmp_path / "home")


def test_a_backup_brings_everything_back(home: Home, register: Register, tmp_path: Path) -> None:
    before, file = counts(register), tmp_path / "copy"
    back_up(home, file)
    assert file.stat().st_mode & 0o077 == 0  # nobody else reads it

    register.decisions.record(replace(ENROL, person_id="P2", kind=Kind.WAIT))
    with pytest.raises(SettingsError, match="not empty"):
        restore(home, file)
    aside = restore(home, file, over=True)

    # what the records tell is not in the copy: the weekly run makes it anew
    assert b"of long ago" not in file.read_bytes()
    assert (before["told"], counts(register)) == (2, {**before, "told": 0})
    assert register.decisions.of_person("P1")[0].note == ""
    assert register.access.of_person("P1")[0].why == "a reason"
    with pytest.raises(Exception, match="append-only"), register.engine.begin() as connection:
        connection.execute(text("DELETE FROM decisions"))
    new = register.decisions.record(replace(ENROL, person_id="P3", kind=Kind.WAIT))
    assert new.id > 1  # numbering goes on

    assert aside is not None
    restore(home, aside, over=True)  # and what was there before can be had again
    assert register.decisions.of_person("P2")[0].kind is Kind.WAIT


def test_a_backup_of_an_older_shape_is_brought_to_the_newest(
    home: Home, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downgrade(register.engine, "0002")
    file = tmp_path / "old"
    back_up(home, file)
    restore(home, file, over=True)
    assert register.access.of_person("P1")[0].role == ""
    assert register.decisions.record(ENROL).follows == 0


def test_into_an_empty_place_it_needs_no_yes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not home.register_url.startswith("sqlite"):
        pytest.skip("the place is a database there")
    back_up(home, tmp_path / "copy")
    monkeypatch.setenv("FRAMSYNT_REGISTER_URL", f"sqlite:///{tmp_path / 'new' / 'register.db'}")
    assert restore(home, tmp_path / "copy") is None
    there = Register.open(home)
    assert there.decisions.of_person("P1") != []
    there.close()


def test_a_file_that_is_no_copy_is_refused_and_changes_nothing(
    home: Home, register: Register, tmp_path: Path
) -> None:
    before = counts(register)
    back_up(home, tmp_path / "copy")
    half = (tmp_path / "copy").read_bytes()
    (tmp_path / "half").write_bytes(half[: len(half) // 2])
    (tmp_path / "text").write_text("not a database")
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE something (id int)")
    for name in ("half", "text", "other"):
        with pytest.raises(DataError):
            restore(home, tmp_path / name, over=True)
        assert counts(register) == before, name
    with pytest.raises(MissingError):
        restore(home, tmp_path / "nowhere", over=True)
    with pytest.raises(SettingsError, match="already"):
        back_up(home, tmp_path / "copy")


def test_a_backup_while_people_decide_is_whole(
    home: Home, register: Register, tmp_path: Path
) -> None:
    stop = threading.Event()

    def decide() -> None:
        follows = register.decisions.latest_id("P9")
        while not stop.is_set():
            new = replace(ENROL, person_id="P9", kind=Kind.WAIT, follows=follows)
            follows = register.decisions.record(new).id

    thread = threading.Thread(target=decide)
    thread.start()
    try:
        for n in range(3):
            back_up(home, tmp_path / f"copy{n}")
    finally:
        stop.set()
        thread.join()
    written = len(register.decisions.of_person("P9"))
    restore(home, tmp_path / "copy2", over=True)
    chain = register.decisions.of_person("P9")
    assert len(chain) <= written
    assert [d.follows for d in chain] == [0, *(d.id for d in chain)][: len(chain)]


@pytest.mark.postgres
@pytest.mark.parametrize("register", ["postgres"], indirect=True)
def test_without_postgresqls_programs_they_are_named(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup.shutil, "which", lambda _name: None)
    with pytest.raises(MissingError, match="pg_dump"):
        back_up(home, tmp_path / "copy")
