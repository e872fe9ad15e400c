"""Who objects is kept as it happened; the newest word counts."""

from serving.register import Register
from serving.register.access import LONGEST_PERSON


def test_an_objection_is_added_withdrawn_and_added_again(register: Register) -> None:
    objections = register.objections
    assert objections.seen() == (frozenset(), 0)
    assert objections.add("P1", "admin")
    assert not objections.add("P1", "admin")  # nothing new: no row
    assert objections.add("P2", "admin")
    assert objections.current() == {"P1", "P2"}
    assert objections.current(["P2", "P3"]) == {"P2"}

    assert objections.withdraw("P1", "other")
    assert not objections.withdraw("P3", "other")
    assert objections.current() == {"P2"}
    assert objections.seen() == (frozenset({"P2"}), 3)

    assert objections.add("P1", "admin")
    assert objections.current() == {"P1", "P2"}
    assert [(o.person_id, o.objects, o.who) for o in objections.all()] == [
        ("P1", True, "admin"),
        ("P2", True, "admin"),
        ("P1", False, "other"),
        ("P1", True, "admin"),
    ]


def test_who_objects_has_no_line_among_many_or_alone(register: Register) -> None:
    register.objections.add("P1", "admin")
    register.objections.add("P2", "admin")
    register.objections.withdraw("P2", "admin")
    asked = [["P1"], ["P2"], ["X" * 200], ["P1", "P2"], ["P3", "P1"], []]
    found = [register.access.note_people("tool", "score", people, role="r") for people in asked]

    assert found == [{"P1"}, set(), set(), {"P1"}, {"P1"}, set()]
    lines = {p: register.access.of_person(p) for p in ("P1", "P2", "P3", "X" * LONGEST_PERSON)}
    assert [len(of) for of in lines.values()] == [0, 2, 1, 1]
    alone, among_many = lines["P2"]
    assert alone.at <= among_many.at
    for line in (alone, among_many):
        told = (line.who, line.what, line.care_unit, line.role, line.unit, line.why)
        assert told == ("tool", "score", None, "r", "", "")
