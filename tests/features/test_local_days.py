"""Days are those of Sweden, and the end of time is a date like others."""

from datetime import UTC, date, datetime, tzinfo
from typing import Self

import pandas as pd
import pytest

from features import swedish_time
from features.columns import parse
from features.local_days import local_days
from features.swedish_time import local_day
from features.tables import PERSONS

DIED = PERSONS.column["death_date"]
MOMENTS = {
    "2024-01-31T22:59:59Z": "2024-01-31",
    "2024-01-31T23:00:00Z": "2024-02-01",
    "2024-07-31T22:00:00+00:00": "2024-08-01",  # summer time
    "2024-07-31 23:30:00+02:00": "2024-07-31",
    "2024-07-31T23:30:00": "2024-07-31",  # without a zone: the day it says
    "2024-07-31": "2024-07-31",
}


def test_moments_with_a_zone_are_days_in_stockholm_in_every_table() -> None:
    texts = pd.Series(list(MOMENTS), dtype="str")
    parsed = parse(DIED, texts, "persons.csv").series
    assert parsed.dt.strftime("%Y-%m-%d").tolist() == list(MOMENTS.values())
    typed = pd.Series(pd.to_datetime(["2024-01-31T23:00:00Z", None], utc=True))
    assert parse(DIED, typed, "persons.parquet").series[0] == pd.Timestamp("2024-02-01")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 29, 22, 59, tzinfo=UTC), date(2026, 11, 29)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_today_is_the_day_in_sweden_whatever_clock_the_machine_keeps(
    monkeypatch: pytest.MonkeyPatch, now: datetime, day: date
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            assert tz is UTC
            return cls.fromtimestamp(now.timestamp(), UTC)

    monkeypatch.setattr(swedish_time, "datetime", Clock)
    assert swedish_time.local_today() == day


def test_an_open_end_written_as_the_end_of_time_is_out_of_range_and_no_crash() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert local_day(last) == date(9999, 12, 31)
    assert local_day(datetime(1, 1, 1, tzinfo=UTC)) == date(1, 1, 1)
    text = pd.Series(["9999-12-31T23:59:59Z"], dtype="str")
    assert local_days(text).tolist() == text.tolist()
    for series in (text, pd.Series([last]).astype("datetime64[us, UTC]")):
        assert parse(DIED, series, "persons").faults.all()
