"""The service as an operator starts it: ready, logged in to by its own form, read."""

import pytest

from serving.register import Register
from tests.system.conftest import REGISTER_URL, Starter
from tests.system.homes import PLACES, UNITS
from tests.system.running import Words

pytestmark = pytest.mark.slow


def test_from_start_to_a_list(
    serve: Starter, words: Words, register_url: str, register: Register
) -> None:
    service = serve(**{REGISTER_URL: register_url})
    run = register.current()
    assert run is not None
    units = register.units(run.id)
    assert (len(units), {u.listed for u in units}) == (UNITS, {PLACES})

    reader = service.reader("granskare", words.password)
    own, other = units[0].care_unit, units[-1].care_unit
    listed = reader.get(f"/care-units/{own}")
    assert listed.status_code == 200
    for entry in register.entries(run.id, own):
        assert entry.person_id in listed.text
    assert reader.get(f"/care-units/{other}").status_code == 403
    seen = register.access.of_person(register.entries(run.id, own)[0].person_id)
    assert seen == []  # the list as a whole is one line, of the unit

    tool = service.client(headers=words.header)
    assert len(tool.get("/api/v1/care-units").json()["care_units"]) == UNITS
