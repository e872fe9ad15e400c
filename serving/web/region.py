"""The region for an analyst, and administration: who saw what, objections, runs, feeds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Form, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.errors import MissingError
from features.municipalities import name_of as municipality_name
from features.store import ExtractStore
from serving.api.routes import AtDesk
from serving.cds.feedback import Answered, answered
from serving.deciding import DECLINE_REASONS
from serving.freshness import found as stale
from serving.region import AGES, MUNICIPALITIES, SEXES, UNITS, overview, people_of
from serving.register import Register, WeeklyRun
from serving.web.catalogue import N_
from serving.web.model_card import model_card
from serving.web.render import page
from serving.web.router import router

RUNS_SHOWN = 12
CARD_DAYS = 90
GROUPINGS = {
    UNITS: N_("by_unit"),
    MUNICIPALITIES: N_("by_municipality"),
    AGES: N_("by_age"),
    SEXES: N_("by_sex"),
}


@router.get("/region")
def region(request: Request, desk: AtDesk) -> Response:
    run = desk.run()
    found = overview(people_of(desk.register, run, desk.home))
    return page(
        request,
        "region.html",
        run=run,
        overview=found,
        groupings=[
            (g, said, found.groups[g]) for g, said in GROUPINGS.items() if g in found.groups
        ],
        unit_names=desk.unit_names,
        municipality=municipality_name,
        manifest=_manifest(desk, run),
        stale=_stale(desk, run),
        card=model_card(desk.home, run.model_version),
        runs=runs_of(desk.register),
        cards=_cards(desk.register),
        decline_reasons=DECLINE_REASONS,
    )


@router.get("/administration")
def administration(request: Request, desk: AtDesk) -> Response:
    return _administration(request, desk)


@router.post("/administration/access")
def access(
    request: Request,
    desk: AtDesk,
    person_id: Annotated[str, Form(max_length=128)] = "",
) -> Response:
    """Who has seen this person; asked in a form, so that no address names anybody."""
    asked = person_id.strip()
    seen = list(reversed(desk.register.access.of_person(asked))) if asked else []
    return _administration(request, desk, asked=asked, seen=seen)


def _administration(request: Request, desk: Any, **known: Any) -> Response:
    run = desk.register.current()
    return page(
        request,
        "administration.html",
        **{"asked": "", "seen": [], **known},
        objections=list(reversed(desk.register.objections.all())),
        objecting=desk.register.objections.current(),
        runs=runs_of(desk.register),
        cards=_cards(desk.register),
        decline_reasons=DECLINE_REASONS,
        manifest=_manifest(desk, run) if run else None,
        stale=_stale(desk, run) if run else {},
    )


def _cards(register: Register) -> Answered:
    return answered(register.engine, datetime.now(UTC) - timedelta(days=CARD_DAYS))


def runs_of(register: Register) -> list[WeeklyRun]:
    """The newest runs, newest first."""
    query = select(WeeklyRun).order_by(WeeklyRun.id.desc()).limit(RUNS_SHOWN)
    with Session(register.engine) as session:
        return list(session.scalars(query))


def _manifest(desk: Any, run: WeeklyRun) -> Any:
    if desk.home is None:
        return None
    try:
        return ExtractStore(desk.home).get(run.extract_id).manifest
    except MissingError:
        return None


def _stale(desk: Any, run: WeeklyRun) -> dict[str, str]:
    manifest = _manifest(desk, run)
    return stale(manifest, run.index_date, None) if manifest else {}
