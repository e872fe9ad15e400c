"""The dashboard and the alerts ask for metrics that there are."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.parser import text_string_to_metric_families

from serving.monitoring import CardMetrics, Metrics
from tests.deploy.conftest import Watched
from tests.deploy.files import DEPLOY

DASHBOARD: dict[str, Any] = json.loads(
    (DEPLOY / "grafana" / "framsynt.json").read_text(encoding="utf-8")
)
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "rules.yaml").read_text(encoding="utf-8"))[
        "groups"
    ]
    for rule in group["rules"]
]
ASKED = sorted(
    {t["expr"] for p in PANELS for t in p.get("targets", [])} | {r["expr"] for r in RULES}
)
BY_PROMETHEUS_ITSELF = {"up"}


def metrics_in(expression: str) -> dict[str, set[str]]:
    """Metric -> labels that are asked about, of a query. ValueError if it is none."""
    found: dict[str, set[str]] = {}

    def look(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            labels = {m.name for m in node.matchers.matchers}
            found.setdefault(node.name, set()).update(labels)

    promql_parser.walk(promql_parser.parse(expression), look)
    return found


@pytest.fixture(scope="module")
def exposed(watched: Watched) -> dict[str, set[str]]:
    """Name of every sample on /metrics -> its labels; and of those that a first use adds."""
    service = watched.service
    bearer = {"Authorization": f"Bearer {watched.words.token}"}
    with httpx.Client(base_url=service.url, headers=bearer, trust_env=False) as http:
        http.get("/api/v1/care-units").raise_for_status()
        text = http.get("/metrics").text
    names: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(sample.labels)
    registry = CollectorRegistry()
    declared = [*vars(Metrics(registry)).values(), *vars(CardMetrics(registry)).values()]
    for metric in declared:  # shown once something has been counted
        if isinstance(metric, Counter | Histogram):
            kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
            for ending in kinds[metric._type]:
                names.setdefault(metric._name + ending, set()).update(metric._labelnames, {"le"})
    return names


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(ASKED)))
def test_every_metric_asked_for_is_there_with_its_labels(
    number: int, exposed: dict[str, set[str]]
) -> None:
    found = metrics_in(ASKED[number])
    assert found
    for name, labels in found.items():
        if name not in BY_PROMETHEUS_ITSELF:
            assert name in exposed
            assert labels <= exposed[name]


@pytest.mark.slow
def test_metrics_of_ours_are_watched(exposed: dict[str, set[str]]) -> None:
    ours = {re.sub(r"_(bucket|sum|count|created)$", "", n) for n in exposed if "framsynt_" in n}
    watched = {re.sub(r"_bucket$", "", n) for e in ASKED for n in metrics_in(e)}
    assert ours - watched <= {"framsynt_list_made_timestamp_seconds"}


@pytest.mark.slow
def test_how_the_lists_stand(watched: Watched) -> None:
    text = httpx.get(f"{watched.service.url}/metrics", trust_env=False).text
    told = {s.name: s for f in text_string_to_metric_families(text) for s in f.samples}
    assert told["framsynt_register_up"].value == 1
    assert told["framsynt_list_scored_people"].value > told["framsynt_list_listed_people"].value > 0
    week = told["framsynt_list_week_timestamp_seconds"].value
    assert 0 < week - told["framsynt_extract_through_timestamp_seconds"].value <= 8 * 86400
    assert told["framsynt_list_model"].labels == told["framsynt_model_serving"].labels


@pytest.mark.slow
def test_the_first_burst_of_refusals_is_a_rise(exposed: dict[str, set[str]]) -> None:
    assert "framsynt_turned_away_total" in exposed  # though nobody has been turned away


@pytest.mark.slow
def test_each_number_is_told_once_and_as_it_is_now(watched: Watched) -> None:
    def told() -> tuple[str, list[float]]:
        text = httpx.get(f"{watched.service.url}/metrics", trust_env=False).text
        families = text_string_to_metric_families(text)
        return text, [
            s.value for f in families for s in f.samples if s.name.endswith("register_up")
        ]

    database = watched.home.path / "register.db"
    renamed(database, "weekly_runs", "gone")
    try:
        assert told()[1] == [0]
    finally:
        renamed(database, "gone", "weekly_runs")
    text, up = told()
    assert up == [1]
    described = re.findall(r"^# TYPE (\S+)", text, flags=re.MULTILINE)
    assert sorted(described) == sorted(set(described))


def renamed(database: Path, table: str, name: str) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_the_dashboard_is_what_grafana_imports() -> None:
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)
    assert DASHBOARD["schemaVersion"] >= 36  # data sources by reference
    assert DASHBOARD["uid"]
    assert DASHBOARD["title"]
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["targets"]
            assert len({t["refId"] for t in panel["targets"]}) == len(panel["targets"])
            for source in [panel["datasource"], *(t["datasource"] for t in panel["targets"])]:
                assert source == {"type": "prometheus", "uid": f"${{{variable['name']}}}"}


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        p = panel["gridPos"]
        cells = {
            (x, y) for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_alerts_say_what_is_wrong() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    documented = (DEPLOY.parent / "docs" / "deployment.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["alert"] in documented
