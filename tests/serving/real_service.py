"""The real service in processes of its own, its models in folders that a file names."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from features.home import Home
from serving.following import VARIABLE as FOLLOW
from serving.workers import VARIABLE as WORKERS

ROOT = Path(__file__).parents[2]
START = """
import sys
from features.home import Home
from pathlib import Path
from serving import run
from serving.pins import Pin
# No registry: a file says which model, and in which folder it lies.
run.champion_pin = lambda home: Path(sys.argv[3]).read_text()
run.champion_now = lambda home, known: Pin.of(Path(sys.argv[3]).read_text())
run.serve(Home.at(sys.argv[1]), port=int(sys.argv[2]))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A service that answers, its home, and the file that holds all it has said."""

    http: httpx.Client
    home: Home
    log: Path
    process: subprocess.Popen[bytes]
    port: int

    def score(self, body: Any, path: str = "/score", **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post(
            path, content=content, headers={"content-type": "application/json", **headers}
        )


@contextmanager
def running(
    home: Home, log: Path, port: int, wanted: Path, token: str, **settings: str
) -> Iterator[Running]:
    """Two workers on a port. ``wanted``: a file of one line, ``version:folder``."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(home.path), str(port), str(wanted)],
            cwd=ROOT,
            env={**os.environ, WORKERS: "2", FOLLOW: "0.2", **settings},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
    ) as http:
        started = Running(http, home, log, process, port)
        wait_until_ready(started)
        yield started
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def wait_until_ready(running: Running) -> None:
    for _ in range(600):
        assert running.process.poll() is None, running.log.read_text()
        try:
            # Until it has said so, too: the log is read for what a request adds to it.
            ready = running.http.get("/readyz").status_code == 200
            if ready and "Ready after" in running.log.read_text():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"not ready after two minutes: {running.log.read_text()}")


def workers_of(running: Running) -> list[psutil.Process]:
    below = psutil.Process(running.process.pid).children(recursive=True)
    alive = [p for p in below if p.status() != psutil.STATUS_ZOMBIE]
    return [p for p in alive if any("worker" in word for word in p.cmdline())]
