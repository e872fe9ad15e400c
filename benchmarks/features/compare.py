"""Times every contender and holds their numbers against each other."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from benchmarks.features.contenders import AS_WRITTEN, ENGINE, FLOOR, OUR_DESIGN, Contender
from benchmarks.features.data import Columns, n_features, simulate

Result = TypeVar("Result")
LONG = 60
"""Seconds; what takes longer is run once."""
SLOW = {"DuckDB, filtered aggregates": 20}
"""Run on so small a part of the people, where they are many, and its time multiplied."""
MANY = 100_000


@dataclass(frozen=True)
class Compared:
    """Seconds, the best of ``repeats``, by contender."""

    people: int
    events: int
    features: int
    repeats: int
    engine: dict[str, float]
    as_written: dict[str, float]
    our_design: dict[str, float]
    floor: dict[str, float]
    cpu_per_second: float
    """Processor seconds of this engine per second: how many cores were busy."""

    @property
    def ours(self) -> float:
        return self.engine["Framsynt"]


def timed(run: Callable[[], Result], repeats: int) -> tuple[Result, float, float]:
    """(result, best seconds, processor seconds per second of that one)."""
    best, cpu = np.inf, 0.0
    for _ in range(repeats):
        gc.collect()
        before, began = time.process_time(), time.perf_counter()
        result = run()
        seconds = time.perf_counter() - began
        if seconds < best:
            best, cpu = seconds, (time.process_time() - before) / seconds
        if seconds > LONG:
            break
    return result, best, cpu


def compare(people: int, events: int, *, seed: int, repeats: int) -> Compared:
    """Raises AssertionError where a contender's numbers differ from this engine's."""
    data = simulate(people, events, seed)
    expected, ours, cpu = timed(ENGINE["Framsynt"](data, people), repeats)
    _say("Framsynt", ours)

    def others(named: dict[str, Contender], expected: np.ndarray) -> dict[str, float]:
        seconds = {}
        for name, prepare in named.items():
            part = SLOW.get(name, 1) if people >= MANY else 1
            some = people // part
            found, taken, _ = timed(prepare(_of_first(data, some), some), repeats)
            np.testing.assert_array_equal(found, expected[:some], err_msg=name)
            if part > 1:
                name += f" (of 1/{part} of the people, times {part})"
            seconds[name] = taken * part
            _say(name, seconds[name])
            del found
        return seconds

    as_written = others(AS_WRITTEN, expected)
    our_design = others(OUR_DESIGN, expected)
    floor = others(FLOOR, _known_rows(data, people))
    # Once more, so that a disturbance at the beginning does not fall on one alone.
    _, again, cpu_again = timed(ENGINE["Framsynt"](data, people), repeats)
    _say("Framsynt, again", again)
    if again < ours:
        ours, cpu = again, cpu_again
    engine = {"Framsynt": ours}
    return Compared(
        people, events, n_features(), repeats, engine, as_written, our_design, floor, cpu
    )


def _of_first(data: dict[str, Columns], people: int) -> dict[str, Columns]:
    """The rows of the first people."""
    ends = {name: np.searchsorted(rows["person"], people) for name, rows in data.items()}
    return {
        name: {column: values[: ends[name]] for column, values in rows.items()}
        for name, rows in data.items()
    }


def _known_rows(data: dict[str, Columns], people: int) -> np.ndarray:
    return FLOOR["floor, NumPy"](data, people)()


def _say(name: str, seconds: float) -> None:
    print(f"{name:30} {seconds:8.2f} s", flush=True)
