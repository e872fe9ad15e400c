"""Problem documents as FHIR's OperationOutcome."""

from typing import Any

CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    409: "conflict",
    413: "too-long",
    422: "invalid",
    429: "throttled",
    503: "transient",
}


def outcome_of(problem: dict[str, Any]) -> dict[str, Any]:
    """The same said in FHIR's words."""
    status = int(problem["status"])
    issue: dict[str, Any] = {
        "severity": "error",
        "code": CODES.get(status, "exception"),
        "diagnostics": str(problem["detail"]),
    }
    more = [
        {"severity": "error", "code": "invalid", "diagnostics": f"{e['where']}: {e['what']}"}
        for e in problem.get("errors", ())
    ]
    return {"resourceType": "OperationOutcome", "issue": [issue, *more]}
