"""How things stand, for Prometheus: the lists, the data they are made of, what was decided.

Read from the register when somebody asks, so every copy of the service says the same, also
after a restart. Sums over everybody alone, no care unit and no person.

None of it is a ``Gauge``: what a worker sets in one goes into the files that all workers share,
and is told again at every later asking, of a worker long gone too.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from features.errors import FramsyntError
from features.store import ExtractStore
from features.swedish_time import SWEDEN
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
        registry.register(self)
        return generate_latest(registry).decode()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each number once, as it is now."""
        desk, told, up = self._desk(), list[GaugeMetricFamily](), 0
        try:
            if desk is not None:
                told, up = list(_of_register(desk.register)), 1
        except (SQLAlchemyError, FramsyntError):
            up = 0
        yield _number("framsynt_register_up", "1 if the register's database answers", up)
        yield from told
        if desk is not None:
            yield from _of_extract(desk.home)


def _number(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)


def _of_register(register: Any) -> Iterator[GaugeMetricFamily]:
    run, engine = register.current(), register.engine
    if run is not None:
        for name, says, value in (
            ("week_timestamp_seconds", "The Monday of the newest list", _midnight(run.index_date)),
            ("made_timestamp_seconds", "When it was made", run.created_at.timestamp()),
            ("scored_people", "People scored for it", run.people),
            ("listed_people", "People on the lists of all care units", _listed(engine, run.id)),
        ):
            yield _number(f"framsynt_list_{name}", says, value)
        made_by = GaugeMetricFamily(
            "framsynt_list_model", "1: it made the list", labels=["model_version"]
        )
        made_by.add_metric([run.model_version], 1)
        yield made_by
    decided = GaugeMetricFamily(
        "framsynt_decisions", "Decisions up to now, by kind", labels=["kind"]
    )
    with engine.connect() as connection:
        counts = {str(kind): int(number) for kind, number in connection.execute(PER_KIND)}
    for kind in Kind:
        decided.add_metric([kind.value], counts.get(kind.value, 0))
    yield decided


def _of_extract(home: Any) -> Iterator[GaugeMetricFamily]:
    try:
        through = ExtractStore(home).current().manifest.data_through if home else None
    except FramsyntError:
        through = None
    if through is not None:
        says = "The last day that the current extract holds"
        name = "framsynt_extract_through_timestamp_seconds"
        yield _number(name, says, _midnight(through))


def _listed(engine: Engine, run_id: int) -> int:
    with engine.connect() as connection:
        rows = connection.execute(select(func.count()).where(ListEntry.run_id == run_id))
        return int(rows.scalar_one())


def _midnight(day: Any) -> float:
    return datetime.combine(day, time(), SWEDEN).timestamp()
