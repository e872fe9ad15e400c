"""WCAG 2.2 AA as far as axe can tell, on every page, in both themes and languages."""

from typing import Any

import pytest

from serving.desk import Desk
from tests.serving.conftest import EAST
from tests.serving.web.browsing import enter

UNIT = f"/care-units/{EAST}"
OF_COORDINATOR = ["/", UNIT, f"{UNIT}/team", "/people/P1", "/people/P3", "/people/no", "/region"]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}

pytestmark = pytest.mark.browser


def violations(page: Any, state: str) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    found = axe.Axe().run(page, options=RULES).response["violations"]
    return [
        f"{state}: {one['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_violations(
    site: str, browser: Any, desk: Desk, theme: str, language: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    found = []
    page.goto(f"{site}/login?lang={language}")
    found += violations(page, "login")
    enter(page, site)
    page.goto(f"{site}/?lang={language}")
    for path in OF_COORDINATOR:
        page.goto(site + path)
        found += violations(page, path)
    page.goto(site + UNIT)
    for number, kind in enumerate(("enrol", "defer", "decline")):
        page.locator("#r1 details.decide").evaluate("(d) => { d.open = true; }")
        page.locator(f"#r1 input[value={kind}]").check(force=True)
        found += violations(page, f"deciding {number}")
    page.locator("#r1 button[type=submit]").first.click()  # no reason: refused, and said
    page.wait_for_selector("#r1 [role=alert]")
    found += violations(page, "refused")
    page.locator("#r1 input[value=enrol]").check(force=True)
    page.locator("#r1 button[type=submit]").first.click()
    page.wait_for_selector("#r1.is-enrolled")
    found += violations(page, "decided")
    page.goto(f"{site}{UNIT}/team")
    for summary in page.locator("summary").all():
        summary.click()
    found += violations(page, "team, ending")
    page.goto(f"{site}/people/P1")
    for summary in page.locator("summary").all():
        summary.click()
    found += violations(page, "person, unfolded")
    page.context.clear_cookies()
    enter(page, site, "administrator")
    page.goto(f"{site}/administration?lang={language}")
    found += violations(page, "administration")
    page.context.clear_cookies()
    enter(page, site, "granskare")
    page.goto(f"{site}/people/P1")
    assert found == []


def test_the_check_finds_what_is_wrong(site: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{site}/login")
    page.evaluate("document.querySelector('label[for=user]').remove()")
    assert any("label" in found for found in violations(page, "login"))
