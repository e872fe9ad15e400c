"""What the records tell is kept beside the newest lists, and nowhere else."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from serving.register import Register
from serving.register.database import connect, downgrade
from serving.register.models import ToldRow
from tests.serving.conftest import OF_ANOTHER_VERSION, new_run
from tests.serving.register.test_migrations import filled

TARGET = "avoidable_365"
LAST_WEEK = ("2026-W46", date(2026, 11, 9))


def rows(*people: str, content: bytes = b"\x00told\xff", version: int = 1) -> list[dict[str, Any]]:
    return [{"person_id": p, "format": version, "content": content} for p in people]


def kept(register: Register) -> list[tuple[int, str]]:
    with Session(register.engine) as session:
        found = session.execute(select(ToldRow.run_id, ToldRow.person_id).order_by(ToldRow.run_id))
        return sorted(tuple(row) for row in found)


def content(register: Register, run_id: int, person_id: str = "P1") -> bytes | None:
    told = register.told(run_id, person_id)
    return told.content if told else None


def test_it_comes_back_as_it_was_written_beside_entry_and_reasons(register: Register) -> None:
    run, _ = register.add(new_run(told=rows("P1")))
    listed = register.listed(run.id, "P1", TARGET)
    assert listed is not None
    assert listed.entry.rank == 1
    assert register.told(run.id, "P1") == (1, b"\x00told\xff")
    assert listed.reasons is not None
    assert listed.reasons.base == -2.4
    beside = register.listed(run.id, "P2", TARGET)
    assert beside is not None
    assert register.told(run.id, "P2") is None
    assert register.listed(run.id, "P3", TARGET) is None  # on no list


def test_the_next_run_takes_its_place(register: Register) -> None:
    register.add(new_run(*LAST_WEEK, told=rows("P1", "P2")))
    second, _ = register.add(new_run(told=rows("P1")))
    assert kept(register) == [(second.id, "P1")]
    third, _ = register.add(new_run(capacity=19, told=rows("P2")))  # the same week again
    assert kept(register) == [(third.id, "P2")]


def test_a_run_of_an_earlier_week_leaves_the_newest_lists_alone(register: Register) -> None:
    run, _ = register.add(new_run(told=rows("P1")))
    register.add(new_run(*LAST_WEEK, told=rows("P1", "P2")))
    assert kept(register) == [(run.id, "P1")]


def test_who_objects_has_nothing_kept_and_is_not_answered(register: Register) -> None:
    run, _ = register.add(new_run(told=rows("P1", "P2")))
    register.objections.add("P1", "admin")
    assert kept(register) == [(run.id, "P2")]
    register.keep_told(run.id, rows("P1", "P2"))  # made before the objection was known
    assert kept(register) == [(run.id, "P2")]
    assert register.listed(run.id, "P1", TARGET) is None
    assert register.told(run.id, "P1") is None
    register.objections.withdraw("P1", "admin")
    assert content(register, run.id) is None  # told live


def test_what_is_lacking(register: Register) -> None:
    first, _ = register.add(new_run(*LAST_WEEK))
    run, _ = register.add(new_run(told=rows("P1") + rows("P2", version=OF_ANOTHER_VERSION)))
    assert register.lacking_told(run.id, 1) == ["P2"]
    assert register.lacking_told(first.id, 1) == []  # nobody's lists any more
    register.keep_told(run.id, rows("P1", "P2", content=b"anew"))
    assert register.lacking_told(run.id, 1) == []
    assert content(register, run.id) == b"anew"
    register.keep_told(first.id, rows("P1"))
    assert content(register, first.id) is None


def test_down_to_the_fourth_version_and_up_again(register: Register) -> None:
    filled(register)
    assert kept(register)
    downgrade(register.engine, "0004")
    with pytest.raises(Exception, match="told"), register.engine.connect() as connection:
        connection.execute(text("SELECT * FROM told"))
    connect(register.engine.url.render_as_string(hide_password=False)).dispose()
    run = register.current()
    assert run is not None
    assert len(register.entries(run.id)) == 2
    assert kept(register) == []
    register.keep_told(run.id, rows("P1"))
    assert content(register, run.id) == b"\x00told\xff"
