"""The model that a worker serves, and how another takes its place while requests go on.

The new one is loaded and warmed beside the old one by a thread of its own; then one reference is
exchanged. A request takes the reference once and is answered by that version alone. A champion
that cannot be loaded leaves the old one serving: said once in the log, and in a metric until
another champion comes. It is tried again every minute, for files that were not there yet.
"""

import gc
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from features.errors import FramsyntError, ModelMissing, ServiceError
from features.home import Home
from models.risk_model import RiskModel
from serving import pins
from serving.following import NONE, champion_now
from serving.pins import Pin
from serving.scoring import Scorer
from serving.warm import warm

LOOK_EVERY_SECONDS = 1.0
AGAIN_AFTER_SECONDS = 60.0
PINNED_WITHIN_SECONDS = 120.0
OLDER_KEPT = 1
"""Versions kept in memory beside the one that serves: rolling back needs no loading, and people
on the week's list, made by the version before, are still told all their reasons."""

log = logging.getLogger("framsynt.champion")


def load(pin: Pin) -> Scorer:
    """The model of a pin, ready to answer. ModelMissing, ModelMismatch."""
    if not pin.folder or not Path(pin.folder).is_dir():
        raise ModelMissing(
            f"the files of model version {pin.version} are not there",
            do="Promote another: framsynt models, framsynt promote",
        )
    return Scorer(RiskModel.load(Path(pin.folder)), pin.version)


class Champion:
    """``wanted``: says which pin is to be served, None where nobody knows.

    ``changed``: told of the new scorer before it serves; ``refused``: told whether the champion
    cannot be loaded.
    """

    def __init__(
        self,
        first: Scorer,
        wanted: Callable[[], Pin | None],
        changed: Callable[[Scorer], None] = lambda _scorer: None,
        refused: Callable[[bool], None] = lambda _refused: None,
    ) -> None:
        self.scorer = first
        self._older: list[Scorer] = []
        self._wanted, self._changed, self._refused = wanted, changed, refused
        self._failed: Pin | None = None
        self._again = 0.0

    @classmethod
    def starting(
        cls, home: Home, changed: Callable[[Scorer], None], refused: Callable[[bool], None]
    ) -> "Champion":
        """What a worker starts with: what ``framsynt serve`` pinned, or soon will; where nothing
        is pinned, the registry's champion. ModelMissing, ModelMismatch, ServiceError."""
        named = os.environ.get(pins.FILE)
        if not named:
            first = Scorer.of(home)
            return cls(first, registered(home, first.version), changed, refused)
        file = Path(named)
        return cls(_first(_written(file)), pinned(file), changed, refused)

    def of(self, version: str) -> Scorer | None:
        """The scorer of a version, where it is in memory."""
        known = (self.scorer, *self._older)
        return next((one for one in known if one.version == version), None)

    def look(self) -> None:
        """Takes up what is wanted, if that is another than what serves."""
        pin = self._wanted()
        if pin is None or (pin == self._failed and time.monotonic() < self._again):
            return
        if pin.version == self.scorer.version:
            self._settle(None)
            return
        known = self.of(pin.version)
        try:
            new = known or load(pin)
            if known is None:
                warm(new)
        except Exception as error:  # a model's files may be broken in any way
            self._say_refused(pin, error)
            return
        self._changed(new)
        before, self.scorer = self.scorer, new
        self._older = [before, *(s for s in self._older if s is not new)][:OLDER_KEPT]
        self._settle(None)
        log.warning("Model version %s serves now, %s no more.", new.version, before.version)
        gc.collect()
        gc.freeze()

    def _say_refused(self, pin: Pin, error: Exception) -> None:
        if pin != self._failed:
            why = str(error) if isinstance(error, FramsyntError) else type(error).__name__
            log.error(
                "The champion, model version %s, cannot be loaded: %s. Version %s goes on serving.",
                *(pin.version, why.rstrip("."), self.scorer.version),
            )
        self._settle(pin)

    def _settle(self, failed: Pin | None) -> None:
        if failed is not None or self._failed is not None:
            self._refused(failed is not None)
        self._failed, self._again = failed, time.monotonic() + AGAIN_AFTER_SECONDS

    def follow(self, every_seconds: float) -> None:
        """From now on, in a thread of its own. What comes of it is said in the log, although the
        library starts quietly and would keep all but errors to itself."""
        log.setLevel(logging.WARNING)

        def run() -> None:
            while True:
                time.sleep(every_seconds)
                try:
                    self.look()
                except Exception as error:  # the next look may find what this one did not
                    log.error("Looking for the champion failed (%s).", type(error).__name__)

        threading.Thread(target=run, name="champion", daemon=True).start()


def _written(file: Path) -> list[Pin]:
    until = time.monotonic() + PINNED_WITHIN_SECONDS
    while not file.exists():
        if time.monotonic() > until:
            raise ServiceError("no model was named in time", do="Start the service again.")
        time.sleep(0.05)
    return pins.read(file)


def _first(among: list[Pin]) -> Scorer:
    """The first that can be loaded; where none can, what is wrong with the first."""
    errors = []
    for pin in among:
        try:
            return load(pin)
        except Exception as error:
            errors.append(error)
    raise errors[0]


def pinned(file: Path) -> Callable[[], Pin | None]:
    """The newest line of a pin file, read anew when the file has changed."""
    seen: list[Any] = [None, None]

    def wanted() -> Pin | None:
        try:
            written = file.stat().st_mtime_ns
            if written != seen[0]:
                seen[:] = [written, pins.read(file)[0]]
        except (OSError, IndexError):
            return None
        pin: Pin | None = seen[1]
        return pin

    return wanted


def registered(home: Home, first: str) -> Callable[[], Pin | None]:
    """The registry itself, for a worker that nobody pinned."""
    known = [Pin(first, "in memory")]

    def wanted() -> Pin | None:
        found = champion_now(home, known[0] if known[0].folder else NONE)
        known[0] = found if found != NONE else known[0]
        return known[0]

    return wanted
