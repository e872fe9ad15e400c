"""The register keeps everything, on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.errors import MissingError, SettingsError
from serving.register import Register
from serving.register.models import Base
from tests.serving.conftest import EAST, WEST, entry, new_run


def test_a_run_is_read_back_as_it_was_written(register: Register) -> None:
    run, written = register.add(new_run())

    assert written
    assert (run.week, run.index_date, run.people) == ("2026-W47", date(2026, 11, 16), 4)
    assert datetime.now(UTC) - run.created_at < timedelta(minutes=5)
    assert [(u.care_unit, u.people, u.listed, u.new) for u in register.units(run.id)] == [
        (EAST, 3, 2, 1),
        (WEST, 1, 0, 0),
    ]
    assert [e.person_id for e in register.entries(run.id, EAST)] == ["P1", "P2"]
    assert register.person(run.id, "P3") == (
        EAST,
        {"avoidable_365": 0.02, "unplanned_365": 0.06, "unplanned_30": 0.01},
    )
    assert register.reasons(run.id, ["P1"], "avoidable_365")["P1"].base == -2.4


def test_the_same_run_again_changes_nothing(register: Register) -> None:
    first, _ = register.add(new_run())
    again, written = register.add(new_run())

    assert not written
    assert again.id == first.id


@pytest.mark.parametrize(
    "change", [{"model_version": "4"}, {"extract_id": "region-ba9876543210"}, {"capacity": 5}]
)
def test_another_model_extract_or_capacity_supersedes_and_overwrites_nothing(
    register: Register, change: dict[str, object]
) -> None:
    first, _ = register.add(new_run())
    second, written = register.add(new_run(**change))

    assert written
    current = register.current("2026-W47")
    assert current is not None
    assert current.id == second.id
    assert len(register.entries(first.id)) == 2  # the earlier list is still there


def test_a_crash_while_writing_leaves_the_previous_list_current(register: Register) -> None:
    first, _ = register.add(new_run())
    twice_rank_one = [entry(1, "P1", EAST, ["new"], 0.3), entry(1, "P2", EAST, ["new"], 0.2)]

    with pytest.raises(DBAPIError):
        register.add(new_run(capacity=5, entries=twice_rank_one))

    current = register.current()
    assert current is not None
    assert current.id == first.id
    assert register.person(first.id + 1, "P1") is None  # no scores of the run that failed


def test_newest_week_is_current_and_earlier_ones_can_be_found(register: Register) -> None:
    register.add(new_run())
    register.add(new_run("2026-W46", date(2026, 11, 9), capacity=7))

    current, before = register.current(), register.before("2026-W47")
    assert current is not None
    assert before is not None
    assert (current.week, before.week) == ("2026-W47", "2026-W46")
    assert register.weeks() == ["2026-W47", "2026-W46"]
    assert register.before("2026-W46") is None
    assert register.listed_before("2026-W47") == {"P1", "P2"}


def test_only_current_runs_count_as_having_been_listed(register: Register) -> None:
    mistaken = [entry(1, "P4", WEST, ["new"], 0.3)]
    register.add(new_run("2026-W46", date(2026, 11, 9), capacity=7, entries=mistaken))
    register.add(new_run("2026-W46", date(2026, 11, 9)))

    assert register.listed_before("2026-W47") == {"P1", "P2"}


def test_the_access_log_can_only_grow(register: Register) -> None:
    register.access.note("demo", "person", "P1", EAST)
    register.access.note("token", "timeline", "P1")

    assert [(a.who, a.what) for a in register.access.of_person("P1")] == [
        ("demo", "person"),
        ("token", "timeline"),
    ]
    for deed in ("UPDATE access_log SET who = 'x'", "DELETE FROM access_log"):
        with pytest.raises(DBAPIError, match="append-only"), register.engine.begin() as connection:
            connection.execute(text(deed))
    assert len(register.access.of_person("P1")) == 2


def test_the_migrations_make_the_tables_that_the_code_declares(register: Register) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with register.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_opening_twice_is_harmless(register: Register) -> None:
    register.add(new_run())
    other = Register.open(register.engine.url.render_as_string(hide_password=False))

    assert other.current() is not None
    other.close()


def test_a_register_of_a_newer_version_is_refused(register: Register) -> None:
    with register.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SettingsError, match="newer version"):
        Register.open(register.engine.url.render_as_string(hide_password=False))


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(MissingError) as caught:
        Register.open("postgresql://me:hush@127.0.0.1:1/nowhere")

    assert "FRAMSYNT_REGISTER_URL" in str(caught.value)
    assert "hush" not in str(caught.value)
