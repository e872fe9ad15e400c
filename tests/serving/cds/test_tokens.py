"""A record system is let in by its own token for this very address, once; by no other."""

import time
from typing import Any

import pytest
from joserfc.jwk import ECKey

from serving.desk import Desk
from tests.serving.cds.conftest import site
from tests.serving.cds.records import (
    DISCHARGE,
    ISSUER,
    PATIENT_VIEW,
    PUBLIC,
    RecordSystem,
    call,
)
from tests.serving.conftest import Client
from tests.serving.security.conftest import as_
from tests.serving.security.provider import sealed


def ask(hooks: Client, token: str, path: str = PATIENT_VIEW) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return hooks.post(path, json=call("P1"), headers=headers).status_code


def test_a_token_opens_the_address_it_is_for_and_no_other(
    hooks: Client, system: RecordSystem
) -> None:
    assert ask(hooks, system.token(PATIENT_VIEW)) == 200
    assert ask(hooks, system.token(PATIENT_VIEW), DISCHARGE) == 401
    assert hooks.get("/cds-services", headers=system.headers("/cds-services")).status_code == 200
    assert hooks.get("/cds-services", headers=system.headers(PATIENT_VIEW)).status_code == 401
    for path in ("/people/P1", "/api/v1/people/P1"):
        assert hooks.get(path, headers=system.headers(path)).status_code == 401


def test_a_token_is_used_once(hooks: Client, system: RecordSystem) -> None:
    token = system.token(PATIENT_VIEW)
    assert [ask(hooks, token), ask(hooks, token)] == [200, 401]


def test_used_tokens_are_remembered_by_every_copy_of_the_service(
    desk: Desk, settings: Any, system: RecordSystem
) -> None:
    token = system.token(PATIENT_VIEW)
    assert [ask(site(desk, settings), token), ask(site(desk, settings), token)] == [200, 401]


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example.se" + PATIENT_VIEW},
        {"aud": None},
        {"iss": "https://somebody.example.se"},
        {"iss": None},
        {"exp": None},
        {"iat": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"exp": "soon"},
    ],
    ids=str,
)
def test_a_token_that_is_not_quite_right_opens_nothing(
    hooks: Client, system: RecordSystem, changes: dict[str, Any]
) -> None:
    assert ask(hooks, system.token(PATIENT_VIEW, **changes)) == 401


@pytest.mark.parametrize(
    ("issued", "expires"),
    [
        pytest.param(-400, -120, id="expired"),
        pytest.param(0, 7 * 24 * 3600, id="good for a week"),
        pytest.param(3600, 3900, id="issued in the future"),
    ],
)
def test_a_token_of_another_time_opens_nothing(
    hooks: Client, system: RecordSystem, issued: int, expires: int
) -> None:
    now = int(time.time())
    token = system.token(PATIENT_VIEW, iat=now + issued, exp=now + expires)
    assert ask(hooks, token) == 401


def test_somebody_elses_key_opens_nothing(hooks: Client, system: RecordSystem) -> None:
    other = ECKey.generate_key("P-384")
    assert ask(hooks, system.token(PATIENT_VIEW, key=other)) == 401


def test_an_unsigned_token_and_one_of_a_shared_secret_open_nothing(hooks: Client) -> None:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": PUBLIC + PATIENT_VIEW, "iat": now, "exp": now + 9, "jti": "a"}
    for algorithm, key in (("none", None), ("HS256", b"x" * 32)):
        assert ask(hooks, sealed({"alg": algorithm, "typ": "JWT"}, claims, key)) == 401


def test_an_audience_may_be_a_list(hooks: Client, system: RecordSystem) -> None:
    assert ask(hooks, system.token(PATIENT_VIEW, aud=[PUBLIC + PATIENT_VIEW])) == 200


def test_a_new_key_is_fetched(hooks: Client, system: RecordSystem, monkeypatch: Any) -> None:
    monkeypatch.setattr("serving.security.oidc.provider.REFETCH_SECONDS", 0)
    assert ask(hooks, system.token(PATIENT_VIEW)) == 200
    system.new_key()
    assert ask(hooks, system.token(PATIENT_VIEW)) == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "a.W10.c", "a.bnVsbA.c", "é.é.é"])
def test_what_is_no_token_opens_nothing(hooks: Client, token: str) -> None:
    headers = {b"authorization": f"Bearer {token}".encode()}
    answer = hooks.post(PATIENT_VIEW, json=call("P1"), headers=headers)
    assert answer.status_code == 401


def test_whoever_may_use_the_api_may_ask_for_cards(hooks: Client) -> None:
    headers = as_("coordinator")
    assert hooks.post(PATIENT_VIEW, json=call("P1"), headers=headers).status_code == 200
