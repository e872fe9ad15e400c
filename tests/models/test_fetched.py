"""A server's models are copied once, and old copies go."""

import os
from pathlib import Path

import pytest

from models.registry.fetched import KEPT, fetched


def getting(into: Path) -> Path:
    """As a download: a folder within."""
    found = into / "model"
    found.mkdir()
    (found / "model.json").write_text("{}")
    return found


def fail(_into: Path) -> Path:
    raise ConnectionError


def test_it_is_fetched_once(tmp_path: Path) -> None:
    first = fetched(tmp_path / "fetched", "models:/m-1", getting)
    assert (first / "model.json").read_text() == "{}"
    assert fetched(tmp_path / "fetched", "models:/m-1", fail) == first
    assert fetched(tmp_path / "fetched", "models:/m-2", getting) != first


def test_what_could_not_be_fetched_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        fetched(tmp_path, "models:/m-1", fail)
    assert list(tmp_path.iterdir()) == []
    assert fetched(tmp_path, "models:/m-1", getting).is_dir()


def test_of_two_who_fetch_at_once_the_first_copy_stands(tmp_path: Path) -> None:
    def slow(into: Path) -> Path:
        mine = getting(into)
        other = fetched(tmp_path, "models:/m-1", getting)
        (other / "model.json").write_text("first")
        return mine

    copy = fetched(tmp_path, "models:/m-1", slow)
    assert (copy / "model.json").read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == [copy.name]


def test_copies_that_nobody_asks_for_go(tmp_path: Path) -> None:
    copies = [fetched(tmp_path, f"models:/m-{number}", getting) for number in range(KEPT)]
    for age, copy in enumerate(reversed(copies)):
        os.utime(copy, (1_000_000 - age, 1_000_000 - age))
    fetched(tmp_path, "models:/m-0", fail)  # asked for again: not the oldest any more
    fetched(tmp_path, "models:/new", getting)
    there = {one.name for one in tmp_path.iterdir()}
    assert len(there) == KEPT
    assert copies[0].name in there
    assert copies[1].name not in there


def test_a_draft_of_somebody_who_was_stopped_goes_and_one_of_today_stays(tmp_path: Path) -> None:
    left, today = tmp_path / ".left", tmp_path / ".today"
    for draft in (left, today):
        (draft / "model").mkdir(parents=True)
    os.utime(left, (1_000_000, 1_000_000))
    copy = fetched(tmp_path, "models:/m-1", getting)
    assert {one.name for one in tmp_path.iterdir()} == {".today", copy.name}
