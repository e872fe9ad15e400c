"""The two addresses of a login with the identity provider. Its library waits for a login."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from serving.problems import NotFoundError
from serving.security.oidc.provider import Provider
from serving.security.paths import safe
from serving.security.security import Security

router = APIRouter()


@router.get("/login/start")
def start(request: Request, next: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Off to the identity provider."""
    from serving.security.oidc import flow

    security, provider = _provider(request)
    url = flow.begin(provider, security.settings.public_url, request.session, safe(next))
    return RedirectResponse(url, 303)


@router.get("/login/callback")
def callback(request: Request) -> Response:
    """Back from the identity provider, with a code that is worth a token."""
    from serving.security.oidc import flow

    security, provider = _provider(request)
    said = dict(request.query_params)
    principal, where = flow.finish(provider, security.settings.public_url, request.session, said)
    security.begin(request.session, principal)
    return RedirectResponse(safe(where), 303)


def _provider(request: Request) -> tuple[Security, Provider]:
    security: Security = request.state.security
    if security.provider is None:
        raise NotFoundError("no-provider", "there is no identity provider here")
    return security, security.provider
