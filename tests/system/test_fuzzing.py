"""The whole API, spoken to by a fuzzer that has read its own description.

Fear: a body nobody thought of breaks the service, writes something all the same, or gets an
answer that the description does not know. Half of the calls name people and care units that
there are, or the fuzzer would never get past the guard.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from sqlalchemy import Engine, func, select

from serving.api.app import create_app
from serving.register import Register
from serving.register.models import DecisionRow, EnrolmentEnd, EnrolmentRow, ObjectionRow
from tests.system.conftest import home_of
from tests.system.running import Service, new_words

pytestmark = pytest.mark.slow

EXAMPLES = 40  # of each mode, for each endpoint
CONFORMS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
KEPT = (DecisionRow, EnrolmentRow, EnrolmentEnd, ObjectionRow)
DOCUMENT = create_app().openapi()
ENDPOINTS = [(m.upper(), path) for path, methods in DOCUMENT["paths"].items() for m in methods]
SCORING = [("POST", "/score"), ("POST", "/score_batch")]


@dataclass(frozen=True)
class Fuzzed:
    """A service, and what of its register is real."""

    service: Service
    engine: Engine
    header: dict[str, str]
    known: dict[str, list[Any]]

    def rows(self) -> tuple[int, ...]:
        with self.engine.connect() as connection:
            return tuple(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in KEPT
            )


@pytest.fixture(scope="module")
def fuzzed(region: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    work = tmp_path_factory.mktemp("fuzzed")
    home = home_of(region, work)
    words = new_words(home)
    service = Service(home, work / "log", {"FRAMSYNT_RATE_PER_PRINCIPAL": "5000/50000"})
    register = Register.open(f"sqlite:///{home.path / 'register.db'}")
    run = register.current()
    assert run is not None
    [unit, *_] = register.units(run.id)
    people = [e.person_id for e in register.entries(run.id, unit.care_unit)]
    known = {
        "care_unit": [unit.care_unit],
        "person_id": people,
        "week": ["current", run.week],
        "decision_id": [1, 2, 3],
        "enrolment_id": [1, 2],
    }
    service.start()
    try:
        yield Fuzzed(service, register.engine, words.header, known)
    finally:
        service.stop()
        register.close()


def operations(document: dict[str, Any], url: str) -> dict[tuple[str, str], APIOperation]:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    found = [o.ok() for o in schema.get_all_operations() if isinstance(o, Ok)]
    return {(o.method.upper(), o.path): o for o in found}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
def test_answers_are_as_described_and_nothing_refused_is_kept(
    fuzzed: Fuzzed, endpoint: tuple[str, str], mode: GenerationMode
) -> None:
    operation = operations(DOCUMENT, fuzzed.service.url)[endpoint]
    try_calls(fuzzed, operation, mode)


@pytest.mark.parametrize("endpoint", SCORING, ids=" ".join)
def test_scoring_calls_are_as_described(fuzzed: Fuzzed, endpoint: tuple[str, str]) -> None:
    document = fuzzed.service.client(headers=fuzzed.header).get("/docs.json").json()
    operation = operations(document, fuzzed.service.url)[endpoint]
    for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
        try_calls(fuzzed, operation, mode)


@pytest.mark.parametrize("endpoint", ENDPOINTS + SCORING, ids=" ".join)
def test_nobody_gets_an_answer_without_a_token(fuzzed: Fuzzed, endpoint: tuple[str, str]) -> None:
    method, path = endpoint
    real = path.format(**{name: some[0] for name, some in fuzzed.known.items()})
    for header in ({}, {"authorization": "Bearer none"}, {"authorization": "Basic eDp5"}):
        answer = httpx.request(
            method, fuzzed.service.url + real, headers=header, json={}, trust_env=False
        )
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def try_calls(fuzzed: Fuzzed, operation: APIOperation, mode: GenerationMode) -> None:
    """Some calls of one endpoint, the same ones in every run of the tests."""
    calls = operation.as_strategy(generation_mode=mode)

    @seed(5)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=calls, real=st.booleans(), pick=st.randoms(use_true_random=False))
    def run(case: Case, real: bool, pick: Any) -> None:
        if real:
            name_real_ones(case, fuzzed.known, pick)
        before = fuzzed.rows()
        answer = case.call(headers=fuzzed.header)
        case.validate_response(answer, checks=CONFORMS)
        kept = fuzzed.rows() == before
        assert kept or (operation.method == "post" and answer.status_code == 201)

    run()


def name_real_ones(case: Case, known: dict[str, list[Any]], pick: Any) -> None:
    """Put people, units and weeks that there are in the place of the fuzzer's."""
    parts = [case.path_parameters, case.query]
    if isinstance(case.body, dict):
        parts.append(case.body)
    for part in parts:
        for name in set(part or ()) & set(known):
            part[name] = pick.choice(known[name])  # type: ignore[index]
