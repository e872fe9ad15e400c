"""The BentoML service: scoring, and around it the API and the pages.

Started by ``framsynt serve``; ``FRAMSYNT_HOME`` says which home. Both BentoML's parent and
its worker import this module, so everything heavy waits until the worker makes the service.
"""

import gc
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import perf_counter
from typing import Any

import attrs
import bentoml
from bentoml.exceptions import BentoMLException
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from features.errors import FramsyntError
from features.home import Home
from serving import pins, problems, tracing
from serving.api import answers
from serving.api.app import create_app
from serving.api.scoring import BatchAnswer, ScoreAnswer, ScoreRequest, answer_many, answer_one
from serving.monitoring import HidePaths, Metrics, keep_people_out_of_logs
from serving.overload import Overload
from serving.problems import status_of
from serving.security import access
from serving.security.door import Door
from serving.tracing import Traced
from serving.workers import workers

app = create_app()


class FramsyntService(bentoml.Service):
    """A BentoML service whose metrics, logs and traces never see the path of a request."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        return HidePaths(Traced(super().to_asgi(is_main)), app.state.endpoints.shown_as)

    @property
    def openapi_spec(self) -> Any:
        """The library's description, with what callers really get: it knows of nothing that may
        be null, and of other errors."""
        described = attrs.evolve(super().openapi_spec, openapi="3.1.0")
        for api in self.apis.values():
            responses = described.paths[api.route].post["responses"]
            answer = ANSWERS[api.name].model_json_schema(ref_template=PART, mode="serialization")
            described.components["schemas"].update(answer.pop("$defs", {}))
            said = {"application/json": {"schema": answer}}
            responses[200] = {"description": "Scores and reasons", "content": said}
            for status in [s for s in responses if int(s) >= 400]:
                del responses[status]
            responses.update(dict.fromkeys(REFUSALS, PROBLEM))
        return described


ANSWERS: dict[str, type[BaseModel]] = {"score": ScoreAnswer, "score_batch": BatchAnswer}
PART = "#/components/schemas/{model}"
REFUSALS = (400, 401, 403, 404, 411, 413, 415, 422, 429, 500, 503)
SELDOM = 20_000, 20, 20
"""When the collector looks for garbage: a call makes some thousands of things and drops them all,
and looking among them several times a call finds nothing."""
PROBLEM = {
    "description": "A problem document (RFC 9457): `detail` says what is wrong, and where",
    "content": {problems.MEDIA_TYPE: {"schema": answers.Problem.model_json_schema()}},
}


@bentoml.service(
    name="framsynt",
    service_class=FramsyntService,
    workers=workers(),
    threads=4,
    traffic={"timeout": 60},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(app, path="/")
class RiskService:
    """Scores histories with the champion, named in every answer (``champion.py``)."""

    def __init__(self) -> None:
        import models.tree_kernels  # noqa: F401  (compiled now, so that no caller waits for it)
        from features import kernels
        from serving.champion import LOOK_EVERY_SECONDS, Champion
        from serving.desk import Desk
        from serving.following import follow_seconds
        from serving.orphans import stop_with
        from serving.standing import Standing
        from serving.threads import few_threads
        from serving.warm import warm
        from serving.web.warm_pages import warm_pages

        stop_with(os.getppid())
        few_threads()
        keep_people_out_of_logs(expected=(ValidationError, Refused, ClientDisconnect))
        self.ready = False
        kernels.load()
        tracing.start()
        home = Home.at(os.environ["FRAMSYNT_HOME"])
        self.metrics = Metrics()
        self.champion = Champion.starting(home, self._taken_up, self.metrics.champion_refused)
        self.standing = Standing(lambda: app.state.desk)
        scorer = self.champion.scorer
        app.state.desk = Desk.of(home, scorer)
        app.state.desk.versions = self.champion.of
        warm(scorer)
        warm_pages(app.state.desk)
        self.metrics.now_serving(scorer.version)
        # What is here now stays: the collector need not look through it while a caller waits.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SELDOM)
        self.ready = True
        # Each bound once: the library makes a method anew, from its signature, at every call.
        vars(self).update(score=self.score, score_batch=self.score_batch)
        pinned, every = os.environ.get(pins.FILE), follow_seconds()
        if every:
            self.champion.follow(LOOK_EVERY_SECONDS if pinned else every)

    def _taken_up(self, scorer: Any) -> None:
        """From now on another version answers; requests that have begun keep theirs."""
        app.state.desk.scorer = scorer
        self.metrics.now_serving(scorer.version)

    def __is_ready__(self) -> bool:
        """Loaded, and the register's database answers."""
        return self.ready and app.state.desk.register.answers()

    def __metrics__(self, text: str) -> str:
        """What the library counts, and how things stand."""
        return text + self.standing.text()

    @bentoml.api
    def score(self, request: ScoreRequest, /) -> ScoreAnswer:
        """Scores and reasons of one person."""
        scorer = self.champion.scorer
        with self._measured("score", scorer.version) as served:
            answer = answer_one(scorer, self._noting, request)
            served.append(1)
        return answer

    @bentoml.api
    def score_batch(self, request: ScoreRequest, /) -> BatchAnswer:
        """Scores and reasons of many people."""
        scorer = self.champion.scorer
        with self._measured("score_batch", scorer.version) as served:
            scores, objected = answer_many(scorer, self._noting, request)
            served.append(len(scores))
        return BatchAnswer(model_version=scorer.version, scores=scores, objected=objected)

    def _noting(self, people: Collection[str]) -> frozenset[str]:
        return access.note_people(app.state.desk.register, "score", people)

    @contextmanager
    def _measured(self, method: str, version: str) -> Iterator[list[int]]:
        """Count people and time; turn the project's own errors into answers."""
        served: list[int] = []
        began = perf_counter()
        try:
            yield served
        except FramsyntError as error:
            self.metrics.refused.labels(method).inc()
            raise Refused(error) from None
        labels = (method, version)
        self.metrics.served.labels(*labels).inc(sum(served))
        self.metrics.seconds.labels(*labels).observe(perf_counter() - began)


class Refused(BentoMLException):
    """One of the project's own errors on its way to a problem document."""

    def __init__(self, error: FramsyntError) -> None:
        super().__init__(problems.sealed(problems.of_error(error)))
        self.error_code = HTTPStatus(status_of(error))


service: Any = RiskService
service.add_asgi_middleware(Overload)
service.add_asgi_middleware(Door, site=app)
