"""``bentoml build`` of this checkout: what the bento holds, and that it is enough to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.deploy.files import PROJECT, ROOT

ROOMS = ("features", "models", "serving")


@pytest.fixture(scope="module")
def bento(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("bentos")
    settings = {**os.environ, "BENTOML_HOME": str(store), "BENTOML_DO_NOT_TRACK": "True"}
    subprocess.run(
        [sys.executable, "-m", "bentoml", "build"],
        cwd=ROOT,
        env=settings,
        check=True,
        capture_output=True,
    )
    (made,) = [f.parent for f in (store / "bentos" / "framsynt").glob("*/bento.yaml")]
    return made


@pytest.mark.slow
def test_a_bento_holds_the_rooms_that_serve_and_nothing_else(bento: Path) -> None:
    source = bento / "src"
    held = {str(f.relative_to(source)) for f in source.rglob("*") if f.is_file()}
    assert {name.split("/")[0] for name in held} == {*ROOMS, "bentofile.yaml"}
    assert not [name for name in held if "__pycache__" in name]
    tracked = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    there = {name for name in tracked if (ROOT / name).exists()}
    assert there <= held


@pytest.mark.slow
def test_a_bento_is_for_the_projects_python_with_locked_packages(bento: Path) -> None:
    about = yaml.safe_load((bento / "bento.yaml").read_text(encoding="utf-8"))
    assert about["entry_service"] == "framsynt"
    image = about["image"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{image['python_version']}.99")
    assert any(command.endswith(" libgomp1") for command in image["commands"])
    asked = (bento / "env" / "python" / "requirements.txt").read_text(encoding="utf-8")
    assert "--hash=sha256:" in asked


@pytest.mark.slow
def test_a_bento_is_enough_to_make_the_service(bento: Path) -> None:
    code = "import serving.service as s; print(s.__file__); print(s.app.title)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=bento / "src",
        env={**os.environ, "PYTHONPATH": str(bento / "src")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said == [str(bento / "src" / "serving" / "service.py"), "Framsynt"]
