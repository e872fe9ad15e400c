"""The application behind its door, and people of every role to try it."""

from dataclasses import dataclass, field

import pytest

from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from serving.security.security import Security
from serving.security.settings import Settings
from serving.security.who import Principal, Role
from tests.serving.conftest import EAST, LOGIN, Client

PEOPLE = {
    "reviewer": Principal("reviewer-1", "Rut", frozenset({Role.REVIEWER}), frozenset({EAST})),
    "nowhere": Principal("reviewer-2", "Nils", frozenset({Role.REVIEWER})),
    "coordinator": Principal("coordinator-1", "Kim", frozenset({Role.COORDINATOR})),
    "analyst": Principal("analyst-1", "Ann", frozenset({Role.ANALYST})),
    "administrator": Principal("admin-1", "Adam", frozenset({Role.ADMINISTRATOR})),
    "without-role": Principal("someone", "Somebody", frozenset()),
}


@dataclass
class Tokens(Security):
    """Everybody of PEOPLE has a token by that name."""

    people: dict[str, Principal] = field(default_factory=lambda: dict(PEOPLE))

    def bearer(self, token: str) -> Principal | None:
        return self.people.get(token)


def as_(name: str, **more: str) -> dict[str, str]:
    """Headers of somebody of PEOPLE."""
    return {"authorization": f"Bearer {name}", **more}


def site(desk: Desk, settings: Settings | None = None) -> Client:
    app = create_app(desk)
    security = Tokens(lambda: app.state.desk, settings or Settings(), LOGIN.secret, LOGIN)
    return Client(Door(app, security=security))


@pytest.fixture
def tokens(desk: Desk) -> Client:
    """Where everybody of PEOPLE may come with a token."""
    return site(desk)
