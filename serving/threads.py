"""How many requests are worked on at once: enough to wait side by side, too few to get in each
other's way.

Work is Python's, and one thread at a time may run it. Forty threads that share it finish none of
their pages soon; the ninth request had better wait until a thread is free. And a thread that
comes back from the database or the disk should get its turn quickly: by default it waits for
five milliseconds, every time, and a page comes back many times.
"""

import sys
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any

import anyio.to_thread

AT_ONCE = 8
TURN_SECONDS = 0.001
QUICK_PEOPLE = 10
"""Scored so soon that waiting for one's turn is shorter than sharing."""

_TURN = Lock()


def in_turn(people: int) -> AbstractContextManager[Any]:
    """For scoring so many people: one call after the other where that is quick. Two calls of ten
    milliseconds that share the interpreter are both answered after twenty. A call about many
    does not take part, for the others would wait for it."""
    return _TURN if people <= QUICK_PEOPLE else nullcontext()


def few_threads() -> None:
    """Of this process; called within its event loop."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
    sys.setswitchinterval(TURN_SECONDS)
