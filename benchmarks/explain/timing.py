"""How long a call takes, what it answers, and how much memory it asks for at most."""

import time
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

ENOUGH = 30.0
"""Seconds after which a call is not repeated."""


def timed(call: Callable[[], T], repeats: int) -> tuple[float, T]:
    """Seconds of the fastest of some calls, and the answer; fewer calls once all together have
    taken ``ENOUGH``."""
    taken: list[float] = []
    while True:
        began = time.perf_counter()
        answer = call()
        taken.append(time.perf_counter() - began)
        if len(taken) >= repeats or sum(taken) > ENOUGH:
            return min(taken), answer


def peak_megabytes(call: Callable[[], object]) -> float:
    """Memory asked for while a call runs, beyond what was there before it."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
