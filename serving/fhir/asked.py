"""What a FHIR search asks for: whom, which unit, which page. Which days: ``dates.py``."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from features.errors import SettingsError
from serving.fhir.elements import HSA, PERSON

MOST, USUAL = 200, 50
BY_IDENTIFIER = {"List": "subject:identifier", "Task": "owner:identifier"}
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


def page_of(found: Sequence[T], offset: int, count: int) -> Sequence[T]:
    return found[offset : offset + count]


def refuse_modifiers(kind: str, names: Iterable[str]) -> None:
    """SettingsError for a parameter with a modifier that is not known: passed over, the search
    would find what was not asked for (R4 forbids it)."""
    for name in names:
        parameter, modified, _ = name.partition(":")
        if modified and name != BY_IDENTIFIER.get(kind):
            raise SettingsError(
                "a modifier that is not known here", where=parameter, do="See GET /fhir/metadata."
            )
