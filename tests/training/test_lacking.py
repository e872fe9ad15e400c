"""What an extract lacks is said wherever it is scored or judged."""

import json
import shutil
from pathlib import Path

import pytest

from features.errors import ModelMismatch
from features.home import Home
from features.store import ExtractStore
from training.judgement.evaluate import evaluate
from training.score import WARNING, score
from training.train import TrainResult


def without(home: Home, folder: Path, **lost: list[str] | bool) -> Home:
    """A copy of the home whose extract does not deliver some of it."""
    shutil.copytree(home.path, folder)
    copied = Home.at(folder)
    file = ExtractStore(copied).current().folder / "manifest.json"
    manifest = json.loads(file.read_text())
    for what, gone in lost.items():
        left = [one for one in manifest["coverage"][what] if one not in gone] if gone else False
        manifest["coverage"][what] = left
    file.write_text(json.dumps(manifest))
    return copied


def test_a_little_is_warned_of(tmp_path: Path, trained: tuple[Home, TrainResult]) -> None:
    home, _ = trained
    day = ExtractStore(home).current().manifest.data_through
    assert WARNING not in score(home, day).attrs
    coverage = ExtractStore(home).current().manifest.coverage
    table = next(t for t in ("procedures", "listings", "dispensings") if t in coverage.tables)
    lacks = without(home, tmp_path / "home", tables=[table])
    assert table in score(lacks, day).attrs[WARNING]
    assert table in evaluate(lacks).remarks[0]


def test_too_much_is_refused(tmp_path: Path, trained: tuple[Home, TrainResult]) -> None:
    home, _ = trained
    day = ExtractStore(home).current().manifest.data_through
    lacks = without(home, tmp_path / "home", tables=["diagnoses", "dispensings", "municipal_care"])
    with pytest.raises(ModelMismatch, match="diagnoses"):
        score(lacks, day)
    untold = without(home, tmp_path / "other", urgency=False)
    with pytest.raises(ModelMismatch, match=r"outcome of|more than"):
        evaluate(untold)
