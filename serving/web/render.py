"""Rendering: a template in the reader's language and theme, with what every page needs."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from serving.security.csrf import csrf_of
from serving.security.who import Principal, Role
from serving.tracing import span
from serving.web.said import SaidOnce
from serving.web.words import LANGUAGES, Speech, sentence

TEMPLATES = Path(__file__).parent / "templates"
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


@cache
def environment(language: str) -> Environment:
    """The templates in one language: ``_`` and ``ngettext`` are that language's catalogue."""
    made = SaidOnce(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,  # no look at the disk for every row of every list
    )
    speech = Speech.of(language)
    made.catalogue = speech.catalogue
    made.install_gettext_callables(  # type: ignore[attr-defined]  # (the extension adds it)
        speech.catalogue.gettext, speech.catalogue.ngettext, newstyle=True
    )
    made.filters["sentence"] = sentence
    made.globals.update(say=speech, language=language, Role=Role)
    return made


def speech_of(request: Request) -> Speech:
    return Speech.of(language_of(request))


def language_of(request: Request) -> str:
    """Swedish, until ``?lang=`` has asked for another; remembered in the session."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        request.session["lang"] = asked
    kept = str(request.session.get("lang", "sv"))
    return kept if kept in LANGUAGES else "sv"


def theme_of(request: Request) -> str:
    """The reader's system decides, until ``?theme=`` has asked; remembered in a cookie."""
    asked = request.query_params.get("theme") or request.cookies.get("framsynt_theme", "auto")
    return asked if asked in THEMES else "auto"


def principal_of(request: Request) -> Principal | None:
    return getattr(request.state, "principal", None)


def render(request: Request, template: str, **known: Any) -> str:
    """A template, or a part of a page, as text."""
    language = language_of(request)
    with span("render"):
        return (
            environment(language)
            .get_template(template)
            .render(
                reader=principal_of(request),
                csrf=csrf_of(request),
                theme=theme_of(request),
                here=_Here(request),
                **known,
            )
        )


def page(request: Request, template: str, status: int = 200, **known: Any) -> HTMLResponse:
    """A whole page."""
    answer = HTMLResponse(render(request, template, **known), status)
    theme = request.query_params.get("theme")
    if theme in THEMES:
        answer.set_cookie(
            "framsynt_theme",
            theme,
            max_age=YEAR,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
    return answer


class _Here:
    """This page's own address, with something about it changed."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def who(self) -> str:
        """Who is logged in, by name; empty for a stranger."""
        principal = principal_of(self._request)
        return principal.name if principal else getattr(self._request.state, "who", "") or ""

    def may(self, *roles: Role) -> bool:
        """Whether the reader has one of the roles."""
        principal = principal_of(self._request)
        return principal is not None and bool(principal.roles & set(roles))

    @property
    def is_demo(self) -> bool:
        """Whether the demo's login is what people use: for simulated people only."""
        return self._request.state.security.provider is None

    @property
    def path(self) -> str:
        return self._request.url.path

    def but(self, **changed: str) -> str:
        """The page again with other parameters; of a form's answer or an error: the start page."""
        failed = getattr(self._request.state, "failed", False)
        if self._request.method != "GET" or failed:
            return "/?" + "&".join(f"{k}={v}" for k, v in changed.items())
        asked = {k: v for k, v in self._request.query_params.items() if k not in ("lang", "theme")}
        asked = {k: v for k, v in {**asked, **changed}.items() if v}
        url = self._request.url.replace(scheme="", netloc="", query="", fragment="")
        return str(url.include_query_params(**asked)) if asked else str(url)
