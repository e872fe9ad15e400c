"""PostgreSQL goes away for a while and comes back; nobody restarts the service.

Fear: people look at a blank page or a stack trace; programs at something that is no problem
document; the health check says that all is well; or connections that broke keep failing.
"""

import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import make_url

from serving.register import Register
from tests.system.conftest import REGISTER_URL, Starter
from tests.system.databases import database
from tests.system.homes import undecided
from tests.system.proxy import Way, way_to
from tests.system.running import Reader, Service, Words

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

GONE_SECONDS = 3.0
BACK_WITHIN_SECONDS = 5.0


@pytest.fixture
def register_url(postgres_register: str) -> Iterator[str]:
    with database(template=postgres_register) as url:
        yield url


@pytest.fixture
def way(register_url: str) -> Iterator[Way]:
    url = make_url(register_url)
    with way_to(url.host or "127.0.0.1", url.port or 5432) as opened:
        yield opened


def test_gone_for_a_while(
    serve: Starter, words: Words, register_url: str, register: Register, way: Way
) -> None:
    through = make_url(register_url).set(host="127.0.0.1", port=way.port)
    service = serve(**{REGISTER_URL: through.render_as_string(hide_password=False)})
    run = register.current()
    assert run is not None
    entry = undecided(register, run, register.units(run.id)[0].care_unit)[0]
    unit = f"/care-units/{entry.care_unit}"
    reader = service.reader("granskare", words.password)
    tool = service.client(headers=words.header)
    assert reader.get(unit).status_code == 200

    way.close()
    until = time.monotonic() + GONE_SECONDS
    while time.monotonic() < until:
        says_so_plainly(service, reader, tool, unit, entry.person_id)
    way.open()

    assert_back(lambda: service.is_ready())
    assert reader.get(unit).status_code == 200  # still logged in
    assert tool.get(f"/api/v1{unit}/lists/current").status_code == 200
    decided = reader.post(
        f"{unit}/decisions",
        {"person_id": entry.person_id, "kind": "decline", "reason": "palliative", "follows": "0"},
    )
    assert decided.status_code == 303
    assert [d.reason for d in register.decisions.of_person(entry.person_id)] == ["palliative"]


def says_so_plainly(
    service: Service, reader: Reader, tool: httpx.Client, unit: str, person_id: str
) -> None:
    began = time.monotonic()
    pages = [
        reader.get(unit),
        reader.get(f"/people/{person_id}"),
        reader.get("/"),
        reader.post(f"{unit}/decisions", {"person_id": person_id, "kind": "decline"}),
    ]
    for page in pages:
        assert page.status_code == 503
        assert page.headers["content-type"].startswith("text/html")
        assert int(page.headers["retry-after"]) > 0
        assert "<h1>" in page.text
    calls = [
        tool.get(f"/api/v1{unit}/lists/current"),
        tool.get(f"/api/v1/people/{person_id}"),
        tool.post(f"/api/v1{unit}/decisions", json={"person_id": person_id}),
    ]
    for answer in calls:
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
    assert tool.get("/readyz").status_code == 503
    assert tool.get("/livez").status_code == 200  # nobody need restart it
    assert time.monotonic() - began < 5, "answers wait for the database"


def assert_back(is_back: object) -> None:
    until = time.monotonic() + BACK_WITHIN_SECONDS
    while not is_back():  # type: ignore[operator]
        assert time.monotonic() < until, "not back in time"
        time.sleep(0.1)
