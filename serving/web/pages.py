"""The pages: log in, care units, a unit's list, a person. Server-rendered, no script."""

import secrets
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from models.targets import TARGETS, Outcome, for_readers
from serving.api.answers import Entry, Explanation, TimelineEvent
from serving.api.routes import AtDesk, Week
from serving.security.login import Login
from serving.security.throttle import Throttle
from serving.web import chart
from serving.web.words import LANGUAGES, Speech, sentence

router = APIRouter()
throttle = Throttle(attempts=10, seconds=300)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["sentence"] = sentence
SHOWN_EVENTS = 40


def page(request: Request, template: str, status: int = 200, **known: Any) -> HTMLResponse:
    """Render a template in the reader's language."""
    speech = Speech(language_of(request))
    html = _templates.get_template(template).render(
        t=speech.text,
        say=speech,
        language=speech.language,
        who=request.session.get("who"),
        csrf=csrf_of(request),
        other_language=_other_language(request, speech.language),
        **known,
    )
    return HTMLResponse(html, status)


def language_of(request: Request) -> str:
    """Swedish, until ``?lang=`` has asked for another; remembered in the session."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        request.session["lang"] = asked
    return str(request.session.get("lang", "sv"))


def csrf_of(request: Request) -> str:
    return str(request.session.setdefault("csrf", secrets.token_urlsafe(24)))


def _other_language(request: Request, language: str) -> str:
    other = "en" if language == "sv" else "sv"
    if request.method != "GET":
        return f"/login?lang={other}"
    return str(request.url.include_query_params(lang=other).replace(scheme="", netloc=""))


# -- login ------------------------------------------------------------------------------


@router.get("/login")
def login_form(request: Request, next: str = "/") -> Response:
    return page(request, "login.html", next=_safe(next), wrong="")


@router.post("/login")
def log_in(
    request: Request,
    user: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    login: Login = request.state.login
    if not secrets.compare_digest(csrf.encode(), csrf_of(request).encode()):
        return page(request, "login.html", 403, next=_safe(next), wrong="login_stale")
    if throttle.is_full():
        return page(request, "login.html", 429, next=_safe(next), wrong="login_throttled")
    if not login.opens_pages(user, password):
        throttle.note()
        return page(request, "login.html", 401, next=_safe(next), wrong="login_wrong")
    language = language_of(request)
    request.session.clear()  # nothing from before the login lives on
    request.session.update(who=login.user, lang=language)
    return RedirectResponse(_safe(next), 303)


@router.post("/logout")
def log_out(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
    if secrets.compare_digest(csrf.encode(), csrf_of(request).encode()):
        language = language_of(request)
        request.session.clear()
        request.session["lang"] = language
    return RedirectResponse("/login", 303)


def _safe(path: str) -> str:
    """Only paths of this host: never a redirect to somewhere else."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and path.isprintable() else "/"


# -- lists and people -------------------------------------------------------------------


@router.get("/")
def start(request: Request, desk: AtDesk) -> Response:
    run = desk.register.current()
    if run is None:
        return page(request, "empty.html")
    units = desk.units(run).care_units
    return page(request, "start.html", run=run, units=units)


@router.get("/care-units/{care_unit}")
def unit(request: Request, desk: AtDesk, care_unit: str, week: Week = "current") -> Response:
    run = desk.run(week)
    found = desk.weekly_list(run, care_unit)
    desk.register.note_access(request.state.who, "list", care_unit=care_unit)
    return page(
        request,
        "list.html",
        list=found,
        weeks=desk.register.weeks(),
        people={u.care_unit: u.people for u in desk.units(run).care_units}[care_unit],
        is_newest=desk.register.weeks()[0] == run.week,
        other_targets=other_targets(found.entries, found.primary_target),
    )


@router.get("/people/{person_id}")
def person(request: Request, desk: AtDesk, person_id: str, week: Week = "current") -> Response:
    run = desk.run(week)
    found = desk.person(run, person_id)
    desk.register.note_access(request.state.who, "person", person_id, found.care_unit)
    events = desk.timeline(run, person_id)
    shown = for_readers(found.probabilities)
    explanations = [e for e in found.explanations if e.target in shown]
    return page(
        request,
        "person.html",
        person=found,
        week=run.week,
        shown=shown,
        charts=[(e, chart.bars(e.reasons)) for e in _primary_first(explanations, found)],
        recent=events.events[:SHOWN_EVENTS],
        older=_by_year(events.events[SHOWN_EVENTS:]),
        shortened=events.shortened,
        list_url=f"/care-units/{quote(found.care_unit, safe='')}?week={run.week}",
    )


def other_targets(entries: list[Entry], primary: str) -> list[str]:
    """At most two targets of another kind beside the primary one on a list; never death."""
    names = for_readers(entries[0].probabilities) if entries else []
    elsewhere = (Outcome.DEATH, TARGETS[primary].outcome)
    return [n for n in names if TARGETS[n].outcome not in elsewhere][:2]


def _primary_first(explanations: list[Explanation], person: Any) -> list[Explanation]:
    return sorted(explanations, key=lambda e: e.target != person.primary_target)


def _by_year(events: list[TimelineEvent]) -> list[tuple[int, list[TimelineEvent]]]:
    years: dict[int, list[TimelineEvent]] = {}
    for event in events:
        years.setdefault(event.date.year, []).append(event)
    return list(years.items())


def error_page(request: Request, body: dict[str, object]) -> Response:
    return page(request, "error.html", int(str(body["status"])), problem=body)
