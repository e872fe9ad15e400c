"""The pages in a real browser, wide and narrow: seen, used by keyboard, printed."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from tests.serving.conftest import EAST, LOGIN

CHROMIUM = next(
    (p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATHS = ["/", f"/care-units/{EAST}", "/people/P1", "/people/P3", "/people/nobody"]

pytestmark = pytest.mark.browser


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    """The application behind its door, on a port of its own."""
    config = uvicorn.Config(
        Door(create_app(desk), LOGIN), port=0, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        if CHROMIUM is None:
            pytest.skip("no Chromium at /usr/bin/chromium")
        opened = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


def log_in(page: Any, site: str) -> None:
    page.goto(f"{site}/")
    page.fill("#user", "demo")
    page.fill("#password", "right")
    page.keyboard.press("Enter")
    page.wait_for_selector(".units")


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_and_load_without_complaint(site: str, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "404" not in m.text else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    log_in(page, site)
    for path in PATHS:
        page.goto(site + path)
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(too_wide), path
        assert page.locator("h1").count() == 1
    assert complaints == []
    assert all(url.startswith(site) for url in asked)


def test_from_login_to_a_person_by_keyboard(site: str, browser: Any) -> None:
    page = browser.new_page()
    log_in(page, site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("table.people")
    page.focus(".who a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chart")
    page.focus(".chart summary")
    page.keyboard.press("Enter")
    assert page.locator(".chart table").first.is_visible()


def test_on_a_phone_the_table_becomes_cards(site: str, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    log_in(page, site)
    page.goto(f"{site}/care-units/{EAST}")
    cells = page.locator("table.people tbody tr").first.locator("td, th")
    tops = [cells.nth(i).bounding_box()["y"] for i in range(cells.count())]
    assert tops == sorted(tops)
    assert len(set(tops)) == len(tops)  # one under another


def test_a_list_prints(site: str, browser: Any) -> None:
    page = browser.new_page()
    log_in(page, site)
    page.goto(f"{site}/care-units/{EAST}")
    page.emulate_media(media="print")
    assert page.locator("table.people").is_visible()
    assert not page.locator(".tools").is_visible()
