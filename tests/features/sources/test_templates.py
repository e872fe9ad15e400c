"""The SQL templates hold against tables of the names that they are written for."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from features.home import Home
from features.sources import SqlSource
from features.store import Extract, ExtractStore
from tests.features.sources.showing import shown
from tests.features.sources.test_sql import postgres  # noqa: F401 - a fixture

TEMPLATES = Path(__file__).parents[3] / "docs" / "sources"
pytestmark = pytest.mark.postgres

WAREHOUSE = """
create table patient (pid text, fodelsedatum date, kon text, avliden_datum date, kommunkod text);
insert into patient values ('a', '1938-04-01', 'K', null, '1480'),
                           ('b', '1941-11-30', 'M', '2024-02-10', '1480');
create table listning (pid text, enhet_hsaid text, listad_from date, listad_tom date, laddad date);
insert into listning values ('a', 'SE1', '2020-01-01', '2023-12-31', '2020-01-02'),
                            ('a', 'SE2', '2024-01-01', null, '2024-01-02');
create table vardkontakt (kontakt_id bigint, pid text, in_datum date, ut_datum date, vardform text,
    verksamhet text, kontakttyp text, planerad boolean, enhet_hsaid text, yrkesgrupp text,
    laddad timestamptz);
insert into vardkontakt values
    (1, 'a', '2024-01-02', '2024-01-05', 'S', 'M', 'BESOK', false, 'SE9', 'LK',
     '2024-01-06 03:00+01'),
    (2, 'a', '2024-02-01', null, 'O', 'P', 'HEMBESOK', true, 'SE2', 'SSK', '2024-02-02 03:00+01'),
    (3, 'b', '2024-02-08', null, 'A', 'M', 'BESOK', null, 'SE9', 'LK', '2024-02-20 03:00+01');
create table diagnos (kontakt_id bigint, pid text, diagnoskod text, typ text, ordning int,
    laddad date);
insert into diagnos values (1, 'a', 'I509', 'HUVUD', 1, '2024-01-06'),
                           (1, 'a', 'E119', 'BI', 1, '2024-01-03');
create table atgard (kontakt_id bigint, pid text, datum date, atgardskod text, laddad date);
insert into atgard values (2, 'a', '2024-02-01', 'AA032', '2024-02-02');
create table lakemedelsuttag (pid text, uttagsdatum date, atc text, dagar numeric,
    dosdispenserad boolean, laddad date);
insert into lakemedelsuttag values ('a', '2024-01-07', 'C09AA05', 90, false, '2024-01-10');
"""
REGISTER = """
create table invanare (pid text, fodelsedatum date, kon text, kommunkod text);
insert into invanare values ('a', '1938-04-01', 'K', '1480'), ('b', '1940-01-01', 'M', '1480');
create table khsl1 (pid text, ar int, manad int);
insert into khsl1 values ('a', 2023, 12), ('b', extract(year from current_date),
                                           extract(month from current_date));
create table khsl2 (pid text, ar int, manad int, datum date, atgardskod text);
insert into khsl2 values ('a', 2023, 12, '2023-12-20', ' aa032'),
    ('b', extract(year from current_date), extract(month from current_date), current_date, 'AA032');
create table sol_insats (pid text, insats text, timmar numeric, beslut_from date, beslut_tom date,
    beslutsdatum date);
insert into sol_insats values ('a', 'HTJ', 42.5, '2024-01-01', '2024-06-30', '2023-12-20'),
                              ('a', 'MATD', null, '2024-01-01', null, '2023-12-20');
"""


def ingest(name: str, tables: str, engine: sa.Engine, home: Path) -> Extract:
    with engine.begin() as connection:
        for statement in filter(str.strip, tables.split(";")):
            connection.exec_driver_sql(statement)
    store = ExtractStore(Home.at(home))
    return store.ingest(SqlSource(), TEMPLATES / name, max_rejected=0)


def test_a_regional_warehouse(tmp_path: Path, postgres: sa.Engine) -> None:  # noqa: F811
    extract = ingest("regional-warehouse.toml", WAREHOUSE, postgres, tmp_path)
    assert f"{extract.manifest.data_through}" == "2024-02-20"
    columns = ("contact_id", "start", "end", "setting", "form", "urgency", "recorded_at")
    assert shown(extract, "a", "contacts", *columns) == [
        ("1", "2024-01-02", "2024-01-05", "inpatient", "visit", "unplanned", "2024-01-06"),
        ("2", "2024-02-01", "2024-02-01", "primary", "home_visit", "planned", "2024-02-02"),
    ]
    assert shown(extract, "a", "listings", "care_unit", "end") == [
        ("SE1", "2024-01-01"),
        ("SE2", "-"),
    ]
    # E11 was loaded during the stay, and is known from its day.
    assert shown(extract, "a", "diagnoses", "date", "code", "position", "recorded_at") == [
        ("2024-01-05", "E119", "2", "2024-01-05"),
        ("2024-01-05", "I509", "1", "2024-01-06"),
    ]
    assert shown(extract, "a", "dispensings", "atc", "days_supply", "dose_dispensed") == [
        ("C09AA05", "90.0", "False")
    ]


def test_the_municipal_register(tmp_path: Path, postgres: sa.Engine) -> None:  # noqa: F811
    extract = ingest("municipal-register.toml", REGISTER, postgres, tmp_path)
    columns = ("kind", "hours_per_month", "start", "end", "recorded_at")
    assert shown(extract, "a", "municipal_care", *columns) == [
        ("home_health_care", "-", "2023-12-01", "2024-01-01", "2024-01-15"),
        ("home_help", "42.5", "2024-01-01", "2024-07-01", "2023-12-20"),
    ]
    assert shown(extract, "a", "procedures", "system", "code", "recorded_at") == [
        ("kva", "AA032", "2024-01-15")
    ]
    # This month's contacts, which came before they were expected
    assert extract.manifest.rows["municipal_care"] == 3
