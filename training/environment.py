"""What a model was made with, besides the extract and the settings."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("framsynt", "lightgbm", "numpy", "pandas", "scikit-learn", "scipy")
"""Whose version may change the bytes of a model."""


def environment() -> dict[str, str]:
    """Versions of Python, of this code and of the libraries that may change a model's bytes.

    ``commit``: of the code, with "+" where files have been changed since; empty for a packaged
    installation, which has none.
    """
    found = {"commit": _commit(), "python": platform.python_version()}
    found["machine"] = platform.machine()
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return {f"with_{name}": value for name, value in found.items()}


def _commit() -> str:
    here = Path(__file__)
    # Installed packages may lie inside some other repository: this file must be in this one.
    if not _git(here, "ls-files", here.name):
        return ""
    changed = _git(here, "status", "--porcelain", "--untracked-files=no", ":/")
    return _git(here, "rev-parse", "HEAD") + ("+" if changed else "")


def _git(here: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=here.parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
