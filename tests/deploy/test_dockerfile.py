"""The image: what goes into it, who it runs as, and how it is asked whether it is well."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from serving.run import DEFAULT_PORT
from serving.security.rules import DOOR
from tests.deploy.files import DEPLOY, PROJECT, ROOMS, ROOT, dockerfile, parsed, said

SOURCES = [
    source for rest in said("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]
]
LET_THROUGH = [
    line[1:]
    for line in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    if line.startswith("!")
]


def requirements(name: str) -> dict[str, tuple[Requirement, int]]:
    """Package -> its pinned requirement, and how many hashes it has."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pinned, *hashes = re.split(r"\s+--hash=sha256:", line.strip())
            requirement = Requirement(pinned)
            found[canonicalize_name(requirement.name)] = (requirement, len(hashes))
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_copied_is_there_and_let_through(source: str) -> None:
    assert (ROOT / source).exists()
    assert source in LET_THROUGH


def test_nothing_else_gets_near_the_image() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert sorted(LET_THROUGH) == sorted(SOURCES)
    assert not any(s.startswith(("tests", ".", "docs", "deploy/secrets")) for s in SOURCES)


def test_every_room_and_the_front_door_are_in_it() -> None:
    assert {f"{room}/" for room in ROOMS} | {"framsynt.py"} <= set(SOURCES)


def test_python_is_the_one_the_project_asks_for() -> None:
    (default,) = [a for a in said("ARG") if a.startswith("PYTHON_IMAGE=")]
    tag = default.partition("=")[2].partition(":")[2]
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{tag.partition('-')[0]}.99")
    assert {rest.split()[0] for rest in said("FROM")} == {"${PYTHON_IMAGE}"}


@pytest.mark.parametrize("step", said("RUN"))
def test_packages_come_with_hashes_or_from_here(step: str) -> None:
    for part in step.split("&&"):
        words = shlex.split(part)
        if words[:1] and words[0].endswith("pip") and "install" in words:
            assert {"--require-hashes", "--no-index"} & set(words), part
            assert "--no-deps" in words
        if words[:1] and words[0].endswith("pip") and "wheel" in words:
            assert {"--no-deps", "--no-build-isolation"} <= set(words)


@pytest.mark.parametrize("lock", ["requirements.lock", "deploy/requirements-build.lock"])
def test_every_line_of_a_lock_is_pinned_with_hashes(lock: str) -> None:
    for requirement, hashes in requirements(lock).values():
        assert hashes, requirement.name
        assert [s.operator for s in requirement.specifier] == ["=="], requirement.name


def test_the_lock_holds_what_the_project_needs() -> None:
    locked = requirements("requirements.lock")
    for line in PROJECT["dependencies"]:
        needed = Requirement(line)
        (pin,) = locked[canonicalize_name(needed.name)][0].specifier
        assert needed.specifier.contains(pin.version), line


def test_what_builds_the_wheel_is_locked() -> None:
    (backend,) = [
        Requirement(r) for r in ("hatchling>=1.27",) if r in (ROOT / "pyproject.toml").read_text()
    ]
    (pin,) = requirements("deploy/requirements-build.lock")[backend.name][0].specifier
    assert backend.specifier.contains(pin.version)


def test_it_runs_as_nobody_in_particular() -> None:
    words = [word for word, _ in dockerfile()]
    (user,) = said("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)  # numbers: Kubernetes can tell it is not root
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert not any(word == "RUN" for word in words[words.index("USER") :])


def stages() -> list[list[tuple[str, str]]]:
    """Instructions by stage."""
    found: list[list[tuple[str, str]]] = []
    for word, rest in dockerfile():
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def test_packages_are_compiled_when_they_are_installed() -> None:
    for word, rest in stages()[0]:
        assert not re.search(r"no-compile|NO_COMPILE|DONTWRITEBYTECODE", rest), (word, rest)


@pytest.mark.slow
def test_pythons_own_library_is_compiled_into_the_image(tmp_path: Path) -> None:
    """The base has no bytecode, and who runs here can write none."""
    steps = [part for word, rest in stages()[-1] if word == "RUN" for part in rest.split("&&")]
    (step,) = [part for part in steps if "compileall" in part]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {**os.environ, "PATH": path, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    subprocess.run(["sh", "-c", step], env=settings, check=True)
    assert len(list(tmp_path.rglob("*.pyc"))) > 500


def test_it_listens_and_is_asked_where_the_service_is() -> None:
    arguments = json.loads(said("CMD")[0])
    context = parsed(arguments)
    assert arguments[0] == "serve"
    assert context.params["port"] == DEFAULT_PORT == int(said("EXPOSE")[0])
    (health,) = said("HEALTHCHECK")
    assert f"http://127.0.0.1:{DEFAULT_PORT}/readyz" in health
    assert ("GET", "/readyz") in DOOR
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(said("ENTRYPOINT")[0]) == ["framsynt"]
    assert "framsynt" in PROJECT["scripts"]


def test_the_check_of_its_health_is_python_that_compiles() -> None:
    words = json.loads(said("HEALTHCHECK")[0].partition("CMD ")[2])
    assert words[:2] == ["python", "-c"]
    compile(words[2], "health", "exec")


def test_no_setting_in_it_is_a_secret() -> None:
    for rest in [*said("ENV"), *said("ARG")]:
        assert not re.search(r"SECRET|TOKEN|PASSWORD|_URL", rest)
