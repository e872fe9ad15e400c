"""This engine, as a run does it: partition by partition, as the store delivers them, two at
a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.features.data import (
    COVERAGE,
    EVENTS_PER_PERSON,
    INDEX_DATE,
    Columns,
    canonical,
    edges,
    measures,
    n_features,
    partitions,
    simulate,
)
from features.history import History
from features.matrix import fill


def _one_person() -> None:
    """Loads the compiled loops, which are kept on disk: what a service does when it starts."""
    tables = canonical(simulate(1, EVENTS_PER_PERSON, 0), 0, 1)
    row = np.empty((1, n_features()), dtype=np.float32)
    fill(row, History.of(tables, COVERAGE).at(INDEX_DATE), measures())


def engine(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    tables = list(partitions(data, people))
    _one_person()
    bounds = edges(people)

    def run() -> np.ndarray:
        matrix = np.empty((people, n_features()), dtype=np.float32)

        def part(number: int) -> None:
            history = History.of(tables[number], COVERAGE)
            rows = matrix[bounds[number] : bounds[number + 1]]
            fill(rows, history.at(INDEX_DATE), measures())

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(part, range(len(tables))))
        return matrix

    return run
