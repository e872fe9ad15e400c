"""Which reasons are told apart, and where the model comes from."""

from pathlib import Path

import pytest

from features.errors import ModelMissing
from features.home import Home
from serving.scoring import KEPT_EACH_WAY, KEPT_REASONS, PIN, Scorer, _kept


def test_both_directions_are_kept_however_many_the_other_has() -> None:
    kept = _kept([True] * 30 + [False] * 7)
    assert sum(kept) == KEPT_REASONS
    assert sum(kept[30:]) == KEPT_EACH_WAY
    assert kept[:10] == [True] * 10  # the heaviest


def test_few_reasons_are_all_kept() -> None:
    assert _kept([True, False, True]) == [True, True, True]
    assert _kept([]) == []


def test_without_a_champion_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PIN, raising=False)
    with pytest.raises(ModelMissing):
        Scorer.pinned(Home.at(tmp_path))
