"""The demo's login: told once, kept as hashes, made anew on request."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

import framsynt
from features.errors import SettingsError
from features.home import Home
from serving.run import check_host, login_lines
from serving.security.login import USERS, Login, principal_of
from serving.security.throttle import Throttle
from serving.security.who import Role


def test_a_login_is_told_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    login, words = Login.of(home)

    assert words is not None
    assert Login.of(home) == (login, None)
    assert stat.S_IMODE(home.login_file.stat().st_mode) == 0o600
    assert [f.name for f in home.path.iterdir()] == ["login.json"]  # no draft left behind
    assert len(words.token) >= 40
    other = Login.of(Home.at(tmp_path / "other"))[1]
    assert other is not None
    assert other.token != words.token


def test_the_file_holds_neither_password_nor_token(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    words = Login.of(home)[1]
    assert words is not None
    kept = home.login_file.read_text()
    assert words.password not in kept
    assert words.token not in kept
    assert json.loads(kept)["password"].startswith("scrypt$16384$")


def test_only_the_right_words_open(tmp_path: Path) -> None:
    login, words = Login.of(Home.at(tmp_path))
    assert words is not None
    for user in USERS:
        assert login.opens_pages(user, words.password)
    assert not login.opens_pages("samordnare", "åäö")
    assert not login.opens_pages("someone", words.password)
    assert login.opens_api(words.token)
    assert not login.opens_api("")


def test_a_new_login_shuts_out_the_old_one(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    old, words = Login.of(home)
    new, _ = Login.renew(home)
    assert words is not None
    assert not new.opens_pages("samordnare", words.password)
    assert not new.opens_api(words.token)
    assert new.made_at > old.made_at
    assert stat.S_IMODE(home.login_file.stat().st_mode) == 0o600


def test_users_have_one_role_each_and_a_reviewer_two_units() -> None:
    units = ["SE1", "SE2", "SE3"]
    assert principal_of("granskare", units).units == {"SE1", "SE2"}
    assert principal_of("samordnare", units).units == frozenset()
    assert [principal_of(u, units).roles for u in USERS] == [frozenset({r}) for r in Role]


@pytest.mark.parametrize("content", ["", "[]", '{"user": "demo"}', '{"password": "x"}'])
def test_a_damaged_or_older_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    home = Home.at(tmp_path)
    home.login_file.write_text(content)
    with pytest.raises(SettingsError, match="framsynt login --new"):
        Login.of(home)


def test_the_command_makes_words_that_open(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    said = CliRunner().invoke(framsynt.app, ["login", "--new", "--json", "--home", str(tmp_path)])
    told = json.loads(said.stdout)
    login, _ = Login.of(home)
    assert login.opens_pages("granskare", told["password"])
    assert login.opens_api(told["token"])
    assert told["users"]["granskare"] == ["reviewer"]
    again = CliRunner().invoke(framsynt.app, ["login", "--home", str(tmp_path)])
    assert "granskare" in again.stdout
    assert told["password"] not in again.stdout


def test_the_welcome_tells_the_words_only_when_they_are_made(tmp_path: Path) -> None:
    words = Login.of(Home.at(tmp_path))[1]
    assert words is not None
    assert words.password in login_lines(words)
    assert "framsynt login --new" in login_lines(None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "framsynt.example.se", ""])
def test_the_demo_login_is_for_this_machine_alone(host: str) -> None:
    with pytest.raises(SettingsError, match="OpenID Connect"):
        check_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_may_use_it(host: str) -> None:
    check_host(host)


def test_the_throttle_opens_again() -> None:
    throttle = Throttle(attempts=2, seconds=0.0)
    throttle.note()
    throttle.note()
    assert throttle.wait() == 0  # the failures are more than no seconds ago
    throttle = Throttle(attempts=2, seconds=60)
    throttle.note()
    assert throttle.wait() == 0
    throttle.note()
    assert 58 <= throttle.wait() <= 60
