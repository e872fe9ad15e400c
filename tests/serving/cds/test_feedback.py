"""What becomes of cards goes into the register once, and into the metrics without anybody."""

from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.desk import Desk
from serving.register.models import CdsFeedbackRow
from tests.serving.cds.records import PATIENT_VIEW, RecordSystem
from tests.serving.conftest import Client
from tests.serving.security.conftest import as_

PATH = f"{PATIENT_VIEW}/feedback"
OVERRIDDEN = {
    "card": "f6b95768-b1c8-40dc-8385-bf3504b82ffb",
    "outcome": "overridden",
    "overrideReason": {
        "reason": {"code": "palliative", "system": "urn:framsynt:decline-reason"},
        "userComment": "Palliativ vård sedan i våras",
    },
    "outcomeTimestamp": "2026-11-20T09:00:00Z",
}
ACCEPTED = {
    "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
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
        ["e56e1945-20b3-4393-8503-a1a20fd73152"],
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
        {"card": "x" * 37},
        {"card": ""},
        {"card": None},
        {"overrideReason": {"userComment": "x" * 501}},
    ],
    ids=str,
)
def test_feedback_that_is_none_is_refused_whole(
    hooks: Client, desk: Desk, wrong: dict[str, Any]
) -> None:
    assert send(hooks, ACCEPTED, {**OVERRIDDEN, **wrong}) == 400
    assert kept(desk) == []


def test_who_may_tell(hooks: Client, system: RecordSystem) -> None:
    assert send(hooks, ACCEPTED, who="analyst") == 403
    headers = system.headers(PATH)
    assert hooks.post(PATH, json={"feedback": [ACCEPTED]}, headers=headers).status_code == 200
    answer = hooks.post(
        "/cds-services/x/feedback", json={"feedback": [ACCEPTED]}, headers=as_("coordinator")
    )
    assert answer.status_code == 404
