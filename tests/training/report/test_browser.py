"""The page in a real browser: wide, narrow, dark and on paper."""

from typing import Any

import pytest

from features.home import Home
from training.train import TrainResult

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(trained: tuple[Home, TrainResult]) -> str:
    return (trained[1].reports / "report.html").as_uri()


@pytest.mark.parametrize("width", [1440, 768, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_asks_for_nothing(browser: Any, address: str, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(too_wide)
    assert complaints == []
    assert asked == [address]


def test_text_stands_out_from_its_ground(browser: Any, address: str) -> None:
    """At least 4.5:1, in both schemes (WCAG 2.1, 1.4.3)."""
    contrast = """() => {
        const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => {
            v = v / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ground = e => { for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
        return Math.min(...[...document.querySelectorAll('p, td, th, li, dt, dd, a, h1, h2, h3')]
            .filter(e => e.textContent.trim() && e.getClientRects().length)
            .map(e => { const a = light(getComputedStyle(e).color), b = light(ground(e));
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); })); }"""
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address)
        assert page.evaluate(contrast) >= 4.5, scheme


def test_the_swedish_summary_is_a_page_of_its_own(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 688, "height": 1000})  # A4 within its margins
    page.goto(address)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    ends = page.locator("#sammanfattning").bounding_box()
    assert ends["y"] + ends["height"] < 1000
    assert page.evaluate(
        "getComputedStyle(document.querySelector('#sammanfattning')).breakAfter === 'page'"
    )
