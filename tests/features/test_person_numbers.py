"""Columns of Swedish personal identity numbers are recognised.

The numbers are well-known examples of nobody.
"""

import pytest

from features.person_numbers import is_person_number, looks_like_person_numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("191212121212", True),
        ("19121212-1212", True),
        ("121212-1212", True),
        ("121212+1212", True),
        ("1212121212", True),
        ("19640823-3234", True),
        ("196408833231", True),  # a coordination number: day 23 + 60
        ("196408833232", False),  # ... with a wrong check digit
        ("19121312-1212", False),  # month 13
        ("1212121213", False),
        ("1234", False),
        ("0002612EC022F8CF", False),
    ],
)
def test_is_person_number(value: str, expected: bool) -> None:
    assert is_person_number(value) is expected


def test_most_values_decide() -> None:
    pseudonyms = [f"{number:010d}" for number in range(1_000_000_000, 9_000_000_000, 1_234_567)]
    assert not looks_like_person_numbers(pseudonyms)
    assert looks_like_person_numbers(["191212121212"] * 6 + pseudonyms[:5])
    assert not looks_like_person_numbers([])
    assert not looks_like_person_numbers([None, 3, "x"])
