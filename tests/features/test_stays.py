"""Which stays become one admission, and that joining tells the past nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.events import day
from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.stays import LONGEST_UNENDED, join_stays, joined_as_of
from features.tables import Coverage, Tables
from tests.text_tables import tables

Admission = tuple[str, str, str, str]


def admissions(made: Tables, index_date: str | None = None) -> list[Admission]:
    """Contact, start, end and urgency: as an extract has them, or as known at a date."""
    joined = join_stays(made)[0]
    if index_date is not None:
        joined = joined_as_of(joined, day(index_date))
    return [
        (row.contact_id, str(row.start.date()), str(row.end)[:10], row.urgency)
        for row in joined["contacts"].sort_values(["person_id", "start"]).itertuples()
    ]


def feature(made: Tables, name: str, index_date: str) -> float:
    return float(build_matrix(History.of(made), MEASURES, [index_date])[name].iloc[0])


def test_transfer_recorded_at_once_is_one_admission_in_the_extract() -> None:
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
        ("c", "2024-03-10", "2024-03-12", "planned"),
        ("d", "2024-03-09", "2024-03-12", "planned"),
    ]


def test_transfer_recorded_late_is_one_admission_from_when_it_was_known() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | urgency   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-05 | inpatient | unplanned | 2024-03-06
        1         | b          | 2024-03-05 | 2024-03-20 | inpatient | unplanned | 2024-03-21
        """
    )
    assert len(admissions(made)) == 2
    assert admissions(made, "2024-03-21") == [("a", "2024-03-01", "2024-03-05", "unplanned")]
    assert admissions(made, "2024-03-22") == [("a", "2024-03-01", "2024-03-20", "unplanned")]
    for index_date in ("2024-03-21", "2024-03-22", "2024-06-01"):
        assert feature(made, "admissions_365d", index_date) == 1
        assert feature(made, "readmissions_365d", index_date) == 0
    assert feature(made, "admission_days_90d", "2024-03-21") == 4
    assert feature(made, "admission_days_90d", "2024-03-22") == 19


def test_a_later_stay_closes_one_that_has_no_end() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | recorded_at
        1         | a          | 2024-03-01 |            | inpatient | 2024-03-01
        1         | b          | 2024-03-08 | 2024-03-10 | inpatient | 2024-03-09 <- a transfer
        1         | c          | 2024-06-01 | 2024-06-04 | inpatient | 2024-06-01
        2         | d          | 2023-03-01 |            | inpatient | 2023-03-01 <- no discharge
        2         | e          | 2024-03-01 | 2024-03-05 | inpatient | 2024-03-01
        """
    )
    assert [row[:3] for row in admissions(made, "2024-03-09")] == [
        ("a", "2024-03-01", "NaT"),
        ("d", "2023-03-01", "2023-03-31"),
        ("e", "2024-03-01", "2024-03-05"),
    ]
    assert [row[:3] for row in admissions(made, "2024-06-30")] == [
        ("a", "2024-03-01", "2024-03-10"),
        ("c", "2024-06-01", "2024-06-04"),
        ("d", "2023-03-01", "2023-03-31"),
        ("e", "2024-03-01", "2024-03-05"),
    ]
    assert feature(made, "admitted_now", "2024-03-09") == 1
    assert feature(made, "admitted_now", "2024-06-30") == 0
    assert feature(made, "admissions_180d", "2024-06-30") == 2


@pytest.mark.parametrize(("days", "parts"), [(LONGEST_UNENDED, 1), (LONGEST_UNENDED + 1, 2)])
def test_how_long_a_stay_without_an_end_may_have_lasted(days: int, parts: int) -> None:
    start = pd.Timestamp("2024-03-01") + pd.Timedelta(days=days)
    made = tables(
        contacts=f"""
        person_id | contact_id | start           | end | setting
        1         | a          | 2024-03-01      |     | inpatient
        1         | b          | {start.date()}  |     | inpatient
        """
    )
    assert len(admissions(made, "2024-05-01")) == parts


def test_a_stay_beside_a_longer_one() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-20 | inpatient | 2024-03-01
        1         | b          | 2024-03-03 | 2024-03-04 | inpatient | 2024-03-04
        1         | x          | 2024-03-03 | 2024-03-03 | primary   | 2024-03-03
        """
    )
    seen = {d: admissions(made, d)[0][2] for d in ("2024-03-04", "2024-03-05", "2024-03-21")}
    assert seen == {"2024-03-04": "NaT", "2024-03-05": "2024-03-04", "2024-03-21": "2024-03-20"}
    assert [row[0] for row in admissions(made, "2024-03-21")] == ["a", "x"]


def test_diagnoses_move_along_and_only_the_first_part_keeps_its_principal() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-05 | inpatient | 2024-03-01
        1         | b          | 2024-03-05 | 2024-03-09 | inpatient | 2024-03-05
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position | recorded_at
        1         | a          | 2024-03-05 | I500 | 1        | 2024-03-05
        1         | b          | 2024-03-05 | J189 | 1        | 2024-03-05
        1         |            | 2024-03-04 | E119 | 1        | 2024-03-04   <- free-standing
        """,
    )
    joined, n = join_stays(made)
    moved = joined["diagnoses"]
    assert n == 1
    assert moved["contact_id"].fillna("-").tolist() == ["a", "a", "-"]
    assert moved["position"].tolist() == [1, 2, 1]


def test_a_diagnosis_known_before_its_part_leaves_the_joining_to_the_view() -> None:
    made = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | recorded_at
        1         | a          | 2024-03-01 | 2024-03-05 | inpatient | 2024-03-01
        1         | b          | 2024-03-05 | 2024-03-09 | inpatient | 2024-03-05
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position | recorded_at
        1         | b          | 2024-03-04 | J189 | 1        | 2024-03-04
        """,
    )
    assert join_stays(made)[1] == 0
    then = joined_as_of(made, day("2024-03-06"))
    assert then["contacts"]["contact_id"].tolist() == ["a"]
    assert then["diagnoses"]["contact_id"].tolist() == ["a"]


@st.composite
def some_stays(draw: st.DrawFn) -> Tables:
    """Stays of two people, most of them touching, each with a diagnosis."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 40),  # admitted
                st.one_of(st.none(), st.integers(0, 40)),  # length of stay
                st.integers(0, 15),  # recorded, days after admission
                st.sampled_from(["1", "2"]),
                st.integers(-2, 9),  # diagnosis recorded, days after admission
            ),
            min_size=1,
            max_size=6,
        )
    )
    transfers = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    for n in range(1, len(rows)):
        start, length, _, person, _ = rows[n - 1]
        if transfers[n] and length is not None:  # recorded at once
            rows[n] = (start + length, rows[n][1], 0, person, max(0, rows[n][4]))
            rows[n - 1] = (start, length, 0, person, max(0, rows[n - 1][4]))
    first, one = np.datetime64("2024-01-01", "s"), np.timedelta64(86400, "s")
    contacts = pd.DataFrame(
        {
            "person_id": [person for *_, person, _ in rows],
            "contact_id": [f"c{n}" for n in range(len(rows))],
            "start": [first + one * start for start, *_ in rows],
            "end": [
                np.datetime64("NaT") if length is None else first + one * (start + length)
                for start, length, *_ in rows
            ],
            "setting": "inpatient",
            "form": "visit",
            "urgency": [("planned", "unplanned")[n % 2] for n in range(len(rows))],
            "care_unit": "unit",
            "profession": "physician",
            "recorded_at": [first + one * (start + late) for start, _, late, *_ in rows],
        }
    )
    set_on = [first + one * max(0, start + late) for start, *_, late in rows]
    diagnoses = pd.DataFrame(
        {
            "person_id": contacts["person_id"],
            "contact_id": contacts["contact_id"],
            "date": set_on,
            "system": "icd10se",
            "code": [("I500", "J449", "J209")[n % 3] for n in range(len(rows))],
            "position": pd.Series([1 + n % 2 for n in range(len(rows))], dtype="Int64"),
            "recorded_at": set_on,
        }
    )
    dates = ("start", "end", "date", "recorded_at")
    made = tables(
        observations="person_id | date | code | value\n1|2024-01-01|x|1\n2|2024-01-01|x|1"
    )
    for name, frame in (("contacts", contacts), ("diagnoses", diagnoses)):
        kinds = {column: "datetime64[s]" for column in dates if column in frame}
        made[name] = frame.astype(kinds)
    return made


def turning_points(made: Tables) -> list[np.datetime64]:
    """The index dates on which anything may look another way than the day before."""
    moments = [made["contacts"][name] for name in ("start", "end", "recorded_at")]
    moments.append(made["diagnoses"]["recorded_at"])
    return list(pd.concat(moments).dropna().unique() + np.timedelta64(1, "D"))


@settings(deadline=None, max_examples=60)
@given(some_stays())
def test_joining_in_the_extract_changes_no_view(made: Tables) -> None:
    joined, _ = join_stays(made)
    again, n = join_stays(joined)
    assert n == 0
    pd.testing.assert_frame_equal(again["contacts"], joined["contacts"])
    dates, coverage = turning_points(made), Coverage.of(made)
    pd.testing.assert_frame_equal(
        build_matrix(History.of(joined, coverage), MEASURES, dates),
        build_matrix(History.of(made, coverage), MEASURES, dates),
        check_exact=True,
    )
    for index_date in dates:
        seen, expected = (
            joined_as_of(of, day(index_date))["contacts"][["contact_id", "start", "end", "urgency"]]
            for of in (joined, made)
        )
        pd.testing.assert_frame_equal(seen, expected)


@settings(deadline=None, max_examples=60)
@given(some_stays())
def test_a_view_joins_what_was_known_and_leaves_no_stays_that_touch(made: Tables) -> None:
    for index_date in turning_points(made):
        index_day = day(index_date)
        then = joined_as_of(made, index_day)["contacts"]
        assert then["recorded_at"].lt(index_date).all()
        assert not then["end"].ge(index_date).any()
        known = {
            name: rows[rows["recorded_at"] < index_date]
            for name, rows in made.items()
            if name == "contacts"
        }
        known["contacts"] = known["contacts"].reset_index(drop=True)
        pd.testing.assert_frame_equal(joined_as_of(known, index_day)["contacts"], then)
        pd.testing.assert_frame_equal(joined_as_of({"contacts": then}, index_day)["contacts"], then)
        for _, stays in then.sort_values("start").groupby("person_id"):
            ends, starts = stays["end"].to_numpy()[:-1], stays["start"].to_numpy()[1:]
            assert (ends < starts).all()


def test_without_contacts_nothing_happens() -> None:
    made = tables(dispensings="person_id | date | atc\n1 | 2024-01-01 | N02BE01")
    assert join_stays(made) == (made, 0)
    assert joined_as_of(made, 20_000) is made


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
    mixed = frame.sample(frac=1, random_state=seed, ignore_index=True)
    for join in (lambda t: join_stays(t)[0], lambda t: joined_as_of(t, day("2024-02-20"))):
        one, other = (
            join({"contacts": rows})["contacts"].sort_values("contact_id", ignore_index=True)
            for rows in (frame, mixed)
        )
        pd.testing.assert_frame_equal(one, other)
