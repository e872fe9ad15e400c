"""Nurses at their lists: what they read and decide, how long they think, and what they get.

They run in a process of their own, each with her own login and care unit. A nurse reads her
list, opens people, decides about them as the page's own form does (with htmx), and looks at the
team now and then: a page every three to eight seconds.
"""

import asyncio
import html
import random
import re
import time
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode

import aiohttp

THINKS_SECONDS = (3.0, 8.0)
DEEDS = {"person": 0.40, "decision": 0.42, "list": 0.12, "team": 0.04, "export": 0.02}
KINDS = {"enrol": 0.35, "defer": 0.30, "decline": 0.35}
PATIENCE_SECONDS = 30.0
KEPT_OPEN_SECONDS = 4.0  # a connection: the service closes its end after five
ROW = re.compile(
    r'name="person_id" value="(?P<person>[^"]+)">\s*'
    r'<input type="hidden" name="follows" value="(?P<follows>\d+)">'
)
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
START = re.compile(r'name="start" value="([^"]+)"')
UNTIL = re.compile(r'name="until" value="(\d{4}-\d\d-\d\d)"')


@dataclass(frozen=True)
class Plan:
    """``logins``: for each nurse her care unit and the cookies of her session. ``begins``: when,
    by ``time.time()``, which other processes share."""

    url: str
    logins: list[tuple[str, dict[str, str]]]
    begins: float
    seconds: float
    seed: int


@dataclass(frozen=True)
class Call:
    """``at``: seconds since the beginning. ``status``: 0 where no answer came."""

    kind: str
    at: float
    seconds: float
    status: int


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Done:
    """``sent`` and ``acknowledged``: the notes of decisions, each written once."""

    calls: list[Call] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)


def work(plan: Plan) -> Done:
    """All nurses until the time is up."""
    return asyncio.run(_all(plan))


async def _all(plan: Plan) -> Done:
    done = Done()
    await asyncio.sleep(plan.begins - time.time())
    began = perf_counter()
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_OPEN_SECONDS)
    async with aiohttp.ClientSession(
        plan.url,
        connector=connector,
        timeout=aiohttp.ClientTimeout(PATIENCE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),  # each nurse has her own
    ) as http:
        nurses = [
            Nurse(number, http, unit, cookies, plan, done, began)
            for number, (unit, cookies) in enumerate(plan.logins)
        ]
        await asyncio.gather(*(nurse.work() for nurse in nurses))
    return done


class Nurse:
    """One of them, at her own care unit."""

    def __init__(
        self,
        number: int,
        http: aiohttp.ClientSession,
        unit: str,
        cookies: dict[str, str],
        plan: Plan,
        done: Done,
        began: float,
    ) -> None:
        self.number, self.http, self.plan, self.done = number, http, plan, done
        self.path, self.began = f"/care-units/{unit}", began
        self.headers = {
            "accept": "text/html",
            "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        self.draw = random.Random(f"{plan.seed}-{number}")
        self.follows: dict[str, int] = {}
        self.csrf = self.start = self.until = ""
        self.decisions = 0

    async def work(self) -> None:
        """From the list on, until the time is up; they do not all sit down at once."""
        await asyncio.sleep(self.draw.uniform(0, THINKS_SECONDS[1]))
        await self.read_list()
        while True:
            pause = self.draw.uniform(*THINKS_SECONDS)
            if perf_counter() - self.began + pause > self.plan.seconds:
                return
            await asyncio.sleep(pause)
            await self.do_something()

    async def do_something(self) -> None:
        deed = self.draw.choices(list(DEEDS), list(DEEDS.values()))[0]
        if deed == "list" or not self.follows:
            await self.read_list()
        elif deed == "decision":
            await self.decide()
        elif deed == "person":
            await self.ask("person", "GET", f"/people/{self.somebody()}")
        elif deed == "team":
            await self.ask("team", "GET", f"{self.path}/team")
        else:
            await self.ask("export", "GET", f"{self.path}/export.xlsx")

    def somebody(self) -> str:
        return self.draw.choice(sorted(self.follows))

    async def read_list(self) -> None:
        answer = await self.ask("list", "GET", self.path)
        if answer is not None and answer.status == 200:
            self.follows = rows_in(answer.text)
            self.csrf, self.start, self.until = (
                found[1] for part in (CSRF, START, UNTIL) if (found := part.search(answer.text))
            )

    async def decide(self) -> None:
        person = self.somebody()
        note = f"skötare {self.number}, beslut {self.decisions}"
        self.decisions += 1
        form = {
            "csrf": self.csrf,
            "person_id": person,
            "follows": str(self.follows[person]),
            "kind": self.draw.choices(list(KINDS), list(KINDS.values()))[0],
            "mobile_model": self.draw.choice("ABC"),
            "start": self.start,
            "until": self.until,
            "reason": "enough_support",
            "note": note,
        }
        self.done.sent.append(note)
        answer = await self.ask(
            "decision",
            "POST",
            f"{self.path}/decisions",
            form,
            {"origin": self.plan.url, "hx-request": "true"},
        )
        if answer is None or answer.status == 409:
            del self.follows[person]  # as after reading the row that says so
        elif answer.status == 200:
            self.done.acknowledged.append(note)
            self.follows.pop(person)
            self.follows |= rows_in(answer.text)

    async def ask(
        self,
        kind: str,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer | None:
        """A call and how long it took, to the last byte; None where no answer came."""
        sent = {**self.headers, **(headers or {})}
        if form is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        body = urlencode(form).encode() if form is not None else None
        at = perf_counter()
        try:
            async with self.http.request(
                method, path, data=body, headers=sent, allow_redirects=False
            ) as said:
                answer = Answer(said.status, await said.read())
        except (aiohttp.ClientError, TimeoutError):
            answer = None
        status = answer.status if answer is not None else 0
        self.done.calls.append(Call(kind, at - self.began, perf_counter() - at, status))
        return answer


def rows_in(page: str) -> dict[str, int]:
    """Who can be decided about, and the decision that a next one follows."""
    return {html.unescape(m["person"]): int(m["follows"]) for m in ROW.finditer(page)}
