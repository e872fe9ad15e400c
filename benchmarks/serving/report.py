"""The results page, docs/benchmarks-serving.md."""

import os
import platform
from datetime import date
from importlib.metadata import version

from benchmarks.machine import cpu, memory_gb, paces, verdict
from benchmarks.serving.load import Loaded
from benchmarks.serving.measures import (
    BATCH,
    BUSY_CALLERS,
    OURS,
    RATE,
    TIMES_OVER,
    Alone,
    Compared,
    Contender,
)
from benchmarks.serving.soak import GROWTH_BAR, SETTLED_SHARE, Soaked

P50_BAR, P99_BAR, STORED_BAR = 15.0, 50.0, 10.0
BATCH_BAR = 5.0
LOAD_BAR, READY_BAR = 2.0, 10.0
PACKAGES = ("bentoml", "fastapi", "uvicorn", "mlflow", "shap", "lightgbm", "numba", "pydantic")


def head(commands: list[str], workers: int, people: int) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"""# Benchmarks of the service

Written by {" and ".join(f"`{one}`" for one in commands)}; do not edit.

- Machine: {cpu()}, {os.cpu_count()} cores, {memory_gb():.0f} GB of memory, {platform.system()}.
  The callers and the other services are on it too: its load when this part was written was
  {os.getloadavg()[0]:.1f}, where {os.cpu_count()} is all that it can do at once
- Python {platform.python_version()}, {packages}
- {date.today().isoformat()}

A simulated region of {people:,} people, its champion, {workers} workers, register in SQLite. Calls
come at random moments, {RATE:.0f} a second on average, whether or not the ones before have been
answered; a call's time runs from the moment it was due."""


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


COMPARED = [
    "service",
    "is given",
    "calls",
    "failed",
    "median, ms",
    "90th, ms",
    "99th percentile, ms",
    "processor time a call, ms",
    "memory a worker, MB",
]


def compared(found: Compared) -> str:
    contenders = found.contenders
    mine = next(one for one in contenders if one.name == OURS)
    rows = [
        [
            c.name,
            c.given,
            str(len(c.all.calls)),
            str(_failed(c.all)),
            *(_ms(c.all, share) for share in (0.5, 0.9, 0.99)),
            f"{c.cpu_milliseconds:.1f}",
            f"{max(c.megabytes):.0f}",
        ]
        for c in contenders
    ]
    met = mine.all.milliseconds(0.5) <= P50_BAR and mine.all.milliseconds(0.99) <= P99_BAR
    ahead = ", ".join(f"{_ahead(mine, c)} {c.name}" for c in contenders if c is not mine)
    return f"""## One person, side by side

{_table(COMPARED, rows)}

The bar for this service: median {P50_BAR:.0f} ms, 99th percentile {P99_BAR:.0f} ms
({verdict(met)}). By median and 99th percentile it is {ahead}.
{paces(found.paces)}.

They were asked in turn, {len(mine.loads)} times each; who is not asked stands still. They serve
the same registered model and were asked about the same people; their probabilities differ by
at most {found.apart:.0e} (the plain service does not make targets coherent). What each does:

- *framsynt*: checks the rows against the contract, makes features of them, scores all targets,
  explains the primary one in words in two languages, tells target groups and mobile model;
  behind a login, with a look for an objection and a line in the access log that is on disk
  before the answer leaves.
- *FastAPI and shap* (`benchmarks/serving/plain_service.py`): the same from rows to features, by
  this project's own code; LightGBM's predictions, and shap's TreeExplainer for the primary
  target. No words, no login, no log, no limits.
- *mlflow models serve*: the model's signature takes ready features, so it is spared everything
  before; it predicts all targets and explains nothing. No login, no log."""


def _ahead(mine: Contender, other: Contender) -> str:
    won = [mine.all.milliseconds(share) < other.all.milliseconds(share) for share in (0.5, 0.99)]
    if all(won):
        return "ahead of"
    return "**behind**" if not any(won) else "ahead in one and **behind in the other** of"


OVERLOAD = [
    "",
    "calls a second",
    "answered",
    "turned away",
    "other",
    "median of those answered, ms",
    "99th percentile, ms",
    "of those turned away, median, ms",
]


def alone(one: Alone) -> str:
    ratio = one.batches / one.singles
    shed = one.over.statuses[503] / len(one.over.calls)
    rest = sum(n for status, n in one.over.statuses.items() if status not in (200, 503))
    stored = one.scores.milliseconds(0.99)
    loading = one.load_seconds + one.warm_seconds
    rows = [
        [
            f"stored scores of a person, `GET /api/v1/people/…/scores`, {RATE:.0f} a second, "
            f"people on lists and on none, {len(one.scores.calls)} calls: median, 99th percentile",
            f"{_ms(one.scores, 0.5)}, {stored:.1f} ms",
            f"99th ≤ {STORED_BAR:.0f} ms: {verdict(stored <= STORED_BAR)}",
        ],
        [
            "all of a listed person, `GET /api/v1/people/…`: reasons of every target, and the "
            "records behind them (80 kB)",
            f"{_ms(one.people, 0.5)}, {_ms(one.people, 0.99)} ms",
            "",
        ],
        [
            "scores as FHIR, `GET /fhir/RiskAssessment?subject=…`",
            f"{_ms(one.fhir, 0.5)}, {_ms(one.fhir, 0.99)} ms",
            "",
        ],
        [
            f"people a second, one a call ({one.rows_in_batch:.0f} rows each), "
            f"{BUSY_CALLERS} callers",
            f"{one.singles:.0f}",
            "",
        ],
        [
            f"people a second, {BATCH:,} a call, the same people",
            f"{one.batches:.0f}",
            f"≥ {BATCH_BAR:.0f} times: {ratio:.1f} times, {verdict(ratio >= BATCH_BAR)}",
        ],
        [
            "loading the model's files; then its tables and the first score",
            f"{one.load_seconds:.2f} s; {one.warm_seconds:.2f} s",
            f"≤ {LOAD_BAR:.0f} s: {verdict(loading <= LOAD_BAR)}",
        ],
        [
            "from `framsynt serve` to ready",
            f"{one.ready_seconds:.1f} s",
            f"≤ {READY_BAR:.0f} s: {verdict(one.ready_seconds <= READY_BAR)}",
        ],
    ]
    times = [
        _overload("before", one.calm),
        _overload(f"{TIMES_OVER} times", one.over),
        _overload("right after", one.after),
    ]
    return f"""## Stored scores, many at once, start

{_table(["what", "figure", "bar"], rows)}

{paces(one.paces)}.

## {TIMES_OVER} times too much

{_table(OVERLOAD, times)}

{shed:.0%} were turned away with 503 and `Retry-After`, {rest} failed in any other way."""


def _overload(name: str, one: Loaded) -> list[str]:
    other = sum(n for status, n in one.statuses.items() if status not in (200, 503))
    counts = [one.statuses[200], one.statuses[503], other]
    times = [_ms(one, 0.5), _ms(one, 0.99), _ms(one, 0.5, 503)]
    return [name, f"{len(one.calls) / one.seconds:.0f}", *map(str, counts), *times]


SOAK = "## Soak\n"


def soaked(one: Soaked, command: str) -> str:
    low, high = min(m for _, m in one.megabytes), max(m for _, m in one.megabytes)
    kinds = sorted({c.kind for c in one.loaded.calls})
    rows = [
        [
            kind,
            str(len(one.loaded.some(kind))),
            _ms(one.loaded, 0.5, kind=kind),
            _ms(one.loaded, 0.99, kind=kind),
        ]
        for kind in kinds
    ]
    return f"""{SOAK}
Written by `{command}`
on {date.today().isoformat()}; load meanwhile up to {one.busiest:.1f}.

{one.minutes:.0f} minutes of mixed traffic at {one.rate:.0f} calls a second:
{len(one.loaded.calls):,} calls, {one.failed} failed. All workers together held {low:.0f} to
{high:.0f} MB; from {SETTLED_SHARE:.0%} of the time to its end it changed by {one.growth:+.1%}
(within {GROWTH_BAR:.0%} and no error: {verdict(one.met)}).

{_table(["call", "answered", "median, ms", "99th percentile, ms"], rows)}"""


def _failed(one: Loaded) -> int:
    return len(one.calls) - one.statuses[200]


def _ms(one: Loaded, share: float, status: int = 200, kind: str = "") -> str:
    found = one.milliseconds(share, kind, status)
    return "–" if found != found else f"{found:.1f}"
