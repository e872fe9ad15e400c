"""Slows down guessing at the login form."""

from collections import deque
from time import monotonic


class Throttle:
    """Full after ``attempts`` failures within ``seconds``. Per process, for the demo login."""

    def __init__(self, attempts: int, seconds: float) -> None:
        self.attempts, self.seconds = attempts, seconds
        self._failures: deque[float] = deque(maxlen=attempts)

    def note(self) -> None:
        """A failed attempt."""
        self._failures.append(monotonic())

    def is_full(self) -> bool:
        oldest_allowed = monotonic() - self.seconds
        return len(self._failures) == self.attempts and self._failures[0] > oldest_allowed
