"""Starting the service: checks first, then BentoML in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from features.errors import ServiceError, SettingsError
from features.home import Home
from serving.security.login import Login

ROOT = Path(__file__).parents[1]
PIN = "FRAMSYNT_PINNED_MODEL"  # read by serving.scoring, which is dear to import
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 3000


def serve(home: Home, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
    """Serve scores, lists and pages until interrupted.

    Raises ModelMissing without a champion, ServiceError when the port is taken or the
    service stops by itself, SettingsError for a port that is none.
    """
    if not 0 < port < 65536:
        raise SettingsError("this is not a port", where="port", do="Take one from 1024 to 65535.")
    check_port(host, port)
    pin = champion_pin(home)
    login = Login.of(home)
    print(welcome(host, port, login), flush=True)
    process = subprocess.Popen(command(host, port), env=environment(home, pin), cwd=ROOT)
    status = wait(process)
    if status not in (0, -signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT):
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
    """Version and folder of the champion. ModelMissing, before a server starts for nothing."""
    from models.registry import Registry

    champion = Registry(home).champion()
    return f"{champion.version}:{champion.folder}"


def welcome(host: str, port: int, login: Login) -> str:
    """What the operator needs to get in."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return (
        f"\nFramsynt is starting at http://{shown}:{port}  (Ctrl-C stops it)\n"
        "Demo login (Demoinloggning), for simulated people only:\n"
        f"  user      {login.user}\n"
        f"  password  {login.password}\n"
        f"  API token {login.token}\n"
    )


def command(host: str, port: int) -> list[str]:
    """BentoML's production server, one worker."""
    target = "serving.service:RiskService"
    where = ["--host", host, "--port", str(port), "--working-dir", str(ROOT)]
    return [sys.executable, "-m", "bentoml", "serve", target, *where]


def environment(home: Home, pin: str) -> dict[str, str]:
    return {
        **os.environ,
        "FRAMSYNT_HOME": str(home.path),
        PIN: pin,
        "BENTOML_DO_NOT_TRACK": "True",
        "BENTOML_QUIET": "true",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }


def wait(process: subprocess.Popen[bytes]) -> int:
    """Until the process ends. Ctrl-C and SIGTERM are passed on, and the end is waited for."""

    def pass_on(number: int, _frame: object) -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)

    previous = {s: signal.signal(s, pass_on) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        status = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return status
