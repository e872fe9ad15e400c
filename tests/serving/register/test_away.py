"""A database that goes away is said plainly, and comes back without a restart."""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from features.errors import MissingError, SettingsError
from serving.problems import status_of
from serving.register import Kind, NewDecision, Register
from serving.register.decisions import add_decision
from tests.serving.conftest import POSTGRES, new_run


class Proxy:
    """Passes bytes on to a server, until it is stopped: then every connection is cut."""

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self.listening: socket.socket | None = None
        self.open: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.port = 0

    def start(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listening.getsockname()[1]
        self._thread(self._accept, self.listening)

    def stop(self) -> None:
        if self.listening is not None:
            with suppress(OSError):
                self.listening.shutdown(socket.SHUT_RDWR)
            self.listening.close()
            self.listening = None
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
        for one in self.open:
            one.close()
        self.open, self.threads = [], []

    def _thread(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self.threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(self.server)
                self.open += [near, far]
                self._thread(self._pass_on, near, far)
                self._thread(self._pass_on, far, near)

    @staticmethod
    def _pass_on(here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(65536):
                there.sendall(data)
            there.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = make_url(POSTGRES)
    made = Proxy(server.host or "127.0.0.1", server.port or 5432)
    made.start()
    yield made
    made.stop()


@pytest.mark.postgres
@pytest.mark.parametrize("register", ["postgres"], indirect=True)
def test_postgresql_gone_and_back_without_a_restart(register: Register, proxy: Proxy) -> None:
    register.add(new_run())
    url = register.engine.url.set(host="127.0.0.1", port=proxy.port)
    through = Register.open(url.render_as_string(hide_password=False))
    assert through.current() is not None

    proxy.stop()
    for _ in range(3):  # a connection that was open, and new ones
        began = time.monotonic()
        with pytest.raises(MissingError, match="does not answer") as caught:
            through.current()
        assert status_of(caught.value) == 503
        with pytest.raises(MissingError, match="does not answer"):
            through.access.note("u1", "person", "P1")
        assert time.monotonic() - began < 5

    proxy.start()
    assert through.current() is not None
    through.access.note("u1", "person", "P1")
    assert [a.who for a in through.access.of_person("P1")] == ["u1"]
    through.close()


@pytest.mark.postgres
@pytest.mark.parametrize("register", ["postgres"], indirect=True)
def test_cut_in_the_middle_of_a_transaction_nothing_is_half_written(
    register: Register, proxy: Proxy
) -> None:
    url = register.engine.url.set(host="127.0.0.1", port=proxy.port)
    through = Register.open(url.render_as_string(hide_password=False))
    new = NewDecision("P1", "SE1", "2026-W47", Kind.WAIT, "u1", "Ann", 0)

    def cut() -> None:
        with through.engine.begin() as connection:
            add_decision(connection, new)
            proxy.stop()

    with pytest.raises(MissingError, match="does not answer"):
        cut()
    assert register.decisions.of_person("P1") == []
    proxy.start()
    assert through.decisions.record(new).follows == 0
    through.close()


def test_text_that_a_database_cannot_hold_is_the_callers_fault(register: Register) -> None:
    if register.engine.dialect.name == "sqlite":
        assert register.person(1, "P\0") is None
    else:
        with pytest.raises(SettingsError, match="NUL"):
            register.person(1, "P\0")


def test_a_register_that_is_locked_for_long_is_said_to_be_away(tmp_path: Path) -> None:
    register = Register.open(f"sqlite:///{tmp_path / 'register.db'}")
    with register.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")  # on the pool's only connection
    with closing(sqlite3.connect(tmp_path / "register.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(MissingError, match="does not answer"):
            register.access.note("u1", "person", "P1")
        other.execute("ROLLBACK")
    register.access.note("u1", "person", "P1")
    register.close()
