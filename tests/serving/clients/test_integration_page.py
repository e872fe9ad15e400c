"""Every example of docs/integration.md runs as it stands, in order, and gives what it says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving.clients.conftest import Running
from tests.serving.conftest import EAST

PAGE = Path(__file__).parents[3] / "docs" / "integration.md"
EXAMPLE = re.compile(r"<!-- gives: (.*?) -->\n```sh\n(.*?)```", re.S)


def test_examples(running: Running) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(examples) >= 10
    known = {**os.environ, "URL": running.url, "TOKEN": "a-token", "UNIT": EAST, "NO_PROXY": "*"}
    for gives, command in examples:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", command],
            env=known,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert gives in done.stdout, command
    people = {p for p in ("P1", "P2") if running.desk.register.access.of_person(p)}
    assert people == {"P1", "P2"}


def test_every_example_says_what_it_gives() -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = "".join(command for _, command in EXAMPLE.findall(page))
    assert page.count("curl ") == told.count("curl ")
