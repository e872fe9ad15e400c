"""The three services, each started as it is meant to be, with as many workers."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import psutil

from benchmarks.serving.histories import Histories
from benchmarks.serving.load import Ask
from features.history import History
from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.plain import plain_tables
from features.store import ExtractStore
from tests.system.running import ROOT, free_port, new_words

PATIENCE_SECONDS = 120
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Running:
    """``ready_seconds``: from its start until it answers. ``headers``: what a caller sends."""

    port: int
    process: psutil.Process
    ready_seconds: float
    headers: dict[str, str]

    def workers(self) -> list[psutil.Process]:
        """The processes that answer: the lowest ones."""
        below = self.process.children(recursive=True) or [self.process]
        return [p for p in below if not p.children() and "resource_tracker" not in _said(p)]

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Its processes stand still, and take nothing from whoever is asked meanwhile."""
        standing = [self.process, *self.process.children(recursive=True)]
        for process in standing:
            process.suspend()
        try:
            yield
        finally:
            for process in reversed(standing):
                process.resume()

    def megabytes(self) -> list[float]:
        """Memory that each worker would give back if it ended (USS)."""
        return [worker.memory_full_info().uss / 2**20 for worker in self.workers()]


def _said(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


@contextmanager
def ours(home: Home, log: Path, workers: int) -> Iterator[Running]:
    words = new_words(home)
    port = free_port()
    command = [sys.executable, "-m", "framsynt", "serve", "--home", str(home.path)]
    command += ["--port", str(port), "--workers", str(workers)]
    with _started(command, port, "/readyz", log, {**JSON, **words.header}) as running:
        yield running


@contextmanager
def mlflow_serve(home: Home, log: Path, workers: int) -> Iterator[Running]:
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/framsynt@champion"]
    command += ["--env-manager", "local", "--port", str(port), "--workers", str(workers)]
    # It starts uvicorn by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    there = {"MLFLOW_TRACKING_URI": home.mlflow_uri, "PATH": path}
    with _started(command, port, "/ping", log, JSON, there) as running:
        yield running


@contextmanager
def plain_fastapi(home: Home, log: Path, workers: int) -> Iterator[Running]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.serving.plain_service:app"]
    command += ["--port", str(port), "--workers", str(workers), "--log-level", "warning"]
    with _started(
        command, port, "/openapi.json", log, JSON, {"FRAMSYNT_HOME": str(home.path)}
    ) as running:
        yield running


@contextmanager
def _started(
    command: list[str],
    port: int,
    ready: str,
    log: Path,
    headers: dict[str, str],
    settings: dict[str, str] | None = None,
) -> Iterator[Running]:
    began = time.monotonic()
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **(settings or {})},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        while not _answers(f"http://127.0.0.1:{port}{ready}"):
            if process.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                raise SystemExit(f"{' '.join(command)} did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.05)
        yield Running(port, psutil.Process(process.pid), time.monotonic() - began, dict(headers))
    finally:
        _end(process)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
    for one in psutil.wait_procs(below, timeout=10)[1]:
        one.kill()


def raw(found: Histories) -> list[Ask]:
    return [Ask("POST", "/score", body, "score") for body in found.bodies]


def ready_rows(home: Home, found: Histories, features: list[str]) -> list[Ask]:
    """What MLflow can be asked: the same people's rows of the feature matrix."""
    coverage = ExtractStore(home).current().manifest.coverage
    asks = []
    for body in found.bodies:
        tables = plain_tables(json.loads(body)["history"])
        assert tables is not None
        day = pd.Timestamp(found.index_date)
        matrix = build_matrix(History.of(tables, coverage), MEASURES, [day])
        row = matrix[features].to_numpy(dtype=np.float64)[0].tolist()
        asked = {"dataframe_split": {"columns": features, "data": [row]}}
        asks.append(Ask("POST", "/invocations", json.dumps(asked).encode(), "score"))
    return asks
