"""The feed of changes: everything once, in order, also while others write."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from serving.deciding import Choice, decide
from serving.desk import Desk
from serving.register import Kind, Register
from serving.register.feed import Cursor, changes_since
from serving.security.who import Principal, Role
from tests.serving.conftest import EAST, TOKEN, WEST, Client, new_run

COORDINATOR = Principal("c", "C", frozenset({Role.COORDINATOR}))
SOON = (datetime.now(UTC) + timedelta(days=3)).date()


def ask(client: Client, since: str = "", unit: str = EAST, **more: Any) -> Any:
    params = {"care_unit": unit, **({"since": since} if since else {}), **more}
    answer = client.get("/api/v1/changes", params=params, headers=TOKEN)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: Client, what: str, **body: Any) -> Any:
    answer = client.post(f"/api/v1/care-units/{EAST}/{what}", json=body, headers=TOKEN)
    assert answer.status_code == 201, answer.text
    return answer.json()["decision"]


def test_lists_decisions_and_enrolments_in_order(client: Client) -> None:
    first = ask(client)
    assert [c["list"]["week"] for c in first["changes"]] == ["2026-W46", "2026-W47"]
    assert not first["more"]
    assert ask(client, first["next"])["changes"] == []

    enrolled = post(
        client,
        "decisions",
        person_id="P1",
        kind="enrol",
        mobile_model="B",
        start=SOON.isoformat(),
        follows=0,
    )
    second = ask(client, first["next"])
    [change] = second["changes"]
    assert (change["kind"], change["decision"]) == ("decision", enrolled)
    enrolment = change["enrolment"]
    assert (enrolment["person_id"], enrolment["end"]) == ("P1", None)

    ended = post(client, f"team/{enrolment['id']}/end", on=SOON.isoformat(), reason="moved")
    third = ask(client, second["next"])
    [change] = third["changes"]
    assert change["decision"] == ended
    assert change["enrolment"]["end"] == SOON.isoformat()
    assert ask(client, third["next"]) == {**third, "changes": []}


def test_in_small_pages_nothing_is_lost_or_told_twice(client: Client) -> None:
    for person in ("P1", "P2", "P3"):
        post(client, "decisions", person_id=person, kind="wait", follows=0)
    whole = ask(client)["changes"]
    told: list[Any] = []
    cursor, more = "", True
    while more:
        page = ask(client, cursor, limit=1)
        told += page["changes"]
        cursor, more = page["next"], page["more"]
    assert told == whole
    assert len(whole) == 5


def test_of_other_units_nothing(client: Client) -> None:
    post(client, "decisions", person_id="P1", kind="wait", follows=0)
    assert [c["kind"] for c in ask(client, unit=WEST)["changes"]] == ["list", "list"]


def test_nothing_of_somebody_who_objects_and_no_standstill(client: Client, desk: Desk) -> None:
    start = ask(client)["next"]
    for person in ("P1", "P2"):
        post(client, "decisions", person_id=person, kind="wait", follows=0)
    desk.register.objections.add("P1", "test")
    assert [c["decision"]["person_id"] for c in ask(client, start)["changes"]] == ["P2"]
    hidden = ask(client, start, limit=1)
    assert (hidden["changes"], hidden["more"]) == ([], True)
    assert ask(client, hidden["next"])["changes"][0]["decision"]["person_id"] == "P2"


@pytest.mark.parametrize("since", ["x", "r1", "r1-d", "r-1-d0", "r1-d1-x", "r9999999999-d1"])
def test_what_is_no_cursor(client: Client, since: str) -> None:
    params = {"care_unit": EAST, "since": since}
    answer = client.get("/api/v1/changes", params=params, headers=TOKEN)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("since", ["r99-d0", "r0-d99"])
def test_a_cursor_ahead_of_the_register_is_told(client: Client, since: str) -> None:
    """After a backup was restored, what comes next would be passed over in silence."""
    params = {"care_unit": EAST, "since": since}
    answer = client.get("/api/v1/changes", params=params, headers=TOKEN)
    assert answer.status_code == 400
    assert "from the start" in answer.json()["detail"]


def test_no_gaps_while_many_decide_at_once(register: Register) -> None:
    """Readers poll while eight decide about people of one unit: no id is ever passed over."""
    people = [f"X{i}" for i in range(64)]
    scores = pd.DataFrame({"person_id": people, "care_unit": EAST, "avoidable_365": 0.1})
    run = new_run(capacity=500, scores=scores, entries=[], reasons=[])
    current, _ = register.add(run)
    done = threading.Event()

    def work(mine: list[str]) -> None:
        for person in mine:
            decide(register, COORDINATOR, current, person, Choice(Kind.WAIT))

    told: list[list[int]] = [[], []]

    def poll(into: list[int]) -> None:
        cursor, last = Cursor(), False
        while True:
            last = done.is_set()
            found = changes_since(register.engine, EAST, cursor, 7)
            into += [c.decision.id for c in found.found if c.decision]
            cursor = found.next
            if last and not found.more:
                return

    writers = [threading.Thread(target=work, args=(people[n::8],)) for n in range(8)]
    readers = [threading.Thread(target=poll, args=(into,)) for into in told]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    for into in told:
        assert len(into) == len(people)
        assert into == sorted(set(into))


def test_a_cursor_survives_a_run_made_again(client: Client, desk: Desk) -> None:
    start = ask(client)["next"]
    desk.register.add(new_run(capacity=21))
    [change] = ask(client, start)["changes"]
    assert change["list"] == {
        "week": "2026-W47",
        "index_date": date(2026, 11, 16).isoformat(),
        "model_version": "3",
    }
