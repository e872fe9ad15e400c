"""The real service: BentoML in its own process, spoken to over HTTP."""

import json
import math
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.errors import ModelMissing, ServiceError, SettingsError
from features.home import Home
from features.store import ExtractStore
from serving import run
from serving.api.scoring import EXAMPLE
from serving.overload import OF_SCORING
from serving.register import Register
from serving.scoring import Scorer
from serving.security.login import Login
from serving.weekly import run_weekly
from tests.serving.real_service import Running, free_port, running, workers_of
from tests.serving.small_home import as_json, small_extract, small_model

AT_ONCE = 4
"""Scoring calls that a worker takes in hand."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    work = tmp_path_factory.mktemp("service")
    home = Home.at(work / "home")
    model = small_model(small_extract(home, people=250))
    model.save(work / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scorer, "of", lambda _home: Scorer(model, "7"))
        run_weekly(home, capacity=5)
    log, port = work / "log", free_port()
    _, words = Login.renew(home)
    pin = work / "wanted"
    pin.write_text(f"7:{work / 'model'}")
    few = {OF_SCORING: str(AT_ONCE)}
    with running(home, log, port, pin, words.token, **few) as started:
        yield started


@pytest.mark.slow
def test_says_where_it_is_and_how_to_get_in(service: Running) -> None:
    said = service.log.read_text()
    assert f"http://127.0.0.1:{service.port}" in said
    assert "Demoinloggning" in said
    assert "granskare, samordnare, analytiker, administrator" in said
    assert "framsynt login --new" in said  # the words themselves were told when they were made


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/metrics"])
def test_health_and_metrics_are_open(service: Running, path: str) -> None:
    assert httpx.get(f"{service.http.base_url}{path}", trust_env=False).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/score", "/score_batch", "/docs.json", "/schema.json", "/x"])
def test_everything_else_is_closed(service: Running, path: str) -> None:
    answer = httpx.post(f"{service.http.base_url}{path}", json={}, trust_env=False)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.slow
def test_a_caller_who_hangs_up_while_sending_is_neither_logged_nor_an_error(
    service: Running,
) -> None:
    token = service.http.headers["authorization"]
    begun = (
        f"POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    before = service.log.read_text()
    with socket.create_connection(("127.0.0.1", service.port)) as line:
        line.sendall(begun.encode())
        time.sleep(0.2)
    until = time.monotonic() + 10
    said = ""
    while 'http_response_code="499"' not in said and time.monotonic() < until:
        said = httpx.get(f"{service.http.base_url}/metrics", trust_env=False).text
    assert 'http_response_code="499"' in said
    errors = [one for one in said.splitlines() if 'http_response_code="500"' in one]
    assert all(
        one.endswith(" 0.0") for one in errors if one.startswith("bentoml_service_request_t")
    )
    assert service.log.read_text() == before


@pytest.mark.slow
def test_scores_are_those_of_the_weekly_run(service: Running) -> None:
    register = Register.open(service.home)
    current = register.current()
    assert current is not None
    entries = register.entries(current.id)
    register.close()
    extract = ExtractStore(service.home).get(current.extract_id)
    assert entries
    for entry in entries:
        history = as_json(extract.person(entry.person_id))
        request = {"history": history, "index_date": current.index_date.isoformat()}
        answer = service.score(request).json()
        assert answer["model_version"] == "7"
        assert answer["probabilities"] == pytest.approx(entry.probabilities, abs=1e-9)
        assert answer["groups"] == entry.target_groups
        [why] = answer["explanations"]
        p = answer["probabilities"][why["target"]]
        total = why["base"] + why["rest"] + sum(r["contribution"] for r in why["reasons"])
        assert total == pytest.approx(math.log(p / (1 - p)), abs=1e-6)


@pytest.mark.slow
def test_many_people_in_one_call(service: Running) -> None:
    tables = ExtractStore(service.home).current().read(0)
    people = sorted(tables["persons"]["person_id"])[:5]
    some = {name: t[t["person_id"].isin(people)] for name, t in tables.items()}
    answer = service.score(
        {
            "history": as_json(some),
            "index_date": "2026-11-16",
            "targets": ["unplanned_30"],
            "language": "en",
        },
        "/score_batch",
    ).json()
    assert [s["person_id"] for s in answer["scores"]] == people
    assert all(set(s["probabilities"]) == {"unplanned_30"} for s in answer["scores"])
    assert all(set(s["text"]) == {"unplanned_30"} for s in answer["scores"])
    register = Register.open(service.home)
    lines = [[(a.what, a.role) for a in register.access.of_person(p)] for p in people]
    register.close()
    assert all(seen[-1] == ("score", "coordinator") for seen in lines)


@pytest.mark.slow
def test_nobody_who_objects_is_scored(service: Running) -> None:
    mine = json.dumps(EXAMPLE["history"]).replace('"P1"', '"P2"').replace('"C1"', '"C2"')
    both = {name: rows + json.loads(mine)[name] for name, rows in EXAMPLE["history"].items()}
    register = Register.open(service.home)
    register.objections.add("P2", "test")
    register.close()
    batch = service.score({**EXAMPLE, "history": both}, "/score_batch").json()
    assert ([s["person_id"] for s in batch["scores"]], batch["objected"]) == (["P1"], 1)
    alone = service.score({**EXAMPLE, "history": json.loads(mine)})
    assert (alone.status_code, alone.json()["type"][-10:]) == (404, "not-scored")
    nobody = service.score({**EXAMPLE, "history": json.loads(mine)}, "/score_batch").json()
    assert (nobody["scores"], nobody["objected"]) == ([], 1)


@pytest.mark.slow
def test_the_example_of_the_document_works(service: Running) -> None:
    answer = service.score(EXAMPLE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["explanations"][0]["reasons"]
    assert "ScoreRequest" in service.http.get("/docs.json").text


PERSON = {"person_id": "P1", "birth_date": "1941-05-02", "sex": "female"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{SECRET", 400),
        (b"[]", 400),
        ({}, 400),
        ({"SECRET": 1}, 400),
        ({"history": "SECRET", "index_date": "2026-11-16"}, 400),
        ({"history": {"persons": [PERSON]}, "index_date": "SECRET"}, 400),
        ({"history": {"persons": [PERSON]}, "index_date": "2026-11-16", "language": "SECRET"}, 400),
        (
            {"history": {"persons": [PERSON]}, "index_date": "2026-11-16", "targets": ["SECRET"]},
            400,
        ),
        ({"history": {"persons": [PERSON]}, "index_date": "2026-11-16", "targets": []}, 400),
        ({"history": {}, "index_date": "2026-11-16"}, 422),
        ({"history": {"persons": [PERSON, PERSON]}, "index_date": "2026-11-16"}, 422),
        (
            {
                "history": {"persons": [{**PERSON, "birth_date": "SECRET"}]},
                "index_date": "2026-11-16",
            },
            422,
        ),
    ],
)
def test_a_malformed_body_is_a_problem_that_nobody_logs(
    service: Running, body: Any, status: int
) -> None:
    said = service.log.read_text()
    answer = service.score(body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "SECRET" not in answer.text
    assert service.log.read_text() == said


@pytest.mark.slow
def test_metrics_count_scores_and_know_nobody(service: Running) -> None:
    register = Register.open(service.home)
    current = register.current()
    assert current is not None
    person = register.entries(current.id)[0].person_id
    register.close()
    assert service.http.get(f"/api/v1/people/{person}").status_code == 200
    service.score(EXAMPLE)

    metrics = service.http.get("/metrics").text
    assert 'framsynt_scores_served_total{method="score",model_version="7"}' in metrics
    assert "framsynt_score_seconds_bucket" in metrics
    assert "/api/v1/people/{person_id}" in metrics
    assert person not in metrics
    assert person not in service.log.read_text()


@pytest.mark.slow
def test_each_worker_says_the_same_and_all_are_counted(service: Running) -> None:
    workers = workers_of(service)
    assert len(workers) == 2
    before, answers = scored(service), []
    for still in workers:  # so that it is the other one who answers
        still.suspend()
        try:
            answers.append(
                httpx.post(
                    f"{service.http.base_url}/score",
                    json=EXAMPLE,
                    headers=service.http.headers,
                    timeout=60,
                    trust_env=False,
                )
            )
        finally:
            still.resume()
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert scored(service) == before + 2


def scored(running: Running) -> float:
    said = running.http.get("/metrics").text
    name = 'framsynt_scores_served_total{method="score",model_version="7"} '
    return sum(float(line.removeprefix(name)) for line in said.splitlines() if name in line)


@pytest.mark.slow
def test_a_flood_is_turned_away_and_leaves_nothing_behind(service: Running) -> None:
    url, headers = str(service.http.base_url), dict(service.http.headers)

    def ask(_: int) -> httpx.Response:
        return httpx.post(
            f"{url}/score", json=EXAMPLE, headers=headers, timeout=60, trust_env=False
        )

    def ready(_: int) -> httpx.Response:
        return httpx.get(f"{url}/readyz", timeout=60, trust_env=False)

    with ThreadPoolExecutor(60) as many, ThreadPoolExecutor(1) as one:
        health = one.map(ready, range(10))
        answers = list(many.map(ask, range(300)))
        assert {a.status_code for a in health} == {200}
    assert {a.status_code for a in answers} == {200, 503}
    refused = next(a for a in answers if a.status_code == 503)
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["type"] == "urn:framsynt:problem:overloaded"
    assert [ask(0).status_code for _ in range(5)] == [200] * 5
    counted = sum(a.status_code == 503 for a in answers)
    assert f"framsynt_turned_away_total {counted}.0" in service.http.get("/metrics").text


@pytest.mark.slow
def test_pages_live_beside_the_scores(service: Running) -> None:
    answer = service.http.get("/", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert "Vårdcentralen" in answer.text


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match="--port"):
            run.serve(Home.at(tmp_path), port=port)


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_what_is_not_a_port(tmp_path: Path, port: int) -> None:
    with pytest.raises(SettingsError, match="not a port"):
        run.serve(Home.at(tmp_path), port=port)


def test_no_model_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        run.serve(Home.at(tmp_path), port=free_port())
    assert not (tmp_path / "login.json").exists()


@pytest.mark.slow
def test_a_card_for_the_first_on_a_list_and_its_count(service: Running) -> None:
    register = Register.open(service.home)
    current = register.current()
    assert current is not None
    person = register.entries(current.id)[0].person_id
    register.close()
    body = {
        "hook": "patient-view",
        "hookInstance": "1",
        "context": {"userId": "Practitioner/1", "patientId": person},
    }
    answer = service.http.post("/cds-services/framsynt-patient-view", json=body)
    assert answer.status_code == 200, answer.text
    [card] = answer.json()["cards"]
    assert card["links"][0]["url"].endswith(f"/people/{person}")
    said = httpx.get(f"{service.http.base_url}/metrics", trust_env=False).text
    assert 'framsynt_cds_cards_total{service="framsynt-patient-view"} 1.0' in said
    assert person not in said
    assert person not in service.log.read_text()
