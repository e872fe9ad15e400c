"""A unit's team: who is in it, who waits, what the list finds at this length and another."""

from datetime import date
from typing import Annotated

from fastapi import Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from features.errors import SettingsError
from serving.api.routes import AtDesk
from serving.deciding import END_REASONS, end_enrolment
from serving.expectation import MOST_PLACES, expected, probabilities_of
from serving.places import day_of
from serving.problems import ConflictError, NotFoundError
from serving.register.reading import one_reading
from serving.team import team as team_of
from serving.web.catalogue import N_
from serving.web.lists import unit_url
from serving.web.render import page
from serving.web.router import router

MORE = 10


@router.get("/care-units/{care_unit}/team")
def team(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    places: Annotated[int | None, Query(ge=1, le=MOST_PLACES)] = None,
) -> Response:
    return show(request, desk, care_unit, places)


def show(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    places: int | None = None,
    *,
    wrong: str = "",
    at: int = 0,
) -> Response:
    """The page; ``wrong``: the key of why the enrolment ``at`` could not be ended."""
    with one_reading(desk.register.engine):
        run = desk.run()
        found = team_of(desk, run, care_unit)
        on_list, others = probabilities_of(desk, run, care_unit)
    chosen = places or run.capacity
    return page(
        request,
        "team.html",
        400 if wrong else 200,
        team=found,
        run=run,
        unit_url=unit_url(care_unit),
        tab="team",
        places=found.places,
        here_now=expected(on_list, others, run.capacity),
        asked=expected(on_list, others, chosen),
        more=expected(on_list, others, chosen + MORE),
        chosen=chosen,
        people=len(on_list) + len(others),
        highest=min(MOST_PLACES, max(len(on_list) + len(others), 1)),
        reasons=END_REASONS,
        today=day_of(run),
        wrong=wrong,
        at=at,
    )


@router.post("/care-units/{care_unit}/team/{enrolment_id}/end")
def end(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    enrolment_id: int,
    on: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=32)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    enrolment = desk.register.enrolments.get(enrolment_id)
    if enrolment is None or enrolment.care_unit != care_unit:
        raise NotFoundError("unknown-enrolment", "there is no such enrolment at this care unit")
    wrong = ""
    try:
        last = date.fromisoformat(on)
        principal = request.state.principal
        end_enrolment(desk.register, principal, enrolment_id, last, reason, note.strip())
    except ConflictError:
        wrong = N_("wrong_ended")
    except (SettingsError, ValueError):
        wrong = N_("wrong_end")
    if wrong:
        return show(request, desk, care_unit, wrong=wrong, at=enrolment_id)
    return RedirectResponse(f"{unit_url(care_unit)}/team", 303)
