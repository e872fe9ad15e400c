"""Numbers for Prometheus and lines for the log, neither with anything about a person."""

import logging
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

OTHER = "/other"
OURS = tuple(f"{Path(__file__).parents[1]}/{room}/" for room in ("features", "models", "serving"))


class HidePaths:
    """Outermost: shows metrics and logs the template of a path, never the path itself.

    The scoring framework labels its metrics with the path of the request, and paths hold
    ids of people. The door puts the real path back before anything is routed.
    """

    def __init__(self, app: ASGIApp, template_of: Callable[[str], str | None]) -> None:
        self.app, self.template_of = app, template_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            path = scope["path"]
            hidden = {
                "framsynt.path": path,
                "path": self.template_of(path) or OTHER,
                "query_string": b"",
            }
            scope = {**scope, "framsynt.query": scope.get("query_string", b""), **hidden}
            if "raw_path" in scope:
                scope["framsynt.raw_path"] = scope["raw_path"]
                scope["raw_path"] = scope["path"].encode()
        await self.app(scope, receive, send)


def show_path_again(scope: Scope) -> None:
    """What HidePaths hid, back in its place."""
    for name, kept in (
        ("path", "framsynt.path"),
        ("query_string", "framsynt.query"),
        ("raw_path", "framsynt.raw_path"),
    ):
        if kept in scope:
            scope[name] = scope[kept]


class NoPersonData(logging.Filter):
    """Says where an exception arose, and from where in this project's code, and its type; its
    text and values may hold input."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            kind, _, trace = record.exc_info
            frames = traceback.extract_tb(trace)
            places = [f"{frame.filename}:{frame.lineno}" for frame in frames] or ["unknown place"]
            ours = [place for place in places if place.startswith(OURS)]
            record.msg = f"{kind.__name__ if kind else 'Exception'} at {places[-1]}"
            if ours and ours[-1] != places[-1]:
                record.msg += f", from {ours[-1]}"
            record.args = ()
            record.exc_info = record.exc_text = None
        return True


class NoExpectedErrors(logging.Filter):
    """Keeps answers that are the caller's fault out of the log."""

    def __init__(self, expected: tuple[type[BaseException], ...]) -> None:
        super().__init__()
        self.expected = expected

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        return kind is None or not issubclass(kind, self.expected)


def keep_people_out_of_logs(expected: tuple[type[BaseException], ...] = ()) -> None:
    """Put the filters on every handler there is: call after logging has been set up."""
    known = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    handlers = {handler for logger in known for handler in logger.handlers}
    for handler in handlers | ({logging.lastResort} if logging.lastResort else set()):
        if not any(isinstance(f, NoPersonData) for f in handler.filters):
            handler.addFilter(NoExpectedErrors(expected))
            handler.addFilter(NoPersonData())


class Metrics:
    """Counters of the scoring service. Labels: the method and the model version, no more."""

    def __init__(self, registry: Any = None) -> None:
        from prometheus_client import REGISTRY, Counter, Gauge, Histogram

        where = registry or REGISTRY
        labels = ("method", "model_version")
        self.served = Counter("framsynt_scores_served", "People scored", labels, registry=where)
        self.seconds = Histogram(
            "framsynt_score_seconds",
            "Time to answer one scoring call, reasons included",
            labels,
            registry=where,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.refused = Counter(
            "framsynt_scores_refused",
            "Calls whose data broke the contract",
            ("method",),
            registry=where,
        )
        self._serving = Gauge(
            "framsynt_model_serving",
            "1 for the model version that answers, in any worker",
            ("model_version",),
            registry=where,
            multiprocess_mode="mostrecent",
        )
        self._refused = Gauge(
            "framsynt_champion_refused",
            "1 while the champion cannot be loaded and the version before it goes on serving",
            registry=where,
            multiprocess_mode="mostrecent",
        )
        self._refused.set(0)
        self._version = ""

    def now_serving(self, version: str) -> None:
        if self._version:
            self._serving.labels(self._version).set(0)
        self._serving.labels(version).set(1)
        self._version = version

    def champion_refused(self, refused: bool) -> None:
        self._refused.set(refused)


class CardMetrics:
    """Cards shown in record systems and what became of them. Nobody is in the labels."""

    def __init__(self, registry: Any = None) -> None:
        from prometheus_client import REGISTRY, Counter

        where = registry or REGISTRY
        self.cards = Counter(
            "framsynt_cds_cards", "Cards given to record systems", ("service",), registry=where
        )
        self.unscored = Counter(
            "framsynt_cds_unscored",
            "Calls about people of whom too little was sent to score them",
            ("service",),
            registry=where,
        )
        self.feedback = Counter(
            "framsynt_cds_feedback",
            "What record systems say became of cards; reason: a code of the short list; outcome "
            "unknown: of no card that was given here",
            ("service", "outcome", "reason"),
            registry=where,
        )


@cache
def card_metrics() -> CardMetrics:
    """Those of this process, made at the first card."""
    return CardMetrics()
