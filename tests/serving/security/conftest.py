"""The application behind its door, and people of every role to try it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from serving.api.app import create_app
from serving.desk import Desk
from serving.register.database import writing
from serving.register.models import DecisionRow, EnrolmentEnd, EnrolmentRow
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


def enrol(desk: Desk, person: str, care_unit: str, end: date | None = None) -> None:
    """A row of the register, as a decision makes it."""
    with Session(writing(desk.register.engine)) as session, session.begin():
        common = {"person_id": person, "care_unit": care_unit}
        known = {"at": datetime.now(UTC), "week": "2026-W47", "note": "", "who": "x"}
        for number, kind in enumerate(["enrol", "end"] if end else ["enrol"], 1):
            row = DecisionRow(
                id=number, kind=kind, follows=number - 1, who_name="X", **known, **common
            )
            session.add(row)
        session.flush()
        session.add(
            EnrolmentRow(
                id=1, decision_id=1, team="T", mobile_model="B", start=date(2026, 1, 1), **common
            )
        )
        session.flush()
        if end:
            session.add(EnrolmentEnd(decision_id=2, enrolment_id=1, end=end, end_reason="other"))
