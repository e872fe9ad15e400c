"""The quick way from JSON rows to a history gives what the slow one gives, or leaves it alone."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import DataError
from features.frames import as_frame
from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.plain import person_ids, plain_tables, without
from features.tables import ALL_TABLES, Coverage
from features.validation import tables_from_records

COVERAGE = Coverage(
    frozenset(table.name for table in ALL_TABLES),
    frozenset({"icd10se", "kva"}),
    frozenset({"primary", "specialist", "emergency", "inpatient"}),
)
INDEX_DATES = ["2026-11-16", "2026-06-01"]
Rows = dict[str, list[dict[str, Any]]]

days = st.dates(pd.Timestamp("2025-06-01").date(), pd.Timestamp("2026-12-31").date())


@st.composite
def histories(draw: st.DrawFn) -> Rows:
    """One to three people with a few rows each; stays often touch."""
    people = [f"P{number}" for number in range(draw(st.integers(1, 3)))]
    history: Rows = {"persons": [], "contacts": [], "diagnoses": [], "dispensings": []}
    for who in people:
        history["persons"].append({"person_id": who, "birth_date": "1941-05-02", "sex": "female"})
        for number in range(draw(st.integers(0, 5))):
            start = pd.Timestamp(draw(days))
            stay = pd.Timedelta(days=draw(st.integers(0, 90)))
            late = pd.Timedelta(days=draw(st.integers(0, 40)))
            setting = draw(st.sampled_from(["inpatient", "inpatient", "primary"]))
            contact: dict[str, Any] = {
                "person_id": who,
                "contact_id": f"C{number}",
                "start": day(start),
                "setting": setting,
                "form": "visit",
                "urgency": draw(st.sampled_from(["planned", "unplanned", "unknown"])),
                "care_unit": draw(st.sampled_from(["SE1-E1", "Vårdcentralen Ö", None])),
                "recorded_at": day(start + late),
            }
            if setting == "inpatient" and draw(st.booleans()):
                contact["end"] = day(start + stay)
            history["contacts"].append(contact)
            history["diagnoses"].append(
                {
                    "person_id": who,
                    "contact_id": draw(st.sampled_from([f"C{number}", None])),
                    "date": day(start),
                    "system": "icd10se",
                    "code": draw(st.sampled_from(["I509", "J440", "F000"])),
                    "position": draw(st.integers(1, 3)),
                    "recorded_at": day(start + late),
                }
            )
            history["dispensings"].append(
                {
                    "person_id": who,
                    "date": day(start),
                    "atc": draw(st.sampled_from(["C03CA01", "N05CF02"])),
                    "days_supply": draw(st.sampled_from([90, 14.5, None])),
                    "dose_dispensed": draw(st.sampled_from([True, False, None])),
                }
            )
    return history


def day(moment: pd.Timestamp) -> str:
    return str(moment.date())


def matrix(tables: Any) -> pd.DataFrame:
    return build_matrix(History.of(tables, COVERAGE), MEASURES, INDEX_DATES)


@settings(max_examples=40, deadline=None)
@given(histories())
def test_every_feature_is_the_same_byte_for_byte(history: Rows) -> None:
    plain = plain_tables(history)
    assert plain is not None
    quick, slow = matrix(plain), matrix(tables_from_records(history))
    assert quick.to_numpy().tobytes() == slow.to_numpy().tobytes()
    assert quick.index.equals(slow.index)


def person(**more: Any) -> dict[str, Any]:
    return {"person_id": "P1", "birth_date": "1941-05-02", "sex": "female", **more}


def contact(**more: Any) -> dict[str, Any]:
    return {
        "person_id": "P1",
        "contact_id": "C1",
        "start": "2026-09-03",
        "setting": "inpatient",
        "form": "visit",
        "urgency": "unplanned",
        **more,
    }


def diagnosis(**more: Any) -> dict[str, Any]:
    coded = {"system": "icd10se", "code": "I509", "position": 1}
    return {"person_id": "P1", "date": "2026-09-03", **coded, **more}


FAULTY: dict[str, Rows] = {
    "nobody": {"persons": []},
    "no persons": {"contacts": []},
    "a table that is none": {"persons": [person()], "visits": []},
    "a column that is none": {"persons": [person(shoe_size=38)]},
    "a column is missing": {"persons": [{"person_id": "P1", "sex": "female"}]},
    "null where a value must be": {"persons": [person(birth_date=None)]},
    "not text": {"persons": [person(person_id=1)]},
    "empty text": {"persons": [person(person_id="")]},
    "a list for a text": {"persons": [person(person_id=["P1"])]},
    "a list for a date": {"persons": [person(birth_date=["1941-05-02"])]},
    "a number for a date": {"persons": [person(birth_date=1941)]},
    "a column that is none, in one row of two": {
        "persons": [person(deprivation=1), person(person_id="P2", shoe_size=38)]
    },
    "not a date": {"persons": [person(birth_date="1941-13-02")]},
    "a date with a sign": {"persons": [person(birth_date="+941-05-02")]},
    "a date too early": {"persons": [person(birth_date="1849-12-31")]},
    "not allowed": {"persons": [person(sex="x")]},
    "a number out of range": {"persons": [person(deprivation=6)]},
    "a number without end": {"persons": [person(deprivation=float("inf"))]},
    "a yes for a number": {"persons": [person(deprivation=True)]},
    "a number for a yes": {"persons": [person(lives_alone=1)]},
    "a huge whole number": {"persons": [person()], "diagnoses": [diagnosis(position=10**400)]},
    "half a position": {"persons": [person()], "diagnoses": [diagnosis(position=1.5)]},
    "dead before born": {"persons": [person(death_date="1940-01-01")]},
    "twice the same": {"persons": [person(), person()]},
    "ends before it starts": {"persons": [person()], "contacts": [contact(end="2026-09-01")]},
    "recorded before": {"persons": [person()], "contacts": [contact(recorded_at="2026-09-01")]},
    "recorded by halves": {
        "persons": [person()],
        "contacts": [contact(), contact(contact_id="C2", recorded_at="2026-09-10")],
    },
    "a contact twice": {"persons": [person()], "contacts": [contact(), contact()]},
    "another's row": {"persons": [person()], "contacts": [contact(person_id="P2")]},
    "a contact that is none": {"persons": [person()], "diagnoses": [diagnosis(contact_id="C1")]},
    "a personal identity number": {"persons": [person(person_id="19121212-1212")]},
}


@pytest.mark.parametrize("history", FAULTY.values(), ids=FAULTY)
def test_what_is_wrong_is_left_to_the_way_that_tells(history: Rows) -> None:
    assert plain_tables(history) is None
    with pytest.raises(DataError):
        tables_from_records(history)


ODD: dict[str, Rows] = {
    "a number that is none": {"persons": [person(deprivation=float("nan"))]},
    "a date of other digits": {"persons": [person(birth_date="１９４１-05-02")]},
    "padded": {"persons": [person(person_id=" P1")]},
    "two spaces within": {"persons": [person(person_id="P  1")]},
    "another form of date": {"persons": [person(birth_date="19410502")]},
    "a whole number with a point": {"persons": [person()], "diagnoses": [diagnosis(position=1.0)]},
}


@pytest.mark.parametrize("history", ODD.values(), ids=ODD)
def test_what_is_odd_but_right_goes_the_slow_way(history: Rows) -> None:
    assert plain_tables(history) is None
    assert len(tables_from_records(history)["persons"]) == 1


def test_rows_may_lack_different_columns() -> None:
    history: Rows = {"persons": [person(deprivation=3), person(person_id="P2", lives_alone=True)]}
    plain, slow = plain_tables(history), tables_from_records(history)["persons"]
    assert plain is not None
    frame = as_frame(plain["persons"])
    pd.testing.assert_frame_equal(frame, slow.astype(dict(frame.dtypes)))


def test_a_date_out_of_the_calendar_is_not_remembered_as_one() -> None:
    for _ in range(2):
        assert plain_tables({"persons": [person(birth_date="1941-02-30")]}) is None


def test_rows_without_somebody() -> None:
    both: Rows = {
        "persons": [person(), person(person_id="P2")],
        "contacts": [contact(), contact(person_id="P2")],
    }
    for tables in (plain_tables(both), tables_from_records(both)):
        assert tables is not None
        left = without(tables, {"P1"})
        assert person_ids(left) == ["P2"]
        assert len(left["contacts"]) == 1


def test_a_plain_table_as_a_frame_is_the_slow_ways_frame() -> None:
    history: Rows = {
        "persons": [person(deprivation=3, lives_alone=True)],
        "contacts": [contact(end="2026-09-10", recorded_at="2026-09-11")],
        "diagnoses": [diagnosis()],
        "dispensings": [],
    }
    plain, slow = plain_tables(history), tables_from_records(history)
    assert plain is not None
    for name, rows in plain.items():
        frame = as_frame(rows)
        told = slow[name].astype(dict(frame.dtypes))
        pd.testing.assert_frame_equal(frame, told, check_dtype=True)


def test_people_stand_in_order_of_their_ids() -> None:
    tables = plain_tables({"persons": [person(person_id="P9"), person(person_id="P10")]})
    assert tables is not None
    assert np.array_equal(History.of(tables, COVERAGE).person_ids, ["P10", "P9"])
