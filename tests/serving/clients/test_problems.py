"""Problem documents say to a developer what is wrong with a call, and where."""

import json
from typing import Any

import pytest

from serving import problems
from tests.serving.conftest import EAST, TOKEN, Client

DECISIONS = f"/api/v1/care-units/{EAST}/decisions"
FEEDBACK = "/cds-services/framsynt-patient-view/feedback"
WAIT = '{"person_id": "P1", "kind": "wait", "follows": 0}'


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", [DECISIONS, FEEDBACK])
def test_a_body_that_does_not_say_that_it_is_json(client: Client, path: str, kind: str) -> None:
    answer = client.post(path, content=WAIT, headers={**TOKEN, "content-type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (415, problems.MEDIA_TYPE)
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.tool+json"])
def test_a_body_that_says_that_it_is_json(client: Client, kind: str) -> None:
    headers = {**TOKEN, "content-type": kind}
    assert client.post(DECISIONS, content="[]", headers=headers).status_code == 400
    assert client.post(DECISIONS, content=WAIT, headers=headers).status_code == 201


def test_no_body_is_no_body_of_another_kind(client: Client) -> None:
    assert client.post(DECISIONS, headers=TOKEN).status_code == 400


CARD = "/cds-services/framsynt-patient-view"
WHO = {"userId": "Practitioner/1", "patientId": "P1"}
UNTIMED = {"feedback": [{"card": "x", "outcome": "overridden"}]}


@pytest.mark.parametrize(
    ("path", "body", "key", "where"),
    [
        (CARD, {"hook": "patient-view", "context": WHO}, "k", "body/hookInstance"),
        (FEEDBACK, UNTIMED, "k", "body/feedback/0/outcomeTimestamp"),
        (DECISIONS, json.loads(WAIT), "two words", "header/idempotency-key"),
        (f"{DECISIONS}/first/undo", None, "k", "path/decision_id"),
    ],
)
def test_what_is_wrong_is_named_as_the_caller_writes_it(
    client: Client, path: str, body: Any, key: str, where: str
) -> None:
    answer = client.post(path, json=body, headers={**TOKEN, "idempotency-key": key})
    assert answer.status_code == 400
    assert [error["where"] for error in answer.json()["errors"]] == [where]


def test_also_by_fhir(client: Client) -> None:
    answer = client.get("/fhir/RiskAssessment?patient=P1&_count=many", headers=TOKEN)
    assert answer.json()["issue"][1]["diagnostics"].startswith("query/_count: ")


def test_names_that_a_caller_made_up_are_not_repeated() -> None:
    for loc in (("body", "19440301-2383"), ("body", "history", "P 1"), ("body", "P1")):
        said = problems.of_validation([{"loc": loc, "msg": "x", "type": "missing"}])
        assert said["errors"][0]["where"].endswith("…")
