"""What came before and after what: emergency visits, discharges, handovers, gaps."""

from tests.features.measures.conftest import Features


def test_emergency_visits_sent_home(features: Features) -> None:
    found = features(
        "emergency_visits_sent_home_90d",
        contacts="""
        person_id | start      | end        | setting
        a         | 2024-03-10 | 2024-03-10 | emergency <- admitted the next day
        a         | 2024-03-11 | 2024-03-12 | inpatient
        b         | 2024-03-10 | 2024-03-10 | emergency <- admitted two days later: sent home
        b         | 2024-03-12 | 2024-03-13 | inpatient
        c         | 2024-03-31 | 2024-03-31 | emergency <- the next day is not over yet
        d         | 2024-03-30 | 2024-03-30 | emergency <- it is
        e         | 2024-03-10 | 2024-03-10 | inpatient <- no emergency visit
        """,
    )
    assert [person["emergency_visits_sent_home_90d"] for person in found] == [0, 1, 0, 1, 0]


def test_an_admission_recorded_late_was_not_known(features: Features) -> None:
    (person,) = features(
        "emergency_visits_sent_home_90d",
        contacts="""
        person_id | start      | end        | setting   | recorded_at
        a         | 2024-03-10 | 2024-03-10 | emergency | 2024-03-10
        a         | 2024-03-10 | 2024-03-12 | inpatient | 2024-04-01
        """,
    )
    assert person["emergency_visits_sent_home_90d"] == 1


def test_returns_to_emergency_care(features: Features) -> None:
    found = features(
        "emergency_returns_365d",
        "emergency_visits_after_discharge_365d",
        "weekend_emergency_visits_365d",
        contacts="""
        person_id | start      | end        | setting
        a         | 2024-03-10 | 2024-03-10 | emergency <- a Sunday
        a         | 2024-03-13 | 2024-03-13 | emergency <- 3 days later
        a         | 2024-03-17 | 2024-03-17 | emergency <- 4 days later, a Sunday
        b         | 2024-03-01 | 2024-03-02 | inpatient
        b         | 2024-03-02 | 2024-03-02 | emergency <- on the day of discharge, a Saturday
        b         | 2024-04-01 | 2024-04-01 | emergency <- on the index date: not known
        c         | 2024-01-01 | 2024-01-05 | inpatient
        c         | 2024-02-04 | 2024-02-04 | emergency <- day 30, a Sunday
        c         | 2024-02-05 | 2024-02-05 | emergency <- day 31, and a return
        d         | 2024-03-05 | 2024-03-05 | emergency <- two on one day are no return
        d         | 2024-03-05 | 2024-03-05 | emergency
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 0, 2],
        [0, 1, 1],
        [1, 1, 1],
        [0, 0, 0],
    ]


def test_discharges_without_follow_up(features: Features) -> None:
    found = features(
        "discharges_without_follow_up_90d",
        contacts="""
        person_id | start      | end        | setting
        a         | 2024-03-01 | 2024-03-05 | inpatient
        a         | 2024-03-19 | 2024-03-19 | primary   <- day 14
        b         | 2024-03-01 | 2024-03-05 | inpatient
        b         | 2024-03-20 | 2024-03-20 | primary   <- day 15
        c         | 2024-03-01 | 2024-03-05 | inpatient
        c         | 2024-03-04 | 2024-03-04 | primary   <- during the stay
        d         | 2024-03-01 | 2024-03-18 | inpatient <- 14 days have not passed
        e         | 2024-03-01 | 2024-03-17 | inpatient <- they have
        f         | 2024-03-01 |            | inpatient <- goes on
        """,
    )
    assert [person["discharges_without_follow_up_90d"] for person in found] == [0, 1, 1, 0, 1, 0]


def test_admissions_that_primary_care_did_not_see_before(features: Features) -> None:
    found = features(
        "admissions_without_primary_contact_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-31 | 2024-03-31 | inpatient | unplanned
        a         | 2024-03-01 | 2024-03-01 | primary   | planned   <- 30 days before
        b         | 2024-03-31 | 2024-03-31 | inpatient | unplanned
        b         | 2024-02-29 | 2024-02-29 | primary   | planned   <- 31 days before
        c         | 2024-03-20 | 2024-03-21 | inpatient | unplanned
        c         | 2024-03-20 | 2024-03-20 | primary   | planned   <- on the day
        """,
    )
    assert [person["admissions_without_primary_contact_365d"] for person in found] == [0, 1, 1]


def test_handovers_between_region_and_municipality(features: Features) -> None:
    found = features(
        "discharges_to_municipal_care_365d",
        "municipal_care_after_discharge_365d",
        "admissions_from_municipal_care_365d",
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-01 | 2024-03-05 | inpatient | unplanned
        b         | 2024-03-01 | 2024-03-05 | inpatient | unplanned
        c         | 2024-03-01 | 2024-03-05 | inpatient | unplanned
        d         | 2024-03-01 | 2024-03-05 | inpatient | unplanned
        e         | 2024-03-01 | 2024-03-05 | inpatient | unplanned
        """,
        municipal_care="""
        person_id | kind             | start      | end
        a         | home_help        | 2023-01-01 |            <- before, and still
        b         | home_health_care | 2024-03-19 |            <- day 14, and new
        c         | home_health_care | 2024-03-20 |            <- day 15, and new
        d         | home_help        | 2023-01-01 | 2024-03-01 <- last day: the day before
        e         | home_help        | 2023-01-01 | 2024-02-29 <- no longer that day
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 0, 1],
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 0],
    ]


def test_time_without_contact_and_changes_of_setting(features: Features) -> None:
    found = features(
        "contact_days_365d",
        "longest_time_without_contact_365d",
        "days_since_contact",
        "changes_of_setting_365d",
        contacts="""
        person_id | start      | end        | setting
        a         | 2024-03-31 | 2024-03-31 | primary
        a         | 2024-03-31 | 2024-03-31 | inpatient <- the same day: one day, one change
        a         | 2024-01-31 | 2024-01-31 | emergency <- and one
        a         | 2023-12-31 | 2023-12-31 | primary   <- and one
        b         | 2024-04-01 | 2024-04-01 | primary   <- not known yet
        c         | 2022-01-01 | 2022-01-01 | primary   <- before the window
        c         | 2023-04-02 | 2023-04-02 | specialist <- its first day
        """,
    )
    assert [list(person.values()) for person in found] == [
        [3, 273, 1, 3],
        [0, 365, 730, 0],
        [1, 364, 365, 0],
    ]


def test_time_without_contact_before_the_first(features: Features) -> None:
    (person,) = features(
        "longest_time_without_contact_365d",
        contacts="""
        person_id | start
        a         | 2024-01-01 <- 91 days ago: 274 days before it, 90 after
        """,
    )
    assert person["longest_time_without_contact_365d"] == 274


def test_changes_of_setting_count_within_each_window(features: Features) -> None:
    found = features(
        "changes_of_setting_90d",
        "changes_of_setting_365d",
        contacts="""
        person_id | start      | setting
        a         | 2024-01-02 | primary    <- 90 days ago
        a         | 2024-01-02 | emergency
        a         | 2024-03-01 | emergency  <- no change
        a         | 2024-03-31 | specialist
        b         | 2024-01-01 | primary    <- 91 days ago: the change began before 90 days
        b         | 2024-01-02 | emergency
        """,
    )
    assert [list(person.values()) for person in found] == [[2, 2], [0, 1]]


def test_days_in_hospital_are_not_without_contact(features: Features) -> None:
    found = features(
        "longest_time_without_contact_365d",
        contacts="""
        person_id | start      | end        | setting
        a         | 2023-06-01 | 2024-01-01 | inpatient <- 60 days before it, 90 after
        b         | 2023-06-01 | 2024-03-31 | inpatient
        b         | 2023-12-01 | 2023-12-01 | emergency <- within the stay
        c         | 2023-01-01 | 2023-10-04 | inpatient <- from before the window; 179 after
        d         | 2024-01-01 |            | inpatient <- goes on; 274 before it
        e         | 2022-01-01 | 2023-04-01 | inpatient <- ended the day before the window
        """,
    )
    assert [person["longest_time_without_contact_365d"] for person in found] == [
        90,
        60,
        179,
        274,
        365,
    ]
