"""Time per person and peak memory as the region grows, each size in a process of its own.

Partitions are made, turned into matrices and let go, a few at a time, as a run does it; only
the matrices are timed. A short time measured once tells more of the machine than of the
engine, so every size is timed alike: in the same number of partitions at a time, each few
several times with the best counted, and small regions over and over with new events until as
many people have passed as in a larger one. The checksum shows that every matrix was made.
"""

import itertools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.features.compare import timed
from benchmarks.features.data import (
    COVERAGE,
    INDEX_DATE,
    canonical,
    measures,
    n_features,
    simulate,
)
from features.history import History
from features.matrix import fill
from features.tables import Tables

AT_ONCE = 8
"""Partitions in memory at a time, shared by the threads."""
PEOPLE_PER_PARTITION = 6_250
"""So few that the smallest region keeps the threads as busy as the largest: AT_ONCE of them."""
THREADS = 2
TIMES = 3
"""How often each few partitions are timed; the best counts."""
AT_LEAST = 350_000
"""People timed; a smaller region is passed several times, and the mean of the passes shown."""


@dataclass(frozen=True)
class Scaled:
    people: int
    events: int
    seconds: float
    cpu_seconds: float
    peak_gb: float
    checksum: float

    @property
    def microseconds_per_person(self) -> float:
        return 1e6 * self.seconds / self.people


def scaling(sizes: list[int], *, events_per_person: float, seed: int) -> list[Scaled]:
    made = []
    for people in sizes:
        command = [sys.executable, "-m", "benchmarks.features", "--one-size", str(people)]
        command += ["--events-per-person", str(events_per_person), "--seed", str(seed)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        made.append(Scaled(**json.loads(answer.splitlines()[-1])))
        print(f"{people:>12,} people {made[-1].seconds:8.2f} s", flush=True)
    return made


def one_size(people: int, *, events_per_person: float, seed: int) -> str:
    """Runs one size in this process; its figures as JSON."""
    counts = [
        min(PEOPLE_PER_PARTITION, people - first)
        for first in range(0, people, PEOPLE_PER_PARTITION)
    ]
    events, checksum, seconds, cpu = 0, 0.0, 0.0, 0.0

    passes = max(1, round(AT_LEAST / people))

    def make(one: int, number: int) -> Tables:
        n = counts[number]
        own_seed = seed + one * len(counts) + number
        return canonical(simulate(n, round(n * events_per_person), own_seed), 0, n)

    def matrix(tables: Tables) -> np.ndarray:
        made = np.empty((len(tables["persons"]), n_features()), dtype=np.float32)
        fill(made, History.of(tables, COVERAGE).at(INDEX_DATE), measures())
        return made

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(matrix, [make(0, 0)] * THREADS))  # warm
        for one, first in itertools.product(range(passes), range(0, len(counts), AT_ONCE)):
            numbers = range(first, min(first + AT_ONCE, len(counts)))
            partitions = list(pool.map(partial(make, one), numbers))
            matrices, best, cpu_of_best = timed(
                lambda partitions=partitions: list(pool.map(matrix, partitions)), TIMES
            )
            seconds += best / passes
            cpu += best * cpu_of_best / passes
            checksum += sum(float(made.sum(dtype=np.float64)) for made in matrices)
            if one == 0:
                events += sum(len(t[name]) for t in partitions for name in t if name != "persons")
            del partitions, matrices
    return json.dumps(asdict(Scaled(people, events, seconds, cpu, _peak_gb(), checksum)))


def _peak_gb() -> float:
    """Of this process alone: what getrusage says begins with the parent's peak."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e9
    raise OSError("this system does not tell a process's peak memory")
