"""A nurse's Monday in a real browser, before the real service: from login to a filled team.

Fear: each page works by itself and the way through them does not; a phone or the other language
stops somewhere; of two nurses one overwrites the other; what was written is lost with a session.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from features.home import Home
from features.unit_names import unit_names
from serving.places import day_of, places_of
from serving.register import Register, WeeklyRun
from tests.system.conftest import home_of
from tests.system.homes import undecided
from tests.system.pictures import folder, picture
from tests.system.running import Service, Words, new_words
from tests.system.test_interrupted import let_sessions_grow_old

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FREE_PLACES = 3
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
LOG_IN = {"sv": "Logga in", "en": "Log in"}


@dataclass(frozen=True)
class Site:
    """The running service, and its register looked at from beside."""

    service: Service
    words: Words
    register: Register
    run: WeeklyRun
    units: list[str]
    pictures: Path


@pytest.fixture(scope="module")
def site(region: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    work = tmp_path_factory.mktemp("monday")
    home = home_of(region, work)
    leave_few_places(home)
    words = new_words(home)
    register = Register.open(home)
    run = register.current()
    assert run is not None
    units = [u.care_unit for u in register.units(run.id)]
    service = Service(home, work / "log")
    service.start()
    try:
        yield Site(service, words, register, run, units, folder(work / "pictures"))
    finally:
        service.stop()
        register.close()


def leave_few_places(home: Home) -> None:
    """So that a team can be filled in a test: few places beyond those that are taken."""
    register = Register.open(home)
    run = register.current()
    assert run is not None
    named = unit_names(home)
    said = {
        u.care_unit: {
            "name": named[u.care_unit],
            "places": places_of(register, u.care_unit, day_of(run), run).taken + FREE_PLACES,
        }
        for u in register.units(run.id)
    }
    register.close()
    (home.path / "care_units.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """``open_page(viewport)``: a browser of somebody's own; what it complains of fails the test."""
    opened, complaints = [], []

    def new(viewport: dict[str, int] = DESKTOP, **more: Any) -> Any:
        context = browser.new_context(viewport=viewport, locale="sv-SE", **more)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(context)
        return page

    yield new
    for context in opened:
        context.close()
    assert complaints == []


def log_in(page: Any, site: Site, user: str, language: str = "sv") -> None:
    page.goto(f"{site.service.url}/?lang={language}")
    page.goto(f"{site.service.url}/login?lang={language}")
    page.fill("#user", user)
    page.fill("#password", site.words.password)
    page.get_by_role("button", name=LOG_IN[language], exact=True).click()
    page.wait_for_selector("nav.main")


def row_of(page: Any, rank: int) -> Any:
    return page.locator(f"#r{rank}")


def decide(page: Any, rank: int, kind: str, *, note: str = "", reason: str = "") -> None:
    """As a nurse does with the mouse or a finger: open, choose, fill in, save."""
    row = row_of(page, rank)
    row.locator("details.decide > summary").click()
    row.locator(f"label:has(input[name=kind][value={kind}])").click()
    if kind == "enrol" and not row.locator("select[name=mobile_model]").input_value():
        row.locator("select[name=mobile_model]").select_option("A")
    if reason:
        row.locator("select[name=reason]").select_option(reason)
    if note:
        row.locator("input[name=note]").fill(note)
    row.locator("details.decide button[type=submit]").click()


MONDAYS = [
    ("sv", DESKTOP, "granskare", 0),
    ("en", PHONE, "granskare", 1),
    ("sv", PHONE, "samordnare", 2),
    ("en", DESKTOP, "samordnare", 3),
]


@pytest.mark.parametrize(("language", "viewport", "user", "unit"), MONDAYS)
def test_from_login_to_a_filled_team(
    site: Site, open_page: Any, language: str, viewport: dict[str, int], user: str, unit: int
) -> None:
    care_unit = site.units[unit]
    device = "phone" if viewport is PHONE else "desktop"
    page = open_page(viewport)

    def keep(name: str) -> None:
        picture(page, site.pictures / f"monday-{language}-{device}-{name}.png")

    log_in(page, site, user, language)
    keep("1-start")
    page.locator(f"a[href='/care-units/{care_unit}']").first.click()
    page.wait_for_selector("ol.people")
    keep("2-list")
    listed = site.register.entries(site.run.id, care_unit)
    assert page.locator("ol.people > li").count() == len(listed)

    # One is looked at, and declined for a reason of one's own.
    ranks = [e.rank for e in undecided(site.register, site.run, care_unit)]
    one, other, *rest = ranks
    row_of(page, one).locator("h2 a").click()
    page.wait_for_selector("svg")
    keep("3-person")
    page.go_back()
    decide(page, one, "decline", reason="other", note="Flyttar till sin dotter")
    page.wait_for_selector(f"#r{one}.is-declined")
    assert "Flyttar till sin dotter" in row_of(page, one).inner_text()

    # One comes back in some weeks; the rest are enrolled, until there is no place.
    decide(page, other, "defer")
    page.wait_for_selector(f"#r{other}.is-deferred")
    enrolled, waiting = rest[:FREE_PLACES], rest[FREE_PLACES]
    for rank in enrolled:
        decide(page, rank, "enrol")
        page.wait_for_selector(f"#r{rank}.is-enrolled")
    decide(page, waiting, "enrol")
    page.wait_for_selector(f"#r{waiting}.is-waiting")
    keep("4-decided")

    places = places_of(site.register, care_unit, day_of(site.run), site.run)
    assert (places.free, places.waiting) == (0, 1)
    page.locator("nav.tabs a").nth(1).click()
    page.wait_for_selector("dl.numbers")
    keep("5-team")
    assert page.locator("html").get_attribute("lang") == language
    for rank in enrolled:
        assert listed[rank - 1].person_id in page.locator("main").inner_text()


def test_the_second_nurse_sees_what_the_first_decided(site: Site, open_page: Any) -> None:
    care_unit = site.units[4]
    entry = undecided(site.register, site.run, care_unit)[0]
    person, rank = entry.person_id, entry.rank
    first, second = open_page(), open_page(PHONE)
    for page in (first, second):
        log_in(page, site, "samordnare")
        page.goto(f"{site.service.url}/care-units/{care_unit}")
    decide(first, rank, "decline", reason="palliative", note="Talat med maken")
    first.wait_for_selector(f"#r{rank}.is-declined")

    decide(second, rank, "enrol", note="Vill ha hembesök")
    said = row_of(second, rank).locator("[role=alert]")
    said.wait_for()
    assert "Palliativ vård pågår" in said.inner_text()
    kept = row_of(second, rank).locator("input[name=note]")
    assert kept.input_value() == "Vill ha hembesök"
    picture(second, site.pictures / "two-nurses.png")
    assert len(site.register.decisions.of_person(person)) == 1

    # She may decide otherwise all the same, having seen it.
    row_of(second, rank).locator("details.decide button[type=submit]").click()
    second.wait_for_selector(f"#r{rank}.is-enrolled")
    kinds = [d.kind.value for d in site.register.decisions.of_person(person)]
    assert kinds == ["decline", "enrol"]


def test_what_was_written_is_still_there_after_logging_in_again(site: Site, open_page: Any) -> None:
    care_unit = site.units[5]
    entry = undecided(site.register, site.run, care_unit)[0]
    person, rank = entry.person_id, entry.rank
    page = open_page()
    log_in(page, site, "samordnare")
    page.goto(f"{site.service.url}/care-units/{care_unit}")
    let_sessions_grow_old(site.register)
    decide(page, rank, "decline", reason="other", note="Ringer åter på torsdag")
    page.wait_for_selector("#password")
    page.fill("#user", "samordnare")
    page.fill("#password", site.words.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.people")

    row = row_of(page, rank)
    assert row.locator("input[name=note]").input_value() == "Ringer åter på torsdag"
    assert site.register.decisions.of_person(person) == []
    row.locator("details.decide button[type=submit]").click()
    page.wait_for_selector(f"#r{rank}.is-declined")
    [decision] = site.register.decisions.of_person(person)
    assert decision.note == "Ringer åter på torsdag"


def test_what_was_written_is_not_shown_to_somebody_else(site: Site, open_page: Any) -> None:
    care_unit = site.units[0]  # one of hers, too
    page = open_page()
    log_in(page, site, "samordnare")
    page.goto(f"{site.service.url}/care-units/{care_unit}")
    let_sessions_grow_old(site.register)
    rank = undecided(site.register, site.run, care_unit)[-1].rank
    decide(page, rank, "decline", reason="other", note="Mellan oss")
    page.wait_for_selector("#password")
    page.fill("#user", "granskare")
    page.fill("#password", site.words.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.people")
    assert row_of(page, rank).locator("input[name=note]").input_value() == ""
