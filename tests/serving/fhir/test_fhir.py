"""What tools read as FHIR R4: every resource holds to the standard by a library of others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from fhir.resources.R4B import get_fhir_model_class

from serving.desk import Desk
from serving.fhir.capability import capability_statement
from serving.fhir.routes import router
from serving.register import Kind, NewDecision
from tests.serving.conftest import EAST, WEST, Client, entry, new_run
from tests.serving.security.conftest import as_

HSA = "urn:oid:1.2.752.29.4.19"
TODAY = datetime.now(UTC).date()


def check(resource: dict[str, Any]) -> None:
    """Raises for what the standard does not allow; and nothing is lost on the way."""
    kind = resource["resourceType"]
    model = get_fhir_model_class(kind).model_validate(resource)
    assert set(model.model_dump(exclude_none=True)) | {"resourceType"} == set(resource), kind
    for inner in inside(resource):
        check(inner)


def inside(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if bundle["resourceType"] == "Bundle":
        yield from (e["resource"] for e in bundle.get("entry", ()))


def read(client: Client, path: str, who: str = "coordinator", status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/fhir/{path}", headers=as_(who))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    check(answer.json())
    return answer.json()


def found(client: Client, path: str, who: str = "coordinator") -> list[dict[str, Any]]:
    return [e["resource"] for e in read(client, path, who).get("entry", ())]


def test_risks_of_a_person(tokens: Client) -> None:
    _, now = found(tokens, "RiskAssessment?patient=P1")
    assert now["subject"]["reference"] == "Patient/P1"
    assert now["occurrenceDateTime"] == "2026-11-16"
    assert now["method"]["coding"][0]["version"] == "3"
    assert "region-0123456789ab" in str(now["basis"])
    assert "mitigation" not in now
    first = now["prediction"][0]
    assert first["outcome"]["coding"][0] == {
        "system": "urn:framsynt:target",
        "code": "avoidable_365",
        "display": "undvikbar slutenvård inom ett år",
    }
    assert first["probabilityDecimal"] == 31  # per cent, as R4 has it
    assert first["whenPeriod"] == {"start": "2026-11-16", "end": "2027-11-15"}
    codes = [p["outcome"]["coding"][0]["code"] for p in now["prediction"]]
    assert codes == ["avoidable_365", "unplanned_30", "unplanned_365"]


def test_what_is_found_can_be_read_by_its_id(tokens: Client) -> None:
    for search in (
        "RiskAssessment?subject=Patient/P1",
        f"List?subject:identifier={HSA}|{EAST}",
    ):
        bundle = read(tokens, search)
        assert bundle["total"] == 2
        for found_ in bundle["entry"]:
            path = found_["fullUrl"].partition("/fhir/")[2]
            assert read(tokens, path) == found_["resource"]


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        ("", ["2026-11-09", "2026-11-16"]),
        ("&date=2026-11-16", ["2026-11-16"]),
        ("&date=ge2026-11-10", ["2026-11-16"]),
        ("&date=lt2026-11-16", ["2026-11-09"]),
        ("&date=gt2026-11-09&date=le2026-11-16", ["2026-11-16"]),
        ("&date=2026-11", ["2026-11-09", "2026-11-16"]),
        ("&date=2025", []),
        ("&date=ne2026-11-16", ["2026-11-09"]),
        ("&date=2026-11-02,2026-11-09", ["2026-11-09"]),
        ("&date=ge2026-11-16T00:00:00%2B01:00", ["2026-11-16"]),
    ],
)
def test_search_by_date(tokens: Client, dates: str, days: list[str]) -> None:
    assert [
        r["occurrenceDateTime"] for r in found(tokens, f"RiskAssessment?patient=P1{dates}")
    ] == days


def test_pages_of_a_search_hold_everything_once(tokens: Client, desk: Desk) -> None:
    for number in range(5):
        monday = date(2026, 10, 5) + timedelta(weeks=number)
        week = f"2026-W{monday.isocalendar().week}"
        desk.register.add(new_run(week, monday))
    path, days = "RiskAssessment?patient=P1&date=ge2026-01-01&_count=3", []
    while path:
        bundle = read(tokens, path)
        assert bundle["total"] == 7
        days += [r["occurrenceDateTime"] for r in inside(bundle)]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        path = links.get("next", "").partition("/fhir/")[2]
        assert "date=ge2026-01-01" in links["self"]
    assert (len(days), days) == (7, sorted(set(days)))


def test_a_page_of_nothing_and_one_too_large(tokens: Client) -> None:
    total = read(tokens, "RiskAssessment?patient=P1&_count=0")
    assert (total["total"], "entry" in total) == (2, False)
    assert [link["relation"] for link in total["link"]] == ["self"]
    assert "_count=200" in read(tokens, "RiskAssessment?patient=P1&_count=1000")["link"][0]["url"]


def test_a_list_is_found_by_the_date_it_says(tokens: Client) -> None:
    for weekly in found(tokens, f"List?subject:identifier={EAST}"):
        same = found(tokens, f"List?subject:identifier={EAST}&date={weekly['date']}")
        assert same == [weekly]


def test_a_modifier_that_is_not_known_is_not_passed_over(tokens: Client) -> None:
    for path in (
        "RiskAssessment?patient=P1&date:missing=true",
        "Task?patient=P1&authored-on:not=2026",
        f"List?subject:identifier={EAST}&subject:Group=x",
    ):
        outcome = read(tokens, path, status=400)
        assert "modifier" in outcome["issue"][0]["diagnostics"]


def test_the_weekly_list(tokens: Client, desk: Desk) -> None:
    desk.unit_names[EAST] = "Östra vårdcentralen"
    before, now = found(tokens, f"List?subject:identifier={EAST}")
    assert (before["status"], now["status"]) == ("retired", "current")
    assert now["subject"] == {
        "type": "Group",
        "identifier": {"system": HSA, "value": EAST},
        "display": "Östra vårdcentralen",
    }
    assert [e["item"]["reference"] for e in now["entry"]] == ["Patient/P1", "Patient/P2"]
    assert [c["code"] for c in now["entry"][1]["flag"]["coding"]] == ["new"]
    [empty, _] = found(tokens, f"List?subject:identifier={WEST}")
    assert "entry" not in empty
    assert empty["emptyReason"]


def test_a_person_whose_id_fhir_cannot_write(tokens: Client, desk: Desk) -> None:
    odd = "P å/1" * 10
    run = new_run("2026-W48", date(2026, 11, 23))
    run.scores["person_id"] = [odd, "P2", "P3", "P4"]
    listed = [entry(1, odd, EAST, ["new"], 0.31)]
    desk.register.add(replace(run, entries=listed, reasons=[]))
    [_, _, last] = found(tokens, f"List?subject:identifier={EAST}")
    [one] = last["entry"]
    assert "reference" not in one["item"]
    assert one["item"]["identifier"]["value"] == odd
    [risks] = found(tokens, f"RiskAssessment?patient=urn:framsynt:person|{odd}")
    assert risks["subject"]["identifier"]["value"] == odd


def decide(desk: Desk, kind: Kind, follows: int = 0, person: str = "P1", **more: Any) -> int:
    new = NewDecision(person, EAST, "2026-W47", kind, "u1", "Ann", follows, **more)
    return desk.register.decisions.record(new).id


def test_a_request_for_a_place_and_what_became_of_it(tokens: Client) -> None:
    path = f"/api/v1/care-units/{EAST}"
    soon = (TODAY + timedelta(days=3)).isoformat()

    def post(what: str, **body: Any) -> int:
        answer = tokens.post(f"{path}/{what}", json=body, headers=as_("reviewer"))
        assert answer.status_code == 201, answer.text
        return int(answer.json()["decision"]["id"])

    waiting = post("decisions", person_id="P1", kind="wait", follows=0)
    [task] = found(tokens, "Task?patient=P1")
    assert (task["status"], task["intent"]) == ("requested", "proposal")
    enrolled = post(
        "decisions",
        person_id="P1",
        kind="enrol",
        mobile_model="B",
        start=soon,
        follows=waiting,
    )
    first, second = found(tokens, f"Task?owner:identifier={HSA}|{EAST}", "reviewer")
    assert (first["status"], second["status"]) == ("completed", "accepted")
    assert second["intent"] == "order"
    assert second["for"]["reference"] == "Patient/P1"
    assert second["owner"]["identifier"] == {"system": HSA, "value": EAST}
    assert second["executionPeriod"] == {"start": soon}
    assert second["businessStatus"]["coding"][0]["code"] == "B"
    assert read(tokens, f"Task/{enrolled}") == second
    post(f"decisions/{enrolled}/undo")
    first, second = found(tokens, "Task?patient=P1")
    assert (first["status"], second["status"]) == ("requested", "entered-in-error")


def test_requests_of_some_days(tokens: Client, desk: Desk) -> None:
    task = str(decide(desk, Kind.WAIT))
    [told] = found(tokens, "Task?patient=P1")
    now = quote(told["authoredOn"])
    tomorrow = TODAY + timedelta(days=2)
    for query, ids in (
        ("subject=P1&authored-on=ge2026-01-01", [task]),
        (f"patient=P1&authored-on=ge{tomorrow}", []),
        (f"owner:identifier={EAST}&authored-on=lt{tomorrow}", [task]),
        (f"owner:identifier={EAST}&authored-on=2025", []),
        ("patient=P1&authored-on=le{now}", [task]),
        ("patient=P1&authored-on=lt{now}", []),
        ("patient=P1&authored-on={now}", [task]),
    ):
        assert [t["id"] for t in found(tokens, f"Task?{query.format(now=now)}")] == ids


def test_who_is_checked_is_who_is_shown(tokens: Client, desk: Desk) -> None:
    decide(desk, Kind.WAIT)
    for path in (
        "Task?subject=P1&patient=P4",
        "Task?patient=P1&patient=P4",
        f"Task?subject:identifier={EAST}&owner:identifier={WEST}",
        f"List?owner:identifier={EAST}&subject:identifier={WEST}",
        "RiskAssessment?subject=P1&patient=P4",
    ):
        read(tokens, path, "reviewer", 400)
    assert desk.register.access.of_person("P4") == []


def test_a_wish_that_was_declined(tokens: Client, desk: Desk) -> None:
    decide(desk, Kind.DECLINE, decide(desk, Kind.WAIT), reason="palliative")
    [task] = found(tokens, "Task?patient=P1")
    assert task["status"] == "cancelled"


def test_only_own_people_and_units(tokens: Client, desk: Desk) -> None:
    task = decide(desk, Kind.WAIT)
    for path in (
        "RiskAssessment?patient=P4",
        "RiskAssessment/2.P4",
        f"List?subject:identifier={WEST}",
        f"List/2026-W47.{WEST}",
        "Task?patient=P4",
        f"Task?owner:identifier={WEST}",
        f"Task?owner:identifier={EAST}&patient=P4",
    ):
        read(tokens, path, "reviewer", 403)
    assert read(tokens, f"Task/{task}", "reviewer")
    read(tokens, f"Task/{task}", "nowhere", 403)


def test_every_look_is_logged(tokens: Client, desk: Desk) -> None:
    read(tokens, "RiskAssessment?patient=P1", "reviewer")
    read(tokens, "RiskAssessment/2.P1", "reviewer")
    read(tokens, "RiskAssessment?patient=P4", "reviewer", 403)
    assert [a.what for a in desk.register.access.of_person("P1")] == ["assessment", "assessment"]
    assert [a.what for a in desk.register.access.of_person("P4")] == ["refused"]


def test_nothing_of_somebody_who_objects(tokens: Client, desk: Desk) -> None:
    task = decide(desk, Kind.WAIT)
    desk.register.objections.add("P1", "test")
    assert all(
        "P1" not in str(r.get("entry")) for r in found(tokens, f"List?subject:identifier={EAST}")
    )
    assert found(tokens, f"Task?owner:identifier={EAST}") == []
    for path in ("RiskAssessment?patient=P1", "RiskAssessment/2.P1", f"Task/{task}"):
        answer = tokens.get(f"/fhir/{path}", headers=as_("coordinator"))
        assert "Patient/P1" not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("RiskAssessment", 400, "invalid"),
        ("RiskAssessment?patient=P9", 404, "not-found"),
        ("RiskAssessment?patient=P1&date=nyligen", 400, "invalid"),
        ("RiskAssessment?patient=P1&_count=-1", 400, "invalid"),
        ("RiskAssessment?patient=urn:other|P1", 400, "invalid"),
        ("RiskAssessment/99.P1", 404, "not-found"),
        ("RiskAssessment/x.P1", 404, "not-found"),
        ("List/2026-W01.x", 404, "not-found"),
        ("Task/99", 404, "not-found"),
        ("Patient/P1", 404, "not-found"),
    ],
)
def test_errors_are_outcomes(tokens: Client, path: str, status: int, code: str) -> None:
    outcome = read(tokens, path, status=status)
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["code"] == code
    assert "P9" not in str(outcome)


def test_nobody_is_told_to_log_in_by_fhir(tokens: Client) -> None:
    answer = tokens.get("/fhir/RiskAssessment?patient=P1", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    check(answer.json())
    assert answer.json()["issue"][0]["code"] == "login"


def test_what_the_server_can_do_is_told_to_anybody(tokens: Client) -> None:
    answer = tokens.get("/fhir/metadata")
    check(answer.json())
    [rest] = answer.json()["rest"]
    assert [r["type"] for r in rest["resource"]] == ["RiskAssessment", "List", "Task"]
    assert answer.json()["fhirVersion"] == "4.0.1"


def test_what_is_told_is_what_is_offered() -> None:
    told = {
        r["type"]: ({i["code"] for i in r["interaction"]}, {p["name"] for p in r["searchParam"]})
        for r in capability_statement("https://x")["rest"][0]["resource"]
    }
    offered: dict[str, tuple[set[str], set[str]]] = {}
    for route in router.routes:
        assert isinstance(route, APIRoute)
        assert route.methods == {"GET"}
        kind, _, rest = route.path.removeprefix("/fhir/").partition("/")
        if kind == "metadata":
            continue
        codes, names = offered.setdefault(kind, (set(), set()))
        codes.add("read" if rest else "search-type")
        for parameter in route.dependant.query_params:
            if not parameter.alias.startswith("_"):
                names.add(parameter.alias.partition(":")[0])
    assert told == offered


def test_a_search_passes_over_what_it_does_not_know(tokens: Client) -> None:
    bundle = read(tokens, "RiskAssessment?patient=P1&colour=red&_elements=id")
    assert "colour" not in str(bundle["link"])
