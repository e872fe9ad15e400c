"""What a delivery made on an earlier day would have held."""

from datetime import date

from features.known_on import known_on
from tests.text_tables import tables

LAST_DAY = date(2024, 3, 31)


def test_rows_ends_and_deaths_of_later_are_gone() -> None:
    then = known_on(
        tables(
            persons="""
            person_id | birth_date | death_date
            a         | 1940-01-01 | 2024-03-31 <- on the last day
            b         | 1940-01-01 | 2024-04-01 <- the day after
            c         | 2024-04-01 |            <- born the day after
            """,
            contacts="""
            person_id | contact_id | start      | end        | recorded_at | setting
            a         | k1         | 2024-03-01 | 2024-03-31 | 2024-03-31  | inpatient
            a         | k2         | 2024-03-01 | 2024-04-01 | 2024-03-31  | inpatient
            b         | k3         | 2024-03-01 | 2024-03-02 | 2024-04-01  | inpatient <- late
            c         | k4         | 2024-04-01 | 2024-04-01 | 2024-04-01  | inpatient
            """,
            enrolments="""
            person_id | start      | end        | end_reason | recorded_at
            a         | 2024-01-01 | 2024-03-31 | died       | 2024-01-01
            b         | 2024-01-01 | 2024-04-01 | died       | 2024-01-01
            """,
            listings="""
            person_id | start      | recorded_at
            a         | 2024-04-05 | 2024-03-20 <- listed from later on, known before
            """,
        ),
        LAST_DAY,
    )
    assert then["persons"]["person_id"].tolist() == ["a", "b"]
    assert then["persons"]["death_date"].isna().tolist() == [False, True]
    assert then["contacts"]["contact_id"].tolist() == ["k1", "k2"]
    assert then["contacts"]["end"].isna().tolist() == [False, True]
    assert then["enrolments"]["end"].isna().tolist() == [False, True]
    assert then["enrolments"]["end_reason"].isna().tolist() == [False, True]
    assert len(then["listings"]) == 1


def test_a_diagnosis_on_record_before_its_contact_stands_free() -> None:
    then = known_on(
        tables(
            contacts="""
            person_id | contact_id | start      | recorded_at
            a         | k1         | 2024-03-01 | 2024-03-31
            b         | k1         | 2024-03-01 | 2024-04-01 <- another's k1
            """,
            diagnoses="""
            person_id | contact_id | date       | code
            a         | k1         | 2024-03-01 | I10
            b         | k1         | 2024-03-01 | I10
            a         |            | 2024-03-01 | I10
            """,
        ),
        LAST_DAY,
    )
    assert then["diagnoses"]["contact_id"].fillna("-").tolist() == ["k1", "-", "-"]


def test_cutting_twice_is_cutting_once() -> None:
    made = tables(contacts="person_id | start | end\na | 2024-03-01 | 2024-05-01")
    once = known_on(made, LAST_DAY)
    again = known_on(once, LAST_DAY)
    assert all(again[name].equals(once[name]) for name in once)


def test_what_was_recorded_late_is_there_and_what_happened_later_is_not() -> None:
    week = tables(
        contacts="""
        person_id | contact_id | start      | end        | recorded_at | setting
        a         | k1         | 2024-03-01 | 2024-03-02 | 2024-03-02  | inpatient <- in time
        a         | k2         | 2024-03-01 | 2024-04-02 | 2024-03-02  | inpatient <- ends later
        a         | k3         | 2024-03-30 | 2024-03-31 | 2024-04-03  | inpatient <- late
        a         | k4         | 2024-04-01 | 2024-04-02 | 2024-04-03  | inpatient <- happened later
        a         | k5         | 2024-03-01 | 2024-03-02 | 2024-04-09  | inpatient <- too late
        a         | k6         | 2024-04-02 | 2024-04-02 | 2024-03-02  | inpatient <- planned
        """
    )
    then = known_on(week, date(2024, 4, 7), happened_by=LAST_DAY)["contacts"]
    assert then["contact_id"].tolist() == ["k1", "k2", "k3"]
    assert then["end"].isna().tolist() == [False, True, False]
