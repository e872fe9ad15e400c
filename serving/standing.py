"""How things stand, for Prometheus: the lists, the data they are made of, what was decided.

Read from the register when somebody asks, so every copy of the service says the same, also
after a restart. Sums over everybody alone, no care unit and no person.
"""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from features.errors import FramsyntError
from features.store import ExtractStore
from serving.places import HERE
from serving.register.decisions import Kind
from serving.register.models import DecisionRow, ListEntry

PER_KIND = select(DecisionRow.kind, func.count()).group_by(DecisionRow.kind)


class Standing:
    """``desk``: gives the desk, None while the service is starting."""

    def __init__(self, desk: Callable[[], Any]) -> None:
        self._desk = desk

    def text(self) -> str:
        """Prometheus' text format. What cannot be told now is left out."""
        registry = CollectorRegistry()
        up = _gauge(registry, "framsynt_register_up", "1 if the register's database answers")
        desk = self._desk()
        try:
            if desk is not None:
                _of_register(registry, desk.register)
                up.set(1)
        except (SQLAlchemyError, FramsyntError):
            up.set(0)
        if desk is not None:
            _of_extract(registry, desk.home)
        return generate_latest(registry).decode()


def _gauge(registry: Any, name: str, says: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(name, says, labels, registry=registry)


def _of_register(registry: Any, register: Any) -> None:
    run, engine = register.current(), register.engine
    if run is not None:
        for name, says, value in (
            ("week_timestamp_seconds", "The Monday of the newest list", _midnight(run.index_date)),
            ("made_timestamp_seconds", "When it was made", run.created_at.timestamp()),
            ("scored_people", "People scored for it", run.people),
            ("listed_people", "People on the lists of all care units", _listed(engine, run.id)),
        ):
            _gauge(registry, f"framsynt_list_{name}", says).set(value)
        made_by = _gauge(registry, "framsynt_list_model", "1: it made the list", ("model_version",))
        made_by.labels(run.model_version).set(1)
    decided = _gauge(registry, "framsynt_decisions", "Decisions up to now, by kind", ("kind",))
    with engine.connect() as connection:
        counts = {str(kind): int(number) for kind, number in connection.execute(PER_KIND)}
    for kind in Kind:
        decided.labels(kind.value).set(counts.get(kind.value, 0))


def _of_extract(registry: Any, home: Any) -> None:
    try:
        through = ExtractStore(home).current().manifest.data_through if home else None
    except FramsyntError:
        through = None
    if through is not None:
        says = "The last day that the current extract holds"
        name = "framsynt_extract_through_timestamp_seconds"
        _gauge(registry, name, says).set(_midnight(through))


def _listed(engine: Engine, run_id: int) -> int:
    with engine.connect() as connection:
        rows = connection.execute(select(func.count()).where(ListEntry.run_id == run_id))
        return int(rows.scalar_one())


def _midnight(day: Any) -> float:
    return datetime.combine(day, time(), HERE).timestamp()
