"""The pages: log in, Swedish and English, lists, people."""

import re

import pytest

from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from serving.security.security import Security
from serving.security.settings import Rate, Settings
from serving.web import entrance
from serving.web.pages import ERRORS, OTHER_ERROR
from serving.web.words import Speech
from tests.serving.conftest import EAST, LOGIN, WEST, Client

HTML = {"accept": "text/html"}


def csrf_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.fixture
def visitor(client: Client) -> Client:
    """Someone who has logged in."""
    csrf = csrf_in(client.get("/login").text)
    answer = client.post("/login", data={"user": "samordnare", "password": "right", "csrf": csrf})
    assert answer.status_code == 303
    return client


@pytest.fixture(autouse=True)
def _fresh_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "throttle", entrance.Throttle(attempts=3, seconds=300))


def test_strangers_are_sent_to_the_login_and_back(client: Client) -> None:
    answer = client.get("/people/P1", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/people/P1")
    form = client.get("/login?next=/people/P1")
    assert "Demoinloggning" in form.text
    csrf = csrf_in(form.text)
    sent = {"user": "samordnare", "password": "right", "csrf": csrf, "next": "/people/P1"}
    assert client.post("/login", data=sent).headers["location"] == "/people/P1"
    cookie = client.http.cookies.jar
    assert {c.name for c in cookie} == {"framsynt"}


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: Client) -> None:
    said = client.get("/login").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said


@pytest.mark.parametrize("where", ["https://elsewhere.example", "//elsewhere.example", "/\\x", "x"])
def test_login_never_leads_elsewhere(client: Client, where: str) -> None:
    csrf = csrf_in(client.get("/login").text)
    sent = {"user": "samordnare", "password": "right", "csrf": csrf, "next": where}
    assert client.post("/login", data=sent).headers["location"] == "/"


def test_wrong_password_stale_form_and_too_many_attempts(client: Client) -> None:
    csrf = csrf_in(client.get("/login").text)
    wrong = {"user": "samordnare", "password": "nope", "csrf": csrf}
    assert client.post("/login", data={**wrong, "csrf": "forged"}).status_code == 403
    assert [client.post("/login", data=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]
    right = client.post("/login", data={**wrong, "password": "right"})
    assert right.status_code == 429
    assert client.get("/", headers=HTML).status_code == 303


def test_logging_out_needs_the_forms_own_token(visitor: Client) -> None:
    visitor.post("/logout", data={"csrf": "forged"})
    assert visitor.get("/", headers=HTML).status_code == 200
    visitor.post("/logout", data={"csrf": csrf_in(visitor.get("/").text)})
    assert visitor.get("/", headers=HTML).status_code == 303


def test_a_page_of_another_site_cannot_use_the_session(visitor: Client) -> None:
    answer = visitor.post("/logout", headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_start_names_units_and_their_new_people(visitor: Client) -> None:
    html = visitor.get("/").text
    assert EAST in html
    assert WEST in html
    assert "Vecka 47, 2026" in html
    assert '<html lang="sv">' in html


def test_a_list_says_everything_in_words(visitor: Client) -> None:
    html = visitor.get(f"/care-units/{EAST}").text
    for words in (
        "31 %",
        "ungefär 3 av 10",
        "ungefär 3 av 10 med samma bild får undvikbar slutenvård inom ett år",
        "Sköra äldre",
        "3 oplanerade inläggningar senaste året",
        "Ökad risk",
        "Utskriven senaste veckan",
        "Ny på listan",
        "Modell B",
        "Inte längre på listan",
        "Vad ett risktal inte är",
    ):
        assert words in html
    assert 'value="2026-W46"' in html  # the week picker
    assert "äldre lista" in visitor.get(f"/care-units/{EAST}?week=2026-W46").text
    assert "uppfyller någon målgrupps villkor" in visitor.get(f"/care-units/{WEST}").text


def test_a_person_has_chart_table_and_timeline(visitor: Client, desk: Desk) -> None:
    html = visitor.get("/people/P1").text
    for words in (
        "Höjer risken",
        "Sänker risken",
        'role="img"',
        "Visa diagrammet som tabell",
        "Oddsen gånger",
        "2,25",  # exp(0.81)
        "Oplanerad inläggning",
        "<code>I50.9</code> Hjärtsvikt",
        "Område för område",
        "Inläggningar och akutbesök",
        "Visa registreringen",
        '<time datetime="2026-11-02">2026-11-02</time>–2026-11-11 Oplanerad inläggning',
        "Att du har öppnat sidan har noterats",
    ):
        assert words in html
    seen = desk.register.access.of_person("P1")
    assert [(a.who, a.what) for a in seen] == [("samordnare", "person")]


def test_english_is_one_switch_away_and_stays(visitor: Client) -> None:
    assert "about 31 in 100" in visitor.get("/people/P1?lang=en").text
    html = visitor.get(f"/care-units/{EAST}").text
    assert '<html lang="en">' in html
    assert "3 unplanned admissions in the last year" in html
    assert "Vårdenheter" in visitor.get("/?lang=sv").text


def test_errors_are_pages_for_people(visitor: Client) -> None:
    answer = visitor.get("/people/SECRET", headers=HTML)
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.text
    assert "SECRET" not in answer.text


def test_no_inline_script_or_style_and_nothing_from_elsewhere(visitor: Client) -> None:
    for path in ("/login", "/", f"/care-units/{EAST}", "/people/P1", "/people/P3"):
        answer = visitor.get(path)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        scripts = re.findall(r"<script[^>]*>[^<]*", answer.text)
        assert all(re.fullmatch(r'<script src="/static/[\w.]+" defer>', s) for s in scripts)
        assert not re.search(r"<style|\sstyle=|\son\w+=|https?://|javascript:", answer.text)
    assert visitor.get("/static/framsynt.css").status_code == 200
    for sheet in re.findall(r'href="(/static/\w+\.css)"', visitor.get("/").text):
        assert "url(" not in visitor.get(sheet).text
        assert "@import" not in visitor.get(sheet).text


@pytest.mark.parametrize("status", [400, 413, 429])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_went_wrong_is_said_in_a_sentence_of_its_own(status: int, language: str) -> None:
    say = Speech.of(language)
    title, text = (say.text(key) for key in ERRORS[status])
    assert text != say.text(OTHER_ERROR[1])
    assert title != say.text(OTHER_ERROR[0])


def test_a_flood_is_told_to_wait(desk: Desk) -> None:
    security = Security(lambda: desk, Settings(per_address=Rate(1, 1)), LOGIN.secret, LOGIN)
    client = Client(Door(create_app(desk), security=security))
    client.get("/login", headers={"accept": "text/html"})
    answer = client.get("/login", headers={"accept": "text/html"})
    assert answer.status_code == 429
    assert "Vänta några sekunder" in answer.text
