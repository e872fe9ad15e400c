from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import DataError, NotEnoughData, PersonNumberError, SettingsError
from training.split import PersonSplit
from training.table.encode import MOST_CATEGORIES, OTHER, learn_encoding
from training.table.parts import part
from training.table.read import Roles, group_of, read_table

from .tables import saved, visits

ROLES = Roles("outcome", person="person", time="year", leave_out=("marker",))


def refused(frame: pd.DataFrame, folder: Path, roles: Roles = ROLES) -> str:
    with pytest.raises((DataError, SettingsError)) as caught:
        read_table(saved(frame, folder), roles)
    assert "a00001" not in str(caught.value)
    return str(caught.value)


def test_columns_in_their_roles(tmp_path: Path) -> None:
    table = read_table(saved(visits(), tmp_path), Roles("outcome", ("clinic",), "person", "year"))
    assert list(table.features.columns) == [
        "age",
        "marker",
        "smokes",
        "clinic",
        "noise, [odd] name",
    ]
    assert table.label.dtype == np.int8
    assert set(table.groups["clinic"].dropna()) == {"north", "south", "west"}
    assert len(set(table.person)) == len(table) / 3


def test_comma_semicolon_tab_and_parquet_say_the_same(tmp_path: Path) -> None:
    frame = visits()
    comma = read_table(saved(frame, tmp_path), ROLES)
    parquet = read_table(saved(frame, tmp_path, "visits.parquet"), ROLES)
    frame.to_csv(tmp_path / "swedish.csv", sep=";", decimal=",", index=False)
    frame.to_csv(tmp_path / "tab.tsv", sep="\t", index=False)
    for other in (
        parquet,
        *(read_table(tmp_path / name, ROLES) for name in ("swedish.csv", "tab.tsv")),
    ):
        assert (other.label == comma.label).all()
        for column in ("age", "smokes", "noise, [odd] name"):
            np.testing.assert_allclose(
                other.features[column].astype(float), comma.features[column].astype(float)
            )


def test_a_label_that_is_not_one(tmp_path: Path) -> None:
    frame = visits()
    assert "a label is 0 or 1" in refused(frame.assign(outcome=frame["outcome"] + 1), tmp_path)
    words = frame["outcome"].map({0: "no", 1: "yes"})
    assert "a label is 0 or 1" in refused(frame.assign(outcome=words), tmp_path)
    assert "nothing to tell apart" in refused(frame.assign(outcome=0), tmp_path)
    gaps = frame["outcome"].where(frame.index != 5)
    assert "1 rows have no label" in refused(frame.assign(outcome=gaps), tmp_path)
    assert "there is no column 'outcome'" in refused(frame.drop(columns="outcome"), tmp_path)


def test_true_and_false_are_a_label(tmp_path: Path) -> None:
    frame = visits()
    as_words = read_table(saved(frame.assign(outcome=frame["outcome"] == 1), tmp_path), ROLES)
    assert (as_words.label == frame["outcome"]).all()


def test_a_label_among_the_features(tmp_path: Path) -> None:
    frame = visits()
    for again in (frame["outcome"], 1 - frame["outcome"], frame["outcome"].map({0: "n", 1: "y"})):
        message = refused(frame.assign(died=again), tmp_path)
        assert "column 'died': says the same as the label" in message


def test_two_roles_for_one_column() -> None:
    for bad in (
        {"person": "outcome"},
        {"groups": ("outcome",)},
        {"time": "age", "leave_out": ("age",)},
    ):
        with pytest.raises(SettingsError, match="two things at once"):
            Roles("outcome", **bad)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    frame = visits()
    text = frame.to_csv(index=False)
    (tmp_path / "twice.csv").write_text(text.replace("marker", "age", 1), encoding="utf-8")
    with pytest.raises(DataError, match="the column 'age' stands 2 times"):
        read_table(tmp_path / "twice.csv", ROLES)
    (tmp_path / "nameless.csv").write_text(text.replace("marker", "", 1), encoding="utf-8")
    with pytest.raises(DataError, match="a column has no name"):
        read_table(tmp_path / "nameless.csv", ROLES)
    (tmp_path / "ragged.csv").write_text(text + "1,2,3,4,5,6,7,8,9,10\n", encoding="utf-8")
    (tmp_path / "latin.csv").write_bytes(text.replace("west", "väst").encode("latin-1"))
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "no.parquet").write_text(text, encoding="utf-8")
    for name in ("ragged.csv", "latin.csv", "empty.csv", "no.parquet"):
        with pytest.raises(DataError):
            read_table(tmp_path / name, ROLES)
    for name in ("nothing.csv", "table.xlsx"):
        with pytest.raises(SettingsError):
            read_table(tmp_path / name, ROLES)


def test_too_little(tmp_path: Path) -> None:
    frame = visits()
    assert "only 2 rows" in refused(frame.head(2), tmp_path)
    assert "no column is left" in refused(frame[["person", "year", "marker", "outcome"]], tmp_path)
    rare = frame.assign(outcome=(frame.index < 8).astype(int))
    table = read_table(saved(rare, tmp_path), Roles("outcome", person="person"))
    with pytest.raises(NotEnoughData, match="fewer than 10 rows with label 1"):
        part(table, PersonSplit(1), by_person=True)
    one = read_table(saved(frame.assign(person="a"), tmp_path), Roles("outcome", person="person"))
    with pytest.raises(NotEnoughData, match="fewer than 10 rows with label"):
        part(one, PersonSplit(1), by_person=True)


def test_identity_numbers_are_refused(tmp_path: Path) -> None:
    # Skatteverket's own test numbers.
    numbers = ["189001019802", "189001029819", "189001039801"]
    frame = visits().assign(person=np.resize(numbers, 1200))
    with pytest.raises(PersonNumberError):
        read_table(saved(frame, tmp_path), ROLES)


def test_people_and_times_never_meet(tmp_path: Path) -> None:
    frame = visits()
    file = saved(frame, tmp_path)
    split = PersonSplit(7)
    by_person = part(read_table(file, Roles("outcome", person="person")), split, True)
    assert not set(frame["person"][by_person.test]) & set(frame["person"][by_person.development])
    assert by_person.unused == 0
    by_time = part(read_table(file, Roles("outcome", time="year")), split, False)
    assert set(frame["year"][by_time.test]) == {2023}
    assert set(frame["year"][by_time.development]) == {2021, 2022}
    both = part(read_table(file, ROLES), split, True)
    assert not set(frame["person"][both.test]) & set(frame["person"][both.development])
    assert frame["year"][both.test].min() > frame["year"][both.development].max()
    assert both.unused == len(frame) - both.test.sum() - both.development.sum() > 0
    for parts in (by_person, both):
        for fold in range(3):
            here = set(frame["person"][parts.fold == fold])
            assert not here & set(frame["person"][(parts.fold != fold) & parts.development])


def test_one_time_cannot_be_split(tmp_path: Path) -> None:
    table = read_table(saved(visits().assign(year=2021), tmp_path), ROLES)
    with pytest.raises(NotEnoughData, match="all rows have the same time"):
        part(table, PersonSplit(1), True)


def test_dates_are_times_and_no_features(tmp_path: Path) -> None:
    frame = visits().assign(year=lambda f: f["year"].map("{}-06-01".format))
    time = read_table(saved(frame, tmp_path), ROLES).time
    assert time is not None
    assert len(np.unique(time)) == 3
    message = refused(frame.assign(year="yesterday"), tmp_path)
    assert "1,200 rows have no time" in message


def test_text_becomes_a_column_a_category() -> None:
    frame = pd.DataFrame(
        {
            "number": np.arange(60.0),
            "town": ["Borås"] * 25 + ["Kungälv"] * 25 + ["Åmål"] * 7 + [None] * 3,
            "same": 1,
        }
    )
    encoding = learn_encoding(frame, "f")
    assert encoding.names == ("number", "town=Borås", "town=Kungälv", f"town={OTHER}")
    assert encoding.constant == ("same",)
    rows = encoding.matrix(
        pd.DataFrame({"number": [1, 2, 3], "town": ["Kungälv", "Mora", None], "same": 1})
    )
    np.testing.assert_array_equal(
        rows, np.array([[1, 0, 1, 0], [2, 0, 0, 1], [3] + [np.nan] * 3], dtype=np.float32)
    )


def test_names_that_mean_something_elsewhere() -> None:
    frame = pd.DataFrame({name: np.arange(60.0) for name in ("a b", "a [b", "unknown_age")})
    assert learn_encoding(frame, "f").names == ("a_b", "a_b_2", "_unknown_age")


def test_columns_that_cannot_be_features() -> None:
    good = np.arange(100.0)
    for bad, words in (
        ([f"id{n}" for n in range(MOST_CATEGORIES + 1)] * 3 + ["id1"] * 7, "too many to be"),
        (pd.date_range("2024-01-01", periods=100), "holds dates"),
        ([np.inf, *good[1:]], "infinite"),
    ):
        with pytest.raises(DataError, match=words):
            learn_encoding(pd.DataFrame({"good": good, "bad": bad}), "f")
    with pytest.raises(DataError, match="no feature varies"):
        learn_encoding(pd.DataFrame({"a": [1] * 100, "b": [None] * 100, "c": ["x"] * 100}), "f")


def test_groups_of_many_numbers_are_fifths() -> None:
    ages = group_of(pd.Series([*np.linspace(40, 90, 100), np.nan]))
    assert ages.nunique() == 5
    assert ages.value_counts().unique().tolist() == [20]
    assert ages.isna().sum() == 1
    assert ages.iloc[0] == "40 to 50"
    assert ages.iloc[99] == "over 80 to 90"
    assert set(group_of(pd.Series([1.0, 2.0, np.nan])).dropna()) == {"1", "2"}
    assert set(group_of(pd.Series([True, False]))) == {"True", "False"}
