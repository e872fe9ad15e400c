"""Records of the people opened last: a page, its parts and its timeline read them once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from features.frames import AnyTables

MOST = 50
SECONDS = 600.0
"""Records of a person do not stay in memory longer than this after they were read."""


class FewPeople:
    """``read(extract_id, person_id)``, remembered for the last few people, for a while."""

    def __init__(self, read: Callable[[str, str], AnyTables]) -> None:
        self._read = read
        self._kept: OrderedDict[tuple[str, str], tuple[float, AnyTables]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: tuple[str, str]) -> AnyTables:
        """What ``read`` gives or raises. Tables are shared: nobody may change them."""
        now = monotonic()
        with self._lock:
            while self._kept and next(iter(self._kept.values()))[0] < now - SECONDS:
                self._kept.popitem(last=False)
            if asked in self._kept:
                return self._kept[asked][1]
        tables = self._read(*asked)
        with self._lock:
            self._kept[asked] = (now, tables)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return tables
