"""People of every role, with tokens."""

import pytest

from serving.desk import Desk
from tests.serving.conftest import Client
from tests.serving.security.conftest import site


@pytest.fixture
def tokens(desk: Desk) -> Client:
    return site(desk)
