"""Records sent along are read as the source ``fhir`` reads a delivery, and what is not sent is
not known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from features.errors import DataError
from features.home import Home
from features.sources.fhir import FhirSource
from features.store import ExtractStore
from serving.cds.matters import Opened, told_of
from serving.cds.prefetched import Sent, history_of
from serving.cds.services import PREFETCH
from serving.desk import Desk
from serving.problems import NotSentError
from serving.scoring import Scorer
from serving.security.who import Principal, Role
from tests.features.sources.small_fhir import CODES, RESOURCES, deliver_fhir
from tests.serving.cds.conftest import site
from tests.serving.cds.records import PATIENT_VIEW, call
from tests.serving.conftest import EAST, entry, new_run
from tests.serving.security.conftest import as_
from tests.serving.small_home import small_extract, small_model

COORDINATOR = Principal("c", "C", frozenset({Role.COORDINATOR}))


def bundle(kind: str, patient: str = "p1") -> dict[str, Any]:
    """What a search for one patient's resources gives; organizations and products come along."""
    mine = [
        {"resourceType": k, **r}
        for k in (kind, "Organization", "Medication")
        for r in RESOURCES.get(k, [])
        if k != kind or patient in (r.get("subject") or r.get("patient"))["reference"]
    ]
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in mine]}


def prefetch(*keys: str) -> dict[str, Any]:
    said: dict[str, Any] = {"patient": {"resourceType": "Patient", **RESOURCES["Patient"][0]}}
    return said | {key: bundle(PREFETCH[key][0]) for key in keys}


ODD = {
    "resourceType": "Encounter",
    "subject": {"reference": "Patient/p1"},
    "status": "finished",
    "class": {"code": "IMP"},
    "diagnosis": 7,
}


def ranked(rank: Any) -> dict[str, Any]:
    return {**ODD, "diagnosis": [{"condition": {"reference": "Condition/d1"}, "rank": rank}]}


ALL = tuple(key for key in PREFETCH if key not in ("patient", "medications"))


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    home = Home.at(tmp_path_factory.mktemp("home"))
    return Scorer(small_model(small_extract(home, people=250)), "3")


def test_the_rows_are_those_of_a_delivery(tmp_path: Path, scorer: Scorer) -> None:
    (tmp_path / "codes.csv").write_text(CODES)
    store = ExtractStore(Home.at(tmp_path / "home"))
    source = FhirSource(code_map=tmp_path / "codes.csv")
    delivered = store.ingest(source, deliver_fhir(tmp_path / "fhir"), max_rejected=1.0).person("p1")
    sent, _ = history_of(Sent(prefetch(*ALL), "p1"), scorer.model.coverage, tmp_path / "codes.csv")
    for name, rows in delivered.items():
        if rows.empty:
            continue
        columns = sorted(rows.columns)
        ours = sent[name][columns].astype(str).sort_values(columns).to_numpy().tolist()
        assert ours == rows[columns].astype(str).sort_values(columns).to_numpy().tolist(), name


def test_what_was_not_sent_is_not_known(scorer: Scorer) -> None:
    learnt = replace(scorer.model.coverage, urgency=True)
    _, some = history_of(Sent(prefetch("conditions"), "p1"), learnt)
    assert "diagnoses" in some.tables
    assert not {"contacts", "dispensings", "municipal_care", "procedures"} & some.tables
    _, none = history_of(Sent({**prefetch(), "encounters": None}, "p1"), learnt)
    assert "contacts" in none.tables  # asked for, and there were none


def test_somebody_elses_resources_are_left_out(scorer: Scorer) -> None:
    said = {**prefetch(), "conditions": bundle("Condition", "p2")}
    tables, _ = history_of(Sent(said, "p1"), scorer.model.coverage)
    assert set(tables["persons"]["person_id"].astype(str)) == {"p1"}
    assert tables["diagnoses"].empty


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, NotSentError),
        ({"patient": None}, NotSentError),
        ({"patient": {"resourceType": "Patient", "id": "p2"}}, NotSentError),
        ({"patient": {"resourceType": "Patient", "id": "p1"}}, DataError),  # never born
        ({**prefetch(), "encounters": ODD}, DataError),
        ({**prefetch(), "encounters": ranked({"a": 1})}, DataError),
        ({**prefetch(), "encounters": ranked(10**40)}, DataError),
        ({**prefetch(), "encounters": {"resourceType": "Bundle", "entry": 7}}, DataError),
        ({**prefetch(), "encounters": {"resourceType": "Bundle", "link": {"a": 1}}}, DataError),
    ],
)
def test_records_that_do_not_do(scorer: Scorer, said: Any, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        history_of(Sent(said, "p1"), scorer.model.coverage)
    assert "p1" not in str(raised.value)


FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout"}],
}
WARNED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "warning", "code": "informational"}],
}


def with_entries(*more: dict[str, Any]) -> dict[str, Any]:
    found = bundle("Condition")
    return {**found, "entry": [*found["entry"], *({"resource": r} for r in more)]}


@pytest.mark.parametrize(
    "failed",
    [
        pytest.param(FAILED, id="an outcome"),
        pytest.param({"resourceType": "OperationOutcome"}, id="an outcome that says nothing"),
        pytest.param({"resourceType": "OperationOutcome", "issue": 7}, id="an outcome of no shape"),
        pytest.param(with_entries(FAILED), id="a bundle with an outcome"),
        pytest.param(
            {**bundle("Condition"), "link": [{"relation": "next", "url": "https://x"}]},
            id="the first page of several",
        ),
        pytest.param("Condition/1", id="no resource"),
    ],
)
def test_what_failed_or_came_in_part_is_not_known(scorer: Scorer, failed: Any) -> None:
    sent = Sent({**prefetch("encounters"), "conditions": failed}, "p1")
    assert "conditions" in sent.unanswered
    tables, coverage = history_of(sent, scorer.model.coverage)
    assert "diagnoses" not in tables
    assert "diagnoses" not in coverage.tables


def test_a_warning_is_no_failure(scorer: Scorer) -> None:
    sent = Sent({**prefetch("encounters"), "conditions": with_entries(WARNED)}, "p1")
    tables, _ = history_of(sent, scorer.model.coverage)
    assert len(tables["diagnoses"])


def test_orders_count_where_nothing_was_dispensed(tmp_path: Path, scorer: Scorer) -> None:
    (tmp_path / "codes.csv").write_text(CODES)
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "authoredOn": "2024-01-02",
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.whocc.no/atc", "code": "C03CA01"}]
        },
    }
    said = {**prefetch(), "dispenses": None, "medications": order}
    tables, _ = history_of(Sent(said, "p1"), scorer.model.coverage)
    assert list(tables["dispensings"]["atc"].astype(str)) == ["C03CA01"]


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    file = tmp_path / "codes.csv"
    file.write_text(CODES)
    return file


def opened(codes: Path, *keys: str) -> Opened:
    return Opened("p1", "p1", prefetch(*keys), codes)


def listing(desk: Desk, least: float, capacity: int = 5) -> None:
    desk.register.add(new_run(capacity=capacity, entries=[entry(1, "P1", EAST, ["still"], least)]))


def test_somebody_unknown_here_is_scored_from_what_was_sent(
    desk: Desk, scorer: Scorer, codes: Path
) -> None:
    desk.scorer = scorer
    listing(desk, 0.000001)
    told = told_of(desk, COORDINATOR, opened(codes, *ALL))
    assert told is not None
    assert told.unknown == []
    assert told.reasons
    listing(desk, 0.999999, capacity=6)
    assert told_of(desk, COORDINATOR, opened(codes, *ALL)) is None


def test_too_little_is_no_score_and_the_system_is_told_what_lacks(
    desk: Desk, scorer: Scorer, settings: Any
) -> None:
    desk.scorer = scorer
    listing(desk, 0.000001)
    body = call("p1", prefetch={**prefetch("encounters"), "conditions": FAILED})
    answer = site(desk, settings).post(PATIENT_VIEW, json=body, headers=as_("coordinator"))
    assert answer.status_code == 412
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "urn:framsynt:problem:not-sent"
    assert problem["unanswered"] == [k for k in PREFETCH if k not in ("patient", "encounters")]
    assert "diagnoses, dispensings" in problem["detail"]
    assert "20%" in problem["detail"]
    assert "p1" not in answer.text


def test_the_card_says_what_is_not_known_and_has_no_link(
    desk: Desk, scorer: Scorer, settings: Any, codes: Path
) -> None:
    desk.scorer = scorer
    listing(desk, 0.000001)
    body = call("p1", prefetch=prefetch("encounters", "conditions", "dispenses"))
    answer = site(desk, settings, code_map=codes).post(
        PATIENT_VIEW, json=body, headers=as_("coordinator")
    )
    [card] = answer.json()["cards"]
    assert "Lika hög risk som på vårdcentralens lista" in card["summary"]
    assert "Inte känt här: " in card["detail"]
    assert "åtgärder" in card["detail"]
    assert "läkemedel" not in card["detail"]
    assert "links" not in card  # there is no page of somebody unknown
    assert [a.what for a in desk.register.access.of_person("p1")] == ["card"]


def test_nobody_who_objects_is_scored_from_records(desk: Desk, scorer: Scorer, codes: Path) -> None:
    desk.scorer = scorer
    listing(desk, 0.000001)
    desk.register.objections.add("p1", "test")
    assert told_of(desk, COORDINATOR, opened(codes, *ALL)) is None
