"""The command line as an operator meets it: clear errors, exit codes, nothing half-written."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from features.home import Home
from features.region import RegionSettings, simulate
from features.store import ExtractStore
from tests.features.deliveries import SMALL, deliver

ROOT = Path(__file__).parents[1]


def framsynt(home: Path, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "FRAMSYNT_DEBUG"}
    return subprocess.run(
        [sys.executable, "-m", "framsynt", *words],
        cwd=ROOT,
        env={**environment, "FRAMSYNT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region") / "region"
    simulate(RegionSettings(people=1500), folder)
    return folder


@pytest.fixture(scope="module")
def ingested(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    done = framsynt(home, "ingest", "region", str(region))
    assert done.returncode == 0, done.stderr
    assert "1,500 people" in done.stdout
    return home


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("train",), 4, "ingest"),
        (("evaluate",), 4, "ingest"),
        (("weekly",), 4, "ingest"),
        (("replay",), 4, "ingest"),
        (("score", "--index-date", "2026-11-16", "--out", "x.parquet"), 4, "ingest"),
        (("serve",), 4, "train"),
        (("models",), 4, "train"),
        (("rollback",), 4, "train"),
        (("promote", "2"), 4, "framsynt models"),
        (("promote", "2", "--force"), 2, "--reason"),
        (("train", "--reason", "Because."), 2, "--force"),
        (("ingest", "nowhere", "."), 2, "fhir, omop, region, sql, synpuf, synthea, tables"),
        (("ingest", "tables", "no-such-folder"), 3, "no-such-folder"),
        (("train", "--index-dates", "31/12/2024"), 2, "2025-10-13"),
        (("train", "--targets", "happiness_365"), 2, "avoidable_365"),
        (("score", "--index-date", "monday", "--out", "x.parquet"), 2, "--index-date"),
        (("weekly", "--capacity", "many"), 2, "--capacity"),
        (("simulate", "region", "--people", "0"), 2, "people"),
    ],
)
def test_an_error_says_what_to_do(
    tmp_path: Path, words: tuple[str, ...], exit_code: int, says: str
) -> None:
    done = framsynt(tmp_path, *words)
    assert done.returncode == exit_code, done.stderr
    assert done.stderr.startswith("Error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not list(tmp_path.glob("extracts/*/manifest.json"))


def test_a_home_without_a_model(ingested: Path) -> None:
    for words in (("weekly",), ("evaluate",), ("serve", "--port", "3979")):
        done = framsynt(ingested, *words)
        assert done.returncode == 4, done.stderr
        assert "train" in done.stderr


def test_a_taken_port_is_found_out_before_the_work(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = framsynt(tmp_path, "demo", "--port", port, "--people", "500")
    assert done.returncode == 7
    assert port in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "region").exists()


def test_bad_tables_leave_the_extract_current(ingested: Path, region: Path, tmp_path: Path) -> None:
    before = ExtractStore(Home.at(ingested)).current().id
    persons = pd.read_parquet(region / "persons")
    persons.rename(columns={"sex": "gender"}).to_csv(tmp_path / "persons.csv", index=False)
    done = framsynt(ingested, "ingest", "tables", str(tmp_path))
    assert done.returncode == 3
    assert "persons.csv" in done.stderr
    assert "gender" in done.stderr
    assert ExtractStore(Home.at(ingested)).current().id == before


def test_what_was_set_aside_is_told(tmp_path: Path) -> None:
    bad = SMALL["contacts"].replace("anna,k2,2024-02-01", "anna,k2,2024-13-01")
    deliver(tmp_path / "delivery", **{**SMALL, "contacts": bad})
    done = framsynt(
        tmp_path / "home", "ingest", "tables", str(tmp_path / "delivery"), "--max-rejected", "0.5"
    )
    assert done.returncode == 0, done.stderr
    assert "set aside: 1 rows of contacts," in done.stdout


@pytest.mark.slow
def test_a_killed_training_leaves_a_home_that_works(ingested: Path) -> None:
    words = ("train", "--targets", "unplanned_365", "--home", str(ingested))
    running = subprocess.Popen(
        [sys.executable, "-m", "framsynt", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(6)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    done = framsynt(ingested, *words[:3])
    assert done.returncode == 0, done.stderr
    assert "champion" in done.stdout
    first, second = ingested / "one.parquet", ingested / "two.parquet"
    for out in (first, second):
        scored = framsynt(ingested, "score", "--index-date", "2026-11-16", "--out", str(out))
        assert scored.returncode == 0, scored.stderr
    assert first.read_bytes() == second.read_bytes()
    columns = ["person_id", "target", "probability", "model_version"]
    assert pd.read_parquet(first).columns.tolist() == columns
