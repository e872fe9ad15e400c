"""Every migration goes up and down with rows in the tables, on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from serving.register import Kind, NewDecision, Register
from serving.register.append_only import APPEND_ONLY, lifted
from serving.register.database import connect, downgrade, writing
from tests.serving.conftest import EAST, new_run

ENROL = NewDecision(
    "P1", EAST, "2026-W47", Kind.ENROL, "u1", "Ann", 0, mobile_model="B", start=date(2026, 11, 23)
)


def filled(register: Register) -> None:
    """A row or more in every table."""
    register.add(new_run())
    register.access.note("u" * 80, "person", "P1", EAST, role="reviewer", unit=EAST, why="a reason")
    decision = register.decisions.record(ENROL)
    register.objections.add("P4", "admin")
    with writing(register.engine).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO enrolments (decision_id, person_id, care_unit, team, mobile_model, "
                f"start) VALUES ({decision.id}, 'P1', '{EAST}', 'East', 'B', '2026-11-23')"
            )
        )
        connection.execute(
            text(
                'INSERT INTO enrolment_ends (decision_id, enrolment_id, "end", end_reason) '
                f"VALUES ({decision.id}, 1, '2026-12-01', 'other')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO run_enrolled VALUES "
                f"(1, 'P2', '{EAST}', 'Mobilt team', 'A', '2026-01-07')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO cds_feedback (at, who, service, card, outcome, suggestions, "
                "reason_system, reason, comment, happened, same)"
                " VALUES (:now, 'u1', 's', 'c', 'overridden', '[]', '', '', '', :now, 'x')"
            ),
            {"now": datetime.now(UTC)},
        )
        connection.execute(
            text(
                "INSERT INTO sessions "
                "(id_hash, subject, name, roles, units, began, last_seen, ends)"
                " VALUES ('x', 'u1', 'Ann', '[]', '[]', :now, :now, :now)"
            ),
            {"now": datetime.now(UTC)},
        )


def rows(register: Register, table: str) -> int:
    with register.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_down_to_the_second_version_keeps_runs_and_the_log_and_up_again(
    register: Register,
) -> None:
    filled(register)
    downgrade(register.engine, "0002")

    tables = set(inspect(register.engine).get_table_names())
    assert not tables & {"decisions", "enrolments", "enrolment_ends", "objections", "sessions"}
    assert not tables & {"cds_feedback", "cds_tokens"}
    columns = {c["name"] for c in inspect(register.engine).get_columns("access_log")}
    assert columns == {"id", "at", "who", "what", "person_id", "care_unit"}
    assert rows(register, "access_log") == 1
    assert rows(register, "scores") == 12
    with pytest.raises(DBAPIError, match="append-only"), register.engine.begin() as connection:
        connection.execute(text("DELETE FROM access_log"))

    connect(register.engine.url.render_as_string(hide_password=False)).dispose()
    run = register.current()
    assert run is not None
    assert (run.objected, len(register.entries(run.id))) == (0, 2)
    [seen] = register.access.of_person("P1")
    assert (seen.what, seen.role, seen.why) == ("person", "", "")
    assert register.decisions.record(ENROL).follows == 0  # and everything works again


def test_down_to_the_first_version_keeps_the_reasons(register: Register) -> None:
    filled(register)
    downgrade(register.engine, "0001")

    columns = {c["name"] for c in inspect(register.engine).get_columns("reasons")}
    assert "headings" not in columns
    assert rows(register, "reasons") == 2

    connect(register.engine.url.render_as_string(hide_password=False)).dispose()
    stored = register.reasons(1, ["P1"], "avoidable_365")["P1"]
    assert (stored.base, stored.headings) == (-2.4, [])


def test_down_to_nothing_and_up_again(register: Register) -> None:
    filled(register)
    downgrade(register.engine, "base")
    assert set(inspect(register.engine).get_table_names()) == {"alembic_version"}

    connect(register.engine.url.render_as_string(hide_password=False)).dispose()
    filled(register)
    assert rows(register, "decisions") == 1


def test_a_downgrade_that_fails_leaves_everything(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(register)

    def fails(*_what: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("alembic.op.drop_column", fails)  # the last step of 0003's downgrade
    with pytest.raises(RuntimeError, match="power cut"):
        downgrade(register.engine, "0002")

    assert rows(register, "decisions") == 1
    assert rows(register, "sessions") == 1
    assert register.access.of_person("P1")[0].role == "reviewer"
    with pytest.raises(DBAPIError, match="append-only"), register.engine.begin() as connection:
        connection.execute(text("DELETE FROM decisions"))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_refuses_to_change_or_delete(register: Register, table: str) -> None:
    filled(register)
    for deed in (f"UPDATE {table} SET id = id + 100", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), register.engine.begin() as connection:
            connection.execute(text(deed))
    if register.engine.dialect.name == "postgresql":
        with pytest.raises(DBAPIError, match="append-only"), register.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
    assert rows(register, table) == 1


def test_the_triggers_are_back_when_the_block_ends_also_after_an_error(register: Register) -> None:
    filled(register)

    def deletes_and_fails() -> None:
        with writing(register.engine).begin() as connection, lifted(connection, "access_log"):
            connection.execute(text("DELETE FROM access_log"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        deletes_and_fails()
    assert rows(register, "access_log") == 1

    with writing(register.engine).begin() as connection, lifted(connection, "access_log"):
        connection.execute(text("DELETE FROM access_log"))
    register.access.note("u1", "person", "P1")
    with pytest.raises(DBAPIError, match="append-only"), register.engine.begin() as connection:
        connection.execute(text("DELETE FROM access_log"))
