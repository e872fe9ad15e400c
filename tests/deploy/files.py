"""The files of deploy/ as data, and what the code knows of the same things."""

import re
import tomllib
from pathlib import Path
from typing import Any

import typer.main
import yaml

import framsynt
from features.secret_files import SECRETS, SUFFIX
from serving.cds import settings as cds
from serving.security import settings as security
from serving.security.oidc import settings as oidc

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
ROOMS = ("features", "models", "training", "serving")
INTERNAL = {"FRAMSYNT_PIN_FILE"}
"""What one of our processes tells another."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def manifests() -> list[dict[str, Any]]:
    """Every Kubernetes object, but for kustomize's own file."""
    files = sorted(KUBERNETES.glob("*.yaml"))
    found = [o for f in files for o in yaml.safe_load_all(f.read_text(encoding="utf-8"))]
    return [o for o in found if o["kind"] != "Kustomization"]


def pods(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Name of what makes pods -> a pod's spec."""
    found = {}
    for one in objects:
        spec = one.get("spec", {})
        if one["kind"] == "Deployment":
            found[one["metadata"]["name"]] = spec["template"]["spec"]
        elif one["kind"] == "CronJob":
            template = spec["jobTemplate"]["spec"]["template"]
            found[one["metadata"]["name"]] = template["spec"]
    return found


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def dockerfile() -> list[tuple[str, str]]:
    """Instructions and what follows them, lines joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    parts = [line.strip().partition(" ") for line in whole.splitlines() if line.strip()]
    return [(word.upper(), rest.strip()) for word, _, rest in parts]


def said(instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile() if word == instruction]


def assignments(text: str) -> dict[str, str]:
    """``NAME=value`` lines of a settings file."""
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    found = [re.fullmatch(r"([A-Z][A-Z_]+)=(.*)", line) for line in lines]
    return {m[1]: m[2] for m in found if m}


def settings_of_the_code() -> set[str]:
    """The name of every setting of ours that the code reads from the environment."""
    found: set[str] = set()
    for file in [ROOT / "framsynt.py", *(f for room in ROOMS for f in (ROOT / room).rglob("*.py"))]:
        found |= set(re.findall(r"FRAMSYNT_[A-Z_]*[A-Z]", file.read_text(encoding="utf-8")))
    prefixes = {oidc.PREFIX.rstrip("_"), cds.PREFIX.rstrip("_")}
    found |= {oidc.PREFIX + name for name in oidc._KNOWN}
    found |= {cds.PREFIX + name for name in cds._KNOWN}
    found |= {f"FRAMSYNT_{name}" for name in security._NAMES}
    return found - prefixes - INTERNAL - {n for n in found if n.endswith(SUFFIX)}


def may_be_set() -> set[str]:
    """The settings, and those that name a file with a secret."""
    return settings_of_the_code() | {name + SUFFIX for name in SECRETS}


def parsed(arguments: list[str]) -> Any:
    """The context of a command line of ``framsynt``, read as it would be, but not carried out.
    KeyError for no command, UsageError for arguments that it does not take."""
    group: Any = typer.main.get_command(framsynt.app)
    return group.commands[arguments[0]].make_context(arguments[0], list(arguments[1:]))
