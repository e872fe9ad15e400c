"""Deciding about people: places are given once, and what was decided can be taken back that day."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from features.errors import SettingsError
from serving.deciding import Choice, Request, decide, end_enrolment, undo
from serving.places import Places, places_of
from serving.problems import ConflictError, NotFoundError
from serving.register import DecidedMeanwhile, Decision, Kind, Register, WeeklyRun
from serving.security.who import Principal, Role
from serving.units import Team
from tests.serving.conftest import EAST, WEST, new_run

ANN = Principal("u1", "Ann", frozenset({Role.REVIEWER}), frozenset({EAST}))
BO = Principal("u2", "Bo", frozenset({Role.REVIEWER}), frozenset({WEST}))
CIA = Principal("u3", "Cia", frozenset({Role.COORDINATOR}))
NOON = datetime(2026, 11, 16, 11, tzinfo=UTC)
TODAY = date(2026, 11, 16)
ENROL = Choice(Kind.ENROL, mobile_model="B", start=TODAY)
WAIT = Choice(Kind.WAIT)


@pytest.fixture
def run(register: Register) -> WeeklyRun:
    """Forty people at one unit, two places in its team; one more person at another unit."""
    people = [f"P{n}" for n in range(40)]
    scores = pd.DataFrame(
        {
            "person_id": [*people, "Q1"],
            "care_unit": [EAST] * 40 + [WEST],
            "avoidable_365": [0.1] * 41,
        }
    )
    made, _ = register.add(new_run(scores=scores))
    register.teams = {EAST: Team("Mobilt team Öst", 2)}
    return made


@pytest.fixture
def at(register: Register, run: WeeklyRun) -> "At":
    return At(register, run)


class At:
    """The register at noon on Monday."""

    def __init__(self, register: Register, run: WeeklyRun) -> None:
        self.register, self.run = register, run

    def decide(self, person: str, choice: Choice, who: Principal = ANN, **more: object) -> Decision:
        known: dict[str, object] = {"now": NOON, **more}
        return decide(self.register, who, self.run, person, choice, **known)  # type: ignore[arg-type]

    def places(self, on: date = TODAY) -> Places:
        return places_of(self.register, EAST, on, self.run)

    def team(self, on: date = TODAY) -> list[str]:
        return [e.person_id for e in self.register.enrolments.of_unit(EAST, on)]


def test_an_enrolment_takes_a_place_and_the_third_waits(at: At) -> None:
    first = at.decide("P1", ENROL)
    at.decide("P2", replace(ENROL, start=TODAY + timedelta(days=30)))  # promised: taken as well
    third = at.decide("P3", ENROL)

    assert (first.kind, third.kind) == (Kind.ENROL, Kind.WAIT)
    assert (third.mobile_model, third.start) == ("B", TODAY)  # what was wished for is kept
    assert at.places() == Places(total=2, taken=2, waiting=1)
    assert at.places().free == 0
    assert at.team() == ["P1", "P2"]
    [enrolment] = at.register.enrolments.of_person("P1")
    assert (enrolment.team, enrolment.mobile_model, enrolment.start) == (
        "Mobilt team Öst",
        "B",
        TODAY,
    )
    assert (enrolment.decided_by, enrolment.decision_id) == ("Ann", first.id)
    assert at.register.enrolments.of_person("P3") == []


def test_without_a_number_of_places_the_lists_length_is_one(at: At) -> None:
    at.register.teams = {}
    assert at.places() == Places(total=20, taken=0, waiting=0)


def test_the_last_free_place_is_never_given_twice(at: At) -> None:
    together, kinds = threading.Barrier(20), []

    def one(person: str, who: Principal) -> None:
        together.wait()
        kinds.append(at.decide(person, ENROL, who).kind)

    threads = [
        threading.Thread(target=one, args=(f"P{n}", ANN if n % 2 else CIA)) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kinds) == [Kind.ENROL] * 2 + [Kind.WAIT] * 18
    assert at.places() == Places(total=2, taken=2, waiting=18)


def test_two_who_enrol_the_same_person_at_once(at: At) -> None:
    together, won, beaten = threading.Barrier(8), [], []

    def one(who: Principal) -> None:
        together.wait()
        try:
            won.append(at.decide("P1", ENROL, who))
        except DecidedMeanwhile as meanwhile:
            beaten.append(meanwhile.decision)

    threads = [threading.Thread(target=one, args=(who,)) for who in [ANN, CIA] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert beaten == won * 7
    assert at.team() == ["P1"]


def test_whom_the_extract_has_in_the_team_takes_a_place_too_but_nobody_two(at: At) -> None:
    enrolled = [
        {"person_id": p, "care_unit": EAST, "team": "T", "mobile_model": "A", "start": TODAY}
        for p in ("P1", "P7")
    ]
    at.decide("P1", ENROL)  # decided here, and come back with the next extract
    at.run, _ = at.register.add(
        new_run(scores=_scores(["P1", "P2", "P7"]), enrolled=enrolled, capacity=9)
    )
    assert at.places() == Places(total=2, taken=2, waiting=0)
    assert at.decide("P2", ENROL).kind is Kind.WAIT

    [enrolment] = at.register.enrolments.of_person("P1")
    end_enrolment(at.register, ANN, enrolment.id, TODAY, "goals_met", now=NOON)
    assert at.places() == Places(total=2, taken=1, waiting=1)  # whatever the extract still says
    with pytest.raises(ConflictError, match="in a mobile team already"):
        at.decide("P7", WAIT)


def _scores(people: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"person_id": people, "care_unit": EAST, "avoidable_365": 0.1})


def test_undo_gives_the_place_back(at: At) -> None:
    made = at.decide("P1", ENROL)
    undone = undo(at.register, ANN, made.id, now=NOON + timedelta(hours=5))

    assert (undone.kind, undone.follows) == (Kind.UNDO, made.id)
    assert at.places() == Places(total=2, taken=0, waiting=0)
    assert at.team() == []
    assert at.register.enrolments.all() == []
    assert at.decide("P1", replace(ENROL, follows=undone.id)).kind is Kind.ENROL


def test_undo_is_for_the_same_day_in_sweden_the_latest_decision_and_the_own_unit(at: At) -> None:
    late = datetime(2026, 11, 16, 22, 59, tzinfo=UTC)  # 23:59 in Stockholm
    made = at.decide("P1", WAIT, now=late)
    with pytest.raises(SettingsError, match="on the day it was made"):
        undo(at.register, ANN, made.id, now=late + timedelta(minutes=1))
    for who in (BO, replace(ANN, units=frozenset())):
        with pytest.raises(NotFoundError):
            undo(at.register, who, made.id, now=late)
    with pytest.raises(NotFoundError):
        undo(at.register, ANN, 999, now=late)

    second = at.decide("P1", replace(WAIT, kind=Kind.DECLINE, reason="palliative", follows=made.id))
    with pytest.raises(DecidedMeanwhile) as caught:
        undo(at.register, ANN, made.id, now=late)
    assert caught.value.decision == second
    undone = undo(at.register, CIA, second.id, now=NOON)
    with pytest.raises(SettingsError, match="an undo is not undone"):
        undo(at.register, CIA, undone.id, now=NOON)
    assert at.register.decisions.standing(["P1"])["P1"] == made


def test_an_ended_enrolment_frees_its_place_from_that_day_on(at: At) -> None:
    at.decide("P1", ENROL)
    [enrolment] = at.register.enrolments.of_person("P1")
    leaves = TODAY + timedelta(days=7)
    ended = end_enrolment(at.register, ANN, enrolment.id, leaves, "other", "flyttar", now=NOON)

    assert (ended.kind, ended.until, ended.reason, ended.note) == (
        Kind.END,
        leaves,
        "other",
        "flyttar",
    )
    assert (at.places().taken, at.places(leaves).taken) == (1, 0)
    assert at.register.enrolments.ended(EAST, TODAY, leaves)[0].end_reason == "other"
    with pytest.raises(ConflictError, match="ended or been undone already"):
        end_enrolment(at.register, ANN, enrolment.id, leaves, "goals_met", now=NOON)

    undo(at.register, ANN, ended.id, now=NOON)
    assert at.places(leaves).taken == 1
    assert at.register.enrolments.of_person("P1")[0].end is None
    assert end_enrolment(at.register, ANN, enrolment.id, TODAY, "died", now=NOON).kind is Kind.END


def test_an_end_is_not_undone_when_the_place_has_gone_to_somebody_else(at: At) -> None:
    for person in ("P1", "P2"):
        at.decide(person, ENROL)
    [enrolment] = at.register.enrolments.of_person("P1")
    ended = end_enrolment(at.register, ANN, enrolment.id, TODAY, "goals_met", now=NOON)
    assert at.decide("P3", ENROL).kind is Kind.ENROL

    with pytest.raises(ConflictError, match="somebody else"):
        undo(at.register, ANN, ended.id, now=NOON)
    assert at.team() == ["P2", "P3"]


@pytest.mark.parametrize(
    ("choice", "where"),
    [
        (replace(ENROL, mobile_model=None), "mobile_model"),
        (replace(ENROL, mobile_model="D"), "mobile_model"),
        (replace(ENROL, start=None), "start"),
        (replace(ENROL, start=TODAY + timedelta(days=93)), "start"),
        (replace(ENROL, start=TODAY - timedelta(days=32)), "start"),
        (Choice(Kind.WAIT, start=date(2031, 1, 1)), "start"),
        (Choice(Kind.DEFER), "until"),
        (Choice(Kind.DEFER, until=TODAY), "until"),
        (Choice(Kind.DEFER, until=TODAY + timedelta(days=367)), "until"),
        (Choice(Kind.DECLINE), "reason"),
        (Choice(Kind.DECLINE, reason="because"), "reason"),
        (Choice(Kind.DECLINE, reason="other", note="  "), "note"),
        (Choice(Kind.DECLINE, reason="palliative", note="x" * 501), "note"),
        (Choice(Kind.WAIT, note="nul\0"), "note"),
        (Choice(Kind.UNDO), "kind"),
        (Choice(Kind.END), "kind"),
    ],
)
def test_a_bad_choice_names_its_field_and_changes_nothing(
    at: At, choice: Choice, where: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        at.decide("P1", choice)
    assert caught.value.where == where
    assert at.register.decisions.of_person("P1") == []


def test_what_does_not_belong_to_a_choice_is_left_out(at: At) -> None:
    """A form without script sends all its fields."""
    full = Choice(Kind.DECLINE, "A", TODAY, TODAY, "palliative", "  Åsa ringer\u00a0fredag ", 0)
    made = at.decide("P1", full)
    assert (made.mobile_model, made.start, made.until) == (None, None, None)
    assert (made.reason, made.note) == ("palliative", "Åsa ringer\u00a0fredag")


def test_nobody_decides_about_people_of_other_units_or_unknown_or_objecting(at: At) -> None:
    at.register.objections.add("P2", "admin")
    for person, who in (("P1", BO), ("Q1", ANN), ("nobody", CIA), ("P2", CIA)):
        with pytest.raises(NotFoundError):
            at.decide(person, WAIT, who)
        assert at.register.decisions.of_person(person) == []


def test_the_same_request_again_gets_the_same_decision_and_no_second_place(at: At) -> None:
    request = Request("key-1", "hash")
    first = at.decide("P1", ENROL, request=request)
    assert at.decide("P1", ENROL, request=request) == first
    assert at.places().taken == 1

    with pytest.raises(ConflictError, match="Idempotency-Key"):
        at.decide("P2", ENROL, request=Request("key-1", "another"))
    assert at.decide("P2", ENROL, CIA, request=request).person_id == "P2"  # her own key-1


def test_the_same_request_many_times_at_once_decides_once(at: At) -> None:
    together, answers = threading.Barrier(8), []

    def one() -> None:
        together.wait()
        answers.append(at.decide("P1", ENROL, request=Request("key-1", "hash")))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len({a.id for a in answers}) == 1
