"""The token that every form carries: bound to the session, so no other site can know it."""

import hmac
import secrets
from hashlib import sha256

from starlette.requests import Request

FIELD, HEADER = "csrf", "x-csrf-token"


def token_of(secret: str, session_id: str) -> str:
    """A session's token; it tells nothing of the session's id."""
    return hmac.new(secret.encode(), f"csrf:{session_id}".encode(), sha256).hexdigest()


def csrf_of(request: Request) -> str:
    """The token to put into a form. A stranger's lives in the cookie until the login."""
    bound = getattr(request.state, "csrf", "")
    return bound or str(request.session.setdefault("csrf", secrets.token_urlsafe(24)))


def csrf_holds(request: Request, sent: str) -> bool:
    """Whether a form was made by this very session."""
    return hmac.compare_digest(sent.encode(), csrf_of(request).encode())
