"""Care units, the access log, and breaking the glass."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from features.errors import MissingError, SettingsError
from serving.desk import Desk
from serving.security import access, break_glass
from tests.serving.conftest import EAST, WEST, Client
from tests.serving.security.conftest import PEOPLE, as_, enrol

WHY = "Samtal från akuten, hemgång i dag"


def seen(desk: Desk, person: str) -> list[tuple[str, str, str, str]]:
    return [(a.who, a.what, a.role, a.why) for a in desk.register.access.of_person(person)]


def test_a_look_is_logged_with_role_units_and_place(tokens: Client, desk: Desk) -> None:
    assert tokens.get("/people/P1", headers=as_("reviewer")).status_code == 200
    [line] = desk.register.access.of_person("P1")
    assert (line.who, line.what, line.care_unit) == ("reviewer-1", "person", EAST)
    assert (line.role, line.unit, line.why) == ("reviewer", EAST, "")


@pytest.mark.parametrize(
    "path",
    [
        f"/care-units/{EAST}",
        "/people/P1",
        f"/api/v1/care-units/{EAST}/lists/current",
        "/api/v1/people/P1",
        "/api/v1/people/P1/timeline",
    ],
)
def test_no_log_no_answer(tokens: Client, desk: Desk, path: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    desk.register.access.note = fail  # type: ignore[method-assign]
    answer = tokens.get(path, headers=as_("coordinator"))
    assert answer.status_code == 503
    assert "access log" in answer.json()["detail"]
    assert "P1" not in answer.text


def test_everybody_scored_has_a_line_of_their_own(desk: Desk) -> None:
    asking = access.asking.set(PEOPLE["reviewer"])
    desk.register.objections.add("P2", "admin")
    found = access.note_people(desk.register, "score", ["P1", "P2", "X" * 200])
    assert access.note_people(desk.register, "score", []) == frozenset()
    access.asking.reset(asking)
    assert found == {"P2"}
    assert seen(desk, "P2") == []  # objects, and so is not scored
    assert seen(desk, "P1") == seen(desk, "X" * 128) == [("reviewer-1", "score", "reviewer", "")]


def test_nobody_is_scored_without_a_log_or_by_nobody(desk: Desk) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with pytest.raises(MissingError, match="access log"):
        access.note_people(desk.register, "score", ["P1"])
    desk.register.access.note_people = fail  # type: ignore[method-assign]
    asking = access.asking.set(PEOPLE["reviewer"])
    with pytest.raises(MissingError, match="access log"):
        access.note_people(desk.register, "score", ["P1"])
    access.asking.reset(asking)


def test_somebody_of_another_unit_is_refused_and_that_is_logged(tokens: Client, desk: Desk) -> None:
    answer = tokens.get("/people/P4", headers=as_("reviewer"))
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:framsynt:problem:other-unit"
    assert seen(desk, "P4") == [("reviewer-1", "refused", "reviewer", "")]


def test_nobody_by_that_id_leaves_no_line(tokens: Client, desk: Desk) -> None:
    for who in ("reviewer", "coordinator"):
        assert tokens.get("/people/P9", headers=as_(who)).status_code == 404
    assert seen(desk, "P9") == []


def test_somebody_in_the_own_team_may_be_read_wherever_listed(tokens: Client, desk: Desk) -> None:
    enrol(desk, "P4", EAST)
    assert tokens.get("/api/v1/people/P4", headers=as_("reviewer")).status_code == 200
    assert tokens.get("/api/v1/people/P4", headers=as_("nowhere")).status_code == 403
    path = f"/api/v1/care-units/{EAST}/decisions"
    sent = {"person_id": "P4", "kind": "decline", "reason": "other", "follows": 1}
    assert tokens.post(path, headers=as_("reviewer"), json=sent).status_code == 403


def test_somebody_who_has_left_the_team_may_not(tokens: Client, desk: Desk) -> None:
    enrol(desk, "P4", EAST, end=date(2026, 2, 1))
    assert tokens.get("/api/v1/people/P4", headers=as_("reviewer")).status_code == 403


def test_an_older_list_does_not_open_somebody_who_moved(tokens: Client) -> None:
    answer = tokens.get("/people/P4?week=2026-W46", headers=as_("reviewer"))
    assert answer.status_code == 403


def test_a_form_about_somebody_of_another_unit_is_refused(tokens: Client) -> None:
    path = f"/api/v1/care-units/{EAST}/decisions"
    answer = tokens.post(path, headers=as_("reviewer"), json={"person_id": "P4"})
    assert answer.status_code in (403, 404)  # 404 where nothing is decided over the API


def opened(client: Client, who: str = "reviewer", why: str = WHY, person: str = "P4") -> int:
    return client.post(f"/people/{person}/open", headers=as_(who), data={"reason": why}).status_code


def test_breaking_the_glass_needs_a_reason(tokens: Client, desk: Desk) -> None:
    for why in ("", "kort", " " * 40, "x" * 501):
        assert opened(tokens, why=why) == 400
    assert tokens.get("/people/P4", headers=as_("reviewer")).status_code == 403
    assert "break-glass" not in {what for _, what, _, _ in seen(desk, "P4")}


def test_breaking_the_glass_for_somebody_unknown(tokens: Client) -> None:
    assert opened(tokens, person="P9") == 404


def test_an_opening_holds_an_hour_for_one_reader_and_one_person(desk: Desk) -> None:
    rut, now = PEOPLE["reviewer"], datetime.now(UTC)
    break_glass.open_person(desk.register, rut, "P4", WEST, f"  {WHY}  ")

    def holds(who: str, person: str, since: datetime, at: datetime) -> bool:
        return break_glass.opening(desk.register, PEOPLE[who], person, since, at) is not None

    before, soon = now - timedelta(minutes=1), now + timedelta(minutes=59)
    assert holds("reviewer", "P4", before, soon)
    assert not holds("reviewer", "P4", before, now + timedelta(minutes=61))
    assert not holds("reviewer", "P2", before, soon)
    assert not holds("nowhere", "P4", before, soon)
    assert not holds("reviewer", "P4", now + timedelta(seconds=30), soon)  # a later session
    assert seen(desk, "P4") == [("reviewer-1", "break-glass", "reviewer", WHY)]


def test_a_reason_of_spaces_is_none() -> None:
    with pytest.raises(SettingsError, match="reason"):
        break_glass.check_reason("          \n ")
