"""How tests of the pages log in and send forms, as a browser without script does."""

import re
from datetime import timedelta

import httpx

from features.swedish_time import local_today
from serving.web.lists import unit_url
from tests.serving.conftest import EAST, Client

LIST = unit_url(EAST)
HTML = {"accept": "text/html"}
HTMX = {"hx-request": "true"}
TOMORROW = local_today() + timedelta(days=1)


def csrf_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def log_in(client: Client, user: str = "samordnare") -> Client:
    csrf = csrf_in(client.get("/login").text)
    answer = client.post("/login", data={"user": user, "password": "right", "csrf": csrf})
    assert answer.status_code == 303
    return client


def send(
    visitor: Client, path: str, *, page: str = LIST, htmx: bool = False, **form: object
) -> httpx.Response:
    """A form of a page, with that page's token."""
    csrf = csrf_in(visitor.get(page).text)
    headers = HTMX if htmx else HTML
    data = {name: str(value) for name, value in form.items()}
    return visitor.post(path, data={"csrf": csrf, **data}, headers=headers)


def decide(
    visitor: Client, person: str = "P1", *, query: str = "", **form: object
) -> httpx.Response:
    """The form of a row, filled in for enrolling unless told otherwise."""
    htmx = bool(form.pop("htmx", False))
    filled = {
        "person_id": person,
        "kind": "enrol",
        "mobile_model": "B",
        "start": local_today().isoformat(),
        "follows": 0,
        **form,
    }
    return send(visitor, f"{LIST}/decisions{query}", htmx=htmx, **filled)
