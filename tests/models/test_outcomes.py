from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.tables import Tables
from models.outcomes import NEVER, Ended, OutcomeReader, censoring_weights, outcomes
from models.targets import TARGETS, Outcome
from tests.text_tables import table

INDEX = date(2024, 4, 1)
THROUGH = date(2026, 1, 31)
HORIZON, EVENT, DIED, CENSORED = Ended


def tables(persons: str = "", **others: str) -> Tables:
    made = {name: table(name, text) for name, text in others.items()}
    if persons:
        made["persons"] = table("persons", persons)
    else:
        ids = sorted(set().union(*(set(frame["person_id"]) for frame in made.values())))
        made["persons"] = table("persons", "\n".join(["person_id", *ids]))
    return made


def result(of: Tables, target: str, through: date = THROUGH) -> dict[str, tuple[int, Ended]]:
    rows = outcomes(of, INDEX, TARGETS[target], through)
    return {
        str(person): (int(r.days), Ended(r.ended))
        for person, r in zip(rows.index, rows.itertuples(), strict=True)
    }


def test_an_admission_counts_from_the_index_date_to_the_day_before_the_horizon() -> None:
    of = tables(
        contacts="""
        person_id | start      | end        | setting   | urgency
        1         | 2024-03-31 | 2024-04-05 | inpatient | unplanned   <- under way: no event
        2         | 2024-04-01 | 2024-04-02 | inpatient | unplanned   <- on the index date
        3         | 2024-04-30 | 2024-05-01 | inpatient | unplanned   <- the last day
        4         | 2024-05-01 | 2024-05-02 | inpatient | unplanned   <- the day after
        """
    )
    assert result(of, "unplanned_30") == {
        "1": (30, HORIZON),
        "2": (0, EVENT),
        "3": (29, EVENT),
        "4": (30, HORIZON),
    }


def test_the_first_qualifying_admission_counts_in_whatever_order_rows_come() -> None:
    of = tables(
        contacts="""
        person_id | start      | end        | setting   | urgency
        1         | 2024-06-01 | 2024-06-02 | inpatient | unplanned
        1         | 2024-04-20 | 2024-04-21 | inpatient | unplanned
        1         | 2024-04-10 | 2024-04-11 | inpatient | planned
        1         | 2024-04-05 | 2024-04-05 | emergency | unplanned
        """
    )
    assert result(of, "unplanned_365") == {"1": (19, EVENT)}
    assert result(of, "admission_365") == {"1": (9, EVENT)}


def test_avoidable_follows_the_lists_rules_of_position() -> None:
    of = tables(
        contacts="""
        person_id | contact_id | start      | end        | setting   | urgency
        1         | a          | 2024-05-01 | 2024-05-03 | inpatient | unplanned
        2         | b          | 2024-05-01 | 2024-05-03 | inpatient | unplanned
        3         | c          | 2024-05-01 | 2024-05-03 | inpatient | unplanned
        4         | d          | 2024-05-01 | 2024-05-03 | inpatient | unplanned
        5         | e          | 2024-05-01 | 2024-05-03 | inpatient | unplanned
        6         | f          | 2024-05-01 | 2024-05-03 | inpatient | planned
        7         | g          | 2024-05-01 | 2024-05-03 | inpatient | unplanned
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position
        1         | a          | 2024-05-01 | I509 | 1       <- heart failure, principal
        2         | b          | 2024-05-01 | S720 | 1
        2         | b          | 2024-05-01 | I509 | 2       <- not principal
        3         | c          | 2024-05-01 | S720 | 1
        3         | c          | 2024-05-01 | E105 | 3       <- diabetes in any position
        4         | d          | 2024-05-01 | J209 | 1
        4         | d          | 2024-05-01 | J449 | 2       <- acute bronchitis with COPD
        5         | e          | 2024-05-01 | J209 | 1       <- acute bronchitis alone
        6         | f          | 2024-05-01 | I509 | 1       <- planned
        7         | g          | 2024-05-01 | S720 | 1
        """,
    )
    found = result(of, "avoidable_365")
    assert {person for person, (_, ended) in found.items() if ended is EVENT} == {"1", "3", "4"}


def test_death_first_is_no_event_and_no_censoring() -> None:
    of = tables(
        persons="""
        person_id | death_date
        1         | 2024-05-01      <- dies before the admission
        2         | 2024-06-01      <- dies on the day of admission
        3         | 2024-04-01      <- dies on the index date
        """,
        contacts="""
        person_id | start      | end        | setting   | urgency
        1         | 2024-06-01 | 2024-06-02 | inpatient | unplanned
        2         | 2024-06-01 | 2024-06-01 | inpatient | unplanned
        """,
    )
    assert result(of, "unplanned_365") == {
        "1": (30, DIED),
        "2": (61, EVENT),
        "3": (0, DIED),
    }
    assert result(of, "death_365") == {
        "1": (30, EVENT),
        "2": (61, EVENT),
        "3": (0, EVENT),
    }


def test_moving_away_censors_unless_the_outcome_came_first() -> None:
    of = tables(
        persons="""
        person_id | death_date
        1         |
        2         |
        3         |
        4         | 2024-06-30
        5         |
        """,
        observation_periods="""
        person_id | start      | end
        1         | 2020-01-01 | 2024-05-01     <- moves on the 30th day
        2         | 2020-01-01 | 2024-05-01     <- moves, and abuts the next period
        2         | 2024-05-01 |
        3         | 2020-01-01 | 2024-05-01
        3         | 2024-06-01 |                <- comes back later
        4         | 2020-01-01 | 2024-07-01     <- the period ends with the death
        5         | 2020-01-01 | 2024-01-01     <- gone before the index date
        """,
        contacts="""
        person_id | start      | end        | setting   | urgency
        3         | 2024-04-11 | 2024-04-12 | inpatient | unplanned
        """,
    )
    assert result(of, "unplanned_365") == {
        "1": (30, CENSORED),
        "2": (365, HORIZON),
        "3": (10, EVENT),
        "4": (90, DIED),
        "5": (0, CENSORED),
    }
    assert result(of, "unplanned_30")["1"] == (30, HORIZON)  # the horizon was reached


def test_the_end_of_the_data_censors() -> None:
    of = tables(
        contacts="""
        person_id | start      | end        | setting   | urgency
        1         | 2024-04-05 | 2024-04-06 | inpatient | unplanned
        2         | 2024-03-05 | 2024-03-06 | inpatient | unplanned
        """
    )
    assert result(of, "unplanned_30", date(2024, 4, 10)) == {"1": (4, EVENT), "2": (10, CENSORED)}
    assert result(of, "unplanned_30", date(2024, 4, 30))["2"] == (30, HORIZON)


def test_without_censoring_every_weight_is_one() -> None:
    assert (censoring_weights(np.array([3, 30, 30]), np.zeros(3, bool)) == 1.0).all()


def test_the_known_stand_in_for_the_censored() -> None:
    # Four people: one has the event on day 5, one leaves on day 10, two reach day 30.
    weight = censoring_weights(np.array([5, 10, 30, 30]), np.array([False, True, False, False]))
    assert weight == pytest.approx([1.0, 0.0, 1.5, 1.5])
    assert weight.sum() == pytest.approx(4.0)


def test_an_event_on_the_day_of_a_censoring_comes_before_it() -> None:
    weight = censoring_weights(np.array([10, 10, 30]), np.array([False, True, False]))
    assert weight == pytest.approx([1.0, 0.0, 2.0])


def test_weighting_recovers_the_rate_that_censoring_hides() -> None:
    rng = np.random.default_rng(7)
    event_day = rng.integers(0, 1000, 40_000)
    leave_day = rng.integers(0, 700, 40_000)
    seen = np.minimum(np.minimum(event_day, leave_day), 365)
    event = (event_day < 365) & (event_day <= leave_day)
    censored = ~event & (leave_day < 365)
    weight = censoring_weights(seen, censored)
    assert np.average(event, weights=weight) == pytest.approx(0.365, abs=0.01)


def test_rows_of_every_person_sorted() -> None:
    of = tables(persons="person_id\n2\n1", contacts="person_id | start\n2 | 2024-05-05")
    rows = outcomes(of, pd.Timestamp(INDEX), TARGETS["admission_30"], THROUGH)
    assert list(rows.index) == ["1", "2"]


def test_follow_up_and_the_first_admissions_of_everyone() -> None:
    of = tables(
        persons="""
        person_id | death_date
        1         | 2024-05-01
        2         |
        3         |
        """,
        observation_periods="""
        person_id | start      | end
        1         | 2020-01-01 |
        2         | 2020-01-01 | 2024-04-11
        3         | 2020-01-01 |
        """,
        contacts="""
        person_id | start      | end        | setting   | urgency
        3         | 2024-06-01 | 2024-06-02 | inpatient | unplanned
        3         | 2024-04-03 | 2024-04-04 | inpatient | unplanned
        3         | 2024-05-01 | 2024-05-02 | inpatient | unplanned
        3         | 2024-04-20 | 2024-04-21 | inpatient | planned
        2         | 2024-03-31 | 2024-04-02 | inpatient | unplanned   <- under way
        """,
    )
    reader = OutcomeReader(of, THROUGH)
    assert reader.followed(INDEX, 365).tolist() == [30, 10, 365]
    assert reader.admission_days(INDEX, Outcome.UNPLANNED, 2).tolist() == [
        [NEVER, NEVER],
        [NEVER, NEVER],
        [2, 30],
    ]
    assert reader.admission_days(INDEX, Outcome.ADMISSION, 4)[2].tolist() == [2, 19, 30, 61]
