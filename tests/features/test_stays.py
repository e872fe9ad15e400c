"""Which stays become one admission, and that joining tells the past nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.stays import join_stays
from features.tables import Tables
from tests.text_tables import tables


def admissions(made: Tables, *, join_all: bool = False) -> list[tuple[str, str, str, str]]:
    contacts = join_stays(made, join_all=join_all)[0]["contacts"]
    return [
        (row.contact_id, str(row.start.date()), str(row.end)[:10], row.urgency)
        for row in contacts.sort_values("start").itertuples()
    ]


def test_transfer_on_record_before_the_discharge_is_one_admission() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | urgency   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-05 | inpatient | unplanned | 2024-03-01
        1         | b          | 2024-03-05 | 2024-03-09 | inpatient | planned   | 2024-03-05
        1         | c          | 2024-03-10 | 2024-03-12 | inpatient | planned   | 2024-03-10
        2         | d          | 2024-03-09 | 2024-03-12 | inpatient | planned   | 2024-03-10
        """
    )
    assert admissions(made) == [
        ("a", "2024-03-01", "2024-03-09", "unplanned"),
        ("d", "2024-03-09", "2024-03-12", "planned"),
        ("c", "2024-03-10", "2024-03-12", "planned"),
    ]


def test_transfer_recorded_after_the_discharge_is_left_to_the_view() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | urgency   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-05 | inpatient | unplanned | 2024-03-06
        1         | b          | 2024-03-05 | 2024-03-20 | inpatient | planned   | 2024-03-21
        """
    )
    assert len(admissions(made)) == 2  # on 10 March nobody knew of b
    assert admissions(made, join_all=True) == [("a", "2024-03-01", "2024-03-20", "unplanned")]


def test_stay_within_a_stay_and_an_open_end() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-20 | inpatient | 2024-03-01
        1         | b          | 2024-03-03 | 2024-03-04 | inpatient | 2024-03-04
        1         | c          | 2024-03-20 |            | inpatient | 2024-03-20
        1         | x          | 2024-03-03 | 2024-03-03 | primary   | 2024-03-03
        """
    )
    assert admissions(made)[0] == ("a", "2024-03-01", "NaT", "planned")
    assert [row[0] for row in admissions(made)] == ["a", "x"]


def test_diagnoses_move_along_and_only_the_first_part_keeps_its_principal() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-05 | inpatient | 2024-03-01
        1         | b          | 2024-03-04 | 2024-03-09 | inpatient | 2024-03-05
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position | recorded_at
        1         | a          | 2024-03-05 | I500 | 1        | 2024-03-05
        1         | b          | 2024-03-04 | J189 | 1        | 2024-03-04   <- before its contact
        1         |            | 2024-03-04 | E119 | 1        | 2024-03-04   <- free-standing
        """,
    )
    joined, n = join_stays(made)
    moved = joined["diagnoses"]
    assert n == 1
    assert moved["contact_id"].fillna("-").tolist() == ["a", "a", "-"]
    assert moved["position"].tolist() == [1, 2, 1]
    assert moved["recorded_at"].dt.day.tolist() == [5, 5, 4]


@st.composite
def some_stays(draw: st.DrawFn) -> Tables:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 25),  # admitted
                st.one_of(st.none(), st.integers(0, 12)),  # length of stay
                st.integers(0, 15),  # recorded, days after admission
            ),
            min_size=1,
            max_size=5,
        )
    )
    day = np.datetime64("2024-01-01", "s")
    one = np.timedelta64(86400, "s")
    frame = pd.DataFrame(
        {
            "person_id": "1",
            "contact_id": [f"c{n}" for n in range(len(rows))],
            "start": [day + one * start for start, _, _ in rows],
            "end": [
                np.datetime64("NaT") if length is None else day + one * (start + length)
                for start, length, _ in rows
            ],
            "setting": "inpatient",
            "urgency": [("planned", "unplanned")[n % 2] for n in range(len(rows))],
            "recorded_at": [day + one * (start + late) for start, _, late in rows],
        }
    )
    dates = dict.fromkeys(("start", "end", "recorded_at"), "datetime64[s]")
    return {"contacts": frame.astype(dates)}


def as_seen(made: Tables, index_date: pd.Timestamp) -> list[tuple[object, ...]]:
    """The admissions that are known at an index date, ends hidden unless passed."""
    contacts = made["contacts"]
    known = contacts[(contacts["recorded_at"] < index_date) & (contacts["start"] < index_date)]
    known = known.assign(end=known["end"].where(known["end"] < index_date))
    seen = join_stays({"contacts": known.reset_index(drop=True)}, join_all=True)[0]["contacts"]
    columns = seen[["contact_id", "start", "end", "urgency"]].sort_values("contact_id")
    return [tuple(map(str, row)) for row in columns.itertuples(index=False)]


@settings(deadline=None, max_examples=60)
@given(some_stays())
def test_joining_changes_no_view_of_the_past(made: Tables) -> None:
    joined, _ = join_stays(made)
    again, n = join_stays(joined)
    assert n == 0
    pd.testing.assert_frame_equal(again["contacts"], joined["contacts"])
    days = made["contacts"][["start", "end", "recorded_at"]].melt()["value"].dropna().unique()
    for index_date in pd.DatetimeIndex(days) + pd.Timedelta(
        days=1
    ):  # nothing changes on any other day
        assert as_seen(joined, index_date) == as_seen(made, index_date)


def test_without_contacts_nothing_happens() -> None:
    made = tables(dispensings="person_id | date | atc\n1 | 2024-01-01 | N02BE01")
    assert join_stays(made) == (made, 0)


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01", "s") + rng.integers(0, 90, 60) * np.timedelta64(86400, "s")
    frame = pd.DataFrame(
        {
            "person_id": rng.choice(["1", "2"], 60),
            "contact_id": [f"c{n}" for n in range(60)],
            "start": start,
            "end": start + rng.integers(0, 6, 60) * np.timedelta64(86400, "s"),
            "setting": "inpatient",
            "urgency": "planned",
            "recorded_at": start,
        }
    )
    one = join_stays({"contacts": frame})[0]["contacts"].sort_values("contact_id")
    mixed = frame.sample(frac=1, random_state=seed, ignore_index=True)
    other = join_stays({"contacts": mixed})[0]["contacts"].sort_values("contact_id")
    assert one.to_numpy().tolist() == other.to_numpy().tolist()
