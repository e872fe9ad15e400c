"""What a home and its environment make of the login."""

import stat
from pathlib import Path

import pytest

from features.errors import MissingError, SettingsError
from features.home import Home
from serving import run
from serving.security.login import Login, signing_secret
from serving.security.security import Security

OIDC = {
    "FRAMSYNT_OIDC_ISSUER": "https://id.example.se",
    "FRAMSYNT_OIDC_CLIENT_ID": "framsynt",
    "FRAMSYNT_PUBLIC_URL": "https://framsynt.example.se",
}


def test_a_home_by_itself_has_the_demo_login(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    security = Security.of_home(home, lambda: None)
    assert security.provider is None
    assert security.cookie == "framsynt"
    _, words = Login.renew(home)
    principal = security.bearer(words.token)  # a new login counts at once
    assert principal is not None
    assert principal.subject == "token"
    assert security.bearer("") is None


def test_with_an_issuer_the_demo_login_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in OIDC.items():
        monkeypatch.setenv(name, value)
    home = Home.at(tmp_path)
    _, words = Login.renew(home)
    security = Security.of_home(home, lambda: None)
    assert security.provider is not None
    assert security.cookie == "__Host-framsynt"
    assert security.check_password("samordnare", words.password) is None
    assert security.bearer(words.token) is None
    assert "https://id.example.se" in security.form_targets
    assert stat.S_IMODE((tmp_path / "session.key").stat().st_mode) == 0o600
    assert signing_secret(home) == security.secret  # the same after a restart
    security.provider.http.close()


def test_a_secret_of_ones_own_must_be_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMSYNT_SESSION_SECRET", "short")
    with pytest.raises(SettingsError, match="FRAMSYNT_SESSION_SECRET"):
        signing_secret(Home.at(tmp_path))
    monkeypatch.setenv("FRAMSYNT_SESSION_SECRET", "x" * 32)
    assert signing_secret(Home.at(tmp_path)) == "x" * 32


def test_nobody_is_let_in_while_the_service_starts(tmp_path: Path) -> None:
    security = Security.of_home(Home.at(tmp_path), lambda: None)
    with pytest.raises(MissingError, match="starting"):
        security.session({"sid": "x"})


def test_serving_to_a_network_needs_an_identity_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(run, "check_port", lambda host, port: started.append(host))
    monkeypatch.setattr(run, "command", lambda *_: ["false"])
    monkeypatch.setattr(run, "champion_pin", lambda _: "1:x")
    monkeypatch.setattr(run, "check_register", lambda _: None)
    home = Home.at(tmp_path)
    with pytest.raises(SettingsError, match="FRAMSYNT_OIDC_ISSUER"):
        run.serve(home, host="0.0.0.0")
    assert started == []
    for name, value in OIDC.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(run.ServiceError, match="stopped by itself"):
        run.serve(home, host="0.0.0.0")
    assert started == ["0.0.0.0"]
    assert not home.login_file.exists()


def test_a_slip_in_the_settings_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMSYNT_OIDC_ISUER", "https://id.example.se")
    with pytest.raises(SettingsError, match="FRAMSYNT_OIDC_ISUER"):
        run.serve(Home.at(tmp_path))
