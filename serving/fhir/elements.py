"""What all resources are made of: references, codes, ids, the bundle of a search."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

Resource = dict[str, Any]
MEDIA_TYPE = "application/fhir+json"
HSA = "urn:oid:1.2.752.29.4.19"
"""HSA-id, as the Swedish base profiles write it (SEBaseOrganization, HL7 Sweden)."""
PERSON, MODEL, EXTRACT = "urn:framsynt:person", "urn:framsynt:model", "urn:framsynt:extract"
TARGET, MOBILE_MODEL = "urn:framsynt:target", "urn:framsynt:mobile-model"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def is_id(text: str) -> bool:
    """Whether FHIR takes a text as the id of a resource."""
    return bool(_ID.fullmatch(text))


def id_of(first: str, rest: str) -> str:
    """An id of two parts; where that is none, a hash stands for the second."""
    plain = f"{first}.{rest}"
    return plain if is_id(plain) else f"{first}.{hashlib.sha256(rest.encode()).hexdigest()[:40]}"


def patient(person_id: str) -> Resource:
    """A reference to a person: by the pseudonym, and as a literal where it can be one."""
    said: Resource = {
        "type": "Patient",
        "identifier": {"system": PERSON, "value": person_id},
    }
    return {"reference": f"Patient/{person_id}", **said} if is_id(person_id) else said


def unit(care_unit: str, name: str | None, kind: str = "Organization") -> Resource:
    """A reference to a care unit by its HSA-id."""
    said: Resource = {"type": kind, "identifier": {"system": HSA, "value": care_unit}}
    return {**said, "display": name} if name else said


def concept(system: str, code: str, display: str = "") -> Resource:
    coding = {"system": system, "code": code}
    return {"coding": [{**coding, "display": display} if display else coding]}


def device() -> Resource:
    return {"type": "Device", "display": "Framsynt"}


def searchset(
    base: str,
    kind: str,
    found: Sequence[Resource],
    asked: dict[str, list[str]],
    *,
    total: int,
    offset: int,
    count: int,
) -> Resource:
    """A page of a search. ``asked``: the parameters that it was found by, for the links."""

    def link(at: int) -> str:
        page = {"_count": count} | ({"_offset": at} if at else {})
        return f"{base}/{kind}?{urlencode({**asked, **page}, doseq=True)}"

    links = [{"relation": "self", "url": link(offset)}]
    if count and offset + len(found) < total:  # R4: none where only the total is asked for
        links.append({"relation": "next", "url": link(offset + len(found))})
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": links,
    }
    entries = [
        {
            "fullUrl": f"{base}/{kind}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in found
    ]
    return {**bundle, "entry": entries} if entries else bundle
