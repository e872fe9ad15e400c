"""Who can be gone back to, from a log alone."""

from models.registry import FORCED, PROMOTED, ROLLED_BACK, Change
from models.registry.champions import changes_of, succession


def log(*moves: str) -> list[Change]:
    """``"1>2"``: promoted over 1. ``"2<3"``: gone back from 3 to 2. ``">1"``: the first."""
    changes = []
    for number, move in enumerate(moves, 1):
        back = "<" in move
        left, right = move.split("<" if back else ">")
        before, after = (right, left) if back else (left, right)
        kind = ROLLED_BACK if back else PROMOTED
        changes.append(Change(number, kind, before, after, "2026-01-01T00:00:00+00:00"))
    return changes


def test_each_champion_stands_before_the_next() -> None:
    assert succession(log(">1", "1>2", "2>3"), "3") == ["1", "2", "3"]


def test_going_back_twice_goes_back_two() -> None:
    assert succession(log(">1", "1>2", "2>3", "2<3"), "2") == ["1", "2"]
    assert succession(log(">1", "1>2", "2>3", "2<3", "1<2"), "1") == ["1"]


def test_an_old_version_promoted_again_is_gone_back_from_and_not_round_in_circles() -> None:
    moves = [">1", "1>2", "2>3", "3>1"]
    assert succession(log(*moves), "1") == ["1", "2", "3", "1"]
    assert succession(log(*moves, "3<1"), "3") == ["1", "2", "3"]
    assert succession(log(*moves, "3<1", "2<3", "1<2"), "1") == ["1"]


def test_a_move_that_was_logged_and_never_made_counts_for_nothing() -> None:
    assert succession(log(">1", "1>2"), "1") == ["1"]
    assert succession(log(">1", "1>2", "1>3"), "3") == ["1", "3"]
    assert succession(log(">1", "1>2", "1<2"), "2") == ["1", "2"]
    assert succession(log(">1", "1>2", "1>2"), "2") == ["1", "2"]


def test_a_champion_that_was_set_by_other_means_has_its_place() -> None:
    assert succession([], "4") == ["4"]
    assert succession(log("4>5"), "5") == ["4", "5"]
    assert succession(log(">1"), "7") == ["7"]
    assert succession([], "") == []


def test_a_change_survives_being_a_tag_among_others() -> None:
    changes = [
        Change(number, FORCED, str(number), "7", "2026-01-01T00:00:00+00:00", "åäö \"' {}")
        for number in (2, 11, 1)
    ]
    tags = dict(change.as_tag() for change in changes) | {"champion.of": "nothing", "other": "x"}
    assert changes_of(tags) == [changes[2], changes[0], changes[1]]
