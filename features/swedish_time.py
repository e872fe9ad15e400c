"""The day it is: Framsynt counts in whole days, those of Sweden, whatever clock a machine keeps."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SWEDEN = ZoneInfo("Europe/Stockholm")
# Where an end is open, records say 9999-12-31T23:59:59Z: an hour later there is no calendar left.
LAST_YEAR = 9998


def local_day(moment: datetime) -> date:
    """The day of one moment; without a time zone, and at the end of time, it is the day it says."""
    if moment.tzinfo is None or not 1 < moment.year <= LAST_YEAR:
        return moment.date()
    return moment.astimezone(SWEDEN).date()


def local_today() -> date:
    """The day that it is now."""
    return local_day(datetime.now(UTC))
