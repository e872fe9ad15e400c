"""Models of a server, copied into the home: each once, however often it is asked for.

    <home>/fetched/<hash of where it lies>/…

What is registered never changes, so a copy is good for ever. Other programs of the home may be
fetching the same: whoever is first has its copy taken.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

KEPT = 10
"""Copies kept, the ones asked for last: as many versions as somebody may go back to at once."""
ABANDONED_SECONDS = 24 * 60 * 60
"""A draft this old is of somebody who was stopped while fetching."""


def fetched(folder: Path, location: str, fetch: Callable[[Path], Path]) -> Path:
    """The copy of what lies at ``location``. ``fetch(into)`` gets it, and says where it put it."""
    copy = folder / hashlib.sha256(location.encode()).hexdigest()[:24]
    new = not copy.is_dir()
    if new:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as draft:
            found = fetch(Path(draft))
            try:
                found.rename(copy)
            except OSError:  # somebody was faster
                if not copy.is_dir():
                    raise
    copy.touch()
    if new:
        with suppress(FileNotFoundError):  # somebody else is clearing away
            for old in _no_longer_wanted(folder):
                shutil.rmtree(old, ignore_errors=True)
    return copy


def _no_longer_wanted(folder: Path) -> list[Path]:
    """Copies that were used longest ago, and drafts that nobody works at."""
    touched = {one: one.stat().st_mtime for one in folder.iterdir()}
    drafts = {one for one in touched if one.name.startswith(".")}
    copies = sorted(touched.keys() - drafts, key=lambda one: touched[one], reverse=True)
    old = [one for one in drafts if time.time() - touched[one] > ABANDONED_SECONDS]
    return copies[KEPT:] + old
