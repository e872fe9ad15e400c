"""Cards: whom they come for, what they say, and what is left out."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from serving.cds.services import PREFETCH, SERVICES
from serving.deciding import DECLINE_REASONS
from serving.desk import Desk
from serving.register import Kind, NewDecision
from tests.serving.cds.conftest import site
from tests.serving.cds.records import DISCHARGE, PATIENT_VIEW, PUBLIC, RecordSystem, call
from tests.serving.conftest import EAST, Client, entry, new_run
from tests.serving.security.conftest import as_

QUERY = re.compile(r"[A-Za-z]+(/|\?patient=)\{\{context\.patientId\}\}(&category=[a-z-]+)?")


def cards(hooks: Client, person: str, who: str = "coordinator", path: str = PATIENT_VIEW) -> Any:
    hook = SERVICES[path.rpartition("/")[2]].hook
    answer = hooks.post(path, json=call(person, hook), headers=as_(who))
    assert answer.status_code == 200, answer.text
    return answer.json()["cards"]


def test_discovery_names_both_services(hooks: Client) -> None:
    said = hooks.get("/cds-services", headers=as_("coordinator")).json()["services"]
    assert {(s["hook"], s["id"]) for s in said} == {
        ("patient-view", "framsynt-patient-view"),
        ("encounter-discharge", "framsynt-encounter-discharge"),
    }
    for service in said:
        assert service["description"]
        assert service["title"]
        assert "412" in service["usageRequirements"]
        assert set(service["prefetch"]) == set(PREFETCH)
        for query in service["prefetch"].values():  # only what the standard recommends
            assert QUERY.fullmatch(query)


def test_a_card_says_how_high_why_and_what_to_do(hooks: Client) -> None:
    [card] = cards(hooks, "P1")
    assert card["summary"] == (
        "3 av 10 i samma läge: undvikbar slutenvård inom ett år. Nummer 1 på listan vecka 47."
    )
    assert len(card["summary"]) < 140
    for reason in (
        "3 oplanerade inläggningar senaste året",
        "Har hemsjukvård",
        "Hjärtsvikt, diagnos satt",
    ):
        assert f"- {reason}" in card["detail"]
    assert "14 olika läkemedel" not in card["detail"]  # the fourth
    assert "modell B. Minst fyra av sex kriterier" in card["detail"]
    assert "ingen diagnos" in card["detail"]
    assert card["indicator"] == "warning"  # risen, and discharged last week
    assert card["source"]["label"] == "Framsynt"
    [suggestion] = card["suggestions"]
    assert suggestion["label"] == "Ta upp för mobilt team (modell B)"
    assert card["selectionBehavior"] == "at-most-one"
    assert [r["code"] for r in card["overrideReasons"]] == list(DECLINE_REASONS)
    assert all(r["display"] and r["system"] for r in card["overrideReasons"])
    [link] = card["links"]
    assert link == {
        "label": "Öppna i Framsynt",
        "url": f"{PUBLIC}/people/P1",
        "type": "absolute",
    }


def test_no_member_of_a_card_is_null_or_empty(hooks: Client) -> None:
    def check(value: Any) -> None:
        assert value not in (None, "", [], {})
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, dict | list | str | None):
                check(inner) if not isinstance(inner, str) else None

    check(cards(hooks, "P1"))


def test_somebody_new_on_the_list(hooks: Client) -> None:
    [card] = cards(hooks, "P2")
    assert card["summary"].endswith("Ny på listan vecka 47.")
    assert card["indicator"] == "warning"


def test_somebody_still_there_is_information_and_at_discharge_more(
    desk: Desk, hooks: Client
) -> None:
    desk.register.add(new_run(capacity=21, entries=[entry(1, "P1", EAST, ["still"], 0.31)]))
    assert cards(hooks, "P1")[0]["indicator"] == "info"
    assert cards(hooks, "P1", path=DISCHARGE)[0]["indicator"] == "warning"


def test_no_card_for_low_risk(hooks: Client) -> None:
    assert cards(hooks, "P3") == []
    assert cards(hooks, "P4") == []  # a unit without a list has no threshold


def test_as_high_as_the_lowest_listed_is_enough(desk: Desk, hooks: Client) -> None:
    desk.register.add(new_run(capacity=21, entries=[entry(1, "P1", EAST, ["still"], 0.18)]))
    [card] = cards(hooks, "P2")  # 0.18, on no list
    assert card["summary"].endswith("Lika hög risk som på listan vecka 47.")


def decided(desk: Desk, kind: Kind, **more: Any) -> None:
    new = NewDecision("P1", EAST, "2026-W47", kind, "u1", "Ann", 0, **more)
    desk.register.decisions.record(new)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Kind.WAIT, {}),
        (Kind.DECLINE, {"reason": "palliative"}),
        (Kind.DEFER, {"until": (datetime.now(UTC) + timedelta(days=90)).date()}),
    ],
)
def test_nobody_is_reminded_of_what_is_decided(
    desk: Desk, hooks: Client, kind: Kind, more: dict[str, Any]
) -> None:
    decided(desk, kind, **more)
    assert cards(hooks, "P1") == []


def test_no_card_for_people_of_another_unit_and_that_is_logged(
    desk: Desk, hooks: Client, system: RecordSystem
) -> None:
    answer = hooks.post(PATIENT_VIEW, json=call("P4"), headers=system.headers(PATIENT_VIEW))
    assert (answer.status_code, answer.json()) == (200, {"cards": []})
    assert [a.what for a in desk.register.access.of_person("P4")] == ["refused"]


def test_whose_card_was_asked_for_stands_in_the_access_log(
    desk: Desk, hooks: Client, system: RecordSystem
) -> None:
    hooks.post(PATIENT_VIEW, json=call("P1"), headers=system.headers(PATIENT_VIEW))
    [line] = desk.register.access.of_person("P1")
    assert (line.who, line.what, line.care_unit) == ("https://journal.example.se", "card", EAST)
    assert line.why == "Practitioner/1"  # who sat at the record system


def test_nobody_who_objects_has_a_card_also_not_from_records(desk: Desk, hooks: Client) -> None:
    desk.register.objections.add("P1", "test")
    assert cards(hooks, "P1") == []


@pytest.mark.parametrize(
    "died", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11-19"}], ids=str
)
@pytest.mark.parametrize("person", ["P1", "P9"])  # P9: not in the register
def test_nobody_who_has_died_has_a_card(hooks: Client, person: str, died: dict[str, Any]) -> None:
    patient = {"resourceType": "Patient", "id": person, "birthDate": "1941-05-02", **died}
    answer = hooks.post(
        PATIENT_VIEW,
        json=call(person, prefetch={"patient": patient}),
        headers=as_("coordinator"),
    )
    assert (answer.status_code, answer.json()) == (200, {"cards": []})


def test_a_card_for_somebody_of_whom_another_is_said_to_be_dead(hooks: Client) -> None:
    alive = {"resourceType": "Patient", "id": "P1", "deceasedBoolean": False}
    other = {"resourceType": "Patient", "id": "P2", "deceasedBoolean": True}
    for patient in (alive, other):
        said = call("P1", prefetch={"patient": patient})
        answer = hooks.post(PATIENT_VIEW, json=said, headers=as_("coordinator"))
        assert len(answer.json()["cards"]) == 1


def test_a_smart_link_where_it_is_asked_for(desk: Desk, settings: Any) -> None:
    [card] = cards(site(desk, settings, smart=True), "P1")
    assert card["links"][0]["type"] == "smart"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/cds-services/other", call("P1"), 404),
        (DISCHARGE, call("P1"), 400),  # patient-view
        (PATIENT_VIEW, {"hook": "patient-view", "hookInstance": "x", "context": {}}, 400),
        (PATIENT_VIEW, {**call("P1"), "context": {"userId": "u", "patientId": 7}}, 400),
        (PATIENT_VIEW, {**call("P1"), "context": {"patientId": "P1"}}, 400),  # who asks?
        (PATIENT_VIEW, {**call("P1"), "prefetch": []}, 400),
        (PATIENT_VIEW, [], 400),
        (PATIENT_VIEW, call("P9"), 412),  # unknown here, and nothing sent
    ],
)
def test_calls_that_cannot_be_answered(hooks: Client, path: str, body: Any, status: int) -> None:
    answer = hooks.post(path, json=body, headers=as_("coordinator"))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "P9" not in answer.text


@pytest.mark.parametrize("kind", ["application/fhir+json", "text/plain"])
def test_a_call_is_json(hooks: Client, kind: str) -> None:
    headers = as_("coordinator", **{"content-type": kind})
    answer = hooks.post(PATIENT_VIEW, content=json.dumps(call("P1")), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")


def test_half_a_character_is_no_patient(hooks: Client) -> None:
    body = json.dumps(call("HALF")).replace("HALF", "\\ud800")
    headers = as_("coordinator", **{"content-type": "application/json"})
    assert hooks.post(PATIENT_VIEW, content=body, headers=headers).status_code == 400


def test_pages_of_other_sites_are_let_in_only_where_set(desk: Desk, settings: Any) -> None:
    origin = "https://journal.example.se"
    asked = {"origin": origin, "access-control-request-method": "POST"}
    shut, open_ = site(desk, settings), site(desk, settings, origins=frozenset({origin}))

    def options(client: Client, **headers: str) -> Any:
        import anyio

        return anyio.run(lambda: client.http.options(PATIENT_VIEW, headers=headers))

    assert "access-control-allow-origin" not in options(shut, **asked).headers
    answer = options(open_, **asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == origin
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    headers = as_("coordinator", origin=origin)
    assert (
        open_.post(PATIENT_VIEW, json=call("P1"), headers=headers).headers[
            "access-control-allow-origin"
        ]
        == origin
    )
    for path, site_ in ((PATIENT_VIEW, "https://evil.example"), ("/api/v1/care-units", origin)):
        answer = open_.get(path, headers=as_("coordinator", origin=site_))
        assert "access-control-allow-origin" not in answer.headers
