"""Dates of a search, as R4 has them: what is asked for and what is found are stretches of time."""

import pytest

from features.errors import SettingsError
from serving.fhir.dates import Dates

TABLE = """
asked                          | found                     | is taken
2026-11-16                     | 2026-11-16                | yes
eq2026-11                      | 2026-11-30                | yes
2026                           | 2027-01-01                | no
ne2026-11-16                   | 2026-11-16                | no
ne2026-11-16                   | 2026-11-17                | yes
ge2026-11-16                   | 2026-11-16                | yes
gt2026-11-16                   | 2026-11-16                | no
gt2026-12                      | 2027-01-01                | yes
gt2026-12                      | 2026-12-31                | no
le2026-02                      | 2026-02-28                | yes
lt2026-11-16                   | 2026-11-15                | yes
lt2026-11-16                   | 2026-11-16                | no
sa2026-11-16                   | 2026-11-17                | yes
sa2026-11-16                   | 2026-11-16                | no
eb2026-11-16                   | 2026-11-15                | yes
ge2026-11-16T12:00:00Z         | 2026-11-16                | yes  <- its evening is later
sa2026-11-16T12:00:00Z         | 2026-11-16                | no
2026-11-16T12:00:00Z           | 2026-11-16                | no   <- a day is no second
2026-11-16                     | 2026-11-16T13:37:17+01:00 | yes
2026-11-16                     | 2026-11-15T23:30:00Z      | yes  <- past midnight here
ge2026-11-16T12:37:17Z         | 2026-11-16T13:37:17+01:00 | yes
gt2026-11-16T12:37:17Z         | 2026-11-16T13:37:17+01:00 | no
2026-11-16T13:37+01:00         | 2026-11-16T13:37:17+01:00 | yes
2026-11-16T13:37               | 2026-11-16T13:37:17+01:00 | yes  <- the region's time
ge2026-11-16T12:37:17.500Z     | 2026-11-16T13:37:17+01:00 | yes
2026-11-09,2026-11-16          | 2026-11-16                | yes
2026-11-09,lt2026-11-01        | 2026-11-16                | no
ge0001-01-01                   | 2026-11-16                | yes
le9999-12-31                   | 2026-11-16                | yes
gt9999                         | 2026-11-16                | no
"""
ROWS = [
    [cell.strip() for cell in line.split("<-")[0].split("|")] for line in TABLE.splitlines()[2:]
]


@pytest.mark.parametrize(("asked", "found", "taken"), ROWS)
def test_what_is_taken(asked: str, found: str, taken: str) -> None:
    assert Dates.of([asked]).take(found) is (taken == "yes")


def test_of_several_all_must_hold_and_nothing_asks_for_nothing() -> None:
    november = Dates.of(["ge2026-11-01", "lt2026-12-01", "ne2026-11-09"])
    assert [d for d in ("2026-10-26", "2026-11-02", "2026-11-09") if november.take(d)] == [
        "2026-11-02"
    ]
    assert Dates.of([]).take("2026-11-16")


@pytest.mark.parametrize(
    "said",
    [
        *("", "ge", "nyligen", "2026-13", "2026-02-30", "20261116", "2026-11-16T10", "26-11-16"),
        *("GE2026-11-16", "ap2026-11-16", "2026-11T10:00", "2026-11-16T25:00:00Z", " 2026"),
        *("2026-11-16T10:00:00+99:00", "2026-11-16,", "0000", "9999-12-31T23:59:59Z"),
        "20١٦",  # digits, but not FHIR's
    ],
)
def test_what_is_no_date(said: str) -> None:
    with pytest.raises(SettingsError, match="authored-on: not a date"):
        Dates.of([said], "authored-on")
