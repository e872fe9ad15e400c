"""A new champion is taken up by a service that is being asked all the while."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from features.home import Home
from models.risk_model import Calibration, RiskModel
from serving.api.scoring import EXAMPLE
from serving.scoring import Scorer
from serving.security.login import Login
from serving.weekly import run_weekly
from tests.serving.real_service import Running, free_port, running, workers_of
from tests.serving.small_home import small_extract, small_model

TARGET = EXAMPLE["targets"][0]
ASKING = 4


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with models 7 and 8, which say different things, and 9, which is broken."""
    work = tmp_path_factory.mktemp("versions")
    home = Home.at(work / "home")
    model = small_model(small_extract(home, people=250))
    model.save(work / "7")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scorer, "of", lambda _home: Scorer(model, "7"))
        run_weekly(home, capacity=5)
    document = json.loads((work / "7" / "model.json").read_text())
    for number, intercept in (("8", -1.0), ("9", 0.0)):
        model.calibrations[TARGET] = Calibration(1.1, intercept)
        model.save(work / number)
    (work / "9" / "model.json").write_text(json.dumps({**document, "format": 99}))
    return work


@pytest.fixture(scope="module")
def service(versions: Path) -> Iterator[Running]:
    home = Home.at(versions / "home")
    _, words = Login.renew(home)
    want(versions, "7")
    wanted, log = versions / "wanted", versions / "log"
    with running(home, log, free_port(), wanted, words.token) as started:
        yield started


def want(versions: Path, version: str) -> None:
    """As ``framsynt promote`` and ``rollback`` do in the registry."""
    draft = versions / "draft"
    draft.write_text(f"{version}:{versions / version}")
    draft.replace(versions / "wanted")


class Askers:
    """Ask for scores and whether the service is ready, again and again, until told to stop."""

    def __init__(self, service: Running) -> None:
        self.url, self.headers = str(service.http.base_url), service.http.headers
        self.answers: list[tuple[str, float]] = []
        self.failures: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(ASKING)]
        self._threads.append(threading.Thread(target=self._ready))

    def __enter__(self) -> "Askers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        with httpx.Client(headers=self.headers, timeout=60, trust_env=False) as http:
            while not self._over.is_set():
                answer = http.post(f"{self.url}/score", json=EXAMPLE)
                if answer.status_code != 200:
                    self.failures.append(answer.text)
                else:
                    said = answer.json()
                    self.answers.append((said["model_version"], said["probabilities"][TARGET]))

    def _ready(self) -> None:
        while not self._over.wait(0.05):
            answer = httpx.get(f"{self.url}/readyz", timeout=60, trust_env=False)
            if answer.status_code != 200:
                self.failures.append(f"readyz {answer.status_code}")


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it did not come about within a minute")


def version_of_each_worker(service: Running) -> set[str]:
    """What each of the two workers says while the other one is held."""
    told = set()
    for still in workers_of(service):
        still.suspend()
        try:
            answer = httpx.post(
                f"{service.http.base_url}/score",
                json=EXAMPLE,
                headers=service.http.headers,
                timeout=60,
                trust_env=False,
            )
            told.add(answer.json()["model_version"])
        finally:
            still.resume()
    return told


@pytest.mark.slow
def test_every_request_is_answered_by_one_version_or_the_other(
    service: Running, versions: Path
) -> None:
    with Askers(service) as askers:
        until(lambda: len(askers.answers) > 20)
        want(versions, "8")
        until(lambda: all(version == "8" for version, _ in askers.answers[-30:]))
        want(versions, "7")
        until(lambda: all(version == "7" for version, _ in askers.answers[-30:]))
    assert askers.failures == []
    assert {version for version, _ in askers.answers} == {"7", "8"}
    said = {(v, round(p, 12)) for v, p in askers.answers}
    assert len(said) == 2  # each version says one thing: no answer is made by both
    expected = RiskModel.load(versions / "8").calibrations[TARGET]
    assert expected.intercept == -1.0

    want(versions, "8")
    until(lambda: version_of_each_worker(service) == {"8"})
    assert service.log.read_text().count("Model version 8 serves now, 7 no more.") >= 2


@pytest.mark.slow
def test_a_broken_champion_leaves_the_one_before(service: Running, versions: Path) -> None:
    def metrics() -> str:
        return service.http.get("/metrics").text

    want(versions, "8")
    until(lambda: version_of_each_worker(service) == {"8"})
    assert 'framsynt_model_serving{model_version="8"} 1.0' in metrics()
    assert 'framsynt_model_serving{model_version="7"} 0.0' in metrics()
    assert "framsynt_champion_refused 0.0" in metrics()
    with Askers(service) as askers:
        want(versions, "9")
        until(lambda: "framsynt_champion_refused 1.0" in metrics())
        until(lambda: service.log.read_text().count("version 9, cannot be loaded") == 2)
    assert askers.failures == []
    assert {version for version, _ in askers.answers} == {"8"}

    workers_of(service)[0].kill()  # the one that takes its place serves what the other does
    until(lambda: len(workers_of(service)) == 2)
    until(lambda: service.log.read_text().count("version 9, cannot be loaded") == 3)
    assert version_of_each_worker(service) == {"8"}

    want(versions, "8")
    until(lambda: "framsynt_champion_refused 0.0" in metrics())
