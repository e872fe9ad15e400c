"""Decisions are a chain for each person: nothing is lost, and nobody is overruled unseen."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from serving.register import DecidedMeanwhile, Decision, Kind, NewDecision, Register
from serving.register.decisions import what_counts
from tests.serving.conftest import EAST, WEST

WAIT = NewDecision("P1", EAST, "2026-W47", Kind.WAIT, "u1", "Ann", 0)


def decide(register: Register, kind: Kind, person: str = "P1", **more: object) -> Decision:
    """A decision that follows the person's latest."""
    known = {"kind": kind, "person_id": person, "follows": register.decisions.latest_id(person)}
    return register.decisions.record(replace(WAIT, **{**known, **more}))


def test_a_decision_is_read_back_as_it_was_written(register: Register) -> None:
    made = decide(register, Kind.DEFER, until=date(2026, 12, 24), note="Åker bort över jul")

    assert register.decisions.get(made.id) == made
    assert register.decisions.of_person("P1") == [made]
    assert (made.kind, made.until, made.note) == (
        Kind.DEFER,
        date(2026, 12, 24),
        "Åker bort över jul",
    )
    assert register.decisions.latest_id("P1") == made.id
    assert register.decisions.latest_id("P2") == 0


CHAINS = """
wait                           | wait
wait defer                     | defer
wait undo                      |
wait defer undo                | wait
wait undo decline              | decline
wait undo decline undo         |
enrol end                      | end
enrol end undo                 | enrol
wait defer undo enrol end undo | enrol
"""


@pytest.mark.parametrize("line", CHAINS.strip().splitlines())
def test_what_counts_after_a_chain(register: Register, line: str) -> None:
    chain, _, expected = (part.strip() for part in line.partition("|"))
    for kind in chain.split():
        decide(register, Kind(kind))
    decide(register, Kind.WAIT, "P2")  # somebody else's decision is nothing to it

    standing = register.decisions.standing(["P1"]).get("P1")
    assert (standing.kind if standing else "") == expected
    counting = what_counts(register.decisions.of_person("P1"))
    assert (counting[-1].kind if counting else "") == expected
    assert len(register.decisions.of_person("P1")) == len(chain.split())


def test_standing_of_a_unit_of_some_people_and_of_all(register: Register) -> None:
    decide(register, Kind.WAIT, "P1")
    decide(register, Kind.WAIT, "P4", care_unit=WEST)
    decide(register, Kind.DECLINE, "P1", care_unit=WEST)  # moved there since

    assert set(register.decisions.standing(care_unit=EAST)) == set()
    assert set(register.decisions.standing(care_unit=WEST)) == {"P1", "P4"}
    assert set(register.decisions.standing()) == {"P1", "P4"}
    assert set(register.decisions.standing([f"Q{n}" for n in range(2000)] + ["P4"])) == {"P4"}
    assert register.decisions.standing([]) == {}


@pytest.mark.parametrize("follows", [0, 999])
def test_a_decision_that_does_not_follow_the_latest_gets_that_one(
    register: Register, follows: int
) -> None:
    first = decide(register, Kind.WAIT)
    decide(register, Kind.WAIT, "P2")

    with pytest.raises(DecidedMeanwhile) as caught:
        register.decisions.record(replace(WAIT, kind=Kind.DECLINE, follows=follows))
    assert caught.value.decision == first
    assert register.decisions.of_person("P1") == [first]


def test_of_many_who_decide_at_once_one_wins_and_the_others_see_it(register: Register) -> None:
    for follows in range(5):  # again and again, on top of what was decided before
        before = register.decisions.latest_id("P1")
        together, won, beaten = threading.Barrier(8), [], []

        def one(n: int, before: int = before, together: threading.Barrier = together) -> None:
            together.wait()
            new = replace(WAIT, who=f"u{n}", follows=before)
            try:
                won.append(register.decisions.record(new))  # noqa: B023
            except DecidedMeanwhile as meanwhile:
                beaten.append(meanwhile.decision)  # noqa: B023

        threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert beaten == won * 7
        assert len(register.decisions.of_person("P1")) == follows + 1


def test_a_repeated_call_is_found_by_its_caller_and_key_alone(register: Register) -> None:
    made = decide(register, Kind.WAIT, request_key="k1", request_hash="h")

    assert register.decisions.repeated("u1", "k1") == (made, "h")
    assert register.decisions.repeated("u2", "k1") is None
    assert register.decisions.repeated("u1", "k2") is None
