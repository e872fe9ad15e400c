"""Sessions: begun with a new id, ended on the server, alive after a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from serving.api.app import create_app
from serving.desk import Desk
from serving.register import Register
from serving.register.models import SessionRow
from serving.security.csrf import token_of
from serving.security.door import Door
from serving.security.login import Login, Words
from serving.security.security import Security
from serving.security.sessions import IDLE, LONGEST, Sessions
from serving.security.settings import Settings
from tests.serving.conftest import EAST, LOGIN, Client
from tests.serving.security.conftest import PEOPLE
from tests.serving.test_pages import csrf_in

HTML = {"accept": "text/html"}
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WHY = "Samtal från akuten, hemgång i dag"


def log_in(client: Client, user: str = "samordnare") -> str:
    """A form sent; the cookie's value."""
    csrf = csrf_in(client.get("/login").text)
    answer = client.post("/login", data={"user": user, "password": "right", "csrf": csrf})
    assert answer.status_code == 303
    return str(client.http.cookies["framsynt"])


def carry(client: Client, cookie: str) -> None:
    """As a browser that has this cookie and no other."""
    client.http.cookies.clear()
    client.http.cookies.set("framsynt", cookie)


def test_a_session_keeps_who_somebody_is(register: Register) -> None:
    sessions = Sessions(register.engine)
    session_id = sessions.begin(PEOPLE["reviewer"], NOW)
    found = sessions.find(session_id, NOW + MINUTE)
    assert found is not None
    assert (found.principal, found.began) == (PEOPLE["reviewer"], NOW)
    assert sessions.find("guessed", NOW) is None
    with register.engine.connect() as connection:
        [kept] = connection.execute(select(SessionRow.id_hash)).scalars()
    assert session_id not in kept


def test_half_an_hour_alone_ends_it_and_use_keeps_it(register: Register) -> None:
    sessions = Sessions(register.engine)
    idle = sessions.begin(PEOPLE["reviewer"], NOW)
    assert sessions.find(idle, NOW + IDLE) is None
    used, now = sessions.begin(PEOPLE["reviewer"], NOW), NOW
    while now < NOW + LONGEST - 20 * MINUTE:
        now += 20 * MINUTE
        assert sessions.find(used, now) is not None
    assert sessions.find(used, NOW + LONGEST - MINUTE / 60) is not None
    assert sessions.find(used, NOW + LONGEST) is None  # however much it is used


def test_an_ended_session_stays_ended(register: Register) -> None:
    sessions = Sessions(register.engine)
    session_id = sessions.begin(PEOPLE["reviewer"], NOW)
    found = sessions.find(session_id, NOW)
    assert found is not None
    sessions.end(found.id_hash, NOW)
    assert sessions.find(session_id, NOW) is None


def test_a_request_costs_one_small_query_and_a_write_a_minute(register: Register) -> None:
    sessions = Sessions(register.engine)
    session_id = sessions.begin(PEOPLE["reviewer"], NOW)
    said: list[str] = []
    event.listen(
        register.engine, "before_cursor_execute", lambda c, cu, sql, *_: said.append(sql[:6])
    )
    for second in range(0, 180, 10):
        assert sessions.find(session_id, NOW + timedelta(seconds=second)) is not None
    assert said.count("SELECT") == 18
    assert said.count("UPDATE") == 2


def test_a_login_gets_an_id_that_nobody_had_before(client: Client) -> None:
    client.get("/login")
    before = client.http.cookies["framsynt"]
    after = log_in(client)
    carry(client, before)
    assert client.get("/", headers=HTML).status_code == 303
    carry(client, after)
    assert client.get("/", headers=HTML).status_code == 200


def test_logging_in_again_ends_the_session_before(client: Client) -> None:
    first = log_in(client)
    log_in(client)
    carry(client, first)
    assert client.get("/", headers=HTML).status_code == 303


def test_after_logging_out_a_copied_cookie_is_worth_nothing(client: Client) -> None:
    cookie = log_in(client)
    assert client.post("/logout", data={"csrf": "forged"}).status_code == 403
    assert client.get("/", headers=HTML).status_code == 200
    csrf = csrf_in(client.get("/").text)
    assert client.post("/logout", data={"csrf": csrf}).status_code == 303
    carry(client, cookie)
    assert client.get("/", headers=HTML).status_code == 303


def test_a_session_survives_a_restart(client: Client, desk: Desk) -> None:
    cookie = log_in(client)
    again = Client(Door(create_app(desk), LOGIN))
    carry(again, cookie)
    assert again.get("/", headers=HTML).status_code == 200


def test_a_cookie_signed_by_somebody_else_is_none(client: Client, desk: Desk) -> None:
    other = Login.from_words(Words("right", "t"), secret="x" * 32, cost=16)
    cookie = log_in(Client(Door(create_app(desk), other)))
    carry(client, cookie)
    assert client.get("/", headers=HTML).status_code == 303


def test_a_new_login_ends_the_sessions_of_the_old_one(desk: Desk) -> None:
    app = create_app(desk)
    security = Security(lambda: app.state.desk, Settings(), LOGIN.secret, LOGIN)
    client = Client(Door(app, security=security))
    log_in(client)
    security.login = Login.from_words(Words("other", "t"), secret=LOGIN.secret, cost=16)
    assert client.get("/", headers=HTML).status_code == 303


def test_a_form_needs_the_token_of_its_own_session(client: Client, desk: Desk) -> None:
    log_in(client, "granskare")
    mine = csrf_in(client.get("/").text)
    other = Client(Door(create_app(desk), LOGIN))
    log_in(other, "granskare")
    theirs = csrf_in(other.get("/").text)
    assert mine != theirs
    path, form = "/people/P4/open", {"reason": WHY}
    assert client.post(path, data=form).status_code == 403
    assert client.post(path, data={**form, "csrf": theirs}).status_code == 403
    assert client.post(path, data={**form, "csrf": mine}).status_code == 303
    assert client.post(path, data=form, headers={"x-csrf-token": mine}).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://test"}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
    ],
)
def test_a_form_from_another_site_is_refused(
    client: Client, headers: dict[str, str], status: int
) -> None:
    log_in(client)
    csrf = csrf_in(client.get("/").text)
    assert client.post("/logout", data={"csrf": csrf}, headers=headers).status_code == status


def test_the_csrf_token_tells_nothing_of_the_session() -> None:
    assert token_of("secret", "one") != token_of("secret", "two")
    assert "one" not in token_of("secret", "one")


def test_breaking_the_glass_lasts_as_long_as_the_session(client: Client, desk: Desk) -> None:
    """granskare works at both units of this register; so ask as one of EAST alone."""
    rut = PEOPLE["reviewer"]
    app = create_app(desk)
    security = Security(lambda: app.state.desk, Settings(), LOGIN.secret, LOGIN)
    security.check_password = lambda *_: rut  # type: ignore[method-assign]
    mine = Client(Door(app, security=security))
    log_in(mine)
    assert mine.get("/people/P4", headers=HTML).status_code == 403
    form = {"reason": WHY, "csrf": csrf_in(mine.get("/").text)}
    assert mine.post("/people/P4/open", data=form).headers["location"] == "/people/P4"
    assert mine.get("/people/P4", headers=HTML).status_code == 200
    lines = [(a.what, a.why) for a in desk.register.access.of_person("P4")]
    assert lines == [("refused", ""), ("break-glass", WHY), ("person", WHY)]
    log_in(mine)  # another session
    assert mine.get("/people/P4", headers=HTML).status_code == 403


def test_over_https_the_cookie_is_bound_to_this_host(desk: Desk) -> None:
    app = create_app(desk)
    settings = Settings(public_url="https://framsynt.example.se")
    client = Client(Door(app, security=Security(lambda: desk, settings, "s" * 32, LOGIN)))
    answer = client.get("/login")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-framsynt=")
    for word in ("secure", "httponly", "samesite=lax", "path=/"):
        assert word in cookie
    assert "domain" not in cookie
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def test_a_register_that_is_away_is_said_and_nobody_is_let_in(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client)

    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("SECRET"))

    with monkeypatch.context() as patch:
        patch.setattr(Sessions, "find", fail)
        answer = client.get(f"/care-units/{EAST}", headers=HTML)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "SECRET" not in answer.text
    assert client.get(f"/care-units/{EAST}", headers=HTML).status_code == 200


def test_an_expired_session_comes_back_to_where_it_was(client: Client, tmp_path: Path) -> None:
    page = f"http://test/care-units/{EAST}?q=P1"
    answer = client.post(
        f"/care-units/{EAST}/decisions",
        data={"person_id": "P1"},
        headers={"hx-request": "true", "hx-current-url": page},
    )
    assert (answer.status_code, answer.headers["hx-redirect"]) == (
        401,
        f"/login?next=/care-units/{EAST}",
    )
    answer = client.post(f"/care-units/{EAST}/decisions", headers={**HTML, "referer": page})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/login?next=/care-units/{EAST}",
    )
