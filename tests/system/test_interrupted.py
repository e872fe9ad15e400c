"""A nurse is interrupted: the server is started again, or she was away for too long.

Fear: what she had filled in is refused for no reason she could see, written twice, or gone; or
she ends up somewhere else than where she was.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from serving.register import Register
from serving.register.models import SessionRow
from tests.system.conftest import REGISTER_URL, Starter
from tests.system.homes import undecided
from tests.system.running import Words

pytestmark = pytest.mark.slow


def test_interrupted(serve: Starter, words: Words, register_url: str, register: Register) -> None:
    service = serve(**{REGISTER_URL: register_url})
    run = register.current()
    assert run is not None
    unit = register.units(run.id)[0].care_unit
    one, other, *_ = undecided(register, run, unit)
    first, second = one.person_id, other.person_id
    path = f"/care-units/{unit}"
    reader = service.reader("granskare", words.password)
    form = {"kind": "decline", "reason": "palliative", "follows": "0"}

    # The server is killed and started again between reading and deciding: nothing to be seen.
    reader.get(path)
    service.kill()
    service.start()
    decided = reader.post(
        f"{path}/decisions", {**form, "person_id": first, "note": "Ringt dottern"}
    )
    assert (decided.status_code, decided.headers["location"]) == (303, f"{path}#r{one.rank}")
    assert [d.note for d in register.decisions.of_person(first)] == ["Ringt dottern"]

    # Away for longer than a session is left alone: to the login, and back to the list.
    let_sessions_grow_old(register)
    away = reader.get(path, params={"only": "open"})
    assert (away.status_code, away.headers["location"].partition("?")[0]) == (303, "/login")
    refused = reader.post(
        f"{path}/decisions",
        {**form, "person_id": second},
        headers={"origin": service.url, "referer": f"{service.url}{path}"},
    )
    assert (refused.status_code, refused.headers["location"].partition("?")[0]) == (303, "/login")
    assert register.decisions.of_person(second) == []
    login = reader.get(refused.headers["location"])
    assert login.status_code == 200
    back = reader.post("/login", {"user": "granskare", "password": words.password, "next": path})
    assert (back.status_code, back.headers["location"]) == (303, path)
    assert reader.get(path).status_code == 200

    # A form that an ended session had made is refused in words that say what to do.
    old = reader.csrf
    reader.http.cookies.clear()
    reader.log_in("granskare", words.password)
    stale = reader.post(f"{path}/decisions", {**form, "person_id": second, "csrf": old})
    assert stale.status_code == 403
    assert "formulär" in stale.text.lower()
    assert register.decisions.of_person(second) == []


def let_sessions_grow_old(register: Register) -> None:
    """As if the clock had moved on by 31 minutes."""
    with register.engine.begin() as connection:
        connection.execute(
            update(SessionRow).values(last_seen=datetime.now(UTC) - timedelta(minutes=31))
        )
