"""Many index dates at once against one at a time: rows are read and classified once."""

import time
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.features.data import (
    COVERAGE,
    EVENTS_PER_PERSON,
    INDEX_DATE,
    canonical,
    measures,
    simulate,
)
from features.history import History
from features.matrix import build_matrix


@dataclass(frozen=True)
class Dates:
    """Seconds for the same people: one date, and ``n`` dates together."""

    people: int
    n: int
    one: float
    together: float

    @property
    def share(self) -> float:
        """Of the time that the dates take one by one."""
        return self.together / (self.n * self.one)


def dates(people: int, *, n: int, seed: int, repeats: int) -> Dates:
    tables = canonical(simulate(people, EVENTS_PER_PERSON * people, seed), 0, people)
    mondays = [INDEX_DATE - timedelta(weeks=13 * number) for number in range(n)]

    def best(chosen: list) -> float:
        seconds = []
        for _ in range(repeats):
            began = time.perf_counter()
            build_matrix(History.of(tables, COVERAGE), measures(), chosen)
            seconds.append(time.perf_counter() - began)
        return min(seconds)

    best(mondays)  # warm
    return Dates(people, n, best(mondays[:1]), best(mondays))
