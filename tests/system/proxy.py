"""A way to a database that can be closed and opened again."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Way:
    """Passes connections on to ``to``. ``close``: those there are break and new ones are
    refused, as when the server is gone. ``open``: as before."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.to = to
        self.port = 0
        self._listener: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()

    def open(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        if self._listener is not None:
            _end(self._listener)
            self._listener = None
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _end(end)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self.to)
            except OSError:
                return
            with self._lock:
                self._ends |= {near, far}
            for here, there in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(here, there), daemon=True).start()

    def _pass_on(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while some := here.recv(2**16):
                there.sendall(some)
        with self._lock:
            self._ends -= {here, there}
        _end(here)
        _end(there)


def _end(some: socket.socket) -> None:
    with contextlib.suppress(OSError):
        some.shutdown(socket.SHUT_RDWR)
    some.close()


@contextlib.contextmanager
def way_to(host: str, port: int) -> Iterator[Way]:
    """An open way, closed afterwards."""
    way = Way((host, port))
    way.open()
    try:
        yield way
    finally:
        way.close()
