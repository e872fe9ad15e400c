"""What is measured of the service, and how it is set beside the others."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.machine import pace
from benchmarks.serving.histories import histories
from benchmarks.serving.load import Ask, Loaded, Plan, load
from benchmarks.serving.services import (
    Running,
    mlflow_serve,
    ours,
    plain_fastapi,
    raw,
    ready_rows,
)
from benchmarks.serving.stored import stored
from features.home import Home

ROWS, PEOPLE = 500, 60
RATE = 30.0
TIMES_OVER = 10
BATCH = 1000
READ_LONGER = 3.0
"""Times as long as the other loads: reading is so quick that a 99th percentile of some hundred
calls tells of one moment at which several came at once."""
BUSY_CALLERS = 8
OURS, FASTAPI, MLFLOW = "framsynt", "FastAPI and shap", "mlflow models serve"


@dataclass
class Contender:
    """``loads``: one for each turn, the turns of the three taken one after the other."""

    name: str
    given: str
    loads: list[Loaded] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    ready_seconds: float = 0.0

    @property
    def all(self) -> Loaded:
        calls = [call for one in self.loads for call in one.calls]
        return Loaded(calls, sum(one.seconds for one in self.loads))

    @property
    def cpu_milliseconds(self) -> float:
        """Of the workers, a call."""
        return 1000 * self.cpu_seconds / max(1, len(self.all.calls))


@dataclass(frozen=True)
class Compared:
    """``apart``: the largest difference of two probabilities of the same person and target.
    ``paces``: what ``benchmarks.machine.pace`` gave before each turn."""

    contenders: list[Contender]
    apart: float
    paces: list[float]


def side_by_side(
    home: Home, work: Path, *, turns: int, seconds: float, workers: int, seed: int
) -> Compared:
    """Each asked for a while in turn, so that whatever else the machine does meets them alike,
    while the others stand still."""
    from models.registry import Registry

    people = histories(home, PEOPLE, ROWS)
    features = Registry(home).champion().model.features
    rows = raw(people)
    known = [
        (Contender(OURS, f"a raw history of about {ROWS} rows"), ours, rows),
        (Contender(FASTAPI, "the same raw histories"), plain_fastapi, rows),
        (
            Contender(MLFLOW, f"the same people's {len(features)} ready features"),
            mlflow_serve,
            ready_rows(home, people, features),
        ),
    ]
    with ExitStack() as stack:
        up = []
        for number, (contender, start, asks) in enumerate(known):
            running = stack.enter_context(start(home, work / f"service-{number}.log", workers))
            contender.ready_seconds = running.ready_seconds
            load(Plan(running.port, asks, running.headers, turns=100, callers=4))  # warm
            up.append((contender, running, asks))
        difference = apart(up)
        paces = []
        for turn in range(turns):
            for contender, running, asks in up:
                paces.append(pace())
                before = _cpu(running)
                plan = Plan(running.port, asks, running.headers, RATE, seconds, seed=seed + turn)
                with ExitStack() as standing:
                    for _, other, _ in up:
                        if other is not running:
                            standing.enter_context(other.stopped())
                    contender.loads.append(load(plan))
                contender.cpu_seconds += _cpu(running) - before
        for contender, running, _ in up:
            contender.megabytes = running.megabytes()
    return Compared([contender for contender, *_ in known], difference, paces)


def _cpu(running: Running) -> float:
    return sum(sum(worker.cpu_times()[:2]) for worker in running.workers())


@dataclass(frozen=True)
class Alone:
    """The service alone. ``singles``, ``batches``: people a second, of the same people.
    ``paces``: what ``benchmarks.machine.pace`` gave before each kind of stored scores."""

    ready_seconds: float
    load_seconds: float
    warm_seconds: float
    scores: Loaded
    people: Loaded
    fhir: Loaded
    singles: float
    batches: float
    rows_in_batch: float
    calm: Loaded
    over: Loaded
    after: Loaded
    paces: list[float]


def alone(home: Home, work: Path, *, seconds: float, workers: int, seed: int) -> Alone:
    people, all_sorts = histories(home, PEOPLE, ROWS), histories(home, 200)
    loading, warming = _loading(home)
    with ours(home, work / "alone.log", workers) as running:
        single, many = raw(people), raw(all_sorts)
        load(Plan(running.port, single, running.headers, turns=100, callers=4))
        kept = stored(home)

        def at(rate: float, asks: Sequence[Ask], callers: int = 32, some: float = 1.0) -> Loaded:
            plan = Plan(
                running.port, asks, running.headers, rate, some * seconds, callers, seed=seed
            )
            return load(plan)

        everything = [*kept.scores, *kept.whole, *kept.fhir]
        load(Plan(running.port, everything, running.headers, turns=200, callers=2))
        read, paces = [], []
        for asks in (kept.scores, kept.whole, kept.fhir):
            paces.append(pace())
            read.append(at(RATE, asks, some=READ_LONGER))
        singles = _fastest(running, many, 1000)
        together = Ask("POST", "/score_batch", all_sorts.together(BATCH), "batch")
        batches = BATCH * _fastest(running, [together], 16)
        calm = at(RATE, single)
        over = at(TIMES_OVER * RATE, single, callers=400)
        after = at(RATE, single, some=0.5)
    return Alone(
        running.ready_seconds,
        loading,
        warming,
        *read,
        singles,
        batches,
        sum(all_sorts.rows) / len(all_sorts.rows),
        calm,
        over,
        after,
        paces,
    )


def _fastest(running: Running, asks: Sequence[Ask], turns: int) -> float:
    """Calls a second of callers who wait for their answers: so many that their connections do
    not all lead to one worker."""
    done = load(Plan(running.port, asks, running.headers, turns=turns, callers=BUSY_CALLERS))
    assert set(done.statuses) == {200}, done.statuses
    return done.per_second


def _loading(home: Home) -> tuple[float, float]:
    """Seconds to load the champion's files, and then to make its tables: second time, so that
    imports and the disk's cache are no part of it."""
    from models.registry import Registry
    from models.risk_model import RiskModel
    from serving.scoring import Scorer
    from serving.warm import warm

    champion = Registry(home).champion()
    warm(Scorer(champion.model, champion.version))
    began = time.perf_counter()
    model = RiskModel.load(champion.folder)
    loaded = time.perf_counter()
    warm(Scorer(model, champion.version))
    return loaded - began, time.perf_counter() - loaded


def apart(running: list[tuple[Contender, Running, list[Ask]]], people: int = 20) -> float:
    """The largest difference between what the three say of the same people: probabilities that
    are coherent (framsynt, MLflow) or not (the plain one, which does not pool)."""
    largest = 0.0
    for number in range(people):
        said = [_probabilities(one, asks[number]) for _, one, asks in running]
        for target, first in said[0].items():
            largest = max([largest, *(abs(first - other[target]) for other in said[1:])])
    return largest


def _probabilities(running: Running, ask: Ask) -> dict[str, float]:
    answer = httpx.request(
        ask.method,
        f"http://127.0.0.1:{running.port}{ask.path}",
        content=ask.body,
        headers=running.headers,
        timeout=60,
        trust_env=False,
    )
    said = answer.raise_for_status().json()
    found: dict[str, float] = (
        said["predictions"][0] if "predictions" in said else said["probabilities"]
    )
    return found
