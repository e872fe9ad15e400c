"""Logging in with an identity provider that runs for real, and its tokens at the API."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from features.errors import SettingsError
from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from serving.security.oidc import tokens
from serving.security.oidc.provider import Provider, ProviderDown
from serving.security.oidc.settings import OidcSettings
from serving.security.oidc.tokens import TokenRefused, bearer_principal
from serving.security.security import Security
from serving.security.settings import Settings
from serving.security.who import Role
from tests.serving.conftest import EAST, Client
from tests.serving.security.provider import AUDIENCE, RunningProvider, parts, sealed

HTML = {"accept": "text/html"}
HOUR = 3600


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProvider]:
    provider = RunningProvider()
    register_people(provider)
    yield provider
    provider.stop()
    provider.http.close()


def register_people(provider: RunningProvider) -> None:
    provider.user("nurse", name="Rut Ros", roles=["reviewer"], hsa_ids=[EAST])
    provider.user("keycloak", realm_access={"roles": ["fs-samordnare", "offline"]})
    provider.user("stranger", name="Nobody")


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def settings_of(running: RunningProvider, **more: object) -> OidcSettings:
    known = {"issuer": running.issuer, "client_id": "framsynt", "client_secret": "s"}
    return OidcSettings(**{**known, "audience": AUDIENCE, **more})  # type: ignore[arg-type]


@pytest.fixture
def provider(running: RunningProvider) -> Iterator[Provider]:
    made = Provider(settings_of(running), clock=Clock())
    yield made
    made.http.close()


@pytest.fixture
def visitor(desk: Desk, provider: Provider) -> Client:
    """A browser in front of a service whose people log in with the provider."""
    app = create_app(desk)
    settings = Settings(public_url="http://localhost:3000")
    security = Security(lambda: app.state.desk, settings, "s" * 32, provider=provider)
    return Client(Door(app, security=security))


def begin(visitor: Client, next: str = "/people/P1") -> str:
    """To the provider's door."""
    answer = visitor.get(f"/login/start?next={next}")
    assert answer.status_code == 303
    return answer.headers["location"]


def back(url: str) -> str:
    """The path and query of the address that the provider sends somebody to."""
    assert url.startswith("http://localhost:3000/login/callback?")
    return url.removeprefix("http://localhost:3000")


def log_in(visitor: Client, running: RunningProvider, subject: str = "nurse") -> None:
    answer = visitor.get(back(running.says_yes(begin(visitor), subject)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/people/P1")


# -- pages ------------------------------------------------------------------------------


def test_a_nurse_logs_in_and_sees_her_own_people(
    visitor: Client, running: RunningProvider, desk: Desk
) -> None:
    assert visitor.get("/people/P1", headers=HTML).headers["location"].startswith("/login?next=")
    assert visitor.get("/login?next=/people/P1").headers["location"].startswith("/login/start")
    log_in(visitor, running)
    page = visitor.get("/people/P1", headers=HTML)
    assert page.status_code == 200
    assert "Rut Ros" in page.text
    assert visitor.get("/people/P4", headers=HTML).status_code == 403
    assert [a.who for a in desk.register.access.of_person("P1")] == ["nurse"]


def test_the_way_to_the_provider_has_pkce_state_and_nonce(visitor: Client) -> None:
    url = begin(visitor)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["redirect_uri"] == "http://localhost:3000/login/callback"
    again = {k: v[0] for k, v in parse_qs(urlsplit(begin(visitor)).query).items()}
    for once in ("state", "nonce", "code_challenge"):
        assert asked[once] != again[once]


def test_somebody_without_a_role_is_told_so(visitor: Client, running: RunningProvider) -> None:
    answer = visitor.get(back(running.says_yes(begin(visitor), "stranger")))
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:framsynt:problem:no-role"
    assert visitor.get("/", headers=HTML).status_code == 303


@pytest.mark.parametrize("changed", ["state=x", "iss=https://elsewhere.example"])
def test_an_answer_to_another_login_is_refused(
    visitor: Client, running: RunningProvider, changed: str
) -> None:
    path = back(running.says_yes(begin(visitor), "nurse"))
    name = changed.partition("=")[0]
    query = [p for p in path.partition("?")[2].split("&") if not p.startswith(f"{name}=")]
    answer = visitor.get("/login/callback?" + "&".join([*query, changed]))
    assert answer.status_code == 403
    assert visitor.get("/", headers=HTML).status_code == 303
    assert visitor.get(path).status_code == 403  # what the login began with is used up


def test_an_answer_that_nobody_asked_for_is_refused(
    visitor: Client, running: RunningProvider, desk: Desk
) -> None:
    path = back(running.says_yes(begin(visitor), "nurse"))
    app = create_app(desk)
    security = visitor.http._transport.app.security  # type: ignore[attr-defined]
    other = Client(Door(app, security=security))  # another browser: no cookie
    assert other.get(path).status_code == 403


def test_a_code_is_good_once(visitor: Client, running: RunningProvider) -> None:
    path = back(running.says_yes(begin(visitor), "nurse"))
    cookie = visitor.http.cookies["framsynt"]
    assert visitor.get(path).status_code == 303
    visitor.http.cookies.clear()
    visitor.http.cookies.set("framsynt", cookie)  # as somebody who has copied both
    answer = visitor.get(path)
    assert answer.status_code == 403
    assert "did not accept" in answer.json()["detail"]


def test_a_token_of_another_login_is_refused(
    visitor: Client, running: RunningProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = back(running.says_yes(begin(visitor), "nurse"))
    other = running.token("nurse", client_id="framsynt")  # right but for its nonce
    monkeypatch.setattr("serving.security.oidc.flow._token", lambda *_: other)
    assert visitor.get(path).status_code == 403


def test_a_login_that_took_too_long_is_refused(
    visitor: Client, running: RunningProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = back(running.says_yes(begin(visitor), "nurse"))
    late = time.time() + 11 * 60
    monkeypatch.setattr("serving.security.oidc.flow.time.time", lambda: late)
    assert visitor.get(path).status_code == 403


def test_a_no_from_the_provider(visitor: Client, running: RunningProvider) -> None:
    url = running.says_no(begin(visitor))
    assert "access_denied" in url
    begun = back(url)
    assert visitor.get(begun).status_code == 403


def test_logging_out_ends_it_here_and_there(visitor: Client, running: RunningProvider) -> None:
    log_in(visitor, running)
    cookie = visitor.http.cookies["framsynt"]
    html = visitor.get("/people/P1", headers=HTML).text
    csrf = html.split('name="csrf" value="')[1].split('"')[0]
    answer = visitor.post("/logout", data={"csrf": csrf})
    there = urlsplit(answer.headers["location"])
    assert f"{there.scheme}://{there.netloc}" == running.issuer
    assert "post_logout_redirect_uri" in there.query
    assert running.issuer in answer.headers["content-security-policy"]
    visitor.http.cookies.clear()
    visitor.http.cookies.set("framsynt", cookie)
    assert visitor.get("/people/P1", headers=HTML).status_code == 303
    assert "/login/start" in visitor.get("/login?out=1").text


def test_the_demo_login_does_not_open_anything_here(visitor: Client) -> None:
    csrf_page = visitor.get("/login?out=1").text
    assert 'name="password"' not in csrf_page
    answer = visitor.post("/login", data={"user": "samordnare", "password": "right"})
    assert answer.status_code == 404
    assert (
        visitor.get("/api/v1/care-units", headers={"authorization": "Bearer a-token"}).status_code
        == 401
    )


# -- tokens -----------------------------------------------------------------------------


def opens(provider: Provider, token: str, now: float | None = None) -> bool:
    try:
        bearer_principal(provider, token, int(now) if now is not None else None)
    except TokenRefused:
        return False
    return True


def test_a_token_opens_the_api_with_its_roles_and_units(
    visitor: Client, running: RunningProvider
) -> None:
    bearer = {"authorization": f"Bearer {running.token('nurse')}"}
    assert visitor.get("/api/v1/people/P1", headers=bearer).status_code == 200
    assert visitor.get("/api/v1/people/P4", headers=bearer).status_code == 403
    nobody = {"authorization": f"Bearer {running.token('stranger')}"}
    assert visitor.get("/api/v1/people/P1", headers=nobody).status_code == 403


def test_a_token_for_another_audience_opens_nothing(
    visitor: Client, provider: Provider, running: RunningProvider
) -> None:
    for client_id in ("framsynt", "somebody-else"):  # also not the login's own ID token
        token = running.token("nurse", client_id=client_id)
        assert not opens(provider, token)
        bearer = {"authorization": f"Bearer {token}"}
        assert visitor.get("/api/v1/people/P1", headers=bearer).status_code == 401


def test_a_token_of_another_provider_opens_nothing(provider: Provider) -> None:
    other = RunningProvider()
    try:
        other.user("nurse", roles=["reviewer"])
        assert not opens(provider, other.token("nurse"))
    finally:
        other.stop()
        other.http.close()


def test_the_same_keys_with_another_issuer_open_nothing(running: RunningProvider) -> None:
    """As where one provider signs for several realms with one key."""
    mine = Provider(settings_of(running))
    keys = mine.keys()
    theirs = Provider(settings_of(running, issuer="https://elsewhere.example"))
    theirs.keys = lambda: keys  # type: ignore[method-assign]
    token = running.token("nurse")
    assert opens(mine, token)
    assert not opens(theirs, token)
    mine.http.close()
    theirs.http.close()


def test_clocks_may_be_a_minute_apart(provider: Provider, running: RunningProvider) -> None:
    token = running.token("nurse")
    ends = parts(token)[1]["exp"]
    assert opens(provider, token)
    assert opens(provider, token, now=ends + 59)
    assert not opens(provider, token, now=ends + 61)
    began = parts(token)[1]["iat"]
    assert opens(provider, token, now=began - 59)
    assert not opens(provider, token, now=began - HOUR)


def test_the_algorithm_is_ours_to_choose(provider: Provider, running: RunningProvider) -> None:
    token = running.token("nurse")
    header, claims = parts(token)
    public = running.public_key()
    pem = RSAKey.import_key(public).as_pem(private=False)  # type: ignore[arg-type]
    kid = {"kid": header["kid"]} if "kid" in header else {}
    for forged in (
        sealed({"alg": "none", **kid}, claims, None),
        sealed({"alg": "None", **kid}, claims, None),
        sealed({"alg": "HS256", **kid}, claims, pem),
        sealed({"alg": "HS256", **kid}, claims, public["n"].encode()),
        sealed({"alg": "RS256", **kid}, claims, pem),
        token[:-8] + "AAAAAAAA",
        token.rpartition(".")[0] + ".",
        "",
        "a.b.c",
        "x" * 20_000,
    ):
        assert not opens(provider, forged)
    only_elliptic = Provider(settings_of(running, algorithms=("ES256",)))
    assert not opens(only_elliptic, token)
    only_elliptic.http.close()


def test_changed_claims_open_nothing(provider: Provider, running: RunningProvider) -> None:
    header, _, signature = running.token("stranger").split(".")
    claims = running.token("nurse").split(".")[1]
    assert not opens(provider, f"{header}.{claims}.{signature}")


def test_without_an_audience_no_token_opens_the_api(running: RunningProvider) -> None:
    shut = Provider(settings_of(running, audience=""))
    assert not opens(shut, running.token("nurse", client_id="framsynt"))
    shut.http.close()


def test_new_keys_are_found_at_most_every_thirty_seconds(running: RunningProvider) -> None:
    clock = Clock()
    provider = Provider(settings_of(running), clock=clock)
    asked: list[str] = []
    provider.http.event_hooks = {"request": [lambda r: asked.append(r.url.path)]}
    assert opens(provider, running.token("nurse"))
    running.restart()  # with other keys
    register_people(running)
    token, fetched = running.token("nurse"), asked.count("/jwks")
    clock.now += 5
    for _ in range(20):
        assert not opens(provider, token)  # so soon nobody makes us ask again
    assert asked.count("/jwks") == fetched
    clock.now += 30
    assert opens(provider, token)
    assert asked.count("/jwks") == fetched + 1
    provider.http.close()


def test_a_provider_that_is_down_is_said(desk: Desk, running: RunningProvider) -> None:
    clock = Clock()
    provider = Provider(settings_of(running, timeout_seconds=0.5), clock=clock)
    app = create_app(desk)
    settings = Settings(public_url="http://localhost:3000")
    security = Security(lambda: app.state.desk, settings, "s" * 32, provider=provider)
    client = Client(Door(app, security=security))
    token = running.token("nurse")
    bearer = {"authorization": f"Bearer {token}"}
    running.stop()
    try:
        assert client.get("/login/start").status_code == 503
        assert client.get("/login/start", headers=HTML).status_code == 503
        answer = client.get("/api/v1/people/P1", headers=bearer)
        assert answer.status_code == 503
        assert "identity provider" in answer.json()["detail"]
    finally:
        running.start()
        register_people(running)
    assert client.get("/login/start").status_code == 303  # and recovers by itself
    provider.http.close()


def test_a_provider_with_another_name_is_not_believed(running: RunningProvider) -> None:
    provider = Provider(
        settings_of(running, issuer=running.issuer.replace("127.0.0.1", "localhost"))
    )
    provider._get = lambda url: {"issuer": running.issuer}  # type: ignore[method-assign]
    with pytest.raises(ProviderDown, match="another one"):
        provider.about()
    provider.http.close()


# -- claims and settings ----------------------------------------------------------------


def test_roles_may_have_names_of_the_provider_and_lie_deeper(running: RunningProvider) -> None:
    settings = settings_of(
        running,
        roles_claim="realm_access.roles",
        roles={"fs-samordnare": Role.COORDINATOR},
    )
    provider = Provider(settings)
    who = bearer_principal(provider, running.token("keycloak"))
    assert who.roles == {Role.COORDINATOR}
    assert who.name == "keycloak"
    provider.http.close()


@pytest.mark.parametrize(
    ("claims", "roles", "units"),
    [
        ({"roles": ["reviewer"], "hsa_ids": ["SE1", "SE2"]}, {Role.REVIEWER}, {"SE1", "SE2"}),
        ({"roles": "reviewer analyst", "hsa_ids": "SE1"}, {Role.REVIEWER, Role.ANALYST}, {"SE1"}),
        ({"roles": ["analyst"], "hsa_ids": ["SE1"]}, {Role.ANALYST}, set()),
        ({"roles": ["root", 7, None], "hsa_ids": {"a": 1}}, set(), set()),
        ({"roles": {"reviewer": True}}, set(), set()),
        ({}, set(), set()),
    ],
)
def test_claims_in_every_form(claims: dict, roles: set, units: set) -> None:
    settings = OidcSettings(issuer="https://i.example", client_id="c")
    who = tokens.principal_of({"sub": "s", **claims}, settings)
    assert (who.roles, who.units) == (roles, units)


GOOD = {
    "FRAMSYNT_OIDC_ISSUER": "https://id.example.se/realms/region",
    "FRAMSYNT_OIDC_CLIENT_ID": "framsynt",
    "FRAMSYNT_PUBLIC_URL": "https://framsynt.example.se",
}


def test_settings_from_the_environment() -> None:
    assert OidcSettings.from_environment({}) is None
    more = {
        "FRAMSYNT_OIDC_ROLE_NAMES": "vc-granskare=reviewer, fs=admin=analyst",
        "FRAMSYNT_OIDC_ALGORITHMS": "PS256,ES256",
    }
    found = OidcSettings.from_environment({**GOOD, **more})
    assert found is not None
    assert found.roles == {"vc-granskare": Role.REVIEWER, "fs=admin": Role.ANALYST}
    assert found.algorithms == ("PS256", "ES256")


@pytest.mark.parametrize(
    "changed",
    [
        {"FRAMSYNT_OIDC_ISSUER": "http://id.example.se"},
        {"FRAMSYNT_OIDC_ISSUER": ""},
        {"FRAMSYNT_OIDC_CLIENT_ID": ""},
        {"FRAMSYNT_PUBLIC_URL": ""},
        {"FRAMSYNT_OIDC_AUDIENCE": "framsynt"},
        {"FRAMSYNT_OIDC_ALGORITHMS": "HS256"},
        {"FRAMSYNT_OIDC_ALGORITHMS": "none"},
        {"FRAMSYNT_OIDC_ROLE_NAMES": "boss=king"},
        {"FRAMSYNT_OIDC_ROLE_NAMES": "reviewer"},
        {"FRAMSYNT_OIDC_ISSUSER": "a slip of the pen"},
    ],
)
def test_bad_settings_name_the_variable(changed: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"FRAMSYNT_(OIDC|PUBLIC)_"):
        OidcSettings.from_environment({**GOOD, **changed})


@pytest.mark.parametrize(
    "url", ["http://framsynt.example.se", "framsynt.example.se", "https://x.se/path", "https://"]
)
def test_the_public_address_is_https(url: str) -> None:
    with pytest.raises(SettingsError, match="FRAMSYNT_PUBLIC_URL"):
        Settings.from_environment({"FRAMSYNT_PUBLIC_URL": url})
