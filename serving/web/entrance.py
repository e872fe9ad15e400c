"""The way in and out: the demo's login, or off to the identity provider; log out."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from serving.problems import NotFoundError
from serving.security.csrf import csrf_holds
from serving.security.paths import safe
from serving.security.security import Security
from serving.security.throttle import Throttle
from serving.web.catalogue import N_
from serving.web.render import page
from serving.web.router import router

throttle = Throttle(attempts=10, seconds=300)


@router.get("/login")
def login_form(request: Request, next: str = "/", out: bool = False) -> Response:
    """The demo's form; with an identity provider straight on to it, unless just logged out."""
    if request.state.security.provider is not None and not out:
        return RedirectResponse(f"/login/start?next={quote(safe(next))}", 303)
    return page(request, "login.html", next=safe(next), wrong="")


@router.post("/login")
def log_in(
    request: Request,
    user: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    security: Security = request.state.security
    if security.provider is not None:
        raise NotFoundError("no-login", "people log in with the identity provider here")
    next = safe(next)
    if not csrf_holds(request, csrf):
        return page(request, "login.html", 403, next=next, wrong=N_("login_stale"))
    if wait := throttle.wait():
        answer = page(request, "login.html", 429, next=next, wrong=N_("login_throttled"))
        answer.headers["retry-after"] = str(wait)
        return answer
    principal = security.check_password(user, password)
    if principal is None:
        throttle.note()
        return page(request, "login.html", 401, next=next, wrong=N_("login_wrong"))
    security.begin(request.session, principal)
    return RedirectResponse(next, 303)


@router.post("/logout")
def log_out(request: Request) -> Response:
    """Ends the session here, and at the identity provider where it offers that."""
    security: Security = request.state.security
    security.end(request.session, request.state.session)
    if security.provider is None:
        return RedirectResponse("/login", 303)
    from serving.security.oidc import flow

    there = flow.logout_url(security.provider, security.settings.public_url)
    return RedirectResponse(there or "/login?out=1", 303)
