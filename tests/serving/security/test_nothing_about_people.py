"""A whole small run, and then all that it has said: no id, birth date or diagnosis in it."""

import json
import logging
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from features.home import Home
from features.store import Extract, ExtractStore
from serving.register import Register
from serving.scoring import Scorer
from serving.security.login import Login, Words
from serving.security.rules import DOOR
from serving.weekly import run_weekly
from tests.serving.real_service import ROOT, START, Running, free_port, wait_until_ready
from tests.serving.small_home import as_json, small_extract, small_model
from tests.serving.test_pages import csrf_in

HTML = {"accept": "text/html"}
ROUTES = """
import json
from serving.service import service
from _bentoml_impl.server.app import ServiceAppFactory
service.inject_config()
routes = ServiceAppFactory(service, is_main=True)().router.routes
print(json.dumps([[sorted(getattr(r, "methods", None) or []), r.path] for r in routes]))
"""


def what_is_secret(extract: Extract) -> tuple[set[str], set[str]]:
    """Words (ids, codes) and dates of births that may stand nowhere."""
    words, dates = set(), set()
    for number in extract.partitions:
        tables = extract.read(number)
        words |= set(tables["persons"]["person_id"])
        dates |= {d.strftime("%Y-%m-%d") for d in tables["persons"]["birth_date"]}
        codes = set(tables["diagnoses"]["code"])
        words |= {c for c in codes if len(c) >= 4} | {f"{c[:3]}.{c[3:]}" for c in codes if c[3:]}
    return words, dates


def found_in(said: str, words: set[str], dates: set[str]) -> list[str]:
    tokens = set(re.findall(r"[A-Za-z0-9]+", said)) | set(re.findall(r"[A-Z]\d\d\.\w+", said))
    return sorted(words & tokens) + sorted(d for d in dates if d in said)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Words, str]]:
    """A service that answers, its login, and what the weekly run before it has said."""
    work = tmp_path_factory.mktemp("whole")
    home = Home.at(work / "home")
    model = small_model(small_extract(home, people=250))
    model.save(work / "model")
    said = work / "weekly.log"
    handler = logging.FileHandler(said)
    logging.getLogger().addHandler(handler)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scorer, "of", lambda _home: Scorer(model, "7"))
        result = run_weekly(home, capacity=5)
    logging.getLogger().setLevel(level)
    logging.getLogger().removeHandler(handler)
    handler.close()
    _, words = Login.renew(home)
    log, port, wanted = work / "log", free_port(), work / "wanted"
    wanted.write_text(f"7:{work / 'model'}")
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(home.path), str(port), str(wanted)],
            cwd=ROOT,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        running = Running(http, home, log, process, port)
        wait_until_ready(running)
        yield running, words, said.read_text() + result.summary()
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.wait(60)


def log_in(running: Running, user: str, password: str) -> None:
    running.http.cookies.clear()
    csrf = csrf_in(running.http.get("/login").text)
    sent = {"user": user, "password": password, "csrf": csrf}
    assert running.http.post("/login", data=sent).status_code == 303


def read_everything(running: Running, people: list[str], units: list[str]) -> set[int]:
    """Every page and call that takes a person or a care unit, right and wrong."""
    seen = set()
    for path in [
        "/",
        "/region",
        "/administration",
        "/x",
        "/login?next=/people/" + people[0],
        *(f"/people/{p}" for p in people),
        *(f"/people/{p}?week=2020-W01" for p in people[:2]),
        *(f"/people/{p}/{p}" for p in people[:2]),
        *(f"/{p}" for p in people[:2]),
        f"/people/{people[0] * 40}",
        f"/people/{quote(people[0] + chr(10))}",
        *(f"/care-units/{u}" for u in units),
        *(f"/care-units/{u}?q={people[0]}&sort=SECRET&week=current" for u in units[:2]),
        *(f"/care-units/{u}/team" for u in units[:2]),
        *(f"/care-units/{u}/export.{kind}" for u in units[:2] for kind in ("csv", "xlsx", "x")),
    ]:
        for headers in (HTML, {"hx-request": "true"}, {}):
            seen.add(running.http.get(path, headers=headers).status_code)
    return seen


def send_everything(running: Running, people: list[str], units: list[str]) -> set[int]:
    """Every form, right and wrong."""
    seen = set()
    page = running.http.get("/", headers=HTML).text
    csrf = csrf_in(page) if 'name="csrf"' in page else "none"
    for person in people[:3]:
        fields = {"person_id": person, "csrf": csrf, "reason": f"Se {person} i dag", "follows": "0"}
        for path in [
            f"/people/{person}/open",
            f"/care-units/{units[0]}/decisions",
            f"/care-units/{units[-1]}/decisions",
            f"/care-units/{units[0]}/decisions/{person}/undo",
            f"/care-units/{units[0]}/team/{person}/end",
            "/administration/access",
        ]:
            for more in ({"kind": "defer", "until": "2026-12-24"}, {"kind": person}, {}):
                answer = running.http.post(path, data={**fields, **more}, headers=HTML)
                seen.add(answer.status_code)
        seen.add(running.http.post("/logout", data={"csrf": person}).status_code)
        seen.add(running.http.put(f"/people/{person}", content=person).status_code)
    return seen


def call_everything(
    running: Running, token: str, people: list[str], units: list[str], history: dict[str, Any]
) -> set[int]:
    """The API and the scoring calls, right and wrong."""
    seen, http = set(), running.http
    http.cookies.clear()
    for bearer in (token, people[0], "x.y.z"):
        headers = {"authorization": f"Bearer {bearer}"}
        for path in [
            "care-units",
            *(f"care-units/{u}/lists/current" for u in units),
            *(f"care-units/{u}/team" for u in units),
            f"care-units/{people[0]}/lists/current",
            *(f"people/{p}" for p in people),
            *(f"people/{p}/timeline" for p in people),
            *(f"people/{p}/decisions" for p in people),
            f"people/{people[0]}?week=SECRET",
        ]:
            seen.add(http.get(f"/api/v1/{path}", headers=headers).status_code)
        body = {"person_id": people[0], "kind": people[1], "follows": people[0]}
        for path in (f"care-units/{units[0]}/decisions", f"people/{people[0]}"):
            seen.add(http.post(f"/api/v1/{path}", headers=headers, json=body).status_code)
        person = history["persons"][0]
        for sent in [
            {"history": history, "index_date": "2026-11-16"},
            {"history": {**history, "persons": [person, person]}, "index_date": "2026-11-16"},
            {"history": {"persons": [{**person, "sex": person["person_id"]}]}, "index_date": "x"},
            {"history": {"persons": [{**person, "birth_date": "SECRET"}]}},
            {"history": {person["person_id"]: []}, "index_date": person["birth_date"]},
            [person],
        ]:
            for path in ("/score", "/score_batch"):
                seen.add(http.post(path, headers=headers, json=sent).status_code)
        raw = json.dumps(history)[:-3].encode()
        for kind in ("application/json", "text/plain"):
            more = {**headers, "content-type": kind}
            seen.add(http.post("/score", headers=more, content=raw).status_code)
    return seen


@pytest.mark.slow
def test_a_whole_run_says_nothing_about_anybody(whole_run: tuple[Running, Words, str]) -> None:
    running, words, said = whole_run
    extract = ExtractStore(running.home).current()
    secret_words, secret_dates = what_is_secret(extract)
    register = Register.open(running.home)
    run = register.current()
    assert run is not None
    people = [e.person_id for e in register.entries(run.id)][:8]
    units = [u.care_unit for u in register.units(run.id)]
    register.close()
    history = as_json(extract.person(people[0]))

    seen: set[int] = set()
    for user in ("granskare", "samordnare", "analytiker", "administrator"):
        log_in(running, user, words.password)
        seen |= read_everything(running, people, units)
        seen |= send_everything(running, people, units)
    running.http.cookies.clear()
    seen |= read_everything(running, people[:2], units[:2])
    seen |= call_everything(running, words.token, people, units, history)
    for password in ("", people[0]):
        csrf = csrf_in(running.http.get("/login").text)
        sent = {"user": people[0], "password": password, "csrf": csrf}
        seen.add(running.http.post("/login", data=sent).status_code)
    bearer = {"authorization": f"Bearer {words.token}"}
    metrics = running.http.get("/metrics").text

    # And with a database that breaks under it.
    with sqlite3.connect(running.home.path / "register.db") as database:
        database.execute("ALTER TABLE scores RENAME TO gone")
    database.close()
    for path in (f"/people/{people[0]}", f"/api/v1/people/{people[0]}"):
        seen.add(running.http.get(path, headers=bearer).status_code)
    with sqlite3.connect(running.home.path / "register.db") as database:
        database.execute("ALTER TABLE gone RENAME TO scores")
    database.close()
    assert running.http.get(f"/api/v1/people/{people[0]}", headers=bearer).status_code == 200

    assert {200, 303, 400, 401, 403, 404, 405, 415, 422, 503} <= seen
    assert 500 not in seen
    kept = [p for p in running.home.path.rglob("*.log") if p.is_file()]
    everything = "\n".join([said, running.log.read_text(), metrics, *(p.read_text() for p in kept)])
    assert found_in(everything, secret_words, secret_dates) == []
    for name in ("SECRET", words.password, words.token):
        assert name not in everything


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    words, dates = {"P0000042", "I509", "I50.9"}, {"1941-05-02"}
    assert found_in("GET /people/P0000042", words, dates) == ["P0000042"]
    assert found_in("code=I50.9 I509,", words, dates) == ["I50.9", "I509"]
    assert found_in("born 1941-05-02T00:00", words, dates) == ["1941-05-02"]
    assert found_in("I5091 XP0000042", words, dates) == []


@pytest.mark.slow
def test_every_route_of_the_scoring_service_has_a_rule_or_is_shut(tmp_path: Path) -> None:
    """BentoML's own routes, as this version makes them: a new one must be looked at."""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ROUTES],
        cwd=ROOT,
        env={"FRAMSYNT_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()[-1]
    open_to_rules = {
        (method, path) for methods, path in json.loads(said) for method in methods if path
    }
    covered = {(m, p) for m, p in DOOR} | {("HEAD", p) for m, p in DOOR if m == "GET"}
    # "/" is the application's start page, mounted before BentoML's own; it has a rule there.
    assert open_to_rules - covered == {("GET", "/"), ("HEAD", "/")}
