"""Two processes answer side by side: what one has kept in memory, the other may have overtaken."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from serving.api.app import create_app
from serving.desk import Desk
from serving.kept import Kept
from serving.register import Register
from serving.security.door import Door
from tests.serving.conftest import EAST, LOGIN, TOKEN, Client, entry, new_run, tables_of
from tests.serving.web.visiting import HTML, LIST, csrf_in, log_in


@pytest.fixture
def two(register: Register) -> Iterator[tuple[Desk, Desk]]:
    """Two desks, each with a register of its own over one database, that have both shown the
    list."""
    register.add(new_run("2026-W46", date(2026, 11, 9)))
    register.add(new_run())
    url = register.engine.url.render_as_string(hide_password=False)
    other = Register.open(url)
    desks = Desk(register, tables_of), Desk(other, tables_of)
    for desk in desks:
        assert listed(desk) == ["P1", "P2"]
    yield desks
    other.close()


def listed(desk: Desk) -> list[str]:
    return [e.person_id for e in desk.weekly_list(desk.run(), EAST).entries]


def test_an_objection_noted_by_one_is_honoured_by_the_other(two: tuple[Desk, Desk]) -> None:
    one, other = two
    one.register.objections.add("P1", "admin")
    assert listed(other) == ["P2"]
    assert other.weekly_list(other.run(), EAST).gone == []

    one.register.objections.withdraw("P1", "admin")
    assert listed(other) == ["P1", "P2"]


def test_a_new_run_is_everybodys_current_one_at_once(two: tuple[Desk, Desk]) -> None:
    one, other = two
    again = replace(new_run(), model_version="4", entries=[entry(1, "P3", EAST, ["new"], 0.5)])
    written, _ = one.register.add(again)

    assert other.run().id == written.id
    assert listed(other) == ["P3"]
    assert other.weekly_list(other.run("2026-W46"), EAST).week == "2026-W46"
    assert other.register.weeks() == ["2026-W47", "2026-W46"]


def test_a_session_ended_at_one_is_ended_at_the_other(two: tuple[Desk, Desk]) -> None:
    first, second = (Client(Door(create_app(desk), LOGIN)) for desk in two)
    log_in(first)
    second.http.cookies.update(first.http.cookies)
    assert second.get(LIST, headers=HTML).status_code == 200

    first.post("/logout", data={"csrf": csrf_in(first.get("/").text)})
    assert second.get(LIST, headers=HTML).status_code == 303


def test_a_decision_at_one_is_seen_and_followed_at_the_other(two: tuple[Desk, Desk]) -> None:
    first, second = (Client(Door(create_app(desk), LOGIN)) for desk in two)
    path = f"/api/v1/care-units/{EAST}/decisions"
    body = {"person_id": "P1", "kind": "decline", "reason": "enough_support", "follows": 0}
    assert first.post(path, json=body, headers=TOKEN).status_code == 201

    seen = second.get(f"/api/v1/care-units/{EAST}/lists/current", headers=TOKEN).json()
    assert seen["entries"][0]["state"] == "declined"
    assert second.post(path, json=body, headers=TOKEN).status_code == 409


def test_what_is_kept_is_bounded_in_number_and_time() -> None:
    read: list[int] = []
    kept = Kept(lambda key: read.append(key) or key, most=2)
    for key in (1, 2, 1, 3, 1, 2):
        assert kept.get(key) == key
    assert read == [1, 2, 3, 2]

    short = Kept(lambda key: read.append(key) or key, most=2, seconds=-1)
    short.get(7)
    short.get(7)
    assert read[-2:] == [7, 7]
