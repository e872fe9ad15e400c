"""What this server can do, as FHIR tells it (GET /fhir/metadata)."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

SEARCHES = {
    "RiskAssessment": (
        "Risktal för en person, ett per vecka; ett utfall per prediction, sannolikheten i procent.",
        {"patient": "reference", "subject": "reference", "date": "date"},
    ),
    "List": (
        "En vårdcentrals veckolista; subject:identifier är enhetens HSA-id, date veckans måndag.",
        {"subject": "reference", "date": "date"},
    ),
    "Task": (
        "Begäran om inskrivning i mobilt team; owner:identifier är enhetens HSA-id.",
        {
            "owner": "reference",
            "patient": "reference",
            "subject": "reference",
            "authored-on": "date",
        },
    ),
}


def capability_statement(base: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-29",
        "publisher": "Framsynt",
        "kind": "instance",
        "software": {"name": "Framsynt", "version": _version()},
        "implementation": {"description": "Framsynt", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Läsning, och sökning med GET eller med POST till "
                "_search. Beslut fattas på sidorna eller över /api/v1.",
                "security": {
                    "cors": False,
                    "description": "Authorization: Bearer TOKEN, som för /api/v1.",
                },
                "resource": [
                    {
                        "type": kind,
                        "documentation": what,
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": [{"name": n, "type": t} for n, t in parameters.items()],
                    }
                    for kind, (what, parameters) in SEARCHES.items()
                ],
            }
        ],
    }


def _version() -> str:
    try:
        return version("framsynt")
    except PackageNotFoundError:  # run from its folder
        return "0"
