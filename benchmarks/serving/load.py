"""Calls at a set rate whether or not the ones before have been answered, as callers make them.

A call's time runs from the moment it was due, so a service that falls behind cannot hide it. The
calls are made by a process of its own, with as little of its own between them and the socket
as can be.
"""

import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from queue import Empty, SimpleQueue

import numpy as np

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Ask:
    """One call. ``kind``: what it is counted as."""

    method: str
    path: str
    body: bytes = b""
    kind: str = ""


@dataclass(frozen=True)
class Plan:
    """``asks`` in turn at ``rate`` a second for some ``seconds``, at random moments (Poisson) or
    evenly, by at most ``callers`` at once. ``turns``: instead of a rate, as fast as they are
    answered, so many calls in all."""

    port: int
    asks: Sequence[Ask]
    headers: dict[str, str]
    rate: float = 0.0
    seconds: float = 0.0
    callers: int = 32
    turns: int = 0
    seed: int = 1


@dataclass(frozen=True)
class Answered:
    """One call's kind, status (0: none), and when it was due and answered, in seconds."""

    kind: str
    status: int
    due: float
    done: float

    @property
    def seconds(self) -> float:
        return self.done - self.due


@dataclass(frozen=True)
class Loaded:
    """All calls of a plan. ``seconds``: from the first that was due to the last answer."""

    calls: list[Answered]
    seconds: float

    def some(self, kind: str = "", status: int = 200) -> list[Answered]:
        return [c for c in self.calls if c.status == status and kind in ("", c.kind)]

    def milliseconds(self, share: float, kind: str = "", status: int = 200) -> float:
        taken = [1000 * c.seconds for c in self.some(kind, status)]
        return float(np.quantile(taken, share)) if taken else float("nan")

    @property
    def statuses(self) -> Counter[int]:
        return Counter(call.status for call in self.calls)

    @property
    def per_second(self) -> float:
        return len(self.some()) / self.seconds


def load(plan: Plan) -> Loaded:
    """Carries out a plan, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(abs, 1).result()
        return pool.submit(carry_out, plan).result()


def carry_out(plan: Plan) -> Loaded:
    due: SimpleQueue[tuple[float, Ask]] = SimpleQueue()
    began = time.perf_counter() + 0.1
    for moment, ask in _moments(plan):
        due.put((began + moment, ask))
    calls: list[Answered] = []
    callers = [threading.Thread(target=_call, args=(plan, due, calls)) for _ in range(plan.callers)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    return Loaded(calls, max(c.done for c in calls) - began)


def _moments(plan: Plan) -> list[tuple[float, Ask]]:
    if plan.turns:
        return [(0.0, plan.asks[n % len(plan.asks)]) for n in range(plan.turns)]
    chance, moment, made = random.Random(plan.seed), 0.0, []
    while (moment := moment + chance.expovariate(plan.rate)) < plan.seconds:
        made.append((moment, plan.asks[len(made) % len(plan.asks)]))
    return made


def _call(plan: Plan, due: "SimpleQueue[tuple[float, Ask]]", calls: list[Answered]) -> None:
    line = _line(plan.port)
    while True:
        try:
            moment, ask = due.get_nowait()
        except Empty:
            line.close()
            return
        wait = moment - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        if plan.turns:
            moment = time.perf_counter()
        try:
            status = _asked(line, plan, ask)
        except (OSError, http.client.HTTPException):
            line.close()
            line = _line(plan.port)
            status = _again(line, plan, ask)
        calls.append(Answered(ask.kind, status, moment, time.perf_counter()))


def _line(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)


def _again(line: http.client.HTTPConnection, plan: Plan, ask: Ask) -> int:
    """Once more on a new connection: the service may close one that nobody has used for a while
    just when it is used. 0 where that is not answered either."""
    try:
        return _asked(line, plan, ask)
    except (OSError, http.client.HTTPException):
        line.close()
        return 0


def _asked(line: http.client.HTTPConnection, plan: Plan, ask: Ask) -> int:
    if line.sock is None:
        line.connect()
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.request(ask.method, ask.path, ask.body or None, plan.headers)
    answer = line.getresponse()
    answer.read()
    return answer.status
