"""A weekly run on an extract that lacks a little of what the model learnt from says so."""

import json
from pathlib import Path

import pytest

from features.errors import ModelMismatch
from features.home import Home
from features.store import ExtractStore
from serving.scoring import Scorer
from serving.weekly import run_weekly
from tests.serving.small_home import small_extract, small_model


def test_the_weekly_run_warns_and_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.at(tmp_path)
    extract = small_extract(home, people=200)
    scorer = Scorer(small_model(extract), "1")
    monkeypatch.setattr(Scorer, "of", lambda _home: scorer)
    assert run_weekly(home, capacity=5).warning == ""

    file = ExtractStore(home).current().folder / "manifest.json"
    whole = file.read_text()

    def deliver_without(*tables: str) -> None:
        manifest = json.loads(whole)
        left = [one for one in manifest["coverage"]["tables"] if one not in tables]
        manifest["coverage"]["tables"] = left
        file.write_text(json.dumps(manifest))

    deliver_without("procedures")
    result = run_weekly(home, capacity=4)
    assert "lacks what the model was trained on: procedures" in result.warning
    assert result.warning in result.summary()

    deliver_without("diagnoses", "dispensings")
    with pytest.raises(ModelMismatch, match="diagnoses, dispensings"):
        run_weekly(home, capacity=3)
