"""What is sent to a collector: where the time goes, and nothing about anybody."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import text

from features.errors import MissingError, SettingsError
from features.store import ExtractStore
from serving import tracing
from serving.register import Register
from serving.tracing import TracingSettings
from tests.deploy.collector import Collector, attributes, collecting
from tests.deploy.conftest import Watched
from tests.serving.security.test_nothing_about_people import what_is_secret
from tests.serving.small_home import as_json

KEYS = {
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "db.system.name",
    "error.type",
    "framsynt.people",
    "framsynt.targets",
}
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
WHO = "VG-770077"
"""What a caller says of itself, and of a person who is nowhere else."""


def waiting_for(collector: Collector, wanted: Callable[[Any], bool]) -> Any:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = [span for span in collector.spans if wanted(span)]
        if found:
            return found[-1]
        time.sleep(0.1)
    pytest.fail(f"no such span among {sorted({s.name for s in collector.spans})}")


@pytest.fixture(scope="module")
def asked(watched: Watched) -> tuple[Watched, str]:
    """A service of which everything has been asked about one person, whose id is told."""
    register = Register.open(watched.home)
    run = register.current()
    assert run is not None
    person = register.entries(run.id)[0].person_id
    register.close()
    service = watched.service
    bearer = {
        "Authorization": f"Bearer {watched.words.token}",
        "traceparent": f"00-{CALLER}-00f067aa0ba902b7-01",
        "tracestate": f"who={WHO}",
        "baggage": f"person={person}",
        "User-Agent": f"tool-of-{WHO}",
        "X-Forwarded-For": "203.0.113.77",
    }
    extract = ExtractStore(watched.home).current()
    history = as_json(extract.person(person))
    page = service.reader("samordnare", watched.words.password)
    with httpx.Client(base_url=service.url, headers=bearer, timeout=60, trust_env=False) as http:
        body = {"index_date": run.index_date.isoformat(), "history": history}
        assert http.post("/score", json=body).status_code == 200
        broken = {"index_date": run.index_date.isoformat(), "history": {"persons": [{"a": WHO}]}}
        assert http.post("/score", json=broken).status_code == 422
        assert http.get(f"/api/v1/people/{person}?week={run.week}").status_code == 200
        assert http.get(f"/api/v1/people/{WHO}").status_code == 404
        assert http.get(f"/people/{person}/{WHO}?q={WHO}").status_code == 404
        assert http.request(f"{WHO}".replace("-", ""), "/").status_code in (401, 404, 405)
    assert page.get(f"/people/{person}").status_code == 200
    waiting_for(watched.collector, lambda s: s.name == "GET /people/{person_id}")
    return watched, person


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("POST /score", {"features", "predict", "explain"}),
        (
            "GET /people/{person_id}",
            {"render", "register SELECT weekly_runs", "register INSERT access_log"},
        ),
        ("GET /api/v1/people/{person_id}", {"register INSERT access_log"}),
        ("weekly run", {"read history", "features", "predict", "lists and reasons"}),
        ("weekly run", {"write register", "register INSERT list_entries"}),
    ],
)
def test_where_the_time_goes(asked: tuple[Watched, str], name: str, within: set[str]) -> None:
    collector = asked[0].collector
    root = waiting_for(
        collector,
        lambda s: s.name == name and within <= {one.name for one in collector.below(s)},
    )
    for inside in collector.below(root):
        assert inside.start_time_unix_nano >= root.start_time_unix_nano
        assert inside.trace_id == root.trace_id


@pytest.mark.slow
def test_requests_say_their_template_and_how_they_went(asked: tuple[Watched, str]) -> None:
    collector = asked[0].collector
    page = waiting_for(collector, lambda s: s.name == "GET /people/{person_id}")
    assert attributes(page) == {
        "http.request.method": "GET",
        "http.route": "/people/{person_id}",
        "http.response.status_code": 200,
    }
    assert waiting_for(collector, lambda s: s.name == "_OTHER /")
    assert waiting_for(collector, lambda s: s.name == "GET /other")


@pytest.mark.slow
def test_a_caller_that_traces_finds_its_call_again(asked: tuple[Watched, str]) -> None:
    score = waiting_for(asked[0].collector, lambda s: s.name == "POST /score")
    assert score.trace_id.hex() == CALLER
    assert score.trace_state == ""


@pytest.mark.slow
def test_health_and_metrics_are_not_traced(asked: tuple[Watched, str]) -> None:
    names = {span.name for span in asked[0].collector.spans}
    assert not {name for name in names if name.endswith(("/readyz", "/metrics", "/livez"))}


@pytest.mark.slow
def test_it_is_said_which_service(asked: tuple[Watched, str]) -> None:
    for resource in asked[0].collector.resources:
        assert resource["service.name"] == "framsynt"
        assert not {key for key in resource if key.startswith(("host.", "process.", "os."))}


@pytest.mark.slow
def test_nothing_about_anybody_is_in_any_byte(asked: tuple[Watched, str]) -> None:
    watched, person = asked
    words, dates = what_is_secret(ExtractStore(watched.home).current())
    sent = b""
    for body in list(watched.collector.bodies):
        request = ExportTraceServiceRequest.FromString(body)
        for part in request.resource_spans:
            for scope in part.scope_spans:
                for span in scope.spans:
                    assert set(attributes(span)) <= KEYS
                    assert not span.events
                    assert not span.links
                    assert not span.status.message
                    # Numbers by chance and by clock: any four letters might be among them.
                    for random in ("trace_id", "span_id", "parent_span_id"):
                        span.ClearField(random)
                    span.start_time_unix_nano = span.end_time_unix_nano = 0
        sent += request.SerializeToString()
    assert person in words
    also = {WHO, "203.0.113.77", watched.words.token, watched.words.password, "samordnare"}
    found = [w for w in words | dates | also if w.encode() in sent]
    assert found == []
    assert not re.search(rb"SE\d{10}-", sent)  # no care unit either


def test_off_unless_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing._ASKED:
        monkeypatch.delenv(name, raising=False)
    tracing.start()
    assert tracing._tracer is None
    assert tracing.span("one") is tracing.span("another")


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_SERVICE_NAME": "framsynt"}, False),
        ({}, False),
    ],
    ids=["endpoint", "for-traces", "disabled", "none", "only-a-name", "nothing"],
)
def test_the_usual_variables(settings: dict[str, str], on: bool) -> None:
    assert TracingSettings.from_environment(settings).on is on


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_TRACES_EXPORTER", "zipkin")],
)
def test_a_way_of_sending_that_is_not_there_is_told(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        TracingSettings.from_environment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", name: value})


def test_an_error_is_told_by_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        with tracing.span("inner", people=2):
            raise ValueError(WHO)

    with collecting() as collector:
        for name, value in collector.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "elsewhere")
        try:
            with pytest.raises(ValueError, match=WHO):
                tracing.traced("outer")(fails)()
            spans = {span.name: span for span in collector.spans}
            assert set(spans) == {"inner", "outer"}
            assert attributes(spans["inner"]) == {"error.type": "ValueError", "framsynt.people": 2}
            assert spans["inner"].status.code == 2
            assert {r["service.name"] for r in collector.resources} == {"elsewhere"}
            assert not any(WHO.encode() in body for body in collector.bodies)
        finally:
            tracing.stop()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("BEGIN IMMEDIATE", "BEGIN"),
        ("INSERT INTO access_log (who) VALUES ('x')", "INSERT access_log"),
        ("ANALYZE scores, reasons", "ANALYZE scores"),
        ("PRAGMA foreign_keys", "statement"),
        ("", "statement"),
    ],
)
def test_a_statement_is_told_by_its_kind_and_table(statement: str, said: str) -> None:
    assert tracing._kind(statement) == said


def test_a_collector_that_is_away_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    try:
        assert tracing.traced("work")(lambda: 7)() == 7
    finally:
        tracing.stop()


def test_a_statement_that_finds_the_database_away_has_its_span(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with collecting() as collector, monkeypatch.context() as patch:
        for name, value in collector.environment.items():
            patch.setenv(name, value)
        tracing.start()
        try:
            register = Register.open(f"sqlite:///{tmp_path}/register.db")
            with tracing.span("request"), register.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA query_only=ON")
                with pytest.raises(MissingError):
                    connection.execute(text("DELETE FROM scores"))
            tracing.flush()
            span = waiting_for(collector, lambda s: s.name == "register DELETE scores")
            assert attributes(span)["error.type"] == "OperationalError"
        finally:
            tracing.stop()
