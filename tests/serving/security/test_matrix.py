"""Every endpoint, present and future, for every role: generated from the routes themselves.

What is expected is said here once more, by the shape of paths and not by the table of rules,
so that a slip in the table is found.
"""

import pytest
from fastapi import Depends, FastAPI

from serving.api import app as application
from serving.api.app import create_app
from serving.desk import Desk
from serving.register import Kind, NewDecision
from serving.security.door import Door
from serving.security.endpoints import Endpoints
from serving.security.rules import DOOR, RULES, Scope, rule_of
from serving.security.settings import Settings
from tests.serving.conftest import EAST, WEST, Client
from tests.serving.security.conftest import PEOPLE, Tokens, as_

ENDPOINTS = sorted({(e.method, e.template) for e in create_app().state.endpoints} | set(DOOR))
ASKED = {
    "/api/v1/changes": "care_unit={care_unit}",
    "/fhir/RiskAssessment": "patient={person_id}",
    "/fhir/List": "subject:identifier={care_unit}",
    "/fhir/Task": "owner:identifier={care_unit}",
}
OPEN = ("/fhir/metadata", "/login", "/logout", "/static/", "/healthz", "/livez", "/readyz")
SHOWS_PEOPLE = {
    Scope.UNIT,
    Scope.PERSON,
    Scope.BREAK_GLASS,
    Scope.SCORING,
    Scope.HOOK,
    Scope.EITHER,
}
BOTH_UNITS = {"own": (EAST, "P1"), "other": (WEST, "P4")}


def may(who: str, template: str, unit: str) -> bool:
    """What the roles are for, in short."""
    if template.startswith(OPEN):
        return True
    if who in ("nobody", "bad-token", "without-role"):
        return False
    if template in ("/metrics", "/", "/docs.json", "/schema.json") or "openapi" in template:
        return True
    if template == "/cds-services":
        return True
    if template.startswith("/cds-services/"):  # of another unit's people there is no card
        return who in ("reviewer", "nowhere", "coordinator")
    if template.startswith("/administration"):
        return who == "administrator"
    if template == "/region":
        return who in ("coordinator", "analyst")
    if template == "/api/v1/care-units":  # counts, and nobody's record
        return who != "administrator"
    if template.startswith("/score"):
        return who in ("reviewer", "nowhere", "coordinator")
    if template == "/people/{person_id}/open":
        return who in ("reviewer", "nowhere", "coordinator")
    if template.startswith("/fhir/") or template in ASKED:
        return who == "coordinator" or (who == "reviewer" and unit == "own")
    assert "{care_unit}" in template or "{person_id}" in template, "say who may use this"
    return who == "coordinator" or (who == "reviewer" and unit == "own")


class Values(dict[str, str]):
    """What stands for a name in a path, also for one that comes later."""

    def __missing__(self, name: str) -> str:
        known = {
            "week": "current",
            "kind": "csv",
            "target": "avoidable_365",
            "path": "framsynt.css",
        }
        return known.get(name, "1")


def call(client: Client, who: str, method: str, template: str, unit: str) -> int:
    care_unit, person_id = BOTH_UNITS[unit]
    values = Values(care_unit=care_unit, person_id=person_id)
    values |= {"task_id": "1" if unit == "own" else "2"}
    values |= {"assessment_id": f"2.{person_id}", "list_id": f"2026-W47.{care_unit}"}
    if template in ASKED:
        template = f"{template}?{ASKED[template]}"
    path = template.replace(":path", "").format_map(values)
    headers = {} if who == "nobody" else as_(who)
    if method == "GET":
        return client.get(path, headers=headers).status_code
    sent = {"person_id": person_id, "reason": "tagit emot samtal från sjukhuset"}
    if path.startswith("/cds-services/"):
        sent["context"] = {"userId": "u", "patientId": person_id}  # type: ignore[assignment]
    if path.startswith(("/api/", "/score", "/cds-services/")):
        return client.post(path, headers=headers, json=sent).status_code
    return client.post(path, headers=headers, data=sent).status_code


@pytest.mark.parametrize(("method", "template"), ENDPOINTS)
def test_every_endpoint_for_everybody(
    tokens: Client, desk: Desk, method: str, template: str
) -> None:
    for care_unit, person_id in BOTH_UNITS.values():
        wait = NewDecision(person_id, care_unit, "2026-W47", Kind.WAIT, "u1", "Ann", 0)
        desk.register.decisions.record(wait)
    for who in ("nobody", "bad-token", *PEOPLE):
        for unit in BOTH_UNITS:
            status = call(tokens, who, method, template, unit)
            let_in = status not in (401, 403)
            if template == "/metrics":  # this machine, whoever it is
                assert let_in
            elif template == "/login" and method == "POST":
                assert status == 403  # no form of this session's own
            else:
                assert let_in == may(who, template, unit), (who, unit, status)
                if who in ("nobody", "bad-token") and not let_in:
                    assert status == 401


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_what_no_table_knows_is_not_there(tokens: Client, method: str) -> None:
    for path in ("/static_content/x", "/assets/x", "/score/submit", "/wp-login.php", "/api/v1/x"):
        answer = tokens.get(path) if method == "GET" else tokens.post(path)
        assert answer.status_code == 401
        answer = tokens.get(path, headers=as_("coordinator"))
        assert answer.status_code == 404


def test_an_application_with_a_route_without_a_rule_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(RULES, ("GET", "/people/{person_id}"))
    with pytest.raises(RuntimeError, match=r"GET /people/\{person_id\}"):
        create_app()


def test_no_rule_is_left_of_a_route_that_has_gone() -> None:
    assert set(RULES) <= {(e.method, e.template) for e in create_app().state.endpoints}


def test_a_route_that_comes_later_is_shut(desk: Desk) -> None:
    app: FastAPI = create_app(desk)

    @app.get("/later")
    def later() -> str:
        return "secret"

    security = Tokens(lambda: app.state.desk, Settings(), "s" * 32)
    client = Client(Door(app, security=security))
    assert client.get("/later", headers=as_("coordinator")).status_code == 404
    app.state.endpoints = Endpoints.of(app)  # even when somebody names it
    assert client.get("/later", headers=as_("coordinator")).status_code == 403


def test_the_guard_stands_before_every_handler_of_the_application() -> None:
    guarded = create_app().router.dependencies
    assert [d.dependency for d in guarded] == [Depends(application.guard).dependency]


def test_every_rule_that_shows_people_is_logged() -> None:
    for (method, template), rule in {**RULES, **DOOR}.items():
        shows = rule.scope in SHOWS_PEOPLE
        assert (rule.deed is not None) == shows or rule.scope is Scope.ADMIN, (method, template)
        assert rule.roles or rule.scope in (Scope.OPEN, Scope.METRICS)


def test_head_is_ruled_as_get() -> None:
    assert rule_of("HEAD", "/region") == rule_of("GET", "/region")
