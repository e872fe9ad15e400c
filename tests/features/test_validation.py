"""Each way in which a row or a column can break the contract."""

import json

import numpy as np
import pandas as pd
import pytest

from features.columns import Reason
from features.errors import DataError, PersonNumberError
from features.tables import ALL_TABLES, TABLE, Kind, Table
from features.validation import tables_from_records, validate_table


def as_text(text: str) -> pd.DataFrame:
    """What a CSV reader hands over: text, nothing parsed."""
    lines = [line.split("<-")[0] for line in text.strip().splitlines()]
    header, *rows = [[cell.strip() or None for cell in line.split("|")] for line in lines]
    return pd.DataFrame(rows, columns=header).astype("str")


CONTACTS = """
person_id | contact_id | start      | end        | setting   | form  | urgency | recorded_at
1         | a          | 2024-01-02 | 2024-01-05 | inpatient | visit | planned | 2024-01-05
"""


def contact(**changes: str | None) -> pd.DataFrame:
    return as_text(CONTACTS).assign(**changes)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"person_id": " "}, "person_id", Reason.MISSING),
        ({"contact_id": ""}, "contact_id", Reason.MISSING),
        ({"start": None}, "start", Reason.MISSING),
        ({"start": "2024-13-02"}, "start", Reason.NOT_A_DATE),
        ({"start": "2023-02-29"}, "start", Reason.NOT_A_DATE),
        ({"start": "02/01/2024"}, "start", Reason.NOT_A_DATE),
        ({"end": "9999-12-31"}, "end", Reason.DATE_OUT_OF_RANGE),
        ({"start": "1024-01-02"}, "start", Reason.DATE_OUT_OF_RANGE),
        ({"setting": "hospital"}, "setting", Reason.NOT_ALLOWED),
        ({"setting": "Inpatient"}, "setting", Reason.NOT_ALLOWED),
        ({"end": "2024-01-01"}, "end", Reason.ENDS_BEFORE_START),
        ({"recorded_at": "2024-01-01"}, "recorded_at", Reason.RECORDED_TOO_EARLY),
    ],
)
def test_faulty_contact(changes: dict[str, str | None], column: str, reason: Reason) -> None:
    frame = pd.concat([contact(), contact(**changes), contact()], ignore_index=True)
    checked = validate_table(TABLE["contacts"], frame, "contacts.csv")
    assert checked.rejected.to_dict("records") == [{"row": 1, "column": column, "reason": reason}]
    assert checked.kept.tolist() == [0, 2]
    assert len(checked.rows) == 2


@pytest.mark.parametrize(
    "text", ["2024-01-02", "20240102", "2024-01-02T13:45:00Z", "2024-01-02 13:45", " 2024-01-02 "]
)
def test_dates_in_several_forms(text: str) -> None:
    checked = validate_table(TABLE["contacts"], contact(start=text), "contacts.csv")
    assert checked.rows["start"].tolist() == [pd.Timestamp("2024-01-02")]


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("persons", "deprivation", "9", Reason.OUT_OF_RANGE),
        ("persons", "deprivation", "2,5", Reason.NOT_A_NUMBER),
        ("persons", "deprivation", "inf", Reason.OUT_OF_RANGE),
        ("persons", "lives_alone", "perhaps", Reason.NOT_YES_NO),
        ("persons", "death_date", "1900-01-01", Reason.DIED_BEFORE_BIRTH),
        ("diagnoses", "position", "0", Reason.OUT_OF_RANGE),
        ("diagnoses", "position", "1.5", Reason.NOT_WHOLE),
        ("diagnoses", "position", None, Reason.MISSING),
        ("observation_periods", "share", "1.2", Reason.OUT_OF_RANGE),
        ("municipal_care", "hours_per_month", "-1", Reason.OUT_OF_RANGE),
        ("observations", "value", "high", Reason.NOT_A_NUMBER),
    ],
)
def test_faulty_value(table: str, column: str, value: str | None, reason: Reason) -> None:
    frame = valid(TABLE[table]).assign(**{column: pd.Series([value], dtype="str")})
    checked = validate_table(TABLE[table], frame, table)
    assert checked.rejected["reason"].tolist() == [reason]
    assert checked.rejected["column"].tolist() == [column]


def valid(table: Table) -> pd.DataFrame:
    """One row of text that fits the contract."""
    values = {Kind.TEXT: "x", Kind.DATE: "2024-01-02", Kind.NUMBER: "1", Kind.WHOLE: "1"}
    return pd.DataFrame(
        {
            column.name: [column.allowed[0] if column.allowed else values.get(column.kind, "true")]
            for column in table.columns
        }
    ).astype("str")


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("as_category", [False, True])
def test_every_table_in_contract_dtypes(table: Table, as_category: bool) -> None:
    frame = valid(table)
    frame = frame.astype("category") if as_category else frame
    rows = validate_table(table, frame, table.name).rows
    assert list(rows.columns) == table.column_names
    for column in table.columns:
        dtype = rows[column.name].dtype
        if isinstance(dtype, pd.CategoricalDtype):
            assert column.kind is Kind.TEXT
        else:
            assert dtype == column.kind.value
    again = validate_table(table, rows, table.name)  # what is checked passes unchanged
    pd.testing.assert_frame_equal(again.rows, rows)


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_columns_left_out(table: Table) -> None:
    needed = [c.name for c in table.columns if not c.nullable and c.name != "recorded_at"]
    rows = validate_table(table, valid(table)[needed], table.name).rows
    for column in table.columns:
        if column.nullable:
            assert rows[column.name].isna().all()
    if table.recorded_by_default:
        assert (rows["recorded_at"] == rows[table.recorded_by_default]).all()
    for name in needed:
        with pytest.raises(DataError, match=f"{table.name}: the column '{name}' is missing"):
            validate_table(table, valid(table).drop(columns=name), table.name)


def test_unknown_column_names_the_nearest() -> None:
    frame = contact().rename(columns={"setting": "settings"})
    with pytest.raises(DataError, match=r"contacts\.csv: unknown column 'settings' \(did you mean"):
        validate_table(TABLE["contacts"], frame, "contacts.csv")


@pytest.mark.parametrize("column", ["person_id", "care_unit", "contact_id", "start"])
def test_personal_identity_numbers_are_refused(column: str) -> None:
    frame = pd.concat([contact()] * 3, ignore_index=True)
    frame[column] = ["191212121212", "19640823-3234", "196408833231"]
    with pytest.raises(PersonNumberError) as error:
        validate_table(TABLE["contacts"], frame, "contacts.csv")
    assert column in str(error.value)
    assert "1912" not in str(error.value)
    numbers = frame.assign(person_id=pd.Series([191212121212, 196408233234, 196408833231]))
    with pytest.raises(PersonNumberError):
        validate_table(TABLE["contacts"], numbers, "contacts.parquet")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("start", [1.5]),
        ("position", [True]),
        ("code", [4280.5]),
        ("code", [pd.Timestamp("2024-01-01")]),
    ],
)
def test_column_of_the_wrong_kind(column: str, values: list[object]) -> None:
    table = TABLE["contacts"] if column == "start" else TABLE["diagnoses"]
    frame = valid(table).assign(**{column: values})
    with pytest.raises(DataError, match=f"the column '{column}' does not hold"):
        validate_table(table, frame, table.name)


def test_typed_columns_as_parquet_has_them() -> None:
    frame = valid(TABLE["diagnoses"]).assign(
        date=np.array(["2024-01-02T10:30"], dtype="datetime64[ns]"),
        recorded_at=pd.Series(["2024-01-03T23:30"], dtype="datetime64[us, Europe/Stockholm]"),
        code=[4280],
        position=np.array([2.0]),
    )
    row = validate_table(TABLE["diagnoses"], frame, "diagnoses.parquet").rows.iloc[0]
    assert (str(row["date"].date()), str(row["recorded_at"])) == (
        "2024-01-02",
        "2024-01-03 00:00:00",
    )
    assert (row["code"], row["position"]) == ("4280", 2)


def test_periods_may_be_recorded_ahead() -> None:
    frame = valid(TABLE["listings"]).assign(recorded_at="2023-12-01")
    assert validate_table(TABLE["listings"], frame, "listings").rejected.empty


PAYLOAD: dict[str, list[dict[str, object]]] = {
    "persons": [{"person_id": "p", "birth_date": "1940-01-01", "sex": "female"}],
    "contacts": [
        {
            "person_id": "p",
            "contact_id": "k1",
            "start": f"2024-01-0{day}",
            "end": f"2024-01-0{day + 2}",
            "setting": "inpatient",
            "form": "visit",
            "urgency": "unplanned",
        }
        | {"contact_id": f"k{day}"}
        for day in (1, 3)
    ],
    "diagnoses": [
        {
            "person_id": "p",
            "contact_id": "k1",
            "date": "2024-01-03",
            "system": "icd10se",
            "code": "I500",
            "position": 1,
        }
    ],
    "listings": [],
}


def test_records_become_tables_with_stays_joined() -> None:
    tables = tables_from_records(json.loads(json.dumps(PAYLOAD)))
    assert list(tables) == ["persons", "listings", "contacts", "diagnoses"]
    assert tables["listings"].empty
    assert list(tables["listings"].columns) == TABLE["listings"].column_names
    assert tables["contacts"]["contact_id"].tolist() == ["k1"]
    assert tables["contacts"]["end"].tolist() == [pd.Timestamp("2024-01-05")]
    assert tables["diagnoses"]["position"].tolist() == [1]


def changed(table: str, row: int, **values: object) -> dict[str, object]:
    payload = json.loads(json.dumps(PAYLOAD))
    payload[table][row].update(values)
    return payload


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ([], "not an object of tables"),
        ({"person": []}, r"a table that .+ not have \(did you mean 'persons'"),
        ({}, "persons: no person is given"),
        ({"persons": {}}, "persons: no person is given"),
        ({"persons": {"person_id": "p"}}, "persons: not a list of rows"),
        ({"persons": ["p"]}, "persons: not a list of rows"),
        (changed("persons", 0, sexx=1), r"persons: a column that .+ not have \(did you mean 'sex'"),
        (changed("persons", 0, sex=1), "persons, row 1, column 'sex': the value is not str"),
        (changed("persons", 0, sex="kvinna"), "persons, row 1, column 'sex': value not among"),
        (changed("persons", 0, lives_alone="yes"), "row 1, column 'lives_alone': the value is not"),
        (changed("diagnoses", 0, position=True), "row 1, column 'position': the value is not"),
        (changed("diagnoses", 0, contact_id="k9"), "row 1, column 'contact_id': contact not in"),
        (changed("contacts", 1, person_id="q"), "contacts, row 2, column 'person_id': person not"),
        (changed("contacts", 1, contact_id="k1"), "contacts, row 2, column 'contact_id': key"),
        (changed("contacts", 1, start="soon"), "contacts, row 2, column 'start': not a date"),
    ],
)
def test_faulty_records(payload: object, message: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        tables_from_records(payload)  # type: ignore[arg-type]
    assert "kvinna" not in str(error.value)
    assert "soon" not in str(error.value)
