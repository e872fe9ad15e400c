"""The page for somebody who is turned away because too many ask at once.

Made once, in both languages: nothing is looked up for it, not even who reads it.
"""

from functools import cache
from html import escape

from serving.web.catalogue import LANGUAGES, N_, translations

TITLE, TEXT = N_("busy"), N_("busy_text")
RELOAD_SECONDS = 3
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@cache
def busy_page(*, reloads: bool) -> bytes:
    """``reloads``: by itself, in a moment; never what was sent by a form."""
    said = [
        (language, *(escape(translations(language).gettext(key)) for key in (TITLE, TEXT)))
        for language in LANGUAGES
    ]
    parts = "".join(
        f'<section lang="{language}"><h1>{title}</h1><p class="lead">{text}</p></section>'
        for language, title, text in said
    )
    again = f'<meta http-equiv="refresh" content="{RELOAD_SECONDS}">' if reloads else ""
    page = (
        '<!doctype html><html lang="sv"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>{said[0][1]} – Framsynt</title>"
        '<link rel="stylesheet" href="/static/framsynt.css"></head>'
        f"<body><main>{parts}</main></body></html>"
    )
    return page.encode()
