"""Another champion is taken up by workers that go on answering; one that cannot be is not."""

import logging
from pathlib import Path
from typing import Any, cast

import pytest

from features.errors import ModelMismatch, ModelMissing, ServiceError, SettingsError
from features.home import Home
from serving import champion as module
from serving import pins
from serving.champion import Champion, pinned
from serving.desk import Desk
from serving.following import NONE, VARIABLE, Following, follow_seconds
from serving.pins import Pin
from serving.scoring import Scorer


class Loaded:
    """Stands for a scorer: all there is to it is its version."""

    def __init__(self, version: str) -> None:
        self.version = version


class Site:
    """Where versions lie, and what the workers were told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.broken: set[str] = set()
        self.loaded: list[str] = []
        self.taken_up: list[str] = []
        self.refused: list[bool] = []
        self.wanted = Pin("1", "one")
        monkeypatch.setattr(module, "load", self.load)
        monkeypatch.setattr(module, "warm", lambda _scorer: None)
        self.champion = Champion(
            cast(Scorer, Loaded("1")),
            lambda: self.wanted,
            lambda scorer: self.taken_up.append(scorer.version),
            self.refused.append,
        )

    def load(self, pin: Pin) -> Any:
        self.loaded.append(pin.version)
        if pin.version in self.broken:
            raise ModelMismatch("it does not fit", do="Train again.")
        return Loaded(pin.version)

    def want(self, version: str) -> str:
        """What serves after somebody made this version the champion."""
        self.wanted = Pin(version, f"folder of {version}")
        self.champion.look()
        return self.champion.scorer.version


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(monkeypatch)


def test_a_new_champion_takes_the_place_of_the_old_one(site: Site) -> None:
    assert site.want("1") == "1"
    assert site.want("2") == "2"
    assert (site.loaded, site.taken_up, site.refused) == (["2"], ["2"], [])


def test_rolling_back_needs_no_loading(site: Site) -> None:
    site.want("2")
    assert site.want("1") == "1"
    assert site.loaded == ["2"]
    older = site.champion.of("2")
    assert older is not None
    assert older.version == "2"
    assert site.champion.of("3") is None


def test_only_so_many_are_kept(site: Site) -> None:
    for version in ("2", "3", "4"):
        site.want(version)
    assert [v for v in ("1", "2", "3", "4") if site.champion.of(v)] == ["3", "4"]


def test_a_champion_that_cannot_be_loaded_leaves_the_old_one(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.broken.add("2")
    with caplog.at_level(logging.WARNING):
        assert [site.want("2") for _ in range(5)] == ["1"] * 5
    assert site.loaded == ["2"]  # not at every look
    [said] = caplog.messages
    assert "version 2, cannot be loaded: it does not fit. Train again. Version 1 goes on" in said
    assert site.refused == [True]

    monkeypatch.setattr(module, "AGAIN_AFTER_SECONDS", 0.0)
    site.champion._again = 0.0
    assert site.want("2") == "1"  # tried again, and not said again
    assert site.loaded == ["2", "2"]
    assert len(caplog.messages) == 1

    site.broken.clear()
    assert site.want("2") == "2"
    assert site.refused[-1] is False


def test_back_to_what_serves_ends_the_refusal(site: Site) -> None:
    site.broken.add("2")
    site.want("2")
    assert site.want("1") == "1"
    assert site.refused == [True, False]
    assert site.taken_up == []


def test_a_model_without_files(tmp_path: Path) -> None:
    for folder in ("", str(tmp_path / "gone")):
        with pytest.raises(ModelMissing, match="model version 2"):
            module.load(Pin("2", folder))


def test_a_worker_that_starts_takes_the_first_that_it_can_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    file = tmp_path / "pin"
    pins.write(file, [Pin("3", "three"), Pin("2", "two")])
    monkeypatch.setenv(pins.FILE, str(file))
    site.broken.add("3")
    told: list[bool] = []
    worker = Champion.starting(Home.at(tmp_path), lambda _: None, told.append)
    assert worker.scorer.version == "2"
    worker.look()
    assert told == [True]
    site.broken.add("2")
    with pytest.raises(ModelMismatch):
        Champion.starting(Home.at(tmp_path), lambda _: None, told.append)


def test_without_a_champion_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(pins.FILE, raising=False)
    with pytest.raises(ModelMissing):
        Champion.starting(Home.at(tmp_path), lambda _: None, lambda _: None)


def test_a_pin_that_never_comes_ends_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pins.FILE, str(tmp_path / "pin"))
    monkeypatch.setattr(module, "PINNED_WITHIN_SECONDS", 0.1)
    with pytest.raises(ServiceError, match="in time"):
        Champion.starting(Home.at(tmp_path), lambda _: None, lambda _: None)


def test_the_pin_file_is_read_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    wanted = pinned(file)
    assert wanted() is None
    pins.write(file, [Pin("1", "/a:b")])
    assert wanted() == Pin("1", "/a:b")
    pins.write(file, [Pin("2", "")])
    assert wanted() == Pin("2", "")
    file.unlink()
    assert wanted() is None


class Asking:
    """Stands for the registry."""

    def __init__(self) -> None:
        self.champion: Pin | Exception = Pin("1", "one")
        self.known: list[str] = []

    def __call__(self, known: Pin) -> Pin:
        self.known.append(known.version)
        if isinstance(self.champion, Exception):
            raise self.champion
        return self.champion


def following(file: Path, asking: Asking, said: list[str]) -> Following:
    return Following(file, Pin("1", "one"), asking, 1e-9, said.append)


def test_the_workers_are_told_of_another_champion(tmp_path: Path) -> None:
    file, asking, said = tmp_path / "pin", Asking(), list[str]()
    parent = following(file, asking, said)
    parent.turn()
    assert not file.exists()  # nothing is new
    for version in ("2", "3", "2", "4", "5"):
        asking.champion = Pin(version, f"folder of {version}")
        parent.turn()
    assert [pin.version for pin in pins.read(file)] == ["5", "4", "2"]
    assert said[0] == "The champion is now model version 2."
    assert len(said) == 5


def test_a_registry_that_does_not_answer_is_said_once(tmp_path: Path) -> None:
    asking, said = Asking(), list[str]()
    parent = following(tmp_path / "pin", asking, said)
    asking.champion = OSError("database is locked")
    parent.turn()
    parent.turn()
    [only] = said
    assert "does not answer (OSError)" in only
    asking.champion = Pin("2", "two")
    parent.turn()
    assert said[1:] == ["The champion is now model version 2."]


def test_files_that_were_not_there_yet_are_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, asking, said = tmp_path / "pin", Asking(), list[str]()
    parent = following(file, asking, said)
    asking.champion = Pin("2", "")
    for _ in range(4):
        parent.turn()
    assert pins.read(file) == [Pin("2", ""), Pin("1", "one")]
    assert asking.known == ["1", "", "2", "2"]  # for the files at once, and then once a minute

    asking.champion = Pin("2", "two")
    monkeypatch.setattr(parent, "_again", 0.0)
    parent.turn()
    assert pins.read(file) == [Pin("2", "two"), Pin("1", "one")]
    assert said[1:] == ["The files are there now of model version 2."]


def test_a_registry_emptied_meanwhile_changes_nothing(tmp_path: Path) -> None:
    asking, said = Asking(), list[str]()
    parent = following(tmp_path / "pin", asking, said)
    asking.champion = Pin("2", "")
    parent.turn()
    asking.champion = NONE  # as known
    parent.turn()
    assert parent.pins[0] == Pin("2", "")


class Server:
    """Stands for the registry on a model server that has a champion, and its files or not."""

    files = False

    def __init__(self, _home: Home) -> None: ...

    def champion_version(self) -> str:
        return "2"

    def folder(self, version: str) -> str:
        if not self.files:
            raise OSError
        return f"folder of {version}"


def test_a_worker_that_nobody_pinned_gets_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.registry.Registry", Server)
    wanted = module.registered(Home.at(tmp_path), "1")
    assert wanted() == wanted() == Pin("2", "")
    monkeypatch.setattr(Server, "files", True)
    assert wanted() == Pin("2", "folder of 2")


def test_never_asking(tmp_path: Path) -> None:
    asking, said = Asking(), list[str]()
    asking.champion = Pin("2", "two")
    parent = Following(tmp_path / "pin", Pin("1", "one"), asking, 0.0, said.append)
    parent.turn()
    assert said == []


@pytest.mark.parametrize("said", ["often", "-1", "nan", "inf"])
def test_what_is_no_number_of_seconds(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(VARIABLE, said)
    with pytest.raises(SettingsError, match=VARIABLE):
        follow_seconds()


def test_how_often_the_registry_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert follow_seconds() == 5
    monkeypatch.setenv(VARIABLE, "0")
    assert follow_seconds() == 0


def test_a_list_of_the_version_before_is_still_told_by_it(site: Site) -> None:
    nothing: Any = None
    desk = Desk(nothing, nothing, site.champion.scorer, versions=site.champion.of)
    site.want("2")
    desk.scorer = site.champion.scorer
    told_by = [desk._of_version(desk.scorer, version) for version in ("2", "1", "9")]
    assert [scorer.version if scorer else None for scorer in told_by] == ["2", "1", None]
