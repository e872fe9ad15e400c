"""One run of nurses against the service on one database."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Timer

import numpy as np
from sqlalchemy import make_url, select

from benchmarks.desk.logins import log_in
from benchmarks.desk.nurses import Call, Done, Plan, work
from features.home import Home
from serving.register import Register
from serving.register.models import DecisionRow
from tests.system.conftest import REGISTER_URL, home_of
from tests.system.databases import database
from tests.system.homes import write_lists
from tests.system.proxy import way_to
from tests.system.running import Service

BAR_SECONDS = 0.300
AHEAD_SECONDS = 0.5
"""Until it begins: everybody has been told by then, so that all reckon from the same moment."""


@dataclass(frozen=True)
class Load:
    """What nurses got. ``found``: their decisions in the register afterwards, by note.
    ``gone``: from when to when, in seconds, there was no database."""

    database: str
    nurses: int
    seconds: float
    done: Done
    found: Counter[str]
    gone: tuple[float, float] | None = None

    @property
    def lost(self) -> int:
        """Decisions that a nurse was told are saved, and are not."""
        return sum(self.found[note] == 0 for note in self.done.acknowledged)

    @property
    def twice(self) -> int:
        return sum(times > 1 for times in self.found.values())

    @property
    def failed(self) -> list[Call]:
        """Calls without an answer, or with one that says that something is wrong here. (409 is
        none: somebody else was faster, or the team's last place has gone.)"""
        return [c for c in self.done.calls if c.status not in (200, 409)]

    def percentile(self, share: float, kind: str = "") -> float:
        """Seconds, of answers that were no failures."""
        some = [c.seconds for c in self.done.calls if kind in ("", c.kind) and c.status]
        return float(np.quantile(some, share)) if some else float("nan")

    @property
    def met(self) -> bool:
        slow = self.percentile(0.99) >= BAR_SECONDS
        return not (slow or self.lost or self.twice or self.failed)


def load(
    region: Home,
    work_in: Path,
    kind: str,
    *,
    nurses: int,
    seconds: float,
    seed: int,
    places: int,
    gone: tuple[float, float] | None = None,
) -> Load:
    """Nurses on a fresh copy of the region's register; ``kind``: sqlite or postgresql."""
    work_in.mkdir(parents=True)
    home = home_of(region, work_in)
    with _register_url(home, kind, places) as url, _through(url, gone) as (way, cut):
        service = Service(home, work_in / "service.log", {REGISTER_URL: way})
        register = Register.open(url)
        logins = log_in(home, register, nurses)
        try:
            service.start()
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                pool.submit(abs, 1).result()  # it has started and imported all before time runs
                begins = time.time() + AHEAD_SECONDS
                cut(begins)
                plan = Plan(service.url, logins, begins, seconds, seed)
                done = pool.submit(work, plan).result()
            with register.engine.connect() as connection:
                found = Counter(connection.execute(select(DecisionRow.note)).scalars())
        finally:
            service.stop()
            register.close()
    return Load(kind, nurses, seconds, done, found, gone)


@contextmanager
def _register_url(home: Home, kind: str, places: int) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{home.path / 'register.db'}"
        return
    with database() as url:
        write_lists(home, places, url)
        yield url


@contextmanager
def _through(
    url: str, gone: tuple[float, float] | None
) -> Iterator[tuple[str, Callable[[float], None]]]:
    """The URL as the service gets it, and a function to tell when (``time.time()``) it begins."""
    if gone is None:
        yield url, lambda _begins: None
        return
    real = make_url(url)
    with way_to(real.host or "127.0.0.1", real.port or 5432) as way:
        timers: list[Timer] = []
        near = real.set(host="127.0.0.1", port=way.port)

        def begin(begins: float) -> None:
            for after, turn in zip(gone, (way.close, way.open), strict=True):
                timers.append(Timer(begins + after - time.time(), turn))
                timers[-1].start()

        yield near.render_as_string(hide_password=False), begin
        for timer in timers:
            timer.join()
