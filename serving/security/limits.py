"""How often, and how much at once: token buckets, and bodies of moderate size."""

from collections import OrderedDict
from math import ceil
from threading import Lock
from time import monotonic

import anyio
from starlette.types import Message, Receive, Scope, Send

from serving.security.settings import Rate

FORM_BYTES = 64 * 2**10
HOOK_BYTES = 8 * 2**20  # one person's records
SCORING_BYTES = 32 * 2**20
MOST_KEYS = 20_000
DRAINED_BYTES = 4 * 2**20
DRAINED_SECONDS = 2.0


class Buckets:
    """A bucket of tokens per key; a request takes one, time fills it up again. Per process."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, tokens: float = 1, now: float | None = None) -> int:
        """0 if there was enough; otherwise whole seconds to wait, and nothing is taken."""
        now = monotonic() if now is None else now
        with self._lock:
            left, then = self._left.pop(key, (float(self.rate.burst), now))
            left = min(float(self.rate.burst), left + (now - then) * self.rate.per_second)
            enough = left >= tokens
            self._left[key] = (left - tokens if enough else left, now)
            if len(self._left) > MOST_KEYS:  # the one unused for longest is full again
                self._left.popitem(last=False)
        return 0 if enough else max(1, ceil((tokens - left) / self.rate.per_second))


class TooLong(Exception):
    """A body is longer than allowed. ``rest``: what is still to be read of it."""

    def __init__(self, rest: Receive) -> None:
        super().__init__()
        self.rest = rest


async def read_whole(receive: Receive, most: int) -> Receive:
    """Reads a body of at most ``most`` bytes and returns it to be read again. TooLong."""
    held = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return _again(message, receive)
        held += message.get("body", b"")
        more = message.get("more_body", False)
        if len(held) > most:
            raise TooLong(receive if more else _nothing)
        if not more:
            whole: Message = {"type": "http.request", "body": bytes(held), "more_body": False}
            return _again(whole, receive)


async def drain(receive: Receive) -> None:
    """Reads what a caller still sends, some of it: who is cut off while sending may never
    see the answer. No more than a moment and a moderate size."""
    left = DRAINED_BYTES
    with anyio.move_on_after(DRAINED_SECONDS):
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return


def _again(first: Message, receive: Receive) -> Receive:
    waiting = [first]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


GONE = 499
"""As nginx has it: the caller went away before it had sent all. Nobody reads this status but
whoever counts, and it is no error of ours."""


def unless_gone(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """The two, where an answer to a caller who hung up while sending counts as ``GONE``."""
    gone = False

    async def receiving() -> Message:
        nonlocal gone
        message = await receive()
        gone = gone or message["type"] == "http.disconnect"
        return message

    async def sending(message: Message) -> None:
        if gone and message["type"] == "http.response.start":
            message = {**message, "status": GONE}
        await send(message)

    return receiving, sending


async def _nothing() -> Message:
    """A body has been read whole: whoever asks on would wait until the caller has gone."""
    return {"type": "http.request", "body": b"", "more_body": False}


def declared_length(scope: Scope) -> int | None:
    """What Content-Length says; None where it says nothing that can be read."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None
