"""What a FHIR search asks for: whom, which unit, which days, which page."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from features.errors import SettingsError
from serving.fhir.elements import HSA, PERSON

MOST, USUAL = 200, 50
PREFIXES = ("eq", "ge", "le", "gt", "lt")
T = TypeVar("T")


def person_in(said: str) -> str:
    """Of ``Patient/ID``, ``ID`` or ``urn:framsynt:person|ID``."""
    return _token(said, PERSON).removeprefix("Patient/")


def unit_in(said: str) -> str:
    """Of ``urn:oid:1.2.752.29.4.19|HSA-id``, or the HSA-id alone."""
    return _token(said, HSA)


def _token(said: str, system: str) -> str:
    given, bar, value = said.rpartition("|")
    if bar and given != system:
        raise SettingsError("an identifier of another system", do=f"Write {system}|… .")
    return value


def days_in(said: Iterable[str], where: str = "date") -> tuple[date, date]:
    """First and last day that the parameters named ``where`` leave. Days or months or years, with a
    prefix of eq, ge, le, gt, lt; SettingsError for anything else."""
    first, last = date.min, date.max
    for one in said:
        prefix = one[:2] if one[:2] in PREFIXES else "eq"
        start, end = _span(one.removeprefix(prefix) if one[:2] in PREFIXES else one, where)
        if prefix in ("eq", "ge"):
            first = max(first, start)
        if prefix in ("eq", "le"):
            last = min(last, end)
        if prefix == "gt":
            first = max(first, end + timedelta(days=1) if end < date.max else date.max)
        if prefix == "lt":
            last = min(last, start - timedelta(days=1) if start > date.min else date.min)
    return first, last


def _span(said: str, where: str) -> tuple[date, date]:
    try:
        if len(said) == 4:
            return date(int(said), 1, 1), date(int(said), 12, 31)
        if len(said) == 7 and said[4] == "-":
            start = date.fromisoformat(f"{said}-01")
            after = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
            return start, after - timedelta(days=1)
        if len(said) != 10:
            raise ValueError
        day = date.fromisoformat(said)
    except (ValueError, OverflowError):
        raise SettingsError(
            "not a date", where=where, do="Write ge2026-01-01, 2026-11 or 2026."
        ) from None
    return day, day


def page_of(found: Sequence[T], offset: int, count: int) -> Sequence[T]:
    return found[offset : offset + count]
