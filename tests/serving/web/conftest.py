"""The application on a port of its own, for a real browser."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from tests.serving.conftest import LOGIN


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    """The application behind its door, on a port of its own."""
    door = Door(create_app(desk), LOGIN)
    server = uvicorn.Server(uvicorn.Config(door, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
