"""The pages, server-rendered: care units to choose from, and what is said when something fails.

The rest is beside: the way in, a unit's list, a person, a team, the region, administration.
"""

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from serving.api.routes import AtDesk
from serving.places import day_of, places_of
from serving.security.who import Role
from serving.web import decisions, entrance, lists, people, region, team  # noqa: F401  (their routes)
from serving.web.catalogue import N_
from serving.web.render import page, principal_of
from serving.web.router import router

ERRORS = {
    400: (N_("error_400"), N_("error_400_text")),
    403: (N_("error_403"), N_("error_403_text")),
    404: (N_("error_404"), N_("error_404_text")),
    409: (N_("error_409"), N_("error_409_text")),
    413: (N_("error_413"), N_("error_413_text")),
    429: (N_("error_429"), N_("error_429_text")),
    503: (N_("error_503"), N_("error_503_text")),
}
STALE_FORM = (N_("login_stale_title"), N_("login_stale"))
OTHER_ERROR = (N_("error_other"), N_("error_other_text"))


@router.get("/")
def start(request: Request, desk: AtDesk) -> Response:
    """The reader's own units; to whom has none, the page that is theirs."""
    principal = principal_of(request)
    roles = principal.roles if principal else frozenset()
    if principal and not roles & {Role.REVIEWER, Role.COORDINATOR}:
        return RedirectResponse("/region" if Role.ANALYST in roles else "/administration", 303)
    run = desk.register.current()
    if run is None:
        return page(request, "empty.html")
    units = [
        u
        for u in desk.units(run).care_units
        if principal is None or principal.works_at(u.care_unit)
    ]
    places = {u.care_unit: places_of(desk.register, u.care_unit, day_of(run), run) for u in units}
    return page(request, "start.html", run=run, units=units, places=places)


def error_page(request: Request, body: dict[str, object]) -> Response:
    status = int(str(body["status"]))
    kind = str(body.get("type", ""))
    title, text = STALE_FORM if kind.endswith("stale-form") else ERRORS.get(status, OTHER_ERROR)
    known: dict[str, Any] = {"title": title, "text": text, "open_url": ""}
    if kind.endswith("other-unit") and request.url.path.startswith("/people/"):
        known["open_url"] = request.url.path.rstrip("/") + "/open"
    request.state.failed = True  # its address may name somebody: no link repeats it
    return page(request, "error.html", status, **known)
