"""``kill -9`` in the midst of many decisions, again and again.

Fear: a decision that somebody was told is written is gone; one is written by half, without the
place it takes; or a call that is repeated, because no answer came, decides twice.
"""

import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from serving.register import Kind, Register
from serving.register.models import Access, DecisionRow, EnrolmentRow
from tests.system.conftest import REGISTER_URL, Starter
from tests.system.running import Service, Words

pytestmark = pytest.mark.slow

WRITERS, KILLS = 6, 2
SECONDS_BETWEEN = 2.0


@dataclass
class Writer(threading.Thread):
    """Decides of its own people in turn, and repeats a call until there is an answer to it."""

    service: Service
    header: dict[str, str]
    people: list[tuple[str, str]]  # person, care unit
    monday: date
    enough: threading.Event
    told: dict[str, dict[str, Any]] = field(default_factory=dict)  # by key: what was answered
    repeated: int = 0
    odd: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.http = self.service.client(headers=self.header)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        latest = dict.fromkeys(self.people, 0)
        turn = 0
        while not self.enough.is_set():
            person = self.people[turn % len(self.people)]
            made = self._decide(person, latest[person], turn)
            if made is not None:
                latest[person] = made["id"]
            turn += 1

    def _decide(self, person: tuple[str, str], follows: int, turn: int) -> dict[str, Any] | None:
        person_id, care_unit = person
        body = {"person_id": person_id, "follows": follows, "note": f"varv {turn}"}
        if follows == 0 and turn % 3 == 0:
            body |= {"kind": "enrol", "mobile_model": "A", "start": self.monday.isoformat()}
        elif turn % 2:
            until = self.monday + timedelta(days=60)
            body |= {"kind": "defer", "until": until.isoformat()}
        else:
            body |= {"kind": "decline", "reason": "enough_support"}
        key = uuid.uuid4().hex
        while True:
            try:
                answer = self.http.post(
                    f"/api/v1/care-units/{care_unit}/decisions",
                    json=body,
                    headers={"Idempotency-Key": key},
                )
            except httpx.TransportError:
                self.repeated += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 503:  # it is starting
                time.sleep(0.05)
                continue
            if answer.status_code == 409 and "already-enrolled" in answer.text:
                return None
            if answer.status_code != 201:
                self.odd.append(f"{answer.status_code} {answer.text}")
                return None
            self.told[key] = answer.json()["decision"]
            return self.told[key]


def test_killed_again_and_again(
    serve: Starter, words: Words, register_url: str, register: Register
) -> None:
    service = serve(**{REGISTER_URL: register_url, "FRAMSYNT_RATE_PER_PRINCIPAL": "5000/50000"})
    run = register.current()
    assert run is not None
    people = [(e.person_id, e.care_unit) for e in register.entries(run.id)]
    enough = threading.Event()
    writers = [
        Writer(service, words.header, people[n::WRITERS], run.index_date, enough)
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for _ in range(KILLS):
        time.sleep(SECONDS_BETWEEN)
        service.kill()
        service.start()
    time.sleep(SECONDS_BETWEEN)
    enough.set()
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive()
        assert writer.odd == []

    told = {key: decision for writer in writers for key, decision in writer.told.items()}
    assert len(told) > 5 * WRITERS, "too few decisions to say anything"
    assert sum(writer.repeated for writer in writers) > 0, "nobody was interrupted"
    nothing_lost_and_nothing_twice(register, told)


def nothing_lost_and_nothing_twice(register: Register, told: dict[str, dict[str, Any]]) -> None:
    """Every key that was answered is one row, as it was answered; and what belongs to it."""
    with register.engine.connect() as connection:
        rows = connection.execute(select(DecisionRow.__table__)).all()
        enrolled = Counter(connection.execute(select(EnrolmentRow.decision_id)).scalars())
        seen = Counter(
            connection.execute(select(Access.person_id).where(Access.what == "decision")).scalars()
        )
    keys = Counter(row.request_key for row in rows)
    assert set(keys) == set(told)
    assert set(keys.values()) == {1}
    by_key = {row.request_key: row for row in rows}
    for key, decision in told.items():
        row = by_key[key]
        assert (row.id, row.person_id, row.kind, row.note) == (
            decision["id"],
            decision["person_id"],
            decision["kind"],
            decision["note"],
        )
    enrolling = {row.id for row in rows if row.kind == Kind.ENROL}
    assert enrolling, "nobody was enrolled"
    assert enrolled == dict.fromkeys(enrolling, 1)
    for person, times in Counter(row.person_id for row in rows).items():
        assert seen[person] >= times  # the log is written first
