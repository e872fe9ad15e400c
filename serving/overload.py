"""What is more than can be worked on is turned away at once, and asked to come back.

Python works on one thing at a time in each worker, so beyond some number of requests in progress
each new one only makes all of them later: a caller who gives up has been worked for in vain, and
the queue feeds itself. So each worker counts what it has in hand. Beyond ``all_at_once`` a request
gets 503 and ``Retry-After``, before anything is read or looked up; scoring calls, which a tool can
send by the thousand, already beyond ``scoring_at_once``, so that they never shut the pages out.
Nothing is remembered: with the next answer that leaves there is room again. Health and metrics
are never turned away.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import SettingsError
from serving import problems
from serving.monitoring import show_path_again
from serving.security.answers import HEADERS, raw, refuse, wants_page, with_headers
from serving.security.limits import drain
from serving.web.busy import POLICY, busy_page

HEALTH = ("/healthz", "/livez", "/readyz", "/metrics")
SCORING = ("/score", "/score_batch")
COME_BACK_SECONDS = "2"
BUSY = "overloaded"
PLAIN = raw({**HEADERS, "cache-control": "no-store"})
"""The security headers that need nobody's settings."""
ALL, OF_SCORING = "FRAMSYNT_AT_ONCE", "FRAMSYNT_SCORING_AT_ONCE"


@dataclass(frozen=True)
class Limits:
    """Requests in progress in one worker. Of pages, so many that two workers hold the bursts of
    two hundred people at work; of scoring calls, about a third of a second's work."""

    all_at_once: int = 64
    scoring_at_once: int = 32

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """SettingsError that names the variable."""
        return cls(
            _number(environment, ALL, cls.all_at_once),
            _number(environment, OF_SCORING, cls.scoring_at_once),
        )


def _number(environment: Mapping[str, str], name: str, usual: int) -> int:
    said = environment.get(name, "")
    if not said:
        return usual
    if not said.isdigit() or not 1 <= int(said) <= 10_000:
        raise SettingsError("not a number of requests", where=name, do="Take one from 1 to 10000.")
    return int(said)


class Overload:
    """Around everything, the door too. ``turned_away`` is called for each request that is."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None, turned_away: Any = None) -> None:
        self.app = app
        self.limits = limits or Limits.from_environment()
        self.in_hand = self.scoring_in_hand = 0
        self._turned_away = turned_away or _counter().inc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("framsynt.path", scope.get("path"))
        if scope["type"] != "http" or path in HEALTH:
            await self.app(scope, receive, send)
            return
        scoring = path in SCORING
        if self.in_hand >= self.limits.all_at_once or (
            scoring and self.scoring_in_hand >= self.limits.scoring_at_once
        ):
            await self._turn_away(scope, receive, send)
            return
        self.in_hand += 1
        self.scoring_in_hand += scoring
        try:
            await self.app(scope, receive, send)
        finally:
            self.in_hand -= 1
            self.scoring_in_hand -= scoring

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._turned_away()
        show_path_again(scope)
        send = with_headers(send, PLAIN)
        if not wants_page(scope):
            said = problems.problem(503, "More is asked than can be answered now.", kind=BUSY)
            await refuse(scope, receive, send, said, retry_after=COME_BACK_SECONDS)
            return
        looks = scope["method"] in ("GET", "HEAD")
        if not looks:
            await drain(receive)
        headers = {"retry-after": COME_BACK_SECONDS, "content-security-policy": POLICY}
        page = HTMLResponse(busy_page(reloads=looks), 503, headers)
        await page(scope, receive, send)


@cache
def _counter() -> Any:
    """That of this process. It is there from the beginning, at 0: of a counter that begins with
    what a burst has made of it, no rate would show that burst."""
    from prometheus_client import Counter

    return Counter("framsynt_turned_away", "Requests turned away for being too many")
