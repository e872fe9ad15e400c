"""More than can be worked on is turned away at once; what was taken in is finished."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from features.errors import SettingsError
from serving.overload import ALL, HEALTH, OF_SCORING, Limits, Overload
from serving.web.busy import busy_page

LIMITS = Limits(all_at_once=3, scoring_at_once=2)


class Worker:
    """An application that answers when it is told to, behind the bound."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.turned_away = 0
        self.bound = Overload(self._answer, LIMITS, self._count)

    def _count(self) -> None:
        self.turned_away += 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.open.wait()
        if scope.get("framsynt.path") == "/broken":
            raise RuntimeError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(self, path: str, method: str = "GET", accept: str = "*/*") -> "Answer":
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": "/hidden",
            "framsynt.path": path,
            "headers": [(b"accept", accept.encode())],
            "state": {},
        }
        if path in HEALTH:  # their path is nothing to hide
            scope["path"] = path
        answer = Answer()
        sent = [{"type": "http.request", "body": b"x" * 10, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return sent.pop() if sent else {"type": "http.disconnect"}

        try:
            await self.bound(scope, receive, answer.take)
        except RuntimeError:
            answer.status = 500
        answer.read = not sent
        return answer


class Answer:
    status = 0
    body = b""
    read = False

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.body += message.get("body", b"")


def run(scene: Callable[[Worker], Awaitable[None]]) -> Worker:
    async def play() -> Worker:
        worker = Worker()
        await scene(worker)
        return worker

    return asyncio.run(play())


async def begun(worker: Worker, *paths: str) -> "list[asyncio.Task[Answer]]":
    """So many requests in hand."""
    tasks = [asyncio.create_task(worker.ask(path)) for path in paths]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


def test_beyond_the_bound_it_is_said_at_once_and_nothing_else_suffers() -> None:
    async def scene(worker: Worker) -> None:
        tasks = await begun(worker, "/", "/units/1", "/people/1")
        refused = await worker.ask("/api/v1/care-units")
        assert refused.status == 503
        assert refused.headers["retry-after"] == "2"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert b"overloaded" in refused.body
        worker.open.set()
        assert [(await task).status for task in tasks] == [200] * 3
        assert (await worker.ask("/")).status == 200  # there is room again

    worker = run(scene)
    assert worker.turned_away == 1
    assert worker.bound.in_hand == worker.bound.scoring_in_hand == 0


def test_scoring_calls_leave_room_for_the_pages() -> None:
    async def scene(worker: Worker) -> None:
        tasks = await begun(worker, "/score", "/score_batch")
        refused = await worker.ask("/score", "POST")
        assert (refused.status, refused.read) == (503, True)
        [page] = await begun(worker, "/")
        worker.open.set()
        assert (await page).status == 200
        assert [(await task).status for task in tasks] == [200] * 2

    run(scene)


@pytest.mark.parametrize("path", HEALTH)
def test_health_is_never_turned_away(path: str) -> None:
    async def scene(worker: Worker) -> None:
        await begun(worker, "/", "/", "/")
        [asked] = await begun(worker, path)
        assert not asked.done()
        worker.open.set()
        assert (await asked).status == 200

    run(scene)


def test_people_get_a_page_that_comes_back_by_itself() -> None:
    async def scene(worker: Worker) -> None:
        tasks = await begun(worker, "/", "/", "/")
        looked = await worker.ask("/people/SECRET", accept="text/html")
        sent = await worker.ask("/people/SECRET/decide", "POST", accept="text/html")
        for answer in (looked, sent):
            assert answer.status == 503
            assert answer.headers["retry-after"] == "2"
            assert answer.headers["content-type"].startswith("text/html")
            assert "försök igen".encode() in answer.body
            assert b"SECRET" not in answer.body
        assert (b"refresh" in looked.body, b"refresh" in sent.body) == (True, False)
        assert sent.read  # who is cut off while sending may never see the answer
        worker.open.set()
        await asyncio.gather(*tasks)

    run(scene)


def test_fhir_is_refused_in_its_own_words() -> None:
    async def scene(worker: Worker) -> None:
        tasks = await begun(worker, "/", "/", "/")
        refused = await worker.ask("/fhir/List")
        assert refused.headers["content-type"].startswith("application/fhir+json")
        assert b"OperationOutcome" in refused.body
        worker.open.set()
        await asyncio.gather(*tasks)

    run(scene)


def test_what_fails_makes_room_too() -> None:
    async def scene(worker: Worker) -> None:
        worker.open.set()
        for _ in range(10):
            assert (await worker.ask("/broken")).status == 500

    assert run(scene).turned_away == 0


def test_both_languages_stand_on_the_page() -> None:
    page = busy_page(reloads=True).decode()
    assert 'lang="sv"' in page
    assert 'lang="en"' in page


@pytest.mark.parametrize("name", [ALL, OF_SCORING])
@pytest.mark.parametrize("said", ["0", "-1", "many"])
def test_what_is_no_bound(name: str, said: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Limits.from_environment({name: said})


def test_bounds_from_the_environment() -> None:
    assert Limits.from_environment({}) == Limits()
    assert Limits.from_environment({ALL: "8", OF_SCORING: "4"}) == Limits(8, 4)
