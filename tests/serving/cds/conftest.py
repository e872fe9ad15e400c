"""A service that trusts one record system."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from serving.api.app import create_app
from serving.cds.settings import CdsSettings
from serving.cds.settings import Client as Trusted
from serving.desk import Desk
from serving.security.door import Door
from serving.security.settings import Settings
from serving.security.who import Principal, Role
from tests.serving.cds.records import ISSUER, PUBLIC, RecordSystem, publishing
from tests.serving.conftest import EAST, LOGIN, Client
from tests.serving.security.conftest import Tokens

PRINCIPAL = Principal(ISSUER, "Journalen", frozenset({Role.REVIEWER}), frozenset({EAST}))


@pytest.fixture
def system() -> RecordSystem:
    return RecordSystem()


@pytest.fixture
def settings(system: RecordSystem) -> Iterator[CdsSettings]:
    with publishing(system) as url:
        yield CdsSettings((Trusted(ISSUER, url, PRINCIPAL),))


def site(desk: Desk, settings: CdsSettings, **more: object) -> Client:
    app = create_app(desk)
    security = Tokens(
        lambda: app.state.desk,
        Settings(public_url=PUBLIC),
        LOGIN.secret,
        LOGIN,
        cds=replace(settings, **more),  # type: ignore[arg-type]
    )
    return Client(Door(app, security=security))


@pytest.fixture
def hooks(desk: Desk, settings: CdsSettings) -> Client:
    return site(desk, settings)
