"""A person: what to look at, what adds up to the risk, what was recorded and decided."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from models.targets import for_readers
from serving.api import answers
from serving.api.routes import AtDesk, Week
from serving.attention import to_look_at
from serving.problems import NotFoundError
from serving.review import Row, Wanted, rows_of
from serving.told import EPOCH, Fact
from serving.web import chart
from serving.web.lists import Desktop, Draft, unit_url
from serving.web.render import page, render
from serving.web.router import router
from serving.web.strip import DAYS, SPANS, strip
from serving.web.trend import trend

if TYPE_CHECKING:
    from serving.desk import Opened

SHOWN_EVENTS = 25


@router.get("/people/{person_id}")
def person(request: Request, desk: AtDesk, person_id: str, week: Week = "current") -> Response:
    run = desk.run(week)
    opened = desk.open(run, person_id, [run.primary_target])
    here = Desktop(request, desk, run, opened.person.care_unit, Wanted())
    return show(here, person_id, opened=opened)


@router.get("/people/{person_id}/reasons/{target}")
def reasons(
    request: Request, desk: AtDesk, person_id: str, target: str, week: Week = "current"
) -> Response:
    """Why one of the other risks is what it is: asked for when somebody wants to see it."""
    run = desk.run(week)
    found = desk.person(run, person_id, [target])
    if target not in for_readers(found.probabilities):
        raise NotFoundError("unknown-target", "no such risk is shown")
    charts = _charts(found)
    known: dict[str, Any] = {
        "person": found,
        "week": run.week,
        "target": target,
        "charts": charts,
    }
    if request.headers.get("hx-request") == "true":
        return HTMLResponse(render(request, "parts/reasons.html", **known))
    return page(request, "reasons.html", **known)


@router.get("/people/{person_id}/years/{year}")
def year(
    request: Request, desk: AtDesk, person_id: str, year: int, week: Week = "current"
) -> Response:
    """What was recorded in a year: in place what the person's page has not shown yet, or a page
    of the whole year."""
    run = desk.run(week)
    opened = desk.open(run, person_id, [])
    in_place = request.headers.get("hx-request") == "true"
    facts = [
        fact
        for fact in opened.subject.events[SHOWN_EVENTS if in_place else 0 :]
        if _year(fact) == year
    ]
    if not facts:
        raise NotFoundError("unknown-year", "nothing is known of that year")
    known: dict[str, Any] = {
        "person": opened.person,
        "week": run.week,
        "year": year,
        "events": opened.worded(facts),
    }
    if in_place:
        return HTMLResponse(render(request, "parts/events.html", **known))
    return page(request, "year.html", **known)


def show(
    here: Desktop, person_id: str, draft: Draft | None = None, *, opened: "Opened | None" = None
) -> HTMLResponse:
    """The whole page; with a draft, of a decision that could not be saved."""
    desk, run = here.desk, here.run
    opened = opened or desk.open(run, person_id, [run.primary_target])
    found, events = opened.person, opened.subject.events
    row = _row(here, found)
    shown = for_readers(found.probabilities)
    is_on_site = bool(found.explanations)
    status = 200 if draft is None else 409 if draft.conflict else 400
    return page(
        here.request,
        "person.html",
        status,
        **here.to_decide({person_id: draft} if draft else {}),
        person=found,
        row=row,
        entry=row.entry,
        at="person",
        week=run.week,
        shown=shown,
        charts=_charts(found),
        others=[t for t in shown if t != found.primary_target] if is_on_site else [],
        looks=to_look_at(opened.values()),
        trend=trend(desk.register.score_history(person_id, run.primary_target)),
        decided=list(reversed(row.decided)),
        strip=strip(opened.worded(_on_strip(events, run.index_date)), run.index_date),
        events=opened.worded(events[:SHOWN_EVENTS]),
        older=Counter(map(_year, events[SHOWN_EVENTS:])),
        shortened=opened.subject.shortened,
        list_url=f"{unit_url(found.care_unit)}?week={run.week}",
        person_url=f"/people/{quote(person_id, safe='')}",
    )


def _row(here: Desktop, found: answers.Person) -> Row:
    """As on the list; of somebody who is not on it, without rank and reasons."""
    entry = found.entry or answers.Entry(
        rank=0,
        person_id=found.person_id,
        age=found.age,
        sex=found.sex,
        groups=found.groups,
        mobile_model=found.mobile_model,
        probabilities=found.probabilities,
        changed=[],
        reasons=[],
    )
    return rows_of(here.desk.register, here.run, [entry])[0]


def _charts(found: answers.Person) -> list[Any]:
    return [(e, chart.bars(e.headings), chart.bars(e.reasons)) for e in found.explanations]


def _year(fact: Fact) -> int:
    assert fact.day is not None
    return date.fromordinal(fact.day + EPOCH).year


def _on_strip(facts: Iterable[Fact], until: date) -> list[Fact]:
    """Those that may reach into the days that the strip shows."""
    begins = until.toordinal() - EPOCH - DAYS
    return [f for f in facts if f.kind in SPANS or (f.day is not None and f.day >= begins)]
