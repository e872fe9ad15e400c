"""Secrets may lie in files; what goes wrong is told without telling them."""

from pathlib import Path

import pytest

from features.errors import SettingsError
from features.secret_files import SECRETS, SUFFIX, read_secret_files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "register_url"
    written.write_text("postgresql://framsynt:hush@db/framsynt\n", encoding="utf-8")
    return written


@pytest.mark.parametrize("name", SECRETS)
def test_what_a_file_holds_is_the_setting(name: str, file: Path) -> None:
    environment = {name + SUFFIX: str(file), "OTHER_FILE": "x"}
    read_secret_files(environment)
    assert environment == {name: "postgresql://framsynt:hush@db/framsynt", "OTHER_FILE": "x"}


def test_an_empty_file_is_no_setting(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    environment = {"FRAMSYNT_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "empty")}
    read_secret_files(environment)
    assert environment == {}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FRAMSYNT_REGISTER_URL_FILE"):
        read_secret_files({"FRAMSYNT_REGISTER_URL_FILE": str(tmp_path / "nothing")})


def test_both_ways_at_once_are_refused_without_telling(file: Path) -> None:
    with pytest.raises(SettingsError) as said:
        read_secret_files({"FRAMSYNT_REGISTER_URL_FILE": str(file), "FRAMSYNT_REGISTER_URL": "x"})
    assert "hush" not in str(said.value)
