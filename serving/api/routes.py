"""The API for tools: care units, weekly lists, people. Read-only."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.security import HTTPBearer

from features.errors import MissingError
from serving.api import answers

if TYPE_CHECKING:
    from serving.desk import Desk

# Only says so in the OpenAPI document: the door has already checked.
_documented = HTTPBearer(auto_error=False, description="The token that `framsynt serve` prints.")


def desk_of(request: Request) -> Any:
    desk = request.app.state.desk
    if desk is None:
        raise MissingError("the service is still starting", do="Try again in a few seconds.")
    return desk


def _problem(what: str) -> dict[str, Any]:
    return {
        "model": answers.Problem,
        "description": what,
        "content": {
            "application/problem+json": {
                "example": {
                    "type": "urn:framsynt:problem:no-list",
                    "title": "Not found",
                    "status": 404,
                    "detail": "there is no weekly list yet. Make one with `framsynt weekly`.",
                }
            }
        },
    }


router = APIRouter(
    prefix="/api/v1",
    tags=["lists and people"],
    dependencies=[Depends(_documented)],
    responses={
        400: _problem("A malformed parameter"),
        401: _problem("No valid token"),
        404: _problem("No list yet, unknown care unit, unknown person"),
        503: _problem("Not ready"),
    },
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
PersonId = Annotated[str, Path(max_length=128, examples=["P0000042"])]


@router.get("/care-units", summary="Care units with a list")
def care_units(desk: AtDesk, week: Week = "current") -> answers.Units:
    return desk.units(desk.run(week))


@router.get("/care-units/{care_unit}/lists/{week}", summary="A care unit's list of a week")
def weekly_list(
    desk: AtDesk,
    request: Request,
    care_unit: Annotated[str, Path(max_length=64, examples=["SE2321000131-E000000000101"])],
    week: Annotated[str, Path(pattern=WEEK, examples=["current", "2026-W47"])],
) -> answers.WeeklyList:
    answer = desk.weekly_list(desk.run(week), care_unit)
    desk.register.note_access(request.state.who, "list", care_unit=care_unit)
    return answer


@router.get("/people/{person_id}", summary="Scores and reasons of a person")
def person(
    desk: AtDesk, request: Request, person_id: PersonId, week: Week = "current"
) -> answers.Person:
    answer = desk.person(desk.run(week), person_id)
    desk.register.note_access(request.state.who, "person", person_id, answer.care_unit)
    return answer


@router.get("/people/{person_id}/timeline", summary="The records behind a person's scores")
def timeline(
    desk: AtDesk, request: Request, person_id: PersonId, week: Week = "current"
) -> answers.Timeline:
    answer = desk.timeline(desk.run(week), person_id)
    desk.register.note_access(request.state.who, "timeline", person_id)
    return answer
