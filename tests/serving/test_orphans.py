"""What a killed process has started does not go on without it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
STARTS_A_CHILD = """
import os, subprocess, sys, time
child = subprocess.Popen(
    [sys.executable, "-m", "serving.orphans", str(os.getpid()), "http.server", "0",
     "--bind", "127.0.0.1"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def pair() -> tuple[subprocess.Popen[str], psutil.Process]:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS_A_CHILD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    return parent, psutil.Process(int(parent.stdout.readline()))


def test_a_child_ends_when_its_parent_is_killed(
    pair: tuple[subprocess.Popen[str], psutil.Process],
) -> None:
    parent, child = pair
    time.sleep(2)
    assert child.is_running()  # as long as its parent is there

    with parent:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(10)

    _gone, alive = psutil.wait_procs([child], timeout=20)
    assert not alive


def test_it_runs_the_module_with_its_arguments(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "serving.orphans", str(os.getpid()), "base64", "-e", __file__],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert said.stdout.startswith(b"IiIi")
