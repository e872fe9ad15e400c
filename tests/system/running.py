"""The real service as an operator starts it, and its pages as a browser meets them."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import psutil

from features.home import Home

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """``framsynt serve`` of a home, in processes of its own that can be killed together.

    ``settings``: environment variables that it is started with. The port stays the same when
    it is started again.
    """

    home: Home
    log: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _written: IO[bytes] | None = None
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it is ready. AssertionError with its log if it does not."""
        command = [sys.executable, "-m", "framsynt", "serve"]
        self._written = self.log.open("ab")
        self.process = subprocess.Popen(
            [*command, "--home", str(self.home.path), "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, **self.settings},
            stdout=self._written,
            stderr=subprocess.STDOUT,
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.is_ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, f"not ready in time: {self.log.read_text()}"
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """``kill -9`` of all its processes: nothing of it gets to say another word."""
        if self.process is not None:
            self._kill_all()
            self._ended()

    def stop(self) -> None:
        """As Ctrl-C does; for good."""
        for client in self._clients:
            client.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self._kill_all()
        if self.process is not None:
            self._ended()

    def _kill_all(self) -> None:
        assert self.process is not None
        first = psutil.Process(self.process.pid)
        for one in [first, *first.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()

    def _ended(self) -> None:
        assert self.process is not None
        self.process.wait(30)
        self.process = None
        if self._written is not None:
            self._written.close()
        while _listens(self.port):  # until the last of its processes is gone
            time.sleep(0.05)

    def client(self, **more: Any) -> httpx.Client:
        """Closed when the service is stopped."""
        made = httpx.Client(base_url=self.url, timeout=60, trust_env=False, **more)
        self._clients.append(made)
        return made

    def reader(self, user: str, password: str) -> "Reader":
        """A browser of somebody who has logged in."""
        reader = Reader(self.client(headers={"accept": "text/html"}))
        reader.log_in(user, password)
        return reader


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class Words:
    """The demo users' password, and the API's token."""

    password: str
    token: str

    @property
    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def new_words(home: Home) -> Words:
    """A new login of the home, as the operator makes it: a service that runs takes it at once."""
    command = [sys.executable, "-m", "framsynt", "login", "--new", "--json"]
    said = subprocess.run(
        [*command, "--home", str(home.path)], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    told = json.loads(said)
    return Words(told["password"], told["token"])


@dataclass
class Reader:
    """Somebody at the pages, without a browser: forms are sent with the token they carry."""

    http: httpx.Client
    csrf: str = ""

    def get(self, path: str, **more: Any) -> httpx.Response:
        answer = self.http.get(path, **more)
        self.csrf = csrf_in(answer.text) or self.csrf
        return answer

    def post(self, path: str, form: dict[str, str], **more: Any) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.csrf, **form}, **more)

    def log_in(self, user: str, password: str) -> httpx.Response:
        self.get("/login")
        answer = self.post("/login", {"user": user, "password": password})
        assert answer.status_code == 303, (answer.status_code, answer.headers)
        self.get("/")
        return answer


def csrf_in(html: str) -> str:
    """The token of a page's first form; empty where there is none."""
    found = CSRF.search(html)
    return found[1] if found else ""
