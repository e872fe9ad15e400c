"""The feed of changes, for tools that poll. Heavy imports wait for a call."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from serving.api import decided
from serving.api.base import Answer
from serving.api.routes import AtDesk, documented, problem_answers
from serving.api.written import Written

MOST, USUAL = 500, 100

router = APIRouter(
    prefix="/api/v1",
    route_class=Written,
    tags=["changes"],
    dependencies=documented,
    responses=problem_answers(400, 401, 403, 404, 429, 503),
)


class PublishedList(Answer):
    """A weekly list that can be read now."""

    week: str = Field(examples=["2026-W47"])
    index_date: date
    model_version: str


class ChangeAnswer(Answer):
    """``list``: a list was published. ``decision``: something was decided, and where that began
    or ended a time in the team, ``enrolment`` is how that stands now."""

    kind: Literal["list", "decision"]
    at: datetime
    list: PublishedList | None = None
    decision: decided.DecisionAnswer | None = None
    enrolment: decided.EnrolmentAnswer | None = None


class ChangesAnswer(Answer):
    """``next``: what to send as ``since`` the next time, also where nothing has changed."""

    care_unit: str
    changes: list[ChangeAnswer]
    next: str = Field(examples=["r12-d345"])
    more: bool = Field(description="true: there is more to read at once")


@router.get("/changes", summary="What has happened at a care unit since the last call")
def changes(
    desk: AtDesk,
    care_unit: Annotated[
        str, Query(max_length=64, pattern=decided.PLAIN, examples=["SE2321000131-E000000000101"])
    ],
    since: Annotated[
        str | None,
        Query(
            max_length=32,
            description="`next` of the answer before; left out: from the start",
            examples=["r12-d345"],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, examples=[USUAL])] = USUAL,
) -> ChangesAnswer:
    """Lists published, decisions, and the enrolments that they begin or end: each once, in
    order, none left out. Ask again at once while `more` is true, later when it is not."""
    from serving.register.feed import Cursor, changes_since

    cursor = Cursor.of(since) if since else Cursor()
    found = changes_since(desk.register.engine, care_unit, cursor, limit)
    enrolments = _enrolments(desk, [c.decision for c in found.found if c.decision])
    return ChangesAnswer(
        care_unit=care_unit,
        changes=[_answer(change, enrolments) for change in found.found],
        next=str(found.next),
        more=found.more,
    )


def _answer(change: Any, enrolments: dict[int, Any]) -> ChangeAnswer:
    if change.run is not None:
        run = change.run
        published = PublishedList(
            week=run.week, index_date=run.index_date, model_version=run.model_version
        )
        return ChangeAnswer(kind="list", at=change.at, list=published)
    enrolment = enrolments.get(change.decision.id)
    return ChangeAnswer(
        kind="decision",
        at=change.at,
        decision=decided.DecisionAnswer.of(change.decision),
        enrolment=decided.EnrolmentAnswer.of(enrolment) if enrolment else None,
    )


def _enrolments(desk: Any, decisions: list[Any]) -> dict[int, Any]:
    """By the decision that began them, or ended them; not those that were undone."""
    from serving.register.decisions import Kind

    people = {d.person_id for d in decisions if d.kind in (Kind.ENROL, Kind.END)}
    found: dict[int, Any] = {}
    for enrolment in desk.register.enrolments.of_people(sorted(people)):
        found[enrolment.decision_id] = enrolment
        if enrolment.end_decision_id is not None:
            found[enrolment.end_decision_id] = enrolment
    return found
