"""Searching by POST to _search: the same search, the same rules, no pseudonym in an address."""

import pytest

from serving.desk import Desk
from tests.serving.conftest import EAST, Client
from tests.serving.security.conftest import as_

HSA = "urn:oid:1.2.752.29.4.19"
SEARCHES = [
    ("RiskAssessment", {"patient": "P1", "date": "ge2026-11-16"}),
    ("RiskAssessment", {"subject": "Patient/P1", "_count": "1"}),
    ("List", {"subject:identifier": f"{HSA}|{EAST}"}),
    ("Task", {"owner:identifier": f"{HSA}|{EAST}", "authored-on": "gt2020"}),
]


@pytest.mark.parametrize(("kind", "asked"), SEARCHES)
def test_it_finds_what_the_get_finds(tokens: Client, kind: str, asked: dict[str, str]) -> None:
    by_get = tokens.get(f"/fhir/{kind}", params=asked, headers=as_("coordinator"))
    by_post = tokens.post(f"/fhir/{kind}/_search", data=asked, headers=as_("coordinator"))
    assert (by_post.status_code, by_post.json()) == (200, by_get.json())
    assert by_post.headers["content-type"] == "application/fhir+json"


def test_parameters_in_the_address_and_in_the_form_hold_together(tokens: Client) -> None:
    path = "/fhir/RiskAssessment/_search?date=lt2026-11-16"
    answer = tokens.post(path, data={"patient": "P1"}, headers=as_("coordinator")).json()
    assert answer["total"] == 1


def test_the_rules_are_those_of_the_get(tokens: Client, desk: Desk) -> None:
    path, theirs = "/fhir/RiskAssessment/_search", {"patient": "P4"}
    assert tokens.post(path, data=theirs).status_code == 401
    assert tokens.post(path, data=theirs, headers=as_("reviewer")).status_code == 403
    assert tokens.post(path, data={"patient": "P1"}, headers=as_("reviewer")).status_code == 200
    noted = [(a.who, a.what) for a in desk.register.access.of_person("P4")]
    assert [what for _, what in noted] == ["refused"]
    assert [a.what for a in desk.register.access.of_person("P1")] == ["assessment"]
    assert tokens.post(path, data={"date": "2026"}, headers=as_("coordinator")).status_code == 400


def test_what_is_no_form_or_no_search(tokens: Client) -> None:
    who = as_("coordinator")
    refused = [
        tokens.post("/fhir/RiskAssessment/_search", json={"patient": "P1"}, headers=who),
        tokens.post("/fhir/Patient/_search", data={"patient": "P1"}, headers=who),
        tokens.post("/fhir/RiskAssessment/P1/_search", data={"patient": "P1"}, headers=who),
    ]
    assert [answer.status_code for answer in refused] == [415, 404, 404]
    for answer in refused:
        assert answer.headers["content-type"] == "application/fhir+json"
        assert answer.json()["resourceType"] == "OperationOutcome"
