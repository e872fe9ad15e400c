"""The API as a tool meets it: answers, and problem documents for everything else."""

import json
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from features.errors import DataError
from serving.api.app import create_app
from serving.desk import Desk
from serving.security.door import Door
from tests.serving.conftest import EAST, LOGIN, TOKEN, WEST, Client

PATHS = [
    "/api/v1/care-units",
    f"/api/v1/care-units/{EAST}/lists/current",
    "/api/v1/people/P1",
    "/api/v1/people/P1/scores",
    "/api/v1/people/P1/timeline",
]


def test_care_units(client: Client) -> None:
    answer = client.get("/api/v1/care-units", headers=TOKEN).json()
    assert answer == {
        "week": "2026-W47",
        "care_units": [
            {"care_unit": EAST, "name": None, "people": 3, "listed": 2, "new": 1},
            {"care_unit": WEST, "name": None, "people": 1, "listed": 0, "new": 0},
        ],
    }


def test_a_list_has_ranks_reasons_and_what_changed(client: Client) -> None:
    answer = client.get(f"/api/v1/care-units/{EAST}/lists/2026-W47", headers=TOKEN).json()
    first = answer["entries"][0]
    assert (first["rank"], first["person_id"]) == (1, "P1")
    assert first["changed"] == ["still", "risen", "discharged"]
    assert [r["words"]["sv"] for r in first["reasons"]] == [
        "3 oplanerade inläggningar senaste året",
        "har hemsjukvård",
        "hjärtsvikt, diagnos satt",
    ]
    assert first["mobile_model"]["model"] == "B"
    assert answer["gone"] == ["P3"]
    assert answer["same_model_as_last_week"] is True


def test_an_earlier_list_stays_readable(client: Client) -> None:
    answer = client.get(f"/api/v1/care-units/{EAST}/lists/2026-W46", headers=TOKEN).json()
    assert [e["person_id"] for e in answer["entries"]] == ["P1", "P3"]
    assert answer["same_model_as_last_week"] is None


def test_a_person_has_all_scores_and_reasons(client: Client) -> None:
    answer = client.get("/api/v1/people/P1", headers=TOKEN).json()
    assert answer["probabilities"]["avoidable_365"] == 0.31
    assert {e["target"] for e in answer["explanations"]} == set(answer["probabilities"])
    assert answer["entry"]["rank"] == 1


def test_a_person_who_is_on_no_list_is_explained_by_the_model(client: Client) -> None:
    answer = client.get("/api/v1/people/P3", headers=TOKEN).json()
    assert answer["entry"] is None
    assert answer["age"] == 89
    assert answer["groups"] == ["frail_elderly"]
    assert answer["explanations"][0]["reasons"]


def test_stored_scores_are_what_the_run_wrote(client: Client, desk: Desk) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("worked out, and not read")

    desk.scorer, desk.person_tables = None, fail  # type: ignore[assignment]
    desk.register.told = fail  # type: ignore[assignment]
    listed = client.get("/api/v1/people/P1/scores", headers=TOKEN).json()
    whole = client.get(f"/api/v1/care-units/{EAST}/lists/current", headers=TOKEN).json()
    mine = {name: whole["entries"][0][name] for name in listed["entry"]}
    assert listed["entry"] == mine  # the same place, reasons and all
    assert listed["probabilities"]["avoidable_365"] == 0.31
    assert (listed["week"], listed["care_unit"], listed["model_version"]) == ("2026-W47", EAST, "3")
    unlisted = client.get("/api/v1/people/P3/scores", headers=TOKEN).json()
    assert unlisted["entry"] is None
    assert set(unlisted["probabilities"]) == set(listed["probabilities"])
    before = client.get("/api/v1/people/P3/scores?week=2026-W46", headers=TOKEN).json()
    assert before["entry"]["rank"] == 2


def test_stored_scores_of_somebody_who_objects_are_not_told(client: Client, desk: Desk) -> None:
    desk.register.objections.add("P1", "admin")
    answer = client.get("/api/v1/people/P1/scores", headers=TOKEN)
    assert (answer.status_code, answer.json()["type"]) == (
        404,
        "urn:framsynt:problem:unknown-person",
    )


def test_another_model_version_does_not_explain_old_scores(client: Client, desk: Desk) -> None:
    assert desk.scorer is not None
    desk.scorer.version = "4"  # type: ignore[misc]
    answer = client.get("/api/v1/people/P1", headers=TOKEN).json()
    assert [e["target"] for e in answer["explanations"]] == ["avoidable_365"]  # the stored ones


def test_looking_at_a_person_is_noted(client: Client, desk: Desk) -> None:
    client.get("/api/v1/people/P1", headers=TOKEN)
    client.get("/api/v1/people/P1/timeline", headers=TOKEN)
    client.get("/api/v1/people/P1/scores", headers=TOKEN)
    client.get("/api/v1/people/P9", headers=TOKEN)
    noted = [(a.who, a.what) for a in desk.register.access.of_person("P1")]
    assert noted == [("token", "person"), ("token", "timeline"), ("token", "scores")]
    assert desk.register.access.of_person("P9") == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "x"}])
def test_nothing_without_the_token(client: Client, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "P1" not in answer.text.replace("RFC", "")


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/v1/care-units/SE0/lists/current", 404, "unknown-care-unit"),
        (f"/api/v1/care-units/{EAST}/lists/2020-W01", 404, "no-list"),
        (f"/api/v1/care-units/{EAST}/lists/SECRET", 400, ""),
        ("/api/v1/care-units?week=SECRET", 400, ""),
        ("/api/v1/people/SECRET", 404, "unknown-person"),
        ("/api/v1/people/SECRET/scores", 404, "unknown-person"),
        ("/api/v1/people/SECRET/timeline", 404, "unknown-person"),
        ("/api/v1/people/" + "SECRET" * 30, 400, ""),
        ("/api/v1/SECRET", 404, ""),
        ("/SECRET", 404, ""),
    ],
)
def test_a_problem_document_that_does_not_repeat_what_was_sent(
    client: Client, path: str, status: int, kind: str
) -> None:
    answer = client.get(path, headers=TOKEN)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == (f"urn:framsynt:problem:{kind}" if kind else "about:blank")
    assert problem["title"]
    assert problem["detail"]
    assert "SECRET" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "multipart/form-data"}, 415),
        ({}, 415),
        ({"content-type": "application/vnd.bentoml+pickle"}, 415),
        ({"content-type": "application/json", "content-length": str(2**30)}, 413),
        ({"content-type": "application/json", "content-length": "x"}, 411),
        ({"content-type": "application/json"}, 404),  # past the door; no such service here
    ],
)
def test_scoring_calls_are_json_of_moderate_length(
    client: Client, headers: dict[str, str], status: int
) -> None:
    for path in ("/score", "/score_batch"):
        answer = client.post(path, content=b"{}", headers={**TOKEN, **headers})
        assert (answer.status_code, answer.json()["status"]) == (status, status)


@pytest.mark.parametrize(
    ("path", "allowed"), [("/api/v1/care-units", "GET"), ("/docs.json", "GET"), ("/metrics", "GET")]
)
def test_wrong_method_is_a_problem_too(client: Client, path: str, allowed: str) -> None:
    answer = client.post(path, headers=TOKEN)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["title"] == "Method not allowed"


def test_scoring_by_another_method(client: Client) -> None:
    for path in ("/score", "/score_batch"):
        answer = client.get(path, headers=TOKEN)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


HALF = "\\ud800"  # half a character: JSON lets it through, no database takes it


@pytest.mark.parametrize("member", ["person_id", "note"])
def test_half_a_character_is_refused(client: Client, member: str) -> None:
    decision = {"person_id": "P1", "kind": "wait", "follows": 0, "note": "x"}
    body = json.dumps(decision | {member: "HALF"}).replace("HALF", HALF)
    headers = {**TOKEN, "content-type": "application/json"}
    answer = client.post(f"/api/v1/care-units/{EAST}/decisions", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_an_unexpected_error_says_nothing(client: Client, desk: Desk) -> None:
    def fail(*_: object) -> None:
        raise KeyError("SECRET")

    desk.register.units = fail  # type: ignore[assignment]
    answer = client.get("/api/v1/care-units", headers=TOKEN)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "SECRET" not in answer.text


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError, 503), (ProgrammingError, 500), (IntegrityError, 500)]
)
@pytest.mark.parametrize("where", ["units", "current"])
def test_a_database_that_refuses_is_told_and_logged(
    client: Client, desk: Desk, caplog: Any, error: Any, status: int, where: str
) -> None:
    """One that has gone is a MissingError, and nothing to log; this is something to mend."""

    def fail(*_: object) -> None:
        raise error("SELECT", {}, Exception("SECRET"))

    setattr(desk.register, where, fail)
    answer = client.get("/api/v1/care-units", headers=TOKEN)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "SECRET" not in answer.text
    assert f"refused ({error.__name__})" in caplog.text


def test_own_errors_keep_their_words(client: Client, desk: Desk) -> None:
    def fail(*_: object) -> None:
        raise DataError("broken", where="somewhere", do="Mend it.")

    desk.register.units = fail  # type: ignore[assignment]
    answer = client.get("/api/v1/care-units", headers=TOKEN)
    assert (answer.status_code, answer.json()["detail"]) == (422, "somewhere: broken. Mend it.")


def test_no_list_yet(client: Client, desk: Desk, tmp_path: object) -> None:
    desk.register = type(desk.register).open(f"sqlite:///{tmp_path}/empty.db")
    answer = client.get("/api/v1/care-units", headers=TOKEN)
    assert answer.status_code == 404
    assert "framsynt weekly" in answer.json()["detail"]
    desk.register.close()


def test_not_ready_before_the_desk_is_there() -> None:
    client = Client(Door(create_app(), LOGIN))
    answer = client.get("/api/v1/care-units", headers=TOKEN)
    assert answer.status_code == 503


def test_the_openapi_document_has_examples_and_problems(client: Client) -> None:
    document = client.get("/api/v1/openapi.json", headers=TOKEN).json()
    unit, person = "/api/v1/care-units/{care_unit}", "/api/v1/people/{person_id}"
    assert set(document["paths"]) == {
        "/api/v1/care-units",
        "/api/v1/changes",
        f"{unit}/lists/{{week}}",
        f"{unit}/decisions",
        f"{unit}/decisions/{{decision_id}}/undo",
        f"{unit}/team",
        f"{unit}/team/{{enrolment_id}}/end",
        person,
        f"{person}/scores",
        f"{person}/timeline",
        f"{person}/decisions",
    }
    for path in document["paths"].values():
        for endpoint in path.values():
            assert "application/problem+json" in endpoint["responses"]["404"]["content"]
            for status, answer in endpoint["responses"].items():
                kind = "application/problem+json" if status >= "400" else "application/json"
                assert list(answer["content"]) == [kind]
                if status >= "400":
                    content = answer["content"][kind]
                    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                    assert content["example"]["status"] == int(status)
            assert "422" not in endpoint["responses"]
            in_path = [p for p in endpoint["parameters"] if p["in"] != "header"]
            assert all("examples" in p["schema"] or "examples" in p for p in in_path)
