"""The records behind a reason: what fed it, as known at the index date, and nothing else."""

from datetime import date

import pytest

from features.tables import Tables
from serving.api.answers import Record, RecordsBehind
from serving.desk import Desk
from serving.records import MOST_RECORDS
from serving.telling import Live
from serving.told import UnitNames, records_behind
from tests.serving.conftest import MONDAY, tables_of
from tests.text_tables import table

TABLES = tables_of("any", "P1") | {
    "observations": table(
        "observations",
        """
person_id | date       | code | value | unit          | recorded_at
P1        | 2026-05-02 | egfr | 41.5  | ml/min/1.73m2 | 2026-05-02
P1        | 2026-09-02 | egfr | 38    | ml/min/1.73m2 | 2026-09-02
""",
    ),
    "procedures": table(
        "procedures",
        """
person_id | contact_id | date       | system | code  | recorded_at
P1        |            | 2026-03-01 | kva    | AU124 | 2026-03-01
""",
    ),
    "listings": table(
        "listings",
        """
person_id | care_unit | start      | end        | recorded_at
P1        | SE1       | 2020-01-01 | 2026-02-01 | 2020-01-01
P1        | SE2       | 2026-02-01 |            | 2026-02-01
""",
    ),
}


def records_of(
    tables: Tables, index_date: date, features: list[str], names: UnitNames
) -> dict[str, RecordsBehind]:
    return records_behind(Live(tables, index_date).behind(features), names)


def said(record: Record) -> tuple[str, str, list[str]]:
    when = record.date.isoformat() if record.date else ""
    return when, record.words.sv, [detail.code for detail in record.details]


@pytest.mark.parametrize(
    ("feature", "records"),
    [
        ("unplanned_admissions_365d", [("2026-11-02", "Oplanerad inläggning", [])]),
        ("charlson_1825d", [("2026-11-02", "Oplanerad inläggning", ["I50.9", "E11.9"])]),
        ("emergency_visits_30d", []),  # recorded after the index date
        ("latest_egfr_365d", [("2026-09-02", "eGFR 38 ml/min/1,73 m2", [])]),
        ("sip_730d", [("2026-03-01", "Åtgärd", ["AU124"])]),
        ("home_help_hours_now", [("2026-02-01", "Hemtjänst, 42 timmar i månaden", [])]),
        ("medicine_loop_diuretics_365d", [("2026-10-01", "Uthämtat", ["C03CA01"])]),
        ("age", [("", "Uppgift om personen", [])]),
    ],
)
def test_what_is_behind(feature: str, records: list[tuple[str, str, list[str]]]) -> None:
    found = records_of(TABLES, MONDAY, [feature], {})[feature]
    assert [said(record) for record in found.newest] == records
    assert found.total == len(records)


def test_an_end_that_lies_ahead_is_not_told() -> None:
    found = records_of(TABLES, MONDAY, ["home_help_hours_now"], {})["home_help_hours_now"]
    assert found.newest[0].end is None


def test_units_by_name_where_known() -> None:
    contacts = TABLES["contacts"].assign(care_unit="SE9")
    tables = TABLES | {"contacts": contacts}
    found = records_of(tables, MONDAY, ["unplanned_admissions_365d"], {"SE9": "Medicin 3"})
    assert found["unplanned_admissions_365d"].newest[0].unit == "Medicin 3"


def test_the_newest_are_shown_and_all_are_counted() -> None:
    visit = "P1 | V{n} | {day} | {day} | emergency | visit | unplanned | {day}\n"
    days = [f"{year}-{month:02}-03" for year in (2024, 2025) for month in range(1, 11)]
    rows = "".join(visit.format(n=n, day=day) for n, day in enumerate(days))
    heading = "person_id | contact_id | start | end | setting | form | urgency | recorded_at\n"
    tables = TABLES | {"contacts": table("contacts", heading + rows)}
    found = records_of(tables, MONDAY, ["emergency_visits_1825d"], {})["emergency_visits_1825d"]
    assert (found.total, len(found.newest)) == (20, MOST_RECORDS)
    assert found.newest[0].date == date(2025, 10, 3)


def test_what_this_code_does_not_have_and_what_the_date_tells_is_left_out() -> None:
    features = ["a_feature_of_long_ago", "weeks_from_midwinter"]
    assert records_of(TABLES, MONDAY, features, {}) == {}


def test_the_desk_gives_them_beside_the_reasons(desk: Desk) -> None:
    person = desk.person(desk.run(), "P1")
    assert said(person.records["unplanned_admissions_365d"].newest[0])[0] == "2026-11-02"
    assert [h.contribution for h in person.explanations[0].headings] == [0.93, -0.3]
