"""Traces for OpenTelemetry: where the time of a request or of the weekly run goes.

Off unless the environment names a collector (``OTEL_EXPORTER_OTLP_ENDPOINT`` or
``OTEL_EXPORTER_OTLP_TRACES_ENDPOINT``); without, no span is made.
The provider is our own and nobody else's: what other libraries record does not get out, and
of ours nothing but names written in this code, templates of paths, status codes and counts.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import SettingsError

P = ParamSpec("P")
R = TypeVar("R")

QUIET = frozenset({"/livez", "/readyz", "/healthz", "/metrics", "/static/{path:path}"})
"""Asked for all day long, by machines: not traced."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATEMENTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "LOCK", "BEGIN", "ANALYZE"})

_provider: Any = None
_tracer: Any = None
_NOTHING = nullcontext()


@dataclass(frozen=True)
class TracingSettings:
    """Whether there is anybody to send spans to. All else (``OTEL_SERVICE_NAME``,
    ``OTEL_TRACES_SAMPLER``, ``OTEL_EXPORTER_OTLP_HEADERS``, ``OTEL_BSP_…``) the OpenTelemetry
    SDK reads by itself."""

    on: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """SettingsError, that names the variable, for a way of sending that is not there."""
        said = {name: environment.get(name, "").strip() for name in _ASKED}
        named = said["OTEL_EXPORTER_OTLP_ENDPOINT"] or said["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
        if said["OTEL_SDK_DISABLED"].lower() == "true" or not named:
            return cls()
        if said["OTEL_TRACES_EXPORTER"] == "none":
            return cls()
        if said["OTEL_TRACES_EXPORTER"] not in ("", "otlp"):
            raise _cannot("OTEL_TRACES_EXPORTER", "Leave it out, or write otlp or none.")
        for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
            if said[name] not in ("", "http/protobuf"):
                raise _cannot(name, "Leave it out, or write http/protobuf.")
        return cls(on=True)


_ASKED = (
    "OTEL_SDK_DISABLED",
    "OTEL_TRACES_EXPORTER",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
)


def _cannot(name: str, do: str) -> SettingsError:
    return SettingsError("spans cannot be sent that way", where=name, do=do)


def start() -> None:
    """Begin to trace in this process, if the environment says so. Again: nothing changes."""
    global _provider, _tracer
    if _tracer is not None or not TracingSettings.from_environment().on:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    resource = Resource.create({} if named else {"service.name": "framsynt"})
    _provider = TracerProvider(resource=resource)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("framsynt")


def flush() -> None:
    """Send what has not been sent yet."""
    if _provider is not None:
        _provider.force_flush(10_000)


def stop() -> None:
    """Send what has not been sent yet, and trace no more."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
        _provider = _tracer = None


def span(name: str, **about: int) -> AbstractContextManager[Any]:
    """A stretch of time by a name; ``about``: counts. Never a value from anybody's record."""
    return _NOTHING if _tracer is None else _spanning(name, about)


@contextmanager
def _spanning(name: str, about: Mapping[str, int]) -> Iterator[Any]:
    attributes = {f"framsynt.{key}": value for key, value in about.items()}
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            _failed(current, error)
            raise


def _failed(current: Any, error: BaseException) -> None:
    """An error's kind; its text may hold somebody's data."""
    from opentelemetry.trace import Status, StatusCode

    current.set_attribute("error.type", type(error).__name__)
    current.set_status(Status(StatusCode.ERROR))


def traced(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a whole command: begins to trace, and has sent everything when it returns."""

    def around(work: Callable[P, R]) -> Callable[P, R]:
        @wraps(work)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            start()
            try:
                with span(name):
                    return work(*args, **kwargs)
            finally:
                flush()

        return run

    return around


class Traced:
    """A span for every request. Stands inside what hides paths: all it sees is a template.

    The scoring framework would record spans of its own, whether or not anybody wants them;
    that is switched off.
    """

    def __init__(self, app: ASGIApp) -> None:
        from opentelemetry.instrumentation.utils import suppress_http_instrumentation

        self.app, self._without_others = app, suppress_http_instrumentation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._without_others():
            if _tracer is None or scope["type"] != "http" or scope["path"] in QUIET:
                await self.app(scope, receive, send)
            else:
                await self._traced(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        about = {"http.request.method": method, "http.route": scope["path"]}

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                current.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    current.set_status(Status(StatusCode.ERROR))
            await send(message)

        with _tracer.start_as_current_span(
            f"{method} {scope['path']}",
            context=_caller(scope),
            kind=SpanKind.SERVER,
            attributes=about,
            record_exception=False,
            set_status_on_exception=False,
        ) as current:
            try:
                await self.app(scope, receive, noting)
            except BaseException as error:
                _failed(current, error)
                raise


_TRACE_PARENT = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def _caller(scope: Scope) -> Any:
    """The caller's trace, where it names one. Of what else it says of itself (``tracestate``,
    ``baggage``: free text) nothing is taken."""
    from opentelemetry import context, trace

    said = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
    found = _TRACE_PARENT.fullmatch(said)
    if found is None:
        return context.get_current()
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    parent = trace.SpanContext(trace_id, span_id, True, trace.TraceFlags(flags & 1))
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))


def follow(engine: Engine) -> None:
    """A span for every statement within a request or command: its kind and the table, in our
    own words, without the statement and without values."""
    if _tracer is None:
        return
    from opentelemetry import trace
    from opentelemetry.trace import SpanKind

    def before(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _m: Any) -> None:
        if context is not None and _tracer is not None and trace.get_current_span().is_recording():
            context.framsynt_span = _tracer.start_span(
                f"register {_kind(statement)}",
                kind=SpanKind.CLIENT,
                attributes={"db.system.name": engine.dialect.name},
            )

    def after(_c: Any, _cursor: Any, _statement: str, _p: Any, context: Any, _m: Any) -> None:
        if (begun := getattr(context, "framsynt_span", None)) is not None:
            begun.end()

    def failed(context: Any) -> None:
        begun = getattr(context.execution_context, "framsynt_span", None)
        if begun is not None:
            _failed(begun, context.original_exception)
            begun.end()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)


def _kind(statement: str) -> str:
    """``SELECT scores``: the first word, and the first of the register's tables that it names."""
    from serving.register.models import Base

    words = re.findall(r"\w+", statement)
    verb = words[0].upper() if words and words[0].upper() in STATEMENTS else "statement"
    table = next((word for word in words if word in Base.metadata.tables), "")
    return f"{verb} {table}".strip()
