"""Slows down guessing at the login form."""

from collections import deque
from math import ceil
from time import monotonic


class Throttle:
    """Full after ``attempts`` failures within ``seconds``. Per process, for the demo login."""

    def __init__(self, attempts: int, seconds: float) -> None:
        self.attempts, self.seconds = attempts, seconds
        self._failures: deque[float] = deque(maxlen=attempts)

    def note(self) -> None:
        """A failed attempt."""
        self._failures.append(monotonic())

    def wait(self) -> int:
        """Whole seconds until another attempt; 0 if it may be made now."""
        left = self.seconds - (monotonic() - self._failures[0]) if self._failures else 0
        return ceil(left) if len(self._failures) == self.attempts and left > 0 else 0
