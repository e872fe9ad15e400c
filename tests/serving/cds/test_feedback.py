"""What becomes of cards goes into the register once, and into the metrics without anybody."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.cds.feedback import Answered, answered
from serving.cds.given import new_card, suggestion_of
from serving.desk import Desk
from serving.register.models import CdsFeedbackRow
from tests.serving.cds.records import PATIENT_VIEW, RecordSystem, call
from tests.serving.conftest import LOGIN, Client
from tests.serving.security.conftest import as_
from tests.serving.web.visiting import log_in

PATH = f"{PATIENT_VIEW}/feedback"
CARD, OTHER = (new_card(LOGIN.secret, "framsynt-patient-view") for _ in range(2))
OVERRIDDEN = {
    "card": CARD,
    "outcome": "overridden",
    "overrideReason": {
        "reason": {"code": "palliative", "system": "urn:framsynt:decline-reason"},
        "userComment": "Palliativ vård sedan i våras",
    },
    "outcomeTimestamp": "2026-11-20T09:00:00Z",
}
DISCHARGED = new_card(LOGIN.secret, "framsynt-encounter-discharge")
STRANGE = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
ACCEPTED = {
    "card": OTHER,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": suggestion_of(LOGIN.secret, OTHER)}],
    "outcomeTimestamp": "2026-11-20T10:00:00+01:00",
}


def send(hooks: Client, *told: Any, who: str = "coordinator") -> int:
    return hooks.post(PATH, json={"feedback": list(told)}, headers=as_(who)).status_code


def kept(desk: Desk) -> list[CdsFeedbackRow]:
    with Session(desk.register.engine) as session:
        return list(session.scalars(select(CdsFeedbackRow).order_by(CdsFeedbackRow.id)))


def counted(outcome: str, reason: str) -> float:
    labels = {"service": "framsynt-patient-view", "outcome": outcome, "reason": reason}
    return REGISTRY.get_sample_value("framsynt_cds_feedback_total", labels) or 0


def test_feedback_is_kept_and_counted(hooks: Client, desk: Desk) -> None:
    before = counted("overridden", "palliative"), counted("accepted", "none")
    assert send(hooks, OVERRIDDEN, ACCEPTED) == 200
    first, second = kept(desk)
    assert (first.outcome, first.reason, first.comment) == (
        "overridden",
        "palliative",
        "Palliativ vård sedan i våras",
    )
    assert (second.outcome, second.suggestions) == (
        "accepted",
        [suggestion_of(LOGIN.secret, OTHER)],
    )
    assert second.happened.isoformat() == "2026-11-20T09:00:00+00:00"
    after = counted("overridden", "palliative"), counted("accepted", "none")
    assert after == (before[0] + 1, before[1] + 1)


def test_the_same_again_is_kept_and_counted_once(hooks: Client, desk: Desk) -> None:
    assert [send(hooks, ACCEPTED), send(hooks, OVERRIDDEN, ACCEPTED)] == [200, 200]
    before = counted("accepted", "none")
    assert send(hooks, ACCEPTED) == 200
    assert (len(kept(desk)), counted("accepted", "none")) == (2, before)


def test_a_reason_of_their_own_is_counted_as_other(hooks: Client, desk: Desk) -> None:
    before = counted("overridden", "other")
    own = {"reason": {"code": "P1-19440301", "system": "urn:own"}}
    assert send(hooks, {**OVERRIDDEN, "overrideReason": own}) == 200
    assert counted("overridden", "other") == before + 1
    assert kept(desk)[0].reason == "P1-19440301"


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "ignored"},
        {"outcome": "accepted"},  # without suggestions
        {"outcomeTimestamp": "2026-11-20T09:00:00"},
        {"outcomeTimestamp": "0001-01-01T00:00:00+14:00"},  # before the first year, in UTC
        {"outcomeTimestamp": "9999-12-31T23:59:59-14:00"},
        {"card": "x" * 37},
        {"card": ""},
        {"card": None},
    ],
    ids=str,
)
def test_feedback_that_is_none_is_refused_whole(
    hooks: Client, desk: Desk, wrong: dict[str, Any]
) -> None:
    assert send(hooks, ACCEPTED, {**OVERRIDDEN, **wrong}) == 400
    assert kept(desk) == []


def test_a_long_comment_is_kept_as_far_as_there_is_room(hooks: Client, desk: Desk) -> None:
    said = {"userComment": "å" * 2000}
    assert send(hooks, {**OVERRIDDEN, "overrideReason": said}) == 200
    assert kept(desk)[0].comment == "å" * 500


def test_a_comment_cut_in_the_middle_of_a_character_is_kept(hooks: Client, desk: Desk) -> None:
    said = b'"Nej tack \\ud83d"'  # half an emoji, as JavaScript leaves it
    body = json.dumps({"feedback": [{**OVERRIDDEN, "overrideReason": {"userComment": "SAID"}}]})
    answer = hooks.post(
        PATH,
        content=body.encode().replace(b'"SAID"', said),
        headers={**as_("coordinator"), "content-type": "application/json"},
    )
    assert answer.status_code == 200
    assert kept(desk)[0].comment == "Nej tack ?"


def test_a_card_is_the_same_however_its_id_is_written(hooks: Client, desk: Desk) -> None:
    [suggestion] = ACCEPTED["acceptedSuggestions"]
    shouted = {
        **ACCEPTED,
        "card": OTHER.upper(),
        "acceptedSuggestions": [{"id": suggestion["id"].upper()}],
    }
    told = [send(hooks, one) for one in (ACCEPTED, shouted, {**OVERRIDDEN, "card": CARD.upper()})]
    assert told == [200, 200, 200]
    assert [row.card for row in kept(desk)] == [OTHER, CARD]


def test_feedback_on_a_card_that_was_given(hooks: Client, desk: Desk) -> None:
    answer = hooks.post(PATIENT_VIEW, json=call("P1"), headers=as_("coordinator"))
    [card] = answer.json()["cards"]
    said = {
        **ACCEPTED,
        "card": card["uuid"],
        "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}],
    }
    assert send(hooks, said) == 200
    assert [row.card for row in kept(desk)] == [card["uuid"]]


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param({**OVERRIDDEN, "card": STRANGE}, id="a card of nobody's"),
        pytest.param({**OVERRIDDEN, "card": "x"}, id="no id"),
        pytest.param({**OVERRIDDEN, "card": DISCHARGED}, id="another service's card"),
        pytest.param(
            {**ACCEPTED, "acceptedSuggestions": [{"id": STRANGE}]}, id="another suggestion"
        ),
    ],
)
def test_what_was_not_given_here_is_told_and_not_kept(
    hooks: Client, desk: Desk, foreign: dict[str, Any]
) -> None:
    before = counted("unknown", "none")
    answer = hooks.post(PATH, json={"feedback": [ACCEPTED, foreign]}, headers=as_("coordinator"))
    assert answer.status_code == 422
    assert "feedback/1" in answer.json()["detail"]
    assert [row.card for row in kept(desk)] == [OTHER]
    assert counted("unknown", "none") == before + 1


def test_who_may_tell(hooks: Client, system: RecordSystem) -> None:
    assert send(hooks, ACCEPTED, who="analyst") == 403
    headers = system.headers(PATH)
    assert hooks.post(PATH, json={"feedback": [ACCEPTED]}, headers=headers).status_code == 200
    answer = hooks.post(
        "/cds-services/x/feedback", json={"feedback": [ACCEPTED]}, headers=as_("coordinator")
    )
    assert answer.status_code == 404


def test_an_administrator_and_an_analyst_see_how_many_were_overridden_and_why(
    hooks: Client, desk: Desk, client: Client
) -> None:
    cards = [new_card(LOGIN.secret, "framsynt-patient-view") for _ in range(4)]
    own = {"reason": {"code": "x9", "system": "urn:own"}}
    told = [
        {**OVERRIDDEN, "card": cards[0]},
        {**OVERRIDDEN, "card": cards[1], "overrideReason": own},
        {**OVERRIDDEN, "card": cards[2]},
        {**ACCEPTED, "acceptedSuggestions": [{"id": suggestion_of(LOGIN.secret, OTHER)}]},
        {**OVERRIDDEN, "card": cards[3]},
    ]
    assert send(hooks, *told) == 200
    again = {**ACCEPTED, "card": cards[3]}  # thought better of it: the newest counts
    again["acceptedSuggestions"] = [{"id": suggestion_of(LOGIN.secret, cards[3])}]
    assert send(hooks, again) == 200
    found = answered(desk.register.engine, datetime.now(UTC) - timedelta(days=1))
    assert found == Answered(2, 3, [("palliative", 2), ("other", 1)])
    assert answered(desk.register.engine, datetime.now(UTC) + timedelta(days=1)).all == 0
    for user, path in (("analytiker", "/region"), ("administrator", "/administration")):
        log_in(client, user)
        page = client.get(path).text
        assert "vad det blev av 5 kort" in page
        assert "3 avfärdades (60 %)" in page
        assert "Palliativ vård pågår" in page
        assert "x9" not in page
