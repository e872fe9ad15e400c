"""ISO weeks: how a weekly list is named, and the Monday its scores are for."""

import re
from datetime import date, timedelta

from features.errors import SettingsError

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def monday_of(week: str) -> date:
    """The Monday of an ISO week such as ``2026-W47``; anything else is a SettingsError."""
    match = _WEEK.fullmatch(week)
    try:
        if match is None:
            raise ValueError
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise SettingsError(
            "this is not a week", where="week", do="Write it as year and week number: 2026-W47."
        ) from None


def week_of(day: date) -> str:
    """The ISO week a day belongs to, as ``2026-W47``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_after(day: date) -> date:
    """The first Monday later than ``day``: the index date of the first week not yet seen."""
    return day + timedelta(days=7 - day.weekday())
