"""The BentoML service: scoring, and around it the API and the pages.

Started by ``framsynt serve``; ``FRAMSYNT_HOME`` says which home. Both BentoML's parent and
its worker import this module, so everything heavy waits until the worker makes the service.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import perf_counter
from typing import Any

import bentoml
from bentoml.exceptions import BentoMLException
from pydantic import ValidationError
from starlette.types import ASGIApp

from features.errors import FramsyntError
from features.home import Home
from serving.api import routes
from serving.api.app import create_app
from serving.api.scoring import BatchAnswer, ScoreAnswer, ScoreRequest, answer_many, answer_one
from serving.monitoring import HidePaths, Metrics, keep_people_out_of_logs
from serving.problems import status_of
from serving.security.door import OPEN, SCORING, Door
from serving.web import pages

app = create_app()
# FastAPI keeps included routers to itself, so their routes are named beside its own.
ROUTES = [*routes.router.routes, *pages.router.routes, *app.routes]


class FramsyntService(bentoml.Service):
    """A BentoML service whose metrics and logs never see the path of a request."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        return HidePaths(super().to_asgi(is_main), ROUTES, (*OPEN, *SCORING))


@bentoml.service(
    name="framsynt",
    service_class=FramsyntService,
    workers=1,
    threads=4,
    traffic={"timeout": 60},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(app, path="/")
class RiskService:
    """Scores histories with the champion, loaded once and named in every answer."""

    def __init__(self) -> None:
        import lightgbm  # noqa: F401  (while the champion is still being looked up)

        import features.kernels  # noqa: F401  (compiled now, so that no caller waits for it)
        from serving.desk import Desk
        from serving.scoring import Scorer

        keep_people_out_of_logs(expected=(ValidationError, Refused))
        self.ready = False
        home = Home.at(os.environ["FRAMSYNT_HOME"])
        self.scorer = Scorer.pinned(home)
        self.metrics = Metrics()
        app.state.desk = Desk.of(home, self.scorer)
        self.ready = True

    def __is_ready__(self) -> bool:
        return self.ready

    @bentoml.api
    def score(self, request: ScoreRequest, /) -> ScoreAnswer:
        """Scores and reasons of one person."""
        with self._measured("score") as served:
            answer = answer_one(self.scorer, request)
            served.append(1)
        return answer

    @bentoml.api
    def score_batch(self, request: ScoreRequest, /) -> BatchAnswer:
        """Scores and reasons of many people."""
        with self._measured("score_batch") as served:
            answers = answer_many(self.scorer, request)
            served.append(len(answers))
        return BatchAnswer(model_version=self.scorer.version, scores=answers)

    @contextmanager
    def _measured(self, method: str) -> Iterator[list[int]]:
        """Count people and time; turn the project's own errors into answers."""
        served: list[int] = []
        began = perf_counter()
        try:
            yield served
        except FramsyntError as error:
            self.metrics.refused.labels(method).inc()
            raise Refused(error) from None
        labels = (method, self.scorer.version)
        self.metrics.served.labels(*labels).inc(sum(served))
        self.metrics.seconds.labels(*labels).observe(perf_counter() - began)


class Refused(BentoMLException):
    """One of the project's own errors on its way to a problem document."""

    def __init__(self, error: FramsyntError) -> None:
        super().__init__(str(error))
        self.error_code = HTTPStatus(status_of(error))


service: Any = RiskService
service.add_asgi_middleware(Door)
