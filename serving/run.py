"""Starting the service: checks first, then BentoML in a process of its own.

Looking up the champion and importing BentoML's worker both take seconds, so they go on at
the same time: the workers wait for the champion's version and folder in a file, the pin. Later
champions are written there too (``following.py``), and the workers take them up (``champion.py``).
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from features.errors import FramsyntError, ServiceError, SettingsError
from features.home import Home
from serving import pins
from serving.cds.settings import CdsSettings
from serving.following import Following, champion_now, follow_seconds
from serving.overload import Limits
from serving.pins import Pin
from serving.security.login import USERS, Login, Words
from serving.security.oidc.settings import OidcSettings
from serving.security.settings import Settings, is_loopback
from serving.tracing import TracingSettings
from serving.workers import VARIABLE, workers

ROOT = Path(__file__).parents[1]
LOOK_EVERY_SECONDS = 0.25
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 3000
STOPPED = (0, -signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT, 128 + signal.SIGTERM)


def serve(
    home: Home,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    number: int | None = None,
) -> None:
    """Serve scores, lists and pages until interrupted, with ``number`` workers
    (``workers.workers`` where none is given).

    Raises ModelMissing without a champion, ModelMismatch if it does not fit the code,
    MissingError when the register's database does not answer, ServiceError when the port is
    taken or the service stops by itself, SettingsError for a port or a number of workers that
    is none, or a host that others can reach while the demo's login is what there is.
    """
    if not 0 < port < 65536:
        raise SettingsError("this is not a port", where="port", do="Take one from 1024 to 65535.")
    number = workers(number)
    oidc = OidcSettings.from_environment()
    public = Settings.from_environment().public_url
    CdsSettings.from_environment()  # a slip is told now, and not by the worker
    TracingSettings.from_environment()
    every = follow_seconds()
    Limits.from_environment()
    if oidc is None:
        check_host(host)
    check_port(host, port)
    url = f"http://{_reachable(host)}:{port}"
    words = Login.of(home)[1] if oidc is None else None  # before a worker makes them, unheard
    with tempfile.TemporaryDirectory(prefix="framsynt-", ignore_cleanup_errors=True) as folder:
        pin, began = Path(folder) / "pin", time.monotonic()
        process = subprocess.Popen(
            command(host, port), env=environment(home, pin, number), cwd=ROOT
        )
        with _stopping(process):
            try:
                first = Pin.of(champion_pin(home))
                pins.write(pin, [first])
                check_register(home)
                lines = login_lines(words) if oidc is None else provider_lines(oidc, public)
                print(welcome(url, lines), flush=True)
                ask = partial(champion_now, home)
                following = Following(pin, first, ask, every, _say)
                status = _wait(process, url, began, following)
            except KeyboardInterrupt:
                status = process.wait()
            except FramsyntError:
                process.terminate()
                process.wait()
                if words is not None:  # nobody has been told them
                    home.login_file.unlink(missing_ok=True)
                raise
    if status not in STOPPED:
        raise ServiceError(
            f"the service stopped by itself (status {status})",
            do="The lines above say why; correct it and start again.",
        )


def check_port(host: str, port: int) -> None:
    """ServiceError when nothing can listen at this host and port."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise ServiceError(
            f"the port cannot be used ({error.strerror})",
            where=f"{host}:{port}",
            do="Stop what uses it, or choose another with --port.",
        ) from None


def champion_pin(home: Home) -> str:
    """Version and folder of the champion, as ``version:folder``."""
    from models.registry import Registry

    champion = Registry(home).champion()
    return f"{champion.version}:{champion.folder}"


def check_register(home: Home) -> None:
    """Opens the register once here: MissingError in words, not in a worker's log."""
    from serving.register import Register

    Register.open(home).close()


def check_host(host: str) -> None:
    """SettingsError where the demo's login would be open to a network."""
    if not is_loopback(host):
        raise SettingsError(
            "the demo login is for this machine alone",
            where=f"--host {host}",
            do="Leave --host out, or set up your organisation's own login with OpenID Connect "
            "(FRAMSYNT_OIDC_ISSUER; see docs/security.md).",
        )


def welcome(url: str, lines: str) -> str:
    """What the operator needs to get in."""
    return f"\nFramsynt is starting at {url}  (Ctrl-C stops it)\n{lines}"


def provider_lines(oidc: OidcSettings, public_url: str) -> str:
    """Who logs people in, and at which address they meet the pages."""
    return f"People log in at {public_url} with {oidc.issuer}.\n"


def login_lines(words: Words | None) -> str:
    """The demo's users, and once their password and the token."""
    told = (
        f"  password  {words.password}\n  API token {words.token}\n"
        "They are not shown again and kept only as hashes; "
        "`framsynt login --new` makes new ones.\n"
        if words
        else "  password and API token as they were shown when they were made;\n"
        "  `framsynt login --new` makes new ones\n"
    )
    return (
        "Demo login (Demoinloggning), for simulated people only:\n"
        f"  users     {', '.join(USERS)}\n{told}"
    )


def command(host: str, port: int) -> list[str]:
    """BentoML's production server; ``service.py`` reads how many workers."""
    target = "serving.service:RiskService"
    where = ["--host", host, "--port", str(port), "--working-dir", str(ROOT)]
    until_we_go = [sys.executable, "-m", "serving.orphans", str(os.getpid())]
    return [*until_we_go, "bentoml", "serve", target, "--quiet", *where]


def environment(home: Home, pin: Path, number: int) -> dict[str, str]:
    """What the service's processes are told. One thread for sums: requests run side by side."""
    return {
        **os.environ,
        "FRAMSYNT_HOME": str(home.path),
        pins.FILE: str(pin),
        VARIABLE: str(number),
        # Its own folder for counters: another service on this machine would empty a shared one.
        "BENTOML_HOME": str(pin.with_name("bentoml")),
        "BENTOML_DO_NOT_TRACK": "True",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }


def _say(what: str) -> None:
    print(what, flush=True)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


@contextmanager
def _stopping(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the service, and what this process is doing meanwhile."""

    def pass_on(_number: int, _frame: object) -> None:
        if process.poll() is None:
            process.terminate()
            raise KeyboardInterrupt

    previous = {s: signal.signal(s, pass_on) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _wait(process: subprocess.Popen[bytes], url: str, began: float, following: Following) -> int:
    """Until the process ends; says once when the service has become ready, and follows the
    registry's champion from then on.

    Looks again and again: a signal that some library's thread received does not end a wait.
    """
    ready = False
    while (status := process.poll()) is None:
        if not ready and _is_ready(url):
            ready = True
            print(f"Ready after {time.monotonic() - began:.0f} seconds: {url}", flush=True)
        elif ready:
            following.turn()
        time.sleep(LOOK_EVERY_SECONDS)
    return status


def _is_ready(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(f"{url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
