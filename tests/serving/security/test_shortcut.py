"""The short way to stored scores and the endpoint say the same, and note the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from serving.api import shortcut
from serving.api.app import create_app
from serving.desk import Desk
from serving.security import break_glass
from serving.security.door import Door
from serving.security.sessions import Session
from serving.security.settings import Settings
from tests.serving.conftest import EAST, LOGIN, WEST, Client
from tests.serving.security.conftest import PEOPLE, Tokens, as_, enrol

WHY = "Samtal från akuten, hemgång i dag"
NOT_PLAIN = "&"
"""Says nothing, in a query that is not plain: the endpoint answers."""
PLAIN_OR_NOT = ("", NOT_PLAIN)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the short way was taken for."""
    taken: list[str] = []
    answer = shortcut._answer

    def noting(desk: Any, asked: Any) -> Any:
        taken.append(asked.person_id)
        return answer(desk, asked)

    monkeypatch.setattr(shortcut, "_answer", noting)
    return taken


def path(person: str, query: str = "") -> str:
    return f"/api/v1/people/{person}/scores" + (f"?{query}" if query else "")


def noted(desk: Desk, person: str) -> list[tuple[Any, ...]]:
    found = desk.register.access.of_person(person)
    return [(a.who, a.what, a.care_unit, a.role, a.unit, a.why) for a in found]


def alike(
    client: Client, desk: Desk, who: str, person: str, query: str = ""
) -> tuple[httpx.Response, list[tuple[Any, ...]]]:
    """The answer and the lines that either way gives, which are the same."""
    before = len(noted(desk, person))
    first = client.get(path(person, query), headers=as_(who))
    between = noted(desk, person)
    second = client.get(path(person, query + NOT_PLAIN), headers=as_(who))
    lines = between[before:]
    assert noted(desk, person)[len(between) :] == lines
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert sorted(first.headers.items()) == sorted(second.headers.items())
    return first, lines


@pytest.mark.parametrize("query", ["", "week=current", "week=2026-W46"])
@pytest.mark.parametrize("person", ["P1", "P2", "P3"])
def test_people_of_ones_own_unit(
    tokens: Client, desk: Desk, short: list[str], person: str, query: str
) -> None:
    answer, lines = alike(tokens, desk, "reviewer", person, query)
    assert answer.status_code == 200
    assert lines == [("reviewer-1", "scores", EAST, "reviewer", EAST, "")]
    assert short == [person]


def test_somebody_of_another_unit(tokens: Client, desk: Desk, short: list[str]) -> None:
    answer, lines = alike(tokens, desk, "reviewer", "P4")
    assert (answer.status_code, [line[1] for line in lines]) == (403, ["refused"])
    answer, lines = alike(tokens, desk, "coordinator", "P4")
    assert (answer.status_code, lines[0][:3]) == (200, ("coordinator-1", "scores", WEST))
    break_glass.open_person(desk.register, PEOPLE["reviewer"], "P4", WEST, WHY)
    # A tool's token has no session in which the glass was broken.
    assert alike(tokens, desk, "reviewer", "P4")[0].status_code == 403
    assert short == ["P4"] * 3


def test_a_glass_broken_in_the_same_session(desk: Desk, short: list[str]) -> None:
    app, rut = create_app(desk), PEOPLE["reviewer"]
    sessions = [Session("x", rut, datetime.now(UTC) + timedelta(hours=n)) for n in (-1, 1)]

    def in_(session: Session) -> Client:
        async def behind(scope: Any, receive: Any, send: Any) -> None:
            scope["state"] = {"principal": rut, "session": session}
            await app(scope, receive, send)

        return Client(behind)

    break_glass.open_person(desk.register, rut, "P4", WEST, WHY)
    answer, lines = alike(in_(sessions[0]), desk, "reviewer", "P4")
    assert (answer.status_code, lines[0][1], lines[0][-1]) == (200, "scores", WHY)
    assert alike(in_(sessions[1]), desk, "reviewer", "P4")[0].status_code == 403  # a later one
    assert short == ["P4"] * 2


def test_somebody_of_another_unit_in_ones_own_team(
    tokens: Client, desk: Desk, short: list[str]
) -> None:
    enrol(desk, "P4", EAST)
    answer, lines = alike(tokens, desk, "reviewer", "P4")
    assert (answer.status_code, [line[1] for line in lines]) == (200, ["scores"])
    assert short == ["P4"]


@pytest.mark.parametrize(
    ("person", "query"), [("P9", ""), ("P1", "week=2020-W01"), ("P%C3%96", ""), ("P2", "")]
)
def test_who_or_what_is_not_there(
    tokens: Client, desk: Desk, short: list[str], person: str, query: str
) -> None:
    desk.register.objections.add("P2", "admin")
    answer, _ = alike(tokens, desk, "coordinator", person, query)
    assert answer.status_code == 404
    assert len(short) == 1


@pytest.mark.parametrize(
    ("who", "person", "query", "status"),
    [
        ("analyst", "P1", "", 403),
        ("administrator", "P1", "", 403),
        ("without-role", "P1", "", 403),
        ("bad-token", "P1", "", 401),
        ("coordinator", "P1", "week=", 400),
        ("coordinator", "P1", "week=next", 400),
        ("coordinator", "P1", "week=current%0A", 400),
        ("coordinator", "P" * 129, "", 400),
        ("coordinator", "P%001", "", 404),
        ("coordinator", "P1", "week=2026-W46&week=2026-W47", 200),
        ("coordinator", "P1/", "", 404),
    ],
)
def test_what_is_not_plain_or_not_allowed_goes_the_long_way(
    tokens: Client, short: list[str], who: str, person: str, query: str, status: int
) -> None:
    answer = tokens.get(path(person, query), headers=as_(who))
    assert answer.status_code == status
    assert short == []


def test_other_methods_go_the_long_way(tokens: Client, short: list[str]) -> None:
    assert tokens.post(path("P1"), headers=as_("coordinator")).status_code == 405
    assert short == []


def test_a_service_that_is_still_starting(desk: Desk) -> None:
    app = create_app(None)
    security = Tokens(lambda: desk, Settings(), LOGIN.secret, LOGIN)
    client = Client(Door(app, security=security))
    answers = [client.get(path("P1", query), headers=as_("coordinator")) for query in PLAIN_OR_NOT]
    assert [(a.status_code, a.headers["retry-after"]) for a in answers] == [(503, "5")] * 2
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("where", "error", "status"),
    [
        ("note", OperationalError("INSERT", {}, Exception("P1")), 503),
        ("note", ProgrammingError("INSERT", {}, Exception("P1")), 503),
        ("note", ValueError("P1"), 500),
        ("person", OperationalError("SELECT", {}, Exception("P1")), 503),
        ("person", ProgrammingError("SELECT", {}, Exception("P1")), 500),
        ("person", ValueError("P1"), 500),
    ],
)
def test_what_goes_wrong(
    tokens: Client,
    desk: Desk,
    short: list[str],
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    error: Exception,
    status: int,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(desk.register.access if where == "note" else desk.register, where, fail)
    answers = [tokens.get(path("P1", query), headers=as_("coordinator")) for query in PLAIN_OR_NOT]
    assert short == ["P1"]
    first, second = answers
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code == status
    assert sorted(first.headers.items()) == sorted(second.headers.items())
    assert "P1" not in first.text


def test_nothing_without_the_door(desk: Desk, short: list[str]) -> None:
    assert Client(create_app(desk)).get(path("P1")).status_code in (401, 403)
    assert short == []
