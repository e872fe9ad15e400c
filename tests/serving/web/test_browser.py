"""The pages in a real browser, wide and narrow: seen, used by keyboard, printed, without script."""

from pathlib import Path
from typing import Any

import pytest

from serving.desk import Desk
from serving.register import Kind
from tests.serving.conftest import EAST, entry, new_run
from tests.serving.web.browsing import TOO_WIDE, enter

UNIT = f"/care-units/{EAST}"
PATHS = ["/", UNIT, f"{UNIT}/team", "/people/P1", "/people/P3", "/people/nobody", "/region"]

pytestmark = pytest.mark.browser


def kinds(desk: Desk, person: str) -> list[Kind]:
    return [d.kind for d in desk.register.decisions.of_person(person)]


@pytest.mark.parametrize("width", [1280, 800, 360])
def test_pages_fit_and_load_without_complaint(site: str, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "404" not in m.text else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    enter(page, site)
    for path in PATHS:
        page.goto(site + path)
        assert not page.evaluate(TOO_WIDE), path
        assert page.locator("h1").count() == 1
    page.goto(site + UNIT)
    for summary in page.locator("details.decide summary").all():
        summary.click()
        assert not page.evaluate(TOO_WIDE)
        page.keyboard.press("Escape")  # the panel lies over the next row
    assert complaints == []
    assert all(url.startswith(site) for url in asked)


def test_a_list_is_gone_through_by_keyboard(site: str, browser: Any, desk: Desk) -> None:
    page = browser.new_page()
    enter(page, site)
    page.goto(site + UNIT)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "r1"
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.name") == "mobile_model"
    page.keyboard.press("Escape")
    assert page.locator("details.decide[open]").count() == 0
    page.keyboard.press("e")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # in the date: sends the form
    page.wait_for_selector("#r1.is-enrolled")
    assert page.evaluate("document.activeElement.id") == "r1"
    assert "19 lediga platser" in page.inner_text("#places")
    assert "Inskriven" in page.inner_text("#said")  # said to who cannot see it
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.type("Tackar")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#r2.is-declined")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/P1")
    assert kinds(desk, "P1") == [Kind.ENROL]
    assert kinds(desk, "P2") == [Kind.DECLINE]


def test_single_keys_can_be_turned_off(site: str, browser: Any) -> None:
    page = browser.new_page()
    enter(page, site)
    page.goto(site + UNIT)
    page.get_by_role("button", name="Stäng av kortkommandon").click()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") != "r1"
    assert not page.locator(".keys").is_visible()


def test_a_quick_defer_and_undo_with_the_mouse(site: str, browser: Any, desk: Desk) -> None:
    page = browser.new_page()
    enter(page, site)
    page.goto(site + UNIT)
    row = page.locator("#r2")
    row.get_by_text("Ta ställning").click()
    row.get_by_role("radio", name="Skjut upp").check()
    row.get_by_role("radio", name="12 veckor").check()
    row.get_by_role("button", name="Spara").click()
    page.wait_for_selector("#r2.is-deferred")
    row.get_by_role("button", name="Ångra").click()
    page.wait_for_selector("#r2.is-open")
    assert kinds(desk, "P2") == [Kind.DEFER, Kind.UNDO]


def test_two_nurses_at_once(site: str, browser: Any, desk: Desk) -> None:
    first, second = (browser.new_context().new_page() for _ in range(2))
    for page in (first, second):
        enter(page, site)
        page.goto(site + UNIT)
    first.locator("#r1").get_by_text("Ta ställning").click()
    first.locator("#r1").get_by_role("button", name="Spara").click()
    first.wait_for_selector("#r1.is-enrolled")
    row = second.locator("#r1")
    row.get_by_text("Ta ställning").click()
    row.get_by_role("radio", name="Avböj").check()
    row.get_by_label("Skäl").select_option("other")
    row.get_by_label("Anteckning").fill("Bor hos sin dotter")
    row.get_by_role("button", name="Spara").click()
    second.wait_for_selector("#r1 [role=alert]")
    assert "Någon hann före: Inskriven, modell B" in row.inner_text()
    assert row.get_by_label("Anteckning").input_value() == "Bor hos sin dotter"
    assert kinds(desk, "P1") == [Kind.ENROL]


def test_everything_works_without_script(site: str, browser: Any, desk: Desk) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    enter(page, site)
    page.goto(site + UNIT)
    row = page.locator("#r1")
    row.get_by_text("Ta ställning").click()
    row.get_by_role("radio", name="Skjut upp").check()
    row.get_by_role("button", name="Spara").click()
    page.wait_for_selector("#r1.is-deferred")
    assert page.url.endswith(f"{UNIT}#r1")
    page.locator("select[name=only]").select_option("new")
    page.get_by_role("button", name="Visa").click()
    assert page.locator(".row").count() == 1
    page.goto(f"{site}{UNIT}/team?places=2")
    assert "Med 2 platser" in page.inner_text("#found")
    page.goto(f"{site}/people/P1")
    page.locator(".other a").first.click()
    page.wait_for_selector("figure.chart")
    assert kinds(desk, "P1") == [Kind.DEFER]


def test_a_session_that_ends_in_the_middle_says_so(site: str, browser: Any, desk: Desk) -> None:
    page = browser.new_page()
    enter(page, site)
    page.goto(site + UNIT)
    page.context.clear_cookies()
    page.locator("#r1").get_by_text("Ta ställning").click()
    page.locator("#r1").get_by_role("button", name="Spara").click()
    page.wait_for_selector("#password")
    assert kinds(desk, "P1") == []


def test_a_server_that_does_not_answer_is_said(site: str, browser: Any) -> None:
    page = browser.new_page()
    enter(page, site)
    page.goto(site + UNIT)
    page.route("**/decisions*", lambda route: route.abort())
    page.locator("#r1").get_by_text("Ta ställning").click()
    page.locator("#r1").get_by_role("button", name="Spara").click()
    page.wait_for_selector("#failed:not(:empty)")
    assert "Inget har sparats" in page.inner_text("#failed")


def test_a_list_of_twenty_prints_on_one_page(
    site: str, browser: Any, desk: Desk, tmp_path: Path
) -> None:
    listed = [entry(n, f"P{n}", EAST, ["still", "risen"], 0.5 - n / 100) for n in range(1, 21)]
    why = new_run().reasons[0]
    said = (
        "Uppfyller 5 av 6 kriterier för mobilt närsjukvårdsteam",
        "Kronisk obstruktiv lungsjukdom (KOL): senaste diagnos för 139 dagar sedan",
        "5 skörhetstecken av 35 senaste året",
    )
    raising = [
        {**r, "words": {"sv": s, "en": s}} for r, s in zip(why["reasons"], said, strict=False)
    ]
    reasons = [{**why, "person_id": e["person_id"], "reasons": raising} for e in listed]
    desk.register.add(new_run(entries=listed, reasons=reasons, model_version="4"))
    page = browser.new_page()
    enter(page, site)
    page.goto(site + UNIT)
    page.emulate_media(media="print")
    assert page.locator("ol.people").is_visible()
    assert not page.locator(".filters").is_visible()
    made = page.pdf(prefer_css_page_size=True)
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") == 1


def test_the_theme_is_remembered(site: str, browser: Any) -> None:
    page = browser.new_page(color_scheme="light")
    enter(page, site)
    page.get_by_role("link", name="Mörkt").click()
    page.goto(site + UNIT)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(18, 25, 25)"
    page.get_by_role("link", name="Som systemet").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_on_a_phone_the_people_come_before_the_filters(site: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    enter(page, site)
    page.goto(site + UNIT)
    assert not page.locator(".filters").is_visible()
    assert page.locator("#r1").bounding_box()["y"] < 740
    page.get_by_text("Filter, sök och exportera").click()
    assert page.get_by_role("searchbox").is_visible()

    page.goto(f"{site}{UNIT}?only=new")  # what narrows the list down is seen
    assert page.locator(".filters").is_visible()
