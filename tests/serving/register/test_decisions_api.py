"""Deciding over HTTP: what is written, what is refused, and what a repeated call gets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from serving.desk import Desk
from serving.register import Kind, NewDecision
from tests.serving.conftest import EAST, TOKEN, WEST, Client

UNIT = f"/api/v1/care-units/{EAST}"
SOON = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()


def decide(client: Client, *, key: str = "", unit: str = UNIT, **body: Any) -> httpx.Response:
    known = {"person_id": "P1", "kind": "wait", "follows": 0, **body}
    headers = {**TOKEN, **({"Idempotency-Key": key} if key else {})}
    return client.post(f"{unit}/decisions", json=known, headers=headers)


def read(client: Client, path: str) -> Any:
    answer = client.get(path, headers=TOKEN)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_enrolling_shows_on_the_list_in_the_team_and_on_the_person(client: Client) -> None:
    made = decide(client, kind="enrol", mobile_model="A", start=SOON, note="Ringt i går")
    assert made.status_code == 201, made.text
    decision = made.json()["decision"]
    assert (decision["kind"], made.json()["asked"], decision["care_unit"]) == ("enrol",) * 2 + (
        EAST,
    )

    listed = read(client, f"{UNIT}/lists/current")
    first, second = listed["entries"]
    assert (first["state"], first["enrolled_since"], first["latest_decision"]) == (
        "enrolled",
        SOON,
        decision["id"],
    )
    assert first["standing"] == decision
    assert (second["state"], second["standing"], second["latest_decision"]) == ("open", None, 0)
    assert listed["places"] == {"total": 20, "taken": 1, "waiting": 0, "free": 19}

    team = read(client, f"{UNIT}/team")
    [member] = team["enrolled"]
    assert (member["person_id"], member["mobile_model"], member["start"]) == ("P1", "A", SOON)
    assert team["places"] == listed["places"]

    told = read(client, "/api/v1/people/P1/decisions")
    assert (told["standing"], told["decisions"]) == (decision, [decision])


def test_the_second_who_decides_sees_the_first_decision(client: Client) -> None:
    first = decide(client).json()["decision"]
    beaten = decide(client, kind="decline", reason="palliative")

    assert beaten.status_code == 409
    said = beaten.json()
    assert said["type"] == "urn:framsynt:problem:decided-meanwhile"
    assert (said["decision"]["id"], said["decision"]["kind"]) == (first["id"], "wait")
    again = decide(client, kind="decline", reason="palliative", follows=first["id"])
    assert again.status_code == 201


def test_the_same_call_again_gets_the_same_answer(client: Client) -> None:
    first = decide(client, key="k-1")
    assert decide(client, key="k-1").json() == first.json()
    assert len(read(client, "/api/v1/people/P1/decisions")["decisions"]) == 1

    other = decide(client, key="k-1", person_id="P2")
    assert (other.status_code, other.json()["type"]) == (
        409,
        "urn:framsynt:problem:key-used-before",
    )
    assert decide(client, key="k-2", person_id="P2").status_code == 201


def test_undo_and_the_end_of_an_enrolment(client: Client, desk: Desk) -> None:
    made = decide(client, kind="enrol", mobile_model="B", start=SOON).json()["decision"]
    undone = client.post(f"{UNIT}/decisions/{made['id']}/undo", headers=TOKEN)
    assert (undone.status_code, undone.json()["decision"]["kind"]) == (201, "undo")
    assert read(client, f"{UNIT}/team")["enrolled"] == []

    follows = undone.json()["decision"]["id"]
    decide(client, kind="enrol", mobile_model="B", start=SOON, follows=follows)
    [member] = read(client, f"{UNIT}/team")["enrolled"]
    end = f"{UNIT}/team/{member['id']}/end"
    ended = client.post(end, json={"on": SOON, "reason": "moved"}, headers=TOKEN)
    assert ended.status_code == 201, ended.text
    assert desk.register.enrolments.of_person("P1")[0].end_reason == "moved"
    again = client.post(end, json={"on": SOON, "reason": "moved"}, headers=TOKEN)
    assert (again.status_code, again.json()["type"]) == (409, "urn:framsynt:problem:already-ended")


def test_last_weeks_decision_is_told_and_no_longer_counts_as_declined(
    client: Client, desk: Desk
) -> None:
    last = NewDecision("P1", EAST, "2026-W46", Kind.DECLINE, "u", "Ann", 0, reason="palliative")
    desk.register.decisions.record(last)
    desk.register.decisions.record(replace(last, person_id="P2", week="2026-W47"))

    first, second = read(client, f"{UNIT}/lists/current")["entries"]
    assert (first["state"], first["last_week"]["reason"]) == ("open", "palliative")
    assert (second["state"], second["last_week"]) == ("declined", None)


BAD = [
    {"kind": "undo"},
    {"kind": "enrol", "mobile_model": "A"},
    {"kind": "enrol", "mobile_model": "D", "start": SOON},
    {"kind": "defer"},
    {"kind": "decline", "reason": "because"},
    {"note": "x" * 501},
    {"note": "\0"},
    {"follows": -1},
    {"follows": 2**31},
    {"person_id": ""},
    {"more": 1},
]


@pytest.mark.parametrize("body", BAD)
def test_a_bad_body_is_refused_and_changes_nothing(
    client: Client, desk: Desk, body: dict[str, Any]
) -> None:
    answer = decide(client, **body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert desk.register.decisions.standing() == {}


def test_people_and_rows_of_another_unit_are_not_found(client: Client, desk: Desk) -> None:
    other = f"/api/v1/care-units/{WEST}"
    made = decide(client).json()["decision"]
    assert decide(client, unit=other).status_code == 404
    assert client.post(f"{other}/decisions/{made['id']}/undo", headers=TOKEN).status_code == 404
    assert client.post(f"{UNIT}/decisions/999/undo", headers=TOKEN).status_code == 404
    gone = client.post(f"{UNIT}/team/999/end", json={"on": SOON, "reason": "moved"}, headers=TOKEN)
    assert gone.status_code == 404
    assert len(desk.register.decisions.of_person("P1")) == 1


def test_somebody_who_objects_is_unknown_at_once(client: Client, desk: Desk) -> None:
    decide(client)
    desk.register.objections.add("P1", "admin")

    listed = read(client, f"{UNIT}/lists/current")
    assert [e["person_id"] for e in listed["entries"]] == ["P2"]
    units = read(client, "/api/v1/care-units")["care_units"]
    assert {u["care_unit"]: u["listed"] for u in units}[EAST] == 1
    for path in ("", "/timeline", "/decisions"):
        unknown = client.get(f"/api/v1/people/P1{path}", headers=TOKEN)
        never = client.get(f"/api/v1/people/P9{path}", headers=TOKEN)
        assert (unknown.status_code, unknown.json()) == (404, never.json())


def again(client: Client, path: str, key: str, body: Any = None) -> tuple[int, Any]:
    headers = {**TOKEN, "Idempotency-Key": key}
    answer = client.post(f"{UNIT}/{path}", json=body, headers=headers)
    return answer.status_code, answer.json()


def test_undo_and_end_sent_again_get_the_same_answer(client: Client) -> None:
    enrolled = decide(client, kind="enrol", mobile_model="A", start=SOON).json()["decision"]["id"]
    [member] = read(client, f"{UNIT}/team")["enrolled"]
    end = {"on": SOON, "reason": "moved"}
    first = again(client, f"team/{member['id']}/end", "end-1", end)
    assert first[0] == 201
    assert again(client, f"team/{member['id']}/end", "end-1", end) == first
    assert again(client, f"team/{member['id']}/end", "end-2", end)[0] == 409
    other = {**end, "reason": "died"}
    status, said = again(client, f"team/{member['id']}/end", "end-1", other)
    assert (status, said["type"]) == (409, "urn:framsynt:problem:key-used-before")

    ended = first[1]["decision"]["id"]
    undone = again(client, f"decisions/{ended}/undo", "undo-1")
    assert undone[0] == 201
    assert again(client, f"decisions/{ended}/undo", "undo-1") == undone
    assert again(client, f"decisions/{ended}/undo", "undo-2")[0] == 409
    assert again(client, f"decisions/{enrolled}/undo", "undo-1")[0] == 409
    told = read(client, "/api/v1/people/P1/decisions")["decisions"]
    assert [d["kind"] for d in told] == ["enrol", "end", "undo"]
