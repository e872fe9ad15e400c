"""What has been read, kept a while: for what never changes once it is written."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SECONDS = 600.0
"""What retention has deleted is forgotten here after as long."""


class Kept(Generic[K, V]):
    """``read(key)``, remembered for the keys asked for last, ``seconds`` at the longest."""

    def __init__(self, read: Callable[[K], V], most: int, seconds: float = SECONDS) -> None:
        self._read, self.most, self.seconds = read, most, seconds
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V:
        """What ``read`` gives or raises. It is shared: nobody may change it."""
        now = monotonic()
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found[0] >= now - self.seconds:
                self._kept.move_to_end(key)
                return found[1]
        value = self._read(key)
        with self._lock:
            self._kept[key] = (now, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return value
