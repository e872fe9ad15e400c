"""The API for deciding: lists with decisions, decisions, teams. Heavy imports wait for a call."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request

from serving.api import decided
from serving.api.routes import AtDesk, PersonId, documented, problem_answers
from serving.api.written import Written
from serving.deciding import Request as Repeatable
from serving.deciding import decide, end_enrolment, undo
from serving.problems import NotFoundError

router = APIRouter(
    prefix="/api/v1",
    route_class=Written,
    tags=["decisions and teams"],
    dependencies=documented,
    responses={
        **problem_answers(400, 401, 403, 404, 409, 411, 413, 429, 503),
        415: {"description": "A body that does not say that it is JSON"},
    },
)

CareUnit = Annotated[
    str, Path(max_length=64, pattern=decided.PLAIN, examples=["SE2321000131-E000000000101"])
]
RowId = Annotated[int, Path(ge=1, lt=2**31, examples=[42])]
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="one for each decision: the same call again gets the same answer",
    ),
]


@router.post("/care-units/{care_unit}/decisions", status_code=201, summary="Decide about a person")
def new_decision(
    desk: AtDesk,
    request: Request,
    care_unit: CareUnit,
    body: decided.NewDecision,
    idempotency_key: Key = None,
) -> decided.Decided:
    """Enrol, put on the waiting list, defer or decline. Where no place is free, `enrol` becomes
    `wait`. 409 with the standing decision where somebody has decided meanwhile."""
    run = desk.run()
    _listed_at(desk, run, body.person_id, care_unit)
    repeatable = _repeatable(idempotency_key, care_unit, body.model_dump_json())
    decision = decide(
        desk.register,
        request.state.principal,
        run,
        body.person_id,
        body.choice(),
        request=repeatable,
    )
    return decided.Decided(decision=decided.DecisionAnswer.of(decision), asked=body.choice().kind)


@router.post(
    "/care-units/{care_unit}/decisions/{decision_id}/undo",
    status_code=201,
    summary="Take back a decision on the day it was made",
)
def undo_decision(
    desk: AtDesk,
    request: Request,
    care_unit: CareUnit,
    decision_id: RowId,
    idempotency_key: Key = None,
) -> decided.Decided:
    made = desk.register.decisions.get(decision_id)
    if made is None or made.care_unit != care_unit:
        raise NotFoundError("unknown-decision", "there is no such decision", do="Check the id.")
    repeatable = _repeatable(idempotency_key, care_unit, f"undo {decision_id}")
    decision = undo(desk.register, request.state.principal, decision_id, request=repeatable)
    return decided.Decided(decision=decided.DecisionAnswer.of(decision), asked=decision.kind)


@router.get("/care-units/{care_unit}/team", summary="Who is in a unit's team, and who waits")
def team(desk: AtDesk, care_unit: CareUnit) -> decided.TeamAnswer:
    from serving.team import team as team_of

    return team_of(desk, desk.run(), care_unit)


@router.post(
    "/care-units/{care_unit}/team/{enrolment_id}/end",
    status_code=201,
    summary="End an enrolment",
)
def end(
    desk: AtDesk,
    request: Request,
    care_unit: CareUnit,
    enrolment_id: RowId,
    body: decided.EndOfEnrolment,
    idempotency_key: Key = None,
) -> decided.Decided:
    enrolment = desk.register.enrolments.get(enrolment_id)
    if enrolment is None or enrolment.care_unit != care_unit:
        raise NotFoundError("unknown-enrolment", "there is no such enrolment", do="Check the id.")
    decision = end_enrolment(
        desk.register,
        request.state.principal,
        enrolment_id,
        body.on,
        body.reason,
        body.note,
        request=_repeatable(
            idempotency_key, care_unit, f"end {enrolment_id} {body.model_dump_json()}"
        ),
    )
    return decided.Decided(decision=decided.DecisionAnswer.of(decision), asked=decision.kind)


@router.get("/people/{person_id}/decisions", summary="What was decided of a person")
def decisions(desk: AtDesk, person_id: PersonId) -> decided.DecisionsAnswer:
    from serving.team import decisions_of

    return decisions_of(desk, desk.run(), person_id)


def _repeatable(key: str | None, care_unit: str, said: str) -> Repeatable | None:
    """A call that may be sent again: what it asks for, as a hash beside its key."""
    if key is None:
        return None
    return Repeatable(key, hashlib.sha256(f"{care_unit}\n{said}".encode()).hexdigest())


def _listed_at(desk: Any, run: Any, person_id: str, care_unit: str) -> None:
    scored = desk.register.person(run.id, person_id)
    if scored is None or scored[0] != care_unit:
        raise NotFoundError(
            "unknown-person", "nobody by that id is at this care unit", do="Check the id."
        )
