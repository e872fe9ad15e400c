"""The API on a port of its own, as a client meets it."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn

from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from tests.serving.conftest import LOGIN


@dataclass(frozen=True)
class Running:
    url: str
    desk: Desk


@pytest.fixture
def running(desk: Desk) -> Iterator[Running]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Door(create_app(desk), LOGIN), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the service does not start"
        time.sleep(0.02)
    yield Running(f"http://127.0.0.1:{listener.getsockname()[1]}", desk)
    server.should_exit = True
    thread.join(30)
    listener.close()
