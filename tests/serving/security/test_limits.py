"""How often, how much, and what every answer carries."""

from typing import Any

import anyio
import pytest

from features.errors import SettingsError
from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from serving.security.limits import FORM_BYTES, GONE, Buckets, unless_gone
from serving.security.settings import Rate, Settings
from tests.serving.conftest import EAST, LOGIN, TOKEN, Client
from tests.serving.security.conftest import as_, site

HTML = {"accept": "text/html"}


def test_a_bucket_empties_and_fills() -> None:
    buckets = Buckets(Rate(2, 3))
    assert [buckets.take("a", now=0) for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("b", now=0) == 0  # somebody else's is full
    assert buckets.take("a", now=0.5) == 0
    assert buckets.take("a", now=0.5) == 1
    assert [buckets.take("a", now=100) for _ in range(4)] == [0, 0, 0, 1]


def test_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.security.limits.MOST_KEYS", 10)
    buckets = Buckets(Rate(1, 1))
    for number in range(100):
        buckets.take(str(number), now=0)
    assert len(buckets._left) == 10


def test_one_tool_that_asks_too_much_does_not_stop_the_others(desk: Desk) -> None:
    client = site(desk, Settings(per_principal=Rate(1, 5)))
    answers = [client.get("/api/v1/care-units", headers=as_("coordinator")) for _ in range(7)]
    assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
    assert client.get("/api/v1/care-units", headers=as_("analyst")).status_code == 200


def test_an_address_is_limited_for_strangers_too(desk: Desk) -> None:
    client = site(desk, Settings(per_address=Rate(1, 3)))
    assert [client.get("/x").status_code for _ in range(4)] == [401, 401, 401, 429]
    page = client.get("/", headers=HTML)
    assert page.status_code == 429
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/healthz").status_code == 404  # open, and not counted


def test_logins_begun_from_an_address_are_limited(desk: Desk) -> None:
    client = site(desk, Settings(per_login=Rate(0.1, 2)))
    answers = [client.post("/login", data={}) for _ in range(3)]
    assert [a.status_code for a in answers] == [403, 403, 429]
    assert int(answers[-1].headers["retry-after"]) > 1


def test_two_hundred_nurses_behind_one_address_are_let_through() -> None:
    """One click a second each, five requests a click, all on the stroke of eight."""
    settings = Settings()
    address, sessions = Buckets(settings.per_address), Buckets(settings.per_principal)
    for second in range(4):
        for nurse in range(200):
            for _ in range(2 if second else 5):
                assert address.take("clinic", now=float(second)) == 0
                assert sessions.take(str(nurse), now=float(second)) == 0


def test_a_body_longer_than_a_form_is_refused(tokens: Client) -> None:
    path = f"/care-units/{EAST}/decisions"
    fields = {"person_id": "P1", "note": "x" * FORM_BYTES}
    assert tokens.post(path, data=fields, headers=as_("reviewer")).status_code == 413
    assert tokens.post("/login", data={"user": "x" * FORM_BYTES}).status_code == 413


def test_a_body_that_has_been_read_is_not_waited_for(desk: Desk) -> None:
    """A server gives no more of a body that has come whole, until the caller goes away."""
    door = Door(create_app(desk), LOGIN)
    came, sent = [{"type": "http.request", "body": b"x" * (FORM_BYTES + 1)}], []

    async def receive() -> Any:
        if not came:
            raise AssertionError("asked for more than there is")
        return came.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/api/v1/care-units/{EAST}/decisions"
    headers = [(b"authorization", TOKEN["Authorization"].encode()), (b"host", b"test")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    anyio.run(door, {**scope, "headers": headers, "client": ("127.0.0.1", 1)}, receive, send)
    assert sent[0]["status"] == 413


def test_a_body_that_does_not_say_how_long_it_is_is_counted(desk: Desk) -> None:
    client = site(desk)

    async def endless() -> object:
        for _ in range(1000):
            yield b"x" * 1024

    async def send() -> int:
        answer = await client.http.post("/login", content=endless())
        return answer.status_code

    assert anyio.run(send) == 413


@pytest.mark.parametrize(("comes", "status"), [("http.disconnect", GONE), ("http.request", 500)])
def test_a_caller_who_hangs_up_while_sending_is_no_error_of_ours(comes: str, status: int) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": comes}

    async def send(message: Any) -> None:
        sent.append(message["status"])

    async def run() -> None:
        receiving, sending = unless_gone(receive, send)
        await receiving()
        await sending({"type": "http.response.start", "status": 500})

    anyio.run(run)
    assert sent == [status]


def test_every_answer_carries_the_headers(tokens: Client) -> None:
    for path in ("/login", "/static/framsynt.css", "/x", "/api/v1/care-units", "/healthz"):
        headers = tokens.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers  # not over http
        wanted = "max-age=3600" if path.startswith("/static") else "no-store"
        assert headers["cache-control"] == wanted


@pytest.mark.parametrize("status", [403, 404])
def test_refusals_are_pages_for_people(tokens: Client, status: int) -> None:
    path = {403: "/people/P4", 404: "/nowhere"}[status]
    answer = tokens.get(path, headers=as_("reviewer", **HTML))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1" in answer.text


def test_metrics_are_for_this_machine_or_their_token(desk: Desk) -> None:
    here, there = site(desk), site(desk, Settings(metrics_token="m" * 20))
    assert here.get("/metrics").status_code == 404  # let through; no scoring service here
    assert here.get("/metrics", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 403
    assert there.get("/metrics").status_code == 403
    for token, status in (("m" * 20, 404), ("wrong", 403), ("coordinator", 403)):
        headers = {"authorization": f"Bearer {token}"}
        assert there.get("/metrics", headers=headers).status_code == status


def test_metrics_are_shut_to_other_machines(desk: Desk) -> None:
    import httpx

    app = Door(create_app(desk), LOGIN)
    transport = httpx.ASGITransport(app, client=("10.0.0.7", 4711))  # type: ignore[arg-type]

    async def ask() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get("/metrics")).status_code

    assert anyio.run(ask) == 403


@pytest.mark.parametrize("said", ["0/5", "5", "5/0", "-1/5", "a/b"])
def test_a_rate_that_is_none_names_its_variable(said: str) -> None:
    with pytest.raises(SettingsError, match="FRAMSYNT_RATE_PER_ADDRESS"):
        Settings.from_environment({"FRAMSYNT_RATE_PER_ADDRESS": said})


def test_rates_from_the_environment() -> None:
    found = Settings.from_environment({"FRAMSYNT_RATE_PER_PRINCIPAL": "2.5/10"})
    assert found.per_principal == Rate(2.5, 10)
