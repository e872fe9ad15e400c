"""Which record systems are trusted is said whole and right, or the service does not start."""

import json
from pathlib import Path
from typing import Any

import pytest

from features.errors import SettingsError
from serving.cds.settings import CdsSettings
from serving.security.who import Role
from tests.serving.conftest import EAST

PUBLIC = {"FRAMSYNT_PUBLIC_URL": "https://framsynt.example.se"}
CLIENT = {
    "issuer": "https://journal.example.se",
    "jwks_url": "https://journal.example.se/jwks",
    "name": "Journalen",
    "role": "reviewer",
    "units": [EAST],
}


def read(tmp_path: Path, said: Any, **more: str) -> CdsSettings:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(said))
    return CdsSettings.from_environment({**PUBLIC, "FRAMSYNT_CDS_CLIENTS": str(file), **more})


def test_nothing_said_is_nobody_trusted() -> None:
    assert CdsSettings.from_environment({}) == CdsSettings()


def test_a_record_system_is_a_reviewer_or_a_coordinator(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        [CLIENT],
        FRAMSYNT_CDS_LINK="smart",
        FRAMSYNT_CDS_ORIGINS="https://a.example.se, https://b.example.se:8443",
    )
    [client] = settings.clients
    assert client.principal.roles == {Role.REVIEWER}
    assert client.principal.works_at(EAST)
    assert settings.smart
    assert settings.origins == {"https://a.example.se", "https://b.example.se:8443"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        ["x"],
        [{**CLIENT, "role": "administrator"}],
        [{**CLIENT, "role": "analyst"}],
        [{**CLIENT, "units": []}],
        [{**CLIENT, "units": EAST}],
        [{**CLIENT, "jwks_url": "http://journal.example.se/jwks"}],
        [{**CLIENT, "issuer": ""}],
        [{**CLIENT, "secret": "x"}],
        [CLIENT, CLIENT],
    ],
    ids=str,
)
def test_a_file_that_is_not_right_is_an_error(tmp_path: Path, said: Any) -> None:
    with pytest.raises(SettingsError, match="FRAMSYNT_CDS_CLIENTS"):
        read(tmp_path, said)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"FRAMSYNT_CDS_CLIENT": "x"}, "FRAMSYNT_CDS_CLIENT"),
        ({"FRAMSYNT_CDS_CLIENTS": "/nowhere"}, "FRAMSYNT_PUBLIC_URL"),
        ({**PUBLIC, "FRAMSYNT_CDS_CLIENTS": "/nowhere"}, "FRAMSYNT_CDS_CLIENTS"),
        ({"FRAMSYNT_CDS_LINK": "smart"}, "FRAMSYNT_PUBLIC_URL"),
        ({**PUBLIC, "FRAMSYNT_CDS_LINK": "deep"}, "FRAMSYNT_CDS_LINK"),
        ({"FRAMSYNT_CDS_CODE_MAP": "/nowhere.csv"}, "FRAMSYNT_CDS_CODE_MAP"),
        ({"FRAMSYNT_CDS_ORIGINS": "*"}, "FRAMSYNT_CDS_ORIGINS"),
        ({"FRAMSYNT_CDS_ORIGINS": "http://journal.example.se"}, "FRAMSYNT_CDS_ORIGINS"),
        ({"FRAMSYNT_CDS_ORIGINS": "https://journal.example.se/x"}, "FRAMSYNT_CDS_ORIGINS"),
    ],
)
def test_a_slip_is_an_error_that_names_the_variable(
    environment: dict[str, str], names: str
) -> None:
    with pytest.raises(SettingsError, match=names):
        CdsSettings.from_environment(environment)
