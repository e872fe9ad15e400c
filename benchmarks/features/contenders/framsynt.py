"""This engine, as a run does it: partition by partition, as the store delivers them, two at
a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.features.data import (
    COVERAGE,
    INDEX_DATE,
    Columns,
    edges,
    measures,
    n_features,
    partitions,
)
from features.history import History
from features.matrix import fill


def engine(data: dict[str, Columns], people: int) -> Callable[[], np.ndarray]:
    tables = list(partitions(data, people))
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
