"""Who objects is kept as it happened; the newest word counts."""

from serving.register import Register


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
