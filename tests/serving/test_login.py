import stat
from pathlib import Path

import pytest

from features.errors import SettingsError
from features.home import Home
from serving.security.login import Login
from serving.security.throttle import Throttle


def test_a_login_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    login = Login.of(home)

    assert Login.of(home) == login
    assert stat.S_IMODE(home.login_file.stat().st_mode) == 0o600
    assert [f.name for f in home.path.iterdir()] == ["login.json"]  # no draft left behind
    assert len(login.token) >= 40
    assert Login.of(Home.at(tmp_path / "other")).token != login.token


def test_only_the_right_words_open(tmp_path: Path) -> None:
    login = Login.of(Home.at(tmp_path))
    assert login.opens_pages(login.user, login.password)
    assert not login.opens_pages(login.user, "åäö")
    assert not login.opens_pages("someone", login.password)
    assert login.opens_api(login.token)
    assert not login.opens_api("")


@pytest.mark.parametrize("content", ["", "[]", '{"user": "demo"}'])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    home = Home.at(tmp_path)
    home.login_file.write_text(content)
    with pytest.raises(SettingsError, match="Remove it"):
        Login.of(home)


def test_the_throttle_opens_again() -> None:
    throttle = Throttle(attempts=2, seconds=0.0)
    throttle.note()
    throttle.note()
    assert not throttle.is_full()  # the failures are more than no seconds ago
    throttle = Throttle(attempts=2, seconds=60)
    throttle.note()
    assert not throttle.is_full()
    throttle.note()
    assert throttle.is_full()
