"""Half an hour of mixed traffic: does memory stay where it is, and does anything fail?"""

import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.serving.histories import Histories, histories
from benchmarks.serving.load import Ask, Loaded, Plan, carry_out, load
from benchmarks.serving.services import ours
from benchmarks.serving.stored import stored
from features.home import Home

SETTLED_SHARE = 0.2
"""Of the time, before which caches are still filling: memory is held against what it was then."""
GROWTH_BAR = 0.05
LOOKS = 60


@dataclass(frozen=True)
class Soaked:
    """``megabytes``: of all workers together (USS), and when, in minutes. ``busiest``: the
    machine's highest load (of a minute) meanwhile."""

    minutes: float
    rate: float
    loaded: Loaded
    megabytes: list[tuple[float, float]]
    busiest: float

    @property
    def growth(self) -> float:
        """From when it had settled (median of a tenth of the time) to the end (likewise)."""
        settled = [m for at, m in self.megabytes if at >= SETTLED_SHARE * self.minutes]
        tenth = max(1, len(settled) // 10)
        before, after = sorted(settled[:tenth]), sorted(settled[-tenth:])
        return after[len(after) // 2] / before[len(before) // 2] - 1

    @property
    def failed(self) -> int:
        return sum(count for status, count in self.loaded.statuses.items() if status != 200)

    @property
    def met(self) -> bool:
        return not self.failed and abs(self.growth) <= GROWTH_BAR


def soak(home: Home, log: Path, *, minutes: float, rate: float, workers: int, seed: int) -> Soaked:
    people = histories(home, 60, 500)
    with ours(home, log, workers) as running:
        asks = _mixed(home, people, seed)
        load(Plan(running.port, asks, running.headers, turns=200, callers=2))
        plan = Plan(running.port, asks, running.headers, rate, 60 * minutes, callers=8, seed=seed)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            began, at_work = time.monotonic(), pool.submit(carry_out, plan)
            megabytes: list[tuple[float, float]] = []
            busiest = 0.0
            while not at_work.done():
                past = (time.monotonic() - began) / 60
                megabytes.append((past, sum(running.megabytes())))
                busiest = max(busiest, os.getloadavg()[0])
                time.sleep(max(1.0, 60 * minutes / LOOKS))
            return Soaked(minutes, rate, at_work.result(), megabytes, busiest)


def _mixed(home: Home, people: Histories, seed: int) -> list[Ask]:
    """Of a hundred calls: 60 histories to score, 5 of ten people at once, 20 stored scores, 10
    people with all that is known and 5 lists; in random order."""
    single = [Ask("POST", "/score", body, "score") for body in people.bodies]
    ten = Ask("POST", "/score_batch", people.together(10), "batch")
    kept = stored(home)
    lists = sorted({f"/api/v1/care-units/{unit}/lists/current" for unit in kept.care_units})
    chance = random.Random(seed)
    asks = []
    for _ in range(20):
        asks += chance.sample(single, 60 if len(single) >= 60 else len(single))
        asks += [ten] * 5 + [chance.choice(kept.scores) for _ in range(20)]
        asks += [chance.choice(kept.whole) for _ in range(10)]
        asks += [Ask("GET", chance.choice(lists), kind="list") for _ in range(5)]
    chance.shuffle(asks)
    return asks
