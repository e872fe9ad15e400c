"""A small register and extract made by hand, and the application in front of them."""

import os
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import httpx
import pandas as pd
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from features.errors import MissingError
from features.tables import Tables
from serving.api.answers import (
    Explanation,
    HeadingShare,
    MobileModel,
    PersonScore,
    Reason,
    Words,
)
from serving.api.app import create_app
from serving.desk import Desk
from serving.register import NewRun, Register
from serving.security.door import Door
from serving.security.login import Login
from serving.security.login import Words as LoginWords
from tests.text_tables import table

MONDAY = date(2026, 11, 16)
EAST, WEST = "SE2321000131-E000000000101", "SE2321000131-E000000000102"
LOGIN = Login.from_words(LoginWords("right", "a-token"), secret="s" * 32, cost=16)
TOKEN = {"Authorization": "Bearer a-token"}
RULE = Words(
    sv="Modell B: minst fyra av sex kriterier för mobilt närsjukvårdsteam",
    en="Model B: at least four of six criteria for a mobile local care team",
)


def reason(
    measure: str, contribution: float, sv: str, en: str, feature: str | None = None
) -> Reason:
    return Reason(
        measure=measure,
        domain=Words(sv="inläggningar", en="admissions"),
        contribution=contribution,
        raises=contribution > 0,
        words=Words(sv=sv, en=en),
        feature=feature,
    )


REASONS = [
    reason(
        "unplanned_admissions",
        0.81,
        "3 oplanerade inläggningar senaste året",
        "3 unplanned admissions in the last year",
        "unplanned_admissions_365d",
    ),
    reason(
        "home_health_care",
        0.44,
        "har hemsjukvård",
        "has home health care",
    ),
    reason("heart_failure", 0.38, "hjärtsvikt, diagnos satt", "heart failure, diagnosed"),
    reason("substances", 0.21, "14 olika läkemedel senaste fyra månaderna", "14 medicines"),
    reason("falls", -0.12, "inga fallolyckor senaste året", "no falls in the last year"),
    reason("age", -0.3, "81 år", "81 years old", "age"),
]
HEADINGS = [
    HeadingShare(
        heading=Words(sv="Inläggningar och akutbesök", en="Admissions and emergency visits"),
        contribution=0.93,
        raises=True,
    ),
    HeadingShare(
        heading=Words(sv="Ålder, livssituation och övrigt", en="Age, living situation and other"),
        contribution=-0.3,
        raises=False,
    ),
]


def explanation(target: str) -> Explanation:
    return Explanation(target=target, base=-2.4, rest=0.05, reasons=REASONS, headings=HEADINGS)


class FakeScorer:
    """Answers as a Scorer does, without a model."""

    version = "3"

    def score(
        self, tables: Tables, index_date: date, wanted: list[str] | None = None, **more: Any
    ) -> list[PersonScore]:
        return [
            PersonScore(
                person_id=str(person),
                index_date=index_date,
                model_version=self.version,
                probabilities={"avoidable_365": 0.31, "unplanned_365": 0.44},
                groups=["frail_elderly"],
                mobile_model=MobileModel(model="B", rule=RULE),
                explanations=[explanation(t) for t in wanted or ["avoidable_365"]],
            )
            for person in tables["persons"]["person_id"]
        ]


PERSONS = """
person_id | birth_date | sex    | municipality | deprivation | lives_alone
P1        | 1944-03-01 | female | 1480         | 4           | True
P2        | 1950-11-16 | male   | 1480         | 2           | False
P3        | 1937-01-30 | female | 1480         | 5           | True
P4        | 1961-07-07 | male   | 1481         | 1           | False
"""
CONTACTS = """
person_id | contact_id | start      | end        | setting   | form  | urgency   | recorded_at
P1        | C1         | 2026-11-02 | 2026-11-11 | inpatient | visit | unplanned | 2026-11-12
P1        | C2         | 2026-06-30 | 2026-06-30 | primary   | home_visit | planned | 2026-06-30
P1        | C3         | 2026-11-14 |            | emergency | visit | unplanned | 2026-11-20
P2        | C4         | 2026-11-13 |            | inpatient | visit | unplanned | 2026-11-14
"""
DIAGNOSES = """
person_id | contact_id | date       | system  | code | position | recorded_at
P1        | C1         | 2026-11-11 | icd10se | I509 | 1        | 2026-11-12
P1        | C1         | 2026-11-11 | icd10se | E119 | 2        | 2026-11-12
"""
DISPENSINGS = """
person_id | date       | atc     | days_supply | dose_dispensed | recorded_at
P1        | 2026-10-01 | C03CA01 | 100         | True           | 2026-10-01
P1        | 2026-10-01 | B01AF02 | 100         | True           | 2026-10-01
"""
MUNICIPAL_CARE = """
person_id | kind             | hours_per_month | start      | end        | recorded_at
P1        | home_health_care |                 | 2026-01-01 |            | 2026-01-03
P1        | home_help        | 42              | 2026-02-01 | 2027-01-01 | 2026-02-01
"""


def tables() -> Tables:
    """Everybody's rows."""
    return {
        "persons": table("persons", PERSONS),
        "contacts": table("contacts", CONTACTS),
        "diagnoses": table("diagnoses", DIAGNOSES),
        "dispensings": table("dispensings", DISPENSINGS),
        "municipal_care": table("municipal_care", MUNICIPAL_CARE),
    }


def tables_of(_extract_id: str, person_id: str) -> Tables:
    found = {n: f[f["person_id"] == person_id] for n, f in tables().items()}
    if found["persons"].empty:
        raise MissingError("no such person")
    return found


def entry(rank: int, person: str, unit: str, changed: list[str], chance: float) -> dict[str, Any]:
    return {
        "care_unit": unit,
        "rank": rank,
        "person_id": person,
        "age": 82,
        "sex": "female",
        "target_groups": ["frail_elderly", "multimorbid"],
        "mobile_model": "B",
        "mobile_rule": RULE.model_dump(),
        "probabilities": {"avoidable_365": chance, "unplanned_365": 0.44, "unplanned_30": 0.06},
        "changed": changed,
    }


OF_ANOTHER_VERSION = 0
"""A format of what is told that this code does not read: everything is told live."""


def new_run(week: str = "2026-W47", monday: date = MONDAY, **changes: Any) -> NewRun:
    """A run of four people at two care units, two of them on the first unit's list."""
    scores = pd.DataFrame(
        {
            "person_id": ["P1", "P2", "P3", "P4"],
            "care_unit": [EAST, EAST, EAST, WEST],
            "avoidable_365": [0.31, 0.18, 0.02, 0.004],
            "unplanned_365": [0.44, 0.29, 0.06, 0.011],
            "unplanned_30": [0.06, 0.03, 0.01, 0.001],
        }
    )
    listed = [
        entry(1, "P1", EAST, ["still", "risen", "discharged"], 0.31),
        entry(2, "P2", EAST, ["new"], 0.18),
    ]
    reasons = [
        {
            "person_id": person,
            "target": "avoidable_365",
            "base": -2.4,
            "rest": 0.05,
            "reasons": [r.model_dump() for r in REASONS],
            "headings": [h.model_dump() for h in HEADINGS],
        }
        for person in ("P1", "P2")
    ]
    known: dict[str, Any] = {
        "week": week,
        "index_date": monday,
        "model_version": "3",
        "extract_id": "region-0123456789ab",
        "capacity": 20,
        "primary_target": "avoidable_365",
        "scores": scores,
        "entries": listed,
        "reasons": reasons,
        "told": [
            {"person_id": person, "format": OF_ANOTHER_VERSION, "content": b"of long ago"}
            for person in ("P1", "P2")
        ],
    }
    return NewRun(**{**known, **changes})


POSTGRES = os.environ.get("FRAMSYNT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of its own for this session, dropped afterwards."""
    name = f"framsynt_test_{uuid.uuid4().hex[:12]}"
    server = POSTGRES.replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(
        f"{server}/postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        admin.dispose()
        pytest.skip(f"no PostgreSQL server answers at {POSTGRES} (FRAMSYNT_TEST_POSTGRES)")
    yield f"{POSTGRES}/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    """An empty register, on each database."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        admin = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with admin.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        admin.dispose()
    else:
        url = f"sqlite:///{tmp_path / 'register.db'}"
    opened = Register.open(url)
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two weeks of lists in SQLite, records of four people, and a scorer without a model."""
    opened = Register.open(f"sqlite:///{tmp_path / 'register.db'}")
    before = [entry(1, "P1", EAST, ["new"], 0.2), entry(2, "P3", EAST, ["new"], 0.1)]
    opened.add(new_run("2026-W46", date(2026, 11, 9), entries=before))
    opened.add(new_run())
    yield Desk(opened, tables_of, FakeScorer())
    opened.close()


class Client:
    """Plain calls to an ASGI application, keeping cookies like a browser."""

    def __init__(self, app: Any) -> None:
        # An exception that the application answers with a 500 is an answer, not a failure.
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test")

    def get(self, path: str, **more: Any) -> httpx.Response:
        return anyio.run(lambda: self.http.get(path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return anyio.run(lambda: self.http.post(path, **more))


@pytest.fixture
def client(desk: Desk) -> Client:
    """The application behind its door, as a browser or tool meets it."""
    return Client(Door(create_app(desk), LOGIN))
