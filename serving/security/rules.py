"""The one table of who may do what: every endpoint has a rule here, or the service does not start.

``create_app`` holds its routes against the table, the guard (``guard.py``) carries it out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from serving.security.who import Principal, Role

REVIEWER, COORDINATOR = Role.REVIEWER, Role.COORDINATOR
ANALYST, ADMINISTRATOR = Role.ANALYST, Role.ADMINISTRATOR


class Scope(Enum):
    """Which people a rule's roles may reach."""

    OPEN = auto()  # nobody need be logged in
    METRICS = auto()  # this machine, or a token of its own: nothing about a person is there
    ANYONE = auto()  # logged in, with one of the roles; no person's data
    REGION = auto()  # aggregates with small counts suppressed
    UNIT = auto()  # the care unit in the path must be one of theirs
    PERSON = auto()  # the person in the path (or form) must be listed at a care unit of theirs
    BREAK_GLASS = auto()  # a person of another unit, with a reason that is kept
    ADMIN = auto()  # who saw what, objections, retention: never a person's record
    SCORING = auto()  # records that the caller brings along
    EITHER = auto()  # UNIT where a care unit is named, else PERSON
    HOOK = auto()  # the person whose record is open where the call comes from


@dataclass(frozen=True)
class Rule:
    """``deed``: the word in the access log; None where no person's data are shown."""

    scope: Scope
    roles: frozenset[Role] = frozenset()
    deed: str | None = None

    def allows(self, principal: Principal) -> bool:
        """Whether one of the principal's roles is among the rule's; care units apart."""
        return bool(self.roles & principal.roles)


EVERYBODY = frozenset(Role)
CARE = frozenset({REVIEWER, COORDINATOR})
OVERVIEW = frozenset({COORDINATOR, ANALYST})
ADMINS = frozenset({ADMINISTRATOR})

OPEN = Rule(Scope.OPEN)
INSIDE = Rule(Scope.ANYONE, EVERYBODY)


def _unit(deed: str) -> Rule:
    return Rule(Scope.UNIT, CARE, deed)


def _person(deed: str) -> Rule:
    return Rule(Scope.PERSON, CARE, deed)


UNIT, API_UNIT = "/care-units/{care_unit}", "/api/v1/care-units/{care_unit}"
API_PERSON = "/api/v1/people/{person_id}"

RULES: dict[tuple[str, str], Rule] = {
    # Coming and going
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("GET", "/login/start"): OPEN,
    ("GET", "/login/callback"): OPEN,
    ("POST", "/logout"): OPEN,  # does nothing but end the caller's own session
    # Pages
    ("GET", "/"): INSIDE,
    ("GET", UNIT): _unit("list"),
    ("GET", f"{UNIT}/export.{{kind}}"): _unit("export"),
    ("POST", f"{UNIT}/search"): _unit("search"),
    ("POST", f"{UNIT}/decisions"): _unit("decision"),
    ("POST", f"{UNIT}/decisions/{{decision_id}}/undo"): _unit("undo"),
    ("GET", f"{UNIT}/team"): _unit("team"),
    ("POST", f"{UNIT}/team/{{enrolment_id}}/end"): _unit("end-enrolment"),
    ("GET", "/people/{person_id}"): _person("person"),
    ("GET", "/people/{person_id}/reasons/{target}"): _person("person"),
    ("GET", "/people/{person_id}/years/{year}"): _person("timeline"),
    ("POST", "/people/{person_id}/open"): Rule(Scope.BREAK_GLASS, CARE, "break-glass"),
    ("GET", "/region"): Rule(Scope.REGION, OVERVIEW),
    ("GET", "/administration"): Rule(Scope.ADMIN, ADMINS),
    ("POST", "/administration/access"): Rule(Scope.ADMIN, ADMINS, "access-log"),
    # The API
    ("GET", "/api/v1/care-units"): Rule(Scope.REGION, frozenset({REVIEWER, *OVERVIEW})),
    ("GET", f"{API_UNIT}/lists/{{week}}"): _unit("list"),
    ("POST", f"{API_UNIT}/decisions"): _unit("decision"),
    ("POST", f"{API_UNIT}/decisions/{{decision_id}}/undo"): _unit("undo"),
    ("GET", f"{API_UNIT}/team"): _unit("team"),
    ("POST", f"{API_UNIT}/team/{{enrolment_id}}/end"): _unit("end-enrolment"),
    ("GET", API_PERSON): _person("person"),
    ("GET", f"{API_PERSON}/scores"): _person("scores"),
    ("GET", f"{API_PERSON}/timeline"): _person("timeline"),
    ("GET", f"{API_PERSON}/decisions"): _person("decisions"),
    ("GET", "/api/v1/changes"): _unit("changes"),
    # FHIR
    ("GET", "/fhir/metadata"): OPEN,
    ("GET", "/fhir/RiskAssessment"): _person("assessment"),
    ("GET", "/fhir/RiskAssessment/{assessment_id}"): _person("assessment"),
    ("GET", "/fhir/List"): _unit("list"),
    ("GET", "/fhir/List/{list_id}"): _unit("list"),
    ("GET", "/fhir/Task"): Rule(Scope.EITHER, CARE, "task"),
    ("GET", "/fhir/Task/{task_id}"): _person("task"),
    # CDS Hooks
    ("GET", "/cds-services"): INSIDE,
    ("POST", "/cds-services/{service_id}"): Rule(Scope.HOOK, CARE, "card"),
    ("POST", "/cds-services/{service_id}/feedback"): Rule(Scope.ANYONE, CARE),
}

# What the scoring service answers by itself, and files: the door carries these out.
DOOR: dict[tuple[str, str], Rule] = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/livez"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/metrics"): Rule(Scope.METRICS),
    ("GET", "/static/{path:path}"): OPEN,
    ("GET", "/docs.json"): INSIDE,
    ("GET", "/schema.json"): INSIDE,
    ("GET", "/api/v1/openapi.json"): INSIDE,
    ("POST", "/score"): Rule(Scope.SCORING, CARE, "score"),
    ("POST", "/score_batch"): Rule(Scope.SCORING, CARE, "score"),
}
# Routes of the scoring service that nobody needs; the door answers that they are not there.
SHUT = ("/static_content",)


def rule_of(method: str, template: str) -> Rule | None:
    """The rule of an endpoint, by the template of its path; HEAD is as GET."""
    key = ("GET" if method == "HEAD" else method, template)
    return RULES.get(key) or DOOR.get(key)


def without_rule(endpoints: Iterable[tuple[str, str]]) -> list[str]:
    """The endpoints, as ``METHOD path``, that the table does not know."""
    return [f"{m} {t}" for m, t in endpoints if rule_of(m, t) is None]
