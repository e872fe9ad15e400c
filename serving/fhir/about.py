"""Whom and which care unit a FHIR call is about: what the rules are held against."""

from typing import Any

from starlette.requests import Request

from features.errors import SettingsError
from serving.fhir.asked import person_in, unit_in

PATH = "/fhir/"
TASK = "task_id"

About = tuple[str | None, str | None]
"""(person_id, care_unit); None for what is not said."""


def about_task(request: Request, register: Any) -> About:
    """Whom the task in the path is about: nobody where there is no such task."""
    decision = register.decisions.get(request.path_params[TASK])
    return decision.person_id if decision else "", None


def about(request: Request) -> About:
    """By the path's id or the query. SettingsError where neither says anybody."""
    path, query = request.path_params, request.query_params
    if "assessment_id" in path:
        return path["assessment_id"].partition(".")[2], None
    if "list_id" in path:
        return None, path["list_id"].partition(".")[2]
    subject = _only(query, "subject", "patient")
    owner = _only(query, "subject:identifier", "owner:identifier")
    if not subject and not owner:
        raise SettingsError("nobody is asked for", do="See GET /fhir/metadata.")
    return (person_in(subject) if subject else None, unit_in(owner) if owner else None)


def _only(query: Any, *names: str) -> str | None:
    """What these parameters say. SettingsError where they name two: the one that is checked must
    be the one that is shown."""
    said = {value for name in names for value in query.getlist(name) if value}
    if len(said) > 1:
        raise SettingsError("two are asked for", where=" or ".join(names), do="Ask for one.")
    return said.pop() if said else None
