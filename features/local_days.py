"""Moments as local calendar days.

Framsynt counts in whole days, those of Sweden: a moment with a time zone (``Z`` or an offset) is
the day it was in Stockholm, summer time and all. A date, or a time without a zone, is the
day it says.
"""

import pandas as pd

from features.swedish_time import LAST_YEAR, SWEDEN

_ZONED = r"\d{4}-\d\d-\d\d[T ].*(?:Z|[+-]\d\d:?\d\d)"


def local_days(moments: pd.Series) -> pd.Series:
    """Texts such as ``2024-03-31T23:30:00Z`` as days, ``2024-04-01``; index kept.

    What is not a moment with a time zone, and one at the end of time, stays as it is, for the
    data contract to judge.
    """
    codes, distinct = pd.factorize(moments)
    texts = pd.Series(distinct, dtype="str")
    zoned = texts.str.fullmatch(_ZONED).fillna(False).astype(bool)
    zoned &= texts.str.slice(0, 4) <= f"{LAST_YEAR}"
    if zoned.any():
        moments_at = pd.to_datetime(texts[zoned], format="ISO8601", utc=True, errors="coerce")
        days = moments_at.dt.tz_convert(SWEDEN).dt.strftime("%Y-%m-%d").astype("str")
        texts = texts.where(~zoned, days.reindex(texts.index).fillna(texts))
    return pd.Series(texts.reindex(codes).to_numpy(), index=moments.index, dtype="str")


def local_moments(moments: pd.Series) -> pd.Series:
    """Moments of a time zone as the clocks in Stockholm showed them, without the zone."""
    universal = moments.dt.tz_convert("UTC")
    near = universal.where(universal.dt.year <= LAST_YEAR)
    return near.dt.tz_convert(SWEDEN).dt.tz_localize(None).fillna(universal.dt.tz_localize(None))
