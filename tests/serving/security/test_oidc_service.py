"""The whole service with an identity provider: both in processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from features.home import Home
from serving.register import Register
from serving.scoring import Scorer
from serving.weekly import run_weekly
from tests.serving.real_service import ROOT, START, Running, free_port, wait_until_ready
from tests.serving.security.provider import AUDIENCE, RunningProvider
from tests.serving.small_home import small_extract, small_model

HTML = {"accept": "text/html"}


@pytest.fixture
def provider() -> Iterator[RunningProvider]:
    running = RunningProvider()
    yield running
    running.stop()
    running.http.close()


@pytest.fixture
def service(tmp_path: Path, provider: RunningProvider) -> Iterator[Running]:
    home, port = Home.at(tmp_path / "home"), free_port()
    model = small_model(small_extract(home, people=250))
    model.save(tmp_path / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scorer, "of", lambda _home: Scorer(model, "7"))
        run_weekly(home, capacity=5)
    oidc = {
        "FRAMSYNT_OIDC_ISSUER": provider.issuer,
        "FRAMSYNT_OIDC_CLIENT_ID": "framsynt",
        "FRAMSYNT_OIDC_CLIENT_SECRET": "s",
        "FRAMSYNT_OIDC_AUDIENCE": AUDIENCE,
        "FRAMSYNT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NO_PROXY": "127.0.0.1",
    }
    log, wanted = tmp_path / "log", tmp_path / "wanted"
    wanted.write_text(f"7:{tmp_path / 'model'}")
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(home.path), str(port), str(wanted)],
            cwd=ROOT,
            env={**os.environ, **oidc},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
        running = Running(http, home, log, process, port)
        wait_until_ready(running)
        yield running
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


@pytest.mark.slow
def test_people_and_tools_come_in_with_the_provider(
    service: Running, provider: RunningProvider
) -> None:
    register = Register.open(service.home)
    run = register.current()
    assert run is not None
    mine, other = [u.care_unit for u in register.units(run.id)][:2]
    register.close()
    provider.user("nurse", name="Rut Ros", roles=["reviewer"], hsa_ids=[mine])
    provider.user("tool", roles=["coordinator"])
    http = service.http

    # A person, with a browser.
    assert http.get("/", headers=HTML).headers["location"] == "/login"
    there = http.get("/login/start?next=/care-units/" + mine).headers["location"]
    back = http.get(provider.says_yes(there, "nurse"))
    assert (back.status_code, back.headers["location"]) == (303, f"/care-units/{mine}")
    assert "Rut Ros" in http.get(f"/care-units/{mine}", headers=HTML).text
    assert http.get(f"/care-units/{other}", headers=HTML).status_code == 403
    http.cookies.clear()

    # A tool, with a token.
    bearer = {"authorization": f"Bearer {provider.token('tool')}"}
    assert http.get(f"/api/v1/care-units/{other}/lists/current", headers=bearer).status_code == 200
    assert http.post("/score", headers=bearer, json={}).status_code == 400
    login = {"authorization": f"Bearer {provider.token('tool', client_id='framsynt')}"}
    assert http.post("/score", headers=login, json={}).status_code == 401

    said = service.log.read_text()
    assert provider.issuer in said
    assert "Demoinloggning" not in said
    assert not service.home.login_file.exists()
