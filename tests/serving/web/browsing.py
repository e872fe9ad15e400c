"""How browser tests come in."""

from typing import Any

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def enter(page: Any, site: str, user: str = "samordnare") -> None:
    page.set_default_timeout(10_000)
    page.goto(f"{site}/login")
    page.fill("#user", user)
    page.fill("#password", "right")
    page.keyboard.press("Enter")
    page.wait_for_selector(".main")
