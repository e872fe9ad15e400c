"""What a weekly run has scored so far, on disk, so that a run that was killed can go on.

    <home>/weekly/.lock
    <home>/weekly/<key>/part-0003/scores.parquet, candidates.parquet, …

The key is a hash of all that decides a partition's result: model, extract, week, capacity,
objections, code and libraries. Another key's folder is left over from a run that never
finished, and is removed. After success nothing stays: these are people's data.
"""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa

from features.home import Home
from models.risk_model import RiskModel

FRAMES = ("scores", "candidates", "persons", "enrolled")
CODE = ("features", "models", "serving")
LIBRARIES = ("numpy", "pandas", "lightgbm", "numba")


@dataclass(frozen=True)
class Found:
    """What one partition gives.

    ``scores``: everybody's. ``candidates``: feature rows of those who may stand on a list.
    ``persons``: their birth date and sex. ``enrolled``: who is in a team. ``discharged``: who
    left hospital in the week before. ``objected``: how many present were left out.
    """

    scores: pd.DataFrame
    candidates: pd.DataFrame
    persons: pd.DataFrame
    enrolled: pd.DataFrame
    discharged: frozenset[str]
    objected: int


class Partials:
    """The results of the partitions that are done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    @contextmanager
    def of(cls, home: Home, key: str) -> Iterator["Partials"]:
        """Those of one run, alone: another run in the same home waits here until this one is
        done. They are removed when the block ends well, and stay for the next try if not."""
        everything = home.path / "weekly"
        everything.mkdir(mode=0o700, exist_ok=True)
        with (everything / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left_over in everything.iterdir():
                if left_over.is_dir() and left_over.name != key:
                    shutil.rmtree(left_over)
            here = everything / key
            here.mkdir(mode=0o700, exist_ok=True)
            yield cls(here)
            shutil.rmtree(here)

    def of_partition(self, number: int, find: Callable[[int], Found]) -> Found:
        """The partition's result: as kept, or found now and kept."""
        kept = self.folder / f"part-{number:04d}"
        found = _read(kept)
        if found is None:
            found = find(number)
            _write(kept, found)
        return found


def key_of(model: RiskModel, *what: object) -> str:
    """A hash of the model's content, ``what`` else decides, and the code that runs."""
    digest = hashlib.sha256(json.dumps([str(part) for part in what]).encode())
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        _add_files(digest.update, Path(folder), "*")
    root = Path(__file__).parents[1]
    for room in CODE:
        for pattern in ("*.py", "*.csv"):
            _add_files(digest.update, root / room, pattern)
    digest.update(" ".join(version(name) for name in LIBRARIES).encode())
    return digest.hexdigest()[:24]


def _add_files(update: Callable[[bytes], None], folder: Path, pattern: str) -> None:
    for file in sorted(f for f in folder.rglob(pattern) if f.is_file()):
        update(f"{file.relative_to(folder)}\0".encode())
        update(file.read_bytes())


def _write(kept: Path, found: Found) -> None:
    """Whole or not at all: into a folder beside, then renamed."""
    part = kept.with_name(f".{kept.name}")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(kept, ignore_errors=True)
    part.mkdir(mode=0o700)
    for name in FRAMES:
        getattr(found, name).to_parquet(part / f"{name}.parquet")
    rest = {"discharged": sorted(found.discharged), "objected": found.objected}
    (part / "rest.json").write_text(json.dumps(rest), encoding="utf-8")
    part.rename(kept)


def _read(kept: Path) -> Found | None:
    """None where nothing whole is there (also after a power cut): it is found anew."""
    try:
        frames = {name: pd.read_parquet(kept / f"{name}.parquet") for name in FRAMES}
        rest = json.loads((kept / "rest.json").read_text(encoding="utf-8"))
        return Found(
            **frames, discharged=frozenset(rest["discharged"]), objected=int(rest["objected"])
        )
    except (OSError, ValueError, KeyError, pa.ArrowInvalid):
        return None
