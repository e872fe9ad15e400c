"""What is asked of elements of FHIR resources; whatever is missing or oddly shaped is None."""

import calendar
import re
from collections.abc import Iterable, Iterator
from typing import Any

from features.person_numbers import is_person_number
from features.sources.fhir.files import Resource
from features.sources.systems import system_of

HSA_SYSTEMS = {
    "urn:oid:1.2.752.29.4.19",  # the Swedish base profiles
    "urn:oid:1.2.752.129.2.1.4.1",  # Inera's service contracts
    "http://electronichealth.se/identifier/hsaid",
}
PERSON_NUMBER_SYSTEMS = {
    "urn:oid:1.2.752.129.2.1.3.1",
    "http://electronichealth.se/identifier/personnummer",
    "urn:oid:1.2.752.129.2.1.3.3",
    "http://electronichealth.se/identifier/samordningsnummer",
    "urn:oid:1.2.752.74.9.1",
    "http://electronichealth.se/identifier/nationelltreservnummer",
    "http://electronichealth.se/identifier/lma-nummer",
}
"""Found in the Swedish base profiles and in Inera's service contracts (the OIDs)."""

_PARTIAL = re.compile(r"\d{4}(-\d\d)?")


def identifiers(resource: Resource) -> Iterator[tuple[str, str]]:
    """(system in lower case, value) of each identifier that has both."""
    for identifier in _list(resource.get("identifier")):
        if isinstance(identifier, dict) and isinstance(identifier.get("value"), str):
            yield str(identifier.get("system", "")).strip().lower(), identifier["value"].strip()


def is_of_person(system: str, value: str) -> bool:
    """Whether an identifier is a personal identity number, by its system or its form."""
    return system in PERSON_NUMBER_SYSTEMS or is_person_number(value)


def hsa_id(found: Iterable[tuple[str, str]]) -> str | None:
    return next((value for system, value in found if system in HSA_SYSTEMS and value), None)


def referred(reference: object, kind: str) -> str | None:
    """Id of a resource of this type that a Reference points to."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    if text.startswith("urn:uuid:"):
        return text.removeprefix("urn:uuid:")
    path = text.split("?")[0].split("/")
    return path[path.index(kind) + 1] if kind in path[:-1] and "?" not in text else None


def identified(reference: object) -> list[tuple[str, str]]:
    """Identifiers that a Reference itself carries, also as ``Organization?identifier=a|b``."""
    if not isinstance(reference, dict):
        return []
    found = list(identifiers({"identifier": [reference.get("identifier")]}))
    text = reference.get("reference")
    if isinstance(text, str) and "?identifier=" in text:
        system, _, value = text.split("?identifier=", 1)[1].partition("|")
        found.append((system.strip().lower(), value.strip()))
    return found


def codings(concept: object) -> list[tuple[str, str]]:
    """(our name of the system, code) of each coding of a CodeableConcept."""
    given = _list(concept.get("coding")) if isinstance(concept, dict) else []
    return [
        (system_of(str(coding.get("system", ""))), str(coding["code"]))
        for coding in given
        if isinstance(coding, dict) and coding.get("code")
    ]


def preferred(found: list[tuple[str, str]], systems: Iterable[str]) -> tuple[str, str] | None:
    """The coding of the first system that there is one of."""
    return next((pair for system in systems for pair in found if pair[0] == system), None)


def code_of(concept: object) -> str:
    """The first code of a CodeableConcept or Coding of FHIR's own, else nothing."""
    if isinstance(concept, dict) and "code" in concept:
        return str(concept["code"])
    found = codings(concept)
    return found[0][1] if found else ""


def when(*moments: object, birth: bool = False) -> str | None:
    """The first date or moment there is; of a partial one the last day (births: the middle)."""
    for moment in moments:
        if isinstance(moment, dict):
            moment = moment.get("start") or moment.get("end")
        if isinstance(moment, str) and moment:
            return _whole(moment, birth) if _PARTIAL.fullmatch(moment) else moment
    return None


def _whole(partial: str, birth: bool) -> str:
    year, month = int(partial[:4]), int(partial[5:7] or 0)
    if birth:
        return f"{partial}-15" if month else f"{partial}-07-01"
    if not 1 <= (month or 12) <= 12:
        return partial
    return f"{year:04d}-{month or 12:02d}-{calendar.monthrange(year, month or 12)[1]:02d}"


def period(resource: Resource, key: str = "period") -> tuple[str | None, str | None]:
    found = resource.get(key)
    if not isinstance(found, dict):
        return None, None
    return when(found.get("start")), when(found.get("end"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
