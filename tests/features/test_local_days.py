"""Days are those of Sweden, and the end of time is a date like others."""

from datetime import UTC, date, datetime

import pandas as pd

from features.columns import parse
from features.local_days import local_day, local_days
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


def test_an_open_end_written_as_the_end_of_time_is_out_of_range_and_no_crash() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert local_day(last) == date(9999, 12, 31)
    assert local_day(datetime(1, 1, 1, tzinfo=UTC)) == date(1, 1, 1)
    text = pd.Series(["9999-12-31T23:59:59Z"], dtype="str")
    assert local_days(text).tolist() == text.tolist()
    for series in (text, pd.Series([last]).astype("datetime64[us, UTC]")):
        assert parse(DIED, series, "persons").faults.all()
