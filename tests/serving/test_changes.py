from datetime import date

from serving.changes import LastWeek, discharged_in_week_before
from tests.text_tables import table

LAST = LastWeek(
    on_list=frozenset({"A"}), ever_on_list=frozenset({"A", "B"}), scores={"A": 0.20, "C": 0.01}
)


def test_new_returned_and_still() -> None:
    assert LAST.changes("A", 0.20, False) == ["still"]
    assert LAST.changes("B", 0.20, False) == ["returned"]
    assert LAST.changes("C", 0.012, False) == ["new"]


def test_risen_is_by_a_quarter_and_two_points() -> None:
    assert LAST.changes("A", 0.25, False) == ["still", "risen"]
    assert LAST.changes("A", 0.24, False) == ["still"]
    assert LAST.changes("C", 0.029, False) == ["new"]  # nearly threefold, under two points
    assert LAST.changes("C", 0.05, False) == ["new", "risen"]


def test_discharged_comes_last() -> None:
    assert LAST.changes("A", 0.30, True) == ["still", "risen", "discharged"]


def test_discharged_within_the_week_before_as_known_then() -> None:
    contacts = table(
        "contacts",
        """
        person_id | start      | end        | setting   | recorded_at
        1         | 2026-11-01 | 2026-11-09 | inpatient | 2026-11-10
        2         | 2026-11-01 | 2026-11-15 | inpatient | 2026-11-15
        3         | 2026-11-01 | 2026-11-08 | inpatient | 2026-11-09   <- the week before that
        4         | 2026-11-01 | 2026-11-12 | inpatient | 2026-11-16   <- not known yet
        5         | 2026-11-01 | 2026-11-16 | inpatient | 2026-11-10   <- still in hospital
        6         | 2026-11-12 | 2026-11-12 | primary   | 2026-11-12
        """,
    )
    assert discharged_in_week_before({"contacts": contacts}, date(2026, 11, 16)) == {"1", "2"}
    assert discharged_in_week_before({}, date(2026, 11, 16)) == set()
