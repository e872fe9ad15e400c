"""The results page, docs/benchmarks.md, from one run's figures."""

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version

from benchmarks.features.compare import Compared
from benchmarks.features.dates import Dates
from benchmarks.features.meds_tab import MedsTab
from benchmarks.features.one_person import OnePerson
from benchmarks.features.scaling import (
    AT_LEAST,
    AT_ONCE,
    PEOPLE_PER_PARTITION,
    THREADS,
    TIMES,
    Scaled,
)
from benchmarks.machine import cpu, memory_gb, verdict

PACKAGES = ("numpy", "numba", "pandas", "polars", "duckdb")
TIMES_THE_BEST, TIMES_THE_FLOOR = 6.0, 8.0
FULL_SIZE = 350_000
FLAT_WITHIN, MOST_GB, MOST_MILLISECONDS = 0.15, 4.0, 5.0


Result = Compared | MedsTab | OnePerson | Dates | list[Scaled]


def section(result: Result) -> str:
    """One section of the page."""
    match result:
        case Compared():
            return _compared(result)
        case MedsTab():
            return result.says()
        case OnePerson():
            return _one_person(result)
        case Dates():
            return _dates(result)
        case _:
            return _scaled(result)


def head(command: str) -> str:
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return f"""# Benchmarks

Written by `{command}`; do not edit.
Ratios are what to read: absolute times move with the machine and with what else runs on it
(load when this page was begun: {os.getloadavg()[0]:.1f}).

- Machine: {cpu()}, {os.cpu_count()} cores, {memory_gb():.0f} GB of memory, {platform.system()}
- Python {platform.python_version()}, {packages}
- {date.today().isoformat()}"""


def _compared(c: Compared) -> str:
    def judged(met: bool) -> str:
        return verdict(met) if c.people >= FULL_SIZE else "too few people to judge by"

    best = min(c.as_written.values())
    floor = min(seconds for name, seconds in c.floor.items() if name != "floor, NumPy")
    rows = [
        (name, seconds)
        for group in (c.engine, c.as_written, c.our_design, c.floor)
        for name, seconds in group.items()
    ]
    lines = "\n".join(
        f"| {name} | {_seconds(seconds)} | {_seconds(seconds / c.ours)} |" for name, seconds in rows
    )
    in_design = min(c.our_design.values())
    return f"""## Against others

{c.people:,} people, {c.events:,} events, {c.features} window features; best of {c.repeats}
(once, where one run takes longer than a minute). Every contender starts from its own columns in
memory and ends with the same dense float32 matrix; the matrices were compared number by number.
Framsynt was timed before and after all others, and the better is shown.

| | seconds | times Framsynt's |
|---|---|---|
{lines}

- The best of the others as their users write it took **{best / c.ours:.1f} times** as long
  ({judged(best / c.ours >= TIMES_THE_BEST)}: at least {TIMES_THE_BEST:.0f}).
- The best of the others as counter in our own design took {in_design / c.ours:.1f} times as long.
- Framsynt took **{c.ours / floor:.1f} times the floor**, a scan with one group-by in DuckDB or
  Polars, whichever is faster ({judged(c.ours / floor <= TIMES_THE_FLOOR)}: at most
  {TIMES_THE_FLOOR:.0f}); {c.ours / c.floor["floor, NumPy"]:.1f} times the same scan by
  `numpy.bincount`, which relies on people being numbered without gaps.
- Cores busy: {c.cpu_per_second:.1f} seconds of processor time per second."""


def _scaled(sizes: list[Scaled]) -> str:
    each = [one.microseconds_per_person for one in sizes]
    spread = max(each) / min(each) - 1
    peak = max(one.peak_gb for one in sizes)
    lines = "\n".join(
        f"| {one.people:,} | {one.events:,} | {one.seconds:.2f} "
        f"| {one.microseconds_per_person:.2f} | {one.cpu_seconds / one.seconds:.2f} "
        f"| {one.peak_gb:.2f} |"
        for one in sizes
    )
    return f"""## As the region grows

Each size in a process of its own, in partitions of {PEOPLE_PER_PARTITION:,} people; {AT_ONCE} at a
time are shared by {THREADS} threads, turned into matrices, summed and let go. Every {AT_ONCE} are
timed {TIMES} times, and the best counts. A region of fewer than {AT_LEAST:,} people is passed
several times, each with new events, and the mean of the passes is shown: timed once, it would be
over in a fraction of a second, and its time per person would be that of the moment.

| people | events | seconds | microseconds per person | cores busy | peak memory, GB |
|---|---|---|---|---|---|
{lines}

- Time per person differs by {100 * spread:.0f} % between sizes
  ({verdict(spread <= FLAT_WITHIN)}: within {100 * FLAT_WITHIN:.0f} %).
- Peak memory is {peak:.2f} GB, the simulated events included
  ({verdict(peak < MOST_GB)}: under {MOST_GB:.0f} GB)."""


def _one_person(one: OnePerson) -> str:
    return f"""## One person, as an API call asks

All {one.features} features of a history of {one.rows} rows, from checked tables to matrix, in
one process after warm-up and `gc.freeze()`, as the service does it, {one.calls} calls: median
**{one.median:.1f} ms**, 99th percentile
{one.p99:.1f} ms ({verdict(one.median < MOST_MILLISECONDS)}: median under
{MOST_MILLISECONDS:.0f} ms)."""


def _dates(d: Dates) -> str:
    return f"""## Many index dates

{d.people:,} people: one date {d.one:.2f} s, {d.n} dates together {d.together:.2f} s, which is
{100 * d.share:.0f} % of {d.n} times one date ({verdict(d.share < 1)}: less)."""


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
