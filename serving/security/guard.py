"""Carries out the rules for the application's own endpoints, before any handler runs.

One dependency on the whole application: it finds the rule by the route, checks role, care
unit and person, refuses forms of other sites, and writes the access log.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from features.errors import MissingError, SettingsError
from features.swedish_time import local_today
from serving.fhir import about as fhir
from serving.problems import NotAllowedError, NotFoundError
from serving.register.models import Score
from serving.register.reading import one_reading, reading
from serving.security import access, break_glass
from serving.security.csrf import FIELD, HEADER, csrf_holds
from serving.security.rules import Rule, Scope, rule_of
from serving.security.sessions import Session
from serving.security.who import Principal

SAFE = ("GET", "HEAD", "OPTIONS")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON = "application/json"
LONGEST_PERSON, LONGEST_UNIT, LONGEST_USER = 128, 64, 255
UNKNOWN_PERSON = "nobody by that id was scored that week"


_LISTED_AT = (
    select(Score.care_unit)
    .where(Score.run_id == bindparam("run"), Score.person_id == bindparam("person"))
    .limit(1)
)


@dataclass(frozen=True)
class Asked:
    """What a request is about: from its path, its query and its form."""

    rule: Rule
    principal: Principal
    person_id: str | None
    care_unit: str | None
    week: str
    reason: str
    began: datetime  # of the session; of a tool's call: now


async def guard(request: Request) -> None:
    """Lets the handler run, or raises: 401, 403, 404, 400 without a reason, 503 without a log."""
    rule = _rule_of(request)
    form = await _said(request)
    if request.method not in SAFE and getattr(request.state, "session", None) is not None:
        sent = request.headers.get(HEADER) or str(form.get(FIELD, ""))
        if not csrf_holds(request, sent):
            raise NotAllowedError("stale-form", "the form is too old", do="Open the page again.")
    if rule.scope is Scope.OPEN:
        return
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise HTTPException(401)
    person, unit = await _about(request, rule, form)
    if rule.scope is Scope.EITHER:
        rule = replace(rule, scope=Scope.PERSON if unit is None else Scope.UNIT)
    asked = Asked(
        rule,
        principal,
        _text(person, LONGEST_PERSON),
        _text(unit, LONGEST_UNIT),
        request.query_params.get("week", "current"),
        _said_by(rule, form),
        began_of(getattr(request.state, "session", None)),
    )
    if not rule.allows(principal):
        raise NotAllowedError("role", "your role does not include this")
    if rule.deed is not None or rule.scope in (Scope.UNIT, Scope.PERSON):
        await run_in_threadpool(check_and_note, request.app.state.desk, asked)


def began_of(session: Session | None) -> datetime:
    """Since when somebody has been at work: a session's beginning; of a tool, this call."""
    return session.began if session else datetime.now(UTC)


def check_and_note(desk: Any, asked: Asked) -> None:
    """Whether the people asked for are the principal's; and the line in the access log."""
    if desk is None:
        raise _starting()
    register, rule, person_id = desk.register, asked.rule, asked.person_id
    care_unit, why = asked.care_unit, ""
    if rule.scope is Scope.UNIT and not asked.principal.works_at(care_unit or ""):
        access.note(register, asked.principal, access.REFUSED, person_id, care_unit)
        raise NotAllowedError("other-unit", "that care unit is not one of yours")
    if rule.scope is Scope.HOOK:
        _note_hook(register, desk.register.current(), asked)
        return
    if rule.scope in (Scope.PERSON, Scope.BREAK_GLASS) or (rule.scope is Scope.UNIT and person_id):
        at = care_unit_of(desk, person_id or "", asked.week)
        care_unit = care_unit or at
        if rule.scope is Scope.BREAK_GLASS:
            break_glass.open_person(register, asked.principal, person_id or "", at, asked.reason)
            return
        if not asked.principal.works_at(at) and not _in_own_team(register, asked):
            why = _opened(register, asked, at)
    assert rule.deed is not None
    access.note(register, asked.principal, rule.deed, person_id, care_unit, why)


def _starting() -> MissingError:
    return MissingError("the service is still starting", do="Try again in a few seconds.")


def _note_hook(register: Any, run: Any, asked: Asked) -> None:
    """A record is open elsewhere. Whose it is, is known there; what is known of them here is
    for their own care unit, and the handler gives nothing of it to others."""
    if asked.person_id is None:
        raise SettingsError("no patient", where="context/patientId", do="Say whose record it is.")
    at = _listed_at(register, run.id, asked.person_id) if run is not None else None
    own = at is None or asked.principal.works_at(at)
    deed = asked.rule.deed if own else access.REFUSED
    access.note(register, asked.principal, deed or "", asked.person_id, at, asked.reason)


def care_unit_of(desk: Any, person_id: str, week: str = "current") -> str:
    """Where a person is listed: in the current run, else in the week asked for.

    NotFoundError for somebody whom neither knows.
    """
    with one_reading(desk.register.engine):
        run = desk.run()
        found = _listed_at(desk.register, run.id, person_id)
        if found is None and week not in ("current", run.week):
            found = _listed_at(desk.register, desk.run(week).id, person_id)
    if found is None:
        raise NotFoundError("unknown-person", UNKNOWN_PERSON, do="Check the id.")
    return found


def _listed_at(register: Any, run_id: int, person_id: str) -> str | None:
    with reading(register.engine) as connection:
        found = connection.execute(_LISTED_AT, {"run": run_id, "person": person_id}).scalar()
    return None if found is None else str(found)


def _in_own_team(register: Any, asked: Asked) -> bool:
    """Whether the person is in the team of one of the principal's units, wherever listed now.

    Good for reading; a unit decides about the people it lists.
    """
    if asked.rule.scope is not Scope.PERSON:
        return False
    today = local_today()
    return any(
        enrolment.holds_on(today) and asked.principal.works_at(enrolment.care_unit)
        for enrolment in register.enrolments.of_person(asked.person_id or "")
    )


def _opened(register: Any, asked: Asked, care_unit: str) -> str:
    """The reason for which a person of another unit is open; NotAllowedError if it is not."""
    person_id = asked.person_id or ""
    found = None
    if asked.rule.scope is Scope.PERSON:  # for reading, never for deciding
        found = break_glass.opening(register, asked.principal, person_id, asked.began)
    if found is None:
        access.note(register, asked.principal, access.REFUSED, person_id, care_unit)
        raise NotAllowedError("other-unit", "this person is listed at another care unit")
    return found.why


def _rule_of(request: Request) -> Rule:
    """By the very route that was chosen; a route without a rule is shut."""
    found = request.app.state.endpoints.match(request.method, _path(request))
    rule = rule_of(found.method, found.template) if found else None
    if rule is None or found.function is not request.scope.get("endpoint"):
        raise NotAllowedError("no-rule", "nobody may use this")
    return rule


async def _about(request: Request, rule: Rule, said: Any) -> tuple[Any, Any]:
    """Person and care unit that a request is about, from where its endpoint says them."""
    if rule.scope is Scope.HOOK:
        if _kind(request) != JSON:
            raise HTTPException(415)
        return _open_elsewhere(request, said), None
    if _path(request).startswith(fhir.PATH):
        if fhir.TASK not in request.path_params:
            return fhir.about(request)
        desk = request.app.state.desk
        if desk is None:
            raise _starting()
        return await run_in_threadpool(fhir.about_task, request, desk.register)
    person = request.path_params.get("person_id") or said.get("person_id")
    return person, request.path_params.get("care_unit") or request.query_params.get("care_unit")


def _said_by(rule: Rule, said: Any) -> str:
    """What a form gives as its reason; of a call for cards, who is at the record system."""
    if rule.scope is not Scope.HOOK:
        reason = str(said.get("reason", ""))
        if not _is_text(reason):
            raise HTTPException(400)
        return reason
    context = said.get("context")
    user = context.get("userId") if isinstance(context, dict) else None
    return user[:LONGEST_USER] if isinstance(user, str) and user.isprintable() else ""


def _open_elsewhere(request: Request, said: Any) -> Any:
    """The pseudonym of the patient whose record is open in the record system that calls."""
    context, sent = said.get("context"), said.get("prefetch")
    patient = context.get("patientId") if isinstance(context, dict) else None
    if not isinstance(patient, str) or not patient:
        return patient
    whose = request.state.security.cds.whose
    return whose.person_id(patient, sent if isinstance(sent, dict) else {})


def _path(request: Request) -> str:
    """The path within the application."""
    return str(request.scope["path"]).removeprefix(request.scope.get("root_path", "")) or "/"


async def _said(request: Request) -> Any:
    """The fields of a form or of a JSON object; none where the body is something else."""
    if request.method in SAFE:
        return {}
    kind = _kind(request)
    if kind in FORMS:
        return await request.form()
    if kind == JSON:
        try:
            body = await request.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    return {}


def _kind(request: Request) -> str:
    """What a body says that it is."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _text(value: object, longest: int) -> str | None:
    """An id as text; 400 for what cannot be one."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > longest or not _is_text(value):
        raise HTTPException(400)
    return value


def _is_text(said: str) -> bool:
    """Whether it can be written: JSON lets half a character (a lone surrogate) through."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True
