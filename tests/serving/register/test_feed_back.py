"""What is decided in the register comes back with the next extract, once and as it was known."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.sources import SOURCES
from features.store import Extract, ExtractStore
from serving.deciding import Choice, decide, end_enrolment, undo
from serving.enrolled import decided_enrolments
from serving.places import places_of
from serving.register import Kind, Register, WeeklyRun
from serving.security.who import Principal, Role
from serving.weekly import in_a_team
from tests.features.deliveries import deliver
from tests.serving.conftest import EAST, new_run

ANN = Principal("u1", "Ann", frozenset({Role.REVIEWER}), frozenset({EAST}))
NOON = datetime(2026, 11, 16, 11, tzinfo=UTC)
PEOPLE = ["anna", "bo", "cia", "dan", "eva"]
PERSONS = "person_id,birth_date,sex\n" + "".join(f"{p},1938-04-01,female\n" for p in PEOPLE[:4])
CONTACTS = (
    "person_id,contact_id,start,end,setting,form,urgency,recorded_at\n"
    "anna,k1,2026-11-20,2026-11-20,primary,visit,planned,2026-11-22\n"
)
DELIVERED = (
    "person_id,team,mobile_model,start,end,end_reason,recorded_at\n"
    "anna,Team A,A,2025-01-07,2025-06-01,goals_met,2025-01-07\n"
    "bo,Team B,B,2026-11-19,,,2026-11-19\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@pytest.fixture
def register(home: Home) -> Register:
    return Register.open(home)


@pytest.fixture
def run(register: Register) -> WeeklyRun:
    scores = pd.DataFrame({"person_id": PEOPLE, "care_unit": EAST, "avoidable_365": 0.1})
    return register.add(new_run(scores=scores, entries=[], reasons=[]))[0]


def enrol(
    register: Register, run: WeeklyRun, person: str, start: date, now: datetime = NOON
) -> int:
    choice = Choice(
        Kind.ENROL,
        mobile_model="C",
        start=start,
        follows=register.decisions.latest_id(person),
    )
    made = decide(register, ANN, run, person, choice, now=now)
    assert made.kind is Kind.ENROL
    return made.id


def ingested(home: Home, tmp_path: Path, **tables: str) -> Extract:
    path = deliver(tmp_path / "delivery", persons=PERSONS, contacts=CONTACTS, **tables)
    return ExtractStore(home).ingest(
        SOURCES["tables"], path, also_enrolled=decided_enrolments(home)
    )


def enrolments(extract: Extract) -> list[tuple[str, ...]]:
    rows = pd.concat(extract.read(n)["enrolments"] for n in extract.partitions)
    rows = rows.sort_values(["person_id", "start"])
    columns = ["person_id", "team", "mobile_model", "start", "end", "recorded_at"]
    return [
        tuple("" if pd.isna(v) else str(v)[:10] for v in row)
        for row in rows[columns].itertuples(index=False)
    ]


def test_from_a_decision_to_a_feature(
    home: Home, register: Register, run: WeeklyRun, tmp_path: Path
) -> None:
    enrol(register, run, "anna", date(2026, 11, 17))
    enrol(register, run, "cia", date(2026, 11, 20))
    undone = enrol(register, run, "dan", date(2026, 11, 17))
    undo(register, ANN, undone, now=NOON)
    [cia] = register.enrolments.of_person("cia")
    end_enrolment(register, ANN, cia.id, date(2026, 11, 22), "goals_met", now=NOON)
    enrol(register, run, "eva", date(2026, 11, 17))  # whom the source no longer knows

    extract = ingested(home, tmp_path, enrolments=DELIVERED)
    assert enrolments(extract) == [
        ("anna", "Team A", "A", "2025-01-07", "2025-06-01", "2025-01-07"),
        ("anna", EAST[:10], "C", "2026-11-17", "", "2026-11-16"),
        ("bo", "Team B", "B", "2026-11-19", "", "2026-11-19"),
        ("cia", EAST[:10], "C", "2026-11-20", "2026-11-22", "2026-11-16"),
    ]
    assert extract.manifest.rejected == {}

    monday = pd.Timestamp("2026-11-23")
    matrix = pd.concat(
        build_matrix(extract.history(n), MEASURES, [monday]) for n in extract.partitions
    ).droplevel("index_date")
    assert matrix["enrolled_now"].to_dict() == {"anna": 1.0, "bo": 1.0, "cia": 0.0, "dan": 0.0}
    before = pd.concat(
        build_matrix(extract.history(n), MEASURES, [pd.Timestamp("2026-11-16")])
        for n in extract.partitions
    )
    assert before["enrolled_now"].sum() == 0  # nobody knew of it before it was decided


def test_the_same_enrolment_comes_back_and_takes_one_place(
    home: Home, register: Register, run: WeeklyRun, tmp_path: Path
) -> None:
    enrol(register, run, "anna", date(2026, 11, 17))
    extract = ingested(home, tmp_path)
    again = ingested(home, tmp_path)
    assert again.id == extract.id  # and the same delivery is the same extract

    units = pd.Series(EAST, index=PEOPLE)
    found = pd.concat(
        in_a_team(extract.read(n), date(2026, 11, 23), units) for n in extract.partitions
    )
    assert found[["person_id", "mobile_model"]].to_numpy().tolist() == [["anna", "C"]]
    scores = pd.DataFrame({"person_id": PEOPLE, "care_unit": EAST, "avoidable_365": 0.1})
    later, _ = register.add(
        new_run(
            "2026-W48",
            date(2026, 11, 23),
            scores=scores,
            entries=[],
            reasons=[],
            enrolled=found.to_dict("records"),
        )
    )
    assert places_of(register, EAST, date(2026, 11, 23), later).taken == 1


def test_what_the_source_tells_itself_is_not_told_twice(
    home: Home, register: Register, run: WeeklyRun, tmp_path: Path
) -> None:
    enrol(register, run, "bo", date(2026, 11, 17))  # the source has it from the 19th
    rows = enrolments(ingested(home, tmp_path, enrolments=DELIVERED))
    assert [r for r in rows if r[0] == "bo"] == [
        ("bo", "Team B", "B", "2026-11-19", "", "2026-11-19")
    ]


def test_what_was_decided_after_the_delivery_waits_for_the_next(
    home: Home, register: Register, run: WeeklyRun, tmp_path: Path
) -> None:
    later = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # Monday the 23rd in Sweden
    enrol(register, run, "anna", date(2026, 11, 23), later)
    extract = ingested(home, tmp_path)
    assert extract.manifest.data_through == date(2026, 11, 22)
    assert enrolments(extract) == []
    assert "enrolments" in extract.manifest.coverage.tables  # none yet, and that is known


def test_without_a_register_or_an_enrolment_nothing_is_known_of_teams(
    home: Home, tmp_path: Path
) -> None:
    assert decided_enrolments(home) is None
    assert not (home.path / "register.db").exists()
    extract = ingested(home, tmp_path)
    assert "enrolments" not in extract.manifest.coverage.tables
    Register.open(home).close()
    assert ingested(home, tmp_path).id == extract.id
