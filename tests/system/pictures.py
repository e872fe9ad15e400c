"""Screenshots: of the tests, kept where FRAMSYNT_SCREENSHOTS says; and those of the README.

python -m tests.system.pictures HOME
"""

import argparse
import io
import os
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from features.home import Home
from serving.register import ListEntry, Register
from tests.conftest import CHROMIUM
from tests.system.conftest import home_of
from tests.system.homes import undecided
from tests.system.running import Reader, Service, Words, new_words

COLOURS = 128


def folder(otherwise: Path) -> Path:
    """Where pictures are kept; the test's own folder where nothing is said."""
    chosen = Path(os.environ.get("FRAMSYNT_SCREENSHOTS") or otherwise)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def picture(page: Any, file: Path, *, whole: bool = False) -> None:
    """What a page looks like, in few colours; ``whole``: also what one has to scroll to."""
    seen = Image.open(io.BytesIO(page.screenshot(full_page=whole, animations="disabled")))
    few = seen.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
SWEDISH = {"LANGUAGE": "sv_SE", "LANG": "sv_SE.UTF-8"}  # how dates look in fields
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def make(home: Home, to: Path) -> None:
    """The README's pictures, of a home with lists (``framsynt demo --no-serve``), which is only
    read: the service runs on a copy, in which a nurse has decided about some."""
    with tempfile.TemporaryDirectory(prefix="framsynt-pictures-") as work:
        copied = home_of(home, Path(work))
        words = new_words(copied)
        register = Register.open(copied)
        run = register.current()
        assert run is not None
        unit = register.units(run.id)[0].care_unit
        people = undecided(register, run, unit)
        register.close()
        service = Service(copied, Path(work) / "log")
        service.start()
        try:
            reader = service.reader("granskare", words.password)
            _decide(reader, unit, people, run.index_date)
            with sync_playwright() as started:
                path = str(CHROMIUM) if CHROMIUM else None
                browser = started.chromium.launch(
                    executable_path=path, args=FLAGS, env={**os.environ, **SWEDISH}
                )
                _take(browser, service, words, unit, people, to)
                browser.close()
        finally:
            service.stop()


def _decide(reader: Reader, unit: str, people: list[ListEntry], monday: date) -> None:
    some: list[dict[str, str]] = [
        {"kind": "enrol", "mobile_model": "B", "start": monday.isoformat()},
        {"kind": "decline", "reason": "palliative"},
        {"kind": "defer", "until": (monday + timedelta(days=84)).isoformat()},
    ]
    for entry, form in zip(people[1:], some, strict=False):
        said = {"person_id": entry.person_id, "follows": "0", **form}
        answer = reader.post(f"/care-units/{unit}/decisions", said)
        assert answer.status_code == 303, answer.status_code


def _take(
    browser: Any, service: Service, words: Words, unit: str, people: list[ListEntry], to: Path
) -> None:
    to.mkdir(parents=True, exist_ok=True)
    person = people[0].person_id
    for user, name, path, look in (
        ("granskare", "weekly-list", f"/care-units/{unit}", {"viewport": WIDE}),
        ("granskare", "dark", f"/care-units/{unit}", {"viewport": WIDE, "color_scheme": "dark"}),
        ("granskare", "person", f"/people/{person}", {"viewport": WIDE}),
        ("granskare", "team", f"/care-units/{unit}/team", {"viewport": WIDE}),
        ("samordnare", "region", "/region", {"viewport": WIDE}),
        ("granskare", "phone", f"/care-units/{unit}#r{people[0].rank}", {"viewport": PHONE}),
    ):
        context = browser.new_context(locale="sv-SE", **look)
        page = context.new_page()
        page.goto(f"{service.url}/login")
        page.fill("#user", user)
        page.fill("#password", words.password)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav.main")
        page.goto(service.url + path)
        if name == "phone":
            page.locator(f"#r{people[0].rank} details.decide > summary").click()
        picture(page, to / f"{name}.png")
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.system.pictures", description=__doc__.splitlines()[0]
    )
    parser.add_argument("home", type=Path, help="made by framsynt demo --no-serve")
    parser.add_argument("--to", type=Path, default=Path("docs/images"))
    chosen = parser.parse_args()
    make(Home.at(chosen.home), chosen.to)


if __name__ == "__main__":
    main()
