"""Dates of a FHIR search (https://hl7.org/fhir/R4/search.html#date): prefixes, and dates or
moments of any precision.

Both what is asked for and what is found are stretches of time, as 2026-11 is a month; where no
time zone is said they are the region's. ``ap`` (approximately) is not offered.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self

from features.errors import SettingsError
from features.swedish_time import SWEDEN

PREFIXES = ("eq", "ne", "ge", "le", "gt", "lt", "sa", "eb")
_TIME = r"T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"
_SAID = re.compile(rf"([a-z]{{2}})?(\d{{4}}(-\d\d(-\d\d({_TIME})?)?)?)", re.ASCII)


class Stretch(NamedTuple):
    """From its first moment up to the first one after it."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, said: str) -> Self:
        """Of a date, or a moment, as FHIR writes it. ValueError where the calendar has none."""
        if "T" not in said:
            return cls(*_days(said))
        start = datetime.fromisoformat(said)
        if start.tzinfo is None:
            start = start.replace(tzinfo=SWEDEN)
        lasts = timedelta(seconds=1) if said[16:17] == ":" else timedelta(minutes=1)
        return cls(start, start + (timedelta.resolution if said[19:20] == "." else lasts))


@dataclass(frozen=True)
class Asked:
    """One value of a date parameter."""

    prefix: str
    stretch: Stretch

    @classmethod
    def of(cls, said: str, where: str) -> Self:
        """SettingsError for what is none."""
        found = _SAID.fullmatch(said)
        prefix = (found[1] or "eq") if found else ""
        try:
            if not found or prefix not in PREFIXES:
                raise ValueError
            return cls(prefix, Stretch.of(found[2]))
        except (ValueError, OverflowError):
            raise SettingsError(
                f"not a date, or a prefix other than {', '.join(PREFIXES)}",
                where=where,
                do="Write ge2026-01-01, 2026-11 or lt2026-11-20T08:00:00Z.",
            ) from None

    def takes(self, found: Stretch) -> bool:
        asked = self.stretch
        inside = asked.start <= found.start and found.end <= asked.end
        match self.prefix:
            case "eq":
                return inside
            case "ne":
                return not inside
            case "ge":
                return inside or found.end > asked.end
            case "le":
                return inside or found.start < asked.start
            case "gt":
                return found.end > asked.end
            case "lt":
                return found.start < asked.start
            case "sa":  # starts after
                return found.start >= asked.end
            case _:  # ends before
                return found.end <= asked.start


@dataclass(frozen=True)
class Dates:
    """What all parameters of one name ask for: each must hold; of values with commas, one."""

    asked: tuple[tuple[Asked, ...], ...]

    @classmethod
    def of(cls, said: Iterable[str], where: str = "date") -> Self:
        """SettingsError that names the parameter."""
        return cls(tuple(tuple(Asked.of(v, where) for v in one.split(",")) for one in said))

    def take(self, found: date | str) -> bool:
        """Whether a day, or an element as a resource writes it, is asked for."""
        stretch = Stretch.of(str(found))
        return all(any(value.takes(stretch) for value in values) for values in self.asked)


def _days(said: str) -> tuple[datetime, datetime]:
    """Of a year, a month or a day: its first midnight, and the one that ends it."""
    first = date.fromisoformat(f"{said}-01-01"[:10])
    try:
        match len(said):
            case 4:
                after = first.replace(year=first.year + 1)
            case 7:
                after = (first + timedelta(days=31)).replace(day=1)
            case _:
                after = first + timedelta(days=1)
    except (OverflowError, ValueError):  # the calendar ends with the year 9999
        return _midnight(first), datetime.max.replace(tzinfo=UTC)
    return _midnight(first), _midnight(after)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SWEDEN)
