"""FHIR R4 over HTTP: reading and searching. The guard has seen to whom and whose."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, Field

from features.errors import SettingsError
from features.swedish_time import local_today
from serving.api.routes import AtDesk
from serving.fhir.answer import FhirRoute
from serving.fhir.asked import MOST, USUAL, page_of, person_in, refuse_modifiers, unit_in
from serving.fhir.capability import SEARCHES, capability_statement
from serving.fhir.dates import Dates
from serving.fhir.elements import Resource, searchset
from serving.problems import NotFoundError

router = APIRouter(prefix="/fhir", route_class=FhirRoute)

Text = Annotated[str | None, Query(max_length=200)]
Day = Annotated[str, Field(max_length=200)]
Days = Annotated[list[Day], Query(max_length=4)]
AuthoredDays = Annotated[list[Day], Query(alias="authored-on", max_length=4)]
Count = Annotated[int, Query(alias="_count", ge=0), AfterValidator(lambda n: min(n, MOST))]
Offset = Annotated[int, Query(alias="_offset", ge=0, lt=2**31)]
SubjectUnit = Annotated[str | None, Query(alias="subject:identifier", max_length=200)]
OwnerUnit = Annotated[str | None, Query(alias="owner:identifier", max_length=200)]


@router.get("/metadata")
def metadata(request: Request) -> Resource:
    return capability_statement(_base(request))


@router.get("/RiskAssessment")
def risk_assessments(
    request: Request,
    desk: AtDesk,
    subject: Text = None,
    patient: Text = None,
    date: Days = [],  # noqa: B006  (FastAPI makes a new one for every call)
    _count: Count = USUAL,
    _offset: Offset = 0,
) -> Resource:
    """A person's, oldest first."""
    from serving.fhir.reading import assessed
    from serving.fhir.resources import risk_assessment

    person_id = person_in(_needed(subject or patient, "patient"))
    found = assessed(desk.register.engine, person_id, Dates.of(date).take)
    page = [risk_assessment(run, person_id, p) for run, p in page_of(found, _offset, _count)]
    return _bundle(request, "RiskAssessment", page, len(found), _offset, _count)


@router.get("/RiskAssessment/{assessment_id}")
def risk_assessment_by_id(desk: AtDesk, assessment_id: str) -> Resource:
    from serving.fhir.reading import assessed_in
    from serving.fhir.resources import risk_assessment

    run_id, _, person_id = assessment_id.partition(".")
    known = run_id.isascii() and run_id.isdigit() and len(run_id) < 10
    found = assessed_in(desk.register.engine, int(run_id), person_id) if known else None
    if found is None:
        raise _not_there()
    return risk_assessment(found[0], person_id, found[1])


@router.get("/List")
def lists(
    request: Request,
    desk: AtDesk,
    unit: SubjectUnit = None,
    date: Days = [],  # noqa: B006
    _count: Count = USUAL,
    _offset: Offset = 0,
) -> Resource:
    """A care unit's weekly lists, oldest first."""
    from serving.fhir.reading import listed

    care_unit = unit_in(_needed(unit, "subject:identifier"))
    found = listed(desk.register.engine, care_unit, Dates.of(date).take)
    page = [_list(desk, run, care_unit) for run in page_of(found, _offset, _count)]
    return _bundle(request, "List", page, len(found), _offset, _count)


@router.get("/List/{list_id}")
def list_by_id(desk: AtDesk, list_id: str) -> Resource:
    week, _, care_unit = list_id.partition(".")
    run = desk.register.current(week)
    if run is None or not desk.register.has_unit(run.id, care_unit):
        raise _not_there()
    return _list(desk, run, care_unit)


@router.get("/Task")
def tasks(
    request: Request,
    desk: AtDesk,
    unit: OwnerUnit = None,
    subject: Text = None,
    patient: Text = None,
    authored_on: AuthoredDays = [],  # noqa: B006
    _count: Count = USUAL,
    _offset: Offset = 0,
) -> Resource:
    """Enrolment requests of a care unit, or of a person, oldest first."""
    from serving.fhir.reading import asked_for

    asked = subject or patient
    person_id = person_in(asked) if asked else None
    authored = Dates.of(authored_on, "authored-on")
    if unit is not None:
        care_unit = unit_in(unit)
        people = asked_for(desk.register.engine, care_unit, person_id)
        found = [t for t in _tasks(desk, people) if _owner(t) == care_unit]
    else:
        found = _tasks(desk, _not_objecting(desk, [_needed(person_id, "patient")]))
    found = [t for t in found if authored.take(t["authoredOn"])]
    page = page_of(found, _offset, _count)
    return _bundle(request, "Task", list(page), len(found), _offset, _count)


@router.get("/Task/{task_id}")
def task_by_id(desk: AtDesk, task_id: Annotated[int, Path(ge=1, lt=2**31)]) -> Resource:
    decision = desk.register.decisions.get(task_id)
    people = _not_objecting(desk, [decision.person_id]) if decision else []
    found = [t for t in _tasks(desk, people) if t["id"] == str(task_id)]
    if not found:
        raise _not_there()
    return found[0]


def _list(desk: Any, run: Any, care_unit: str) -> Resource:
    from serving.fhir.resources import weekly_list

    newest = desk.register.current()
    return weekly_list(
        run,
        care_unit,
        desk.unit_names.get(care_unit),
        desk.register.entries(run.id, care_unit),
        is_current=newest is not None and newest.id == run.id,
    )


def _tasks(desk: Any, people: list[str]) -> list[Resource]:
    from serving.fhir.reading import in_blocks
    from serving.fhir.resources import tasks as tasks_of

    today: date = local_today()
    found: list[Resource] = []
    for some in in_blocks(people):
        chains = desk.register.decisions.of_people(some)
        enrolments = {e.decision_id: e for e in desk.register.enrolments.of_people(some)}
        for chain in chains.values():
            found += tasks_of(chain, enrolments, today, desk.unit_names)
    return sorted(found, key=lambda task: int(task["id"]))


def _not_objecting(desk: Any, people: list[str]) -> list[str]:
    objecting = desk.register.objections.current(people)
    return [person for person in people if person not in objecting]


def _owner(task: Resource) -> str:
    return str(task["owner"]["identifier"]["value"])


def _bundle(
    request: Request, kind: str, page: list[Resource], total: int, offset: int, count: int
) -> Resource:
    _, known = SEARCHES[kind]
    asked = {
        name: request.query_params.getlist(name)
        for name in request.query_params
        if name.partition(":")[0] in known  # what was passed over stands in no link
    }
    refuse_modifiers(kind, asked)
    base = _base(request)
    return searchset(base, kind, page, asked, total=total, offset=offset, count=count)


def _base(request: Request) -> str:
    public = request.state.security.settings.public_url or str(request.base_url).rstrip("/")
    return f"{public}/fhir"


def _needed(said: str | None, name: str) -> str:
    if not said:
        raise SettingsError("missing", where=name, do="See GET /fhir/metadata.")
    return said


def _not_there() -> NotFoundError:
    return NotFoundError("no-resource", "no such resource", do="Search for it.")
