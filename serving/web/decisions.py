"""Decide about somebody, and take it back: from the list or from the person's page."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import Form, Request
from fastapi.responses import Response

from features.errors import SettingsError
from serving.api.routes import AtDesk, Week
from serving.deciding import DECLINE_REASONS, MODELS, Choice, decide, undo
from serving.places import day_of
from serving.problems import ConflictError, NotFoundError
from serving.register.decisions import DecidedMeanwhile, Kind
from serving.web import people
from serving.web.catalogue import N_
from serving.web.decided import Deeds
from serving.web.lists import Desktop, Draft, Filters
from serving.web.render import speech_of
from serving.web.router import router

From = Annotated[Literal["list", "person"], Form()]


@router.post("/care-units/{care_unit}/decisions")
def decide_here(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    wanted: Filters,
    person_id: Annotated[str, Form(max_length=128)],
    kind: Annotated[Literal["enrol", "defer", "decline"], Form()],
    follows: Annotated[int, Form(ge=0, lt=2**31)],
    mobile_model: Annotated[str, Form(max_length=1)] = "",
    start: Annotated[str, Form(max_length=10)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    until_other: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=32)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
    at: From = "list",
    week: Week = "current",
) -> Response:
    run, speech = desk.run(week), speech_of(request)
    scored = desk.register.person(run.id, person_id)
    if scored is None or scored[0] != care_unit:
        raise NotFoundError("unknown-person", "nobody by that id is listed at this care unit")
    here = Desktop(request, desk, run, care_unit, wanted)
    draft = Draft(kind, mobile_model, start, until, until_other, reason, note.strip())
    choice = _choice(draft, follows, day_of(run))
    try:
        if isinstance(choice, str):
            draft = replace(draft, wrong=speech.text(choice))
        else:
            made = decide(desk.register, request.state.principal, run, person_id, choice)
            if here.by_htmx and at == "list":
                return here.show_row(person_id, Deeds(speech).told(made))
            return here.back(person_id, to_person=at == "person")
    except DecidedMeanwhile as overtaken:
        draft = replace(draft, conflict=overtaken.decision)
    except ConflictError:
        draft = replace(draft, wrong=speech.text("wrong_enrolled"))
    except SettingsError:
        draft = replace(draft, wrong=speech.text("wrong_choice"))
    if at == "person":
        return people.show(here, person_id, draft)
    if here.by_htmx:
        return here.show_row(person_id, "", draft)
    return here.show(409 if draft.conflict else 400, drafts={person_id: draft})


@router.post("/care-units/{care_unit}/decisions/{decision_id}/undo")
def undo_here(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    decision_id: int,
    wanted: Filters,
    at: From = "list",
    week: Week = "current",
) -> Response:
    before = desk.register.decisions.get(decision_id)
    if before is None or before.care_unit != care_unit:
        raise NotFoundError("unknown-decision", "there is no such decision at this care unit")
    undone = undo(desk.register, request.state.principal, decision_id)
    here = Desktop(request, desk, desk.run(week), care_unit, wanted)
    on_list = desk.register.entry(here.run.id, undone.person_id) is not None
    if here.by_htmx and at == "list" and on_list:
        return here.show_row(undone.person_id, speech_of(request).text("state_undone"))
    return here.back(undone.person_id, to_person=at == "person")


def _choice(draft: Draft, follows: int, today: date) -> Choice | str:
    """What the form says, or the key of what is wrong with it."""
    if draft.kind == "enrol":
        start = _day(draft.start)
        if draft.mobile_model not in MODELS:
            return N_("wrong_model")
        if start is None:
            return N_("wrong_start")
        return Choice(
            Kind.ENROL,
            mobile_model=draft.mobile_model,
            start=start,
            note=draft.note,
            follows=follows,
        )
    if draft.kind == "defer":
        until = _day(draft.until_other if draft.until == "other" else draft.until)
        if until is None or until <= today:
            return N_("wrong_until")
        return Choice(Kind.DEFER, until=until, note=draft.note, follows=follows)
    if draft.reason not in DECLINE_REASONS:
        return N_("wrong_reason")
    if draft.reason == "other" and not draft.note:
        return N_("wrong_note")
    return Choice(Kind.DECLINE, reason=draft.reason, note=draft.note, follows=follows)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
