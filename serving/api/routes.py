"""The API for tools: care units, weekly lists, people. Deciding is in ``decisions.py``."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.security import HTTPBearer

from features.errors import MissingError
from serving import problems
from serving.api import answers, decided
from serving.api.written import Written

if TYPE_CHECKING:
    from serving.desk import Desk

# Only says so in the OpenAPI document: the door has already checked.
documented = [
    Depends(
        HTTPBearer(
            auto_error=False,
            description="A token of the identity provider, or of the demo "
            "(`framsynt login --new`).",
        )
    )
]


async def desk_of(request: Request) -> Any:  # async: needs no thread of its own
    desk = request.app.state.desk
    if desk is None:
        raise MissingError("the service is still starting", do="Try again in a few seconds.")
    return desk


def _problem(status: int, what: str) -> dict[str, Any]:
    example = problems.problem(status, what)
    return {"description": what, "content": {problems.MEDIA_TYPE: {"example": example}}}


_PROBLEMS = {
    400: "A malformed parameter",
    401: "No valid token",
    403: "Not with this role, or not at this care unit",
    404: "No list yet, unknown care unit, unknown person",
    409: "Somebody has decided meanwhile (`decision` says what), or what there is does not fit",
    411: "A body whose length is not said",
    413: "A body that is too large",
    429: "Too many calls",
    503: "Not ready",
}


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an endpoint's OpenAPI says of its errors."""
    return {status: _problem(status, _PROBLEMS[status]) for status in statuses}


router = APIRouter(
    prefix="/api/v1",
    route_class=Written,
    tags=["lists and people"],
    dependencies=documented,
    responses=problem_answers(400, 401, 403, 404, 429, 503),
)

if TYPE_CHECKING:
    AtDesk = Desk
else:  # FastAPI reads this; naming the class would load pandas and the database twice at start
    AtDesk = Annotated[Any, Depends(desk_of)]
WEEK = r"^(current|\d{4}-W\d{2})$"
Week = Annotated[
    str,
    Query(
        pattern=WEEK,
        description="ISO week, or `current` for the newest list",
        examples=["current", "2026-W47"],
    ),
]
STORED_SCORES = "/api/v1/people/{person_id}/scores"
"""Plain calls for these are answered before they come here: ``shortcut.py``."""
PersonId = Annotated[str, Path(max_length=128, examples=["P0000042"])]


@router.get("/care-units", summary="Care units with a list")
def care_units(desk: AtDesk, week: Week = "current") -> answers.Units:
    return desk.units(desk.run(week))


@router.get("/care-units/{care_unit}/lists/{week}", summary="A care unit's list of a week")
def weekly_list(
    desk: AtDesk,
    care_unit: Annotated[str, Path(max_length=64, examples=["SE2321000131-E000000000101"])],
    week: Annotated[str, Path(pattern=WEEK, examples=["current", "2026-W47"])],
) -> decided.DecidedList:
    """With what was decided about each person, and the places left in the team."""
    from serving.team import decided_list

    return decided_list(desk, desk.run(week), care_unit)


@router.get("/people/{person_id}", summary="Scores and reasons of a person")
def person(desk: AtDesk, person_id: PersonId, week: Week = "current") -> answers.Person:
    return desk.person(desk.run(week), person_id)


@router.get(
    STORED_SCORES.removeprefix(router.prefix), summary="A person's scores as they are stored"
)
def stored_scores(
    desk: AtDesk, person_id: PersonId, week: Week = "current"
) -> answers.StoredScores:
    """What the week's run wrote, read and not worked out: of anybody who was scored, fast enough
    to be asked in a click. Reasons are there of people on a list."""
    return desk.stored(desk.run(week), person_id)


@router.get("/people/{person_id}/timeline", summary="The records behind a person's scores")
def timeline(desk: AtDesk, person_id: PersonId, week: Week = "current") -> answers.Timeline:
    return desk.timeline(desk.run(week), person_id)
