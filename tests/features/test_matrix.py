"""The engine to the day: what falls into a window, and what was known."""

import numpy as np
import pandas as pd
import pytest

from features.codelists import AVOIDABLE, CHARLSON
from features.errors import DataError
from features.history import History
from features.matrix import build_matrix
from features.measures.base import Domain, Measure, Phrase, Wording
from features.measures.kinds import (
    ActiveNow,
    ActiveSum,
    Age,
    BiceBoxerman,
    Change,
    CodeScore,
    Count,
    DaysIn,
    DaysSince,
    Derived,
    Distinct,
    GroupCount,
    InSupply,
    Latest,
    PersonIs,
    Readmissions,
    Sum,
    Use,
    UsualProvider,
    ratio,
    rise,
)
from features.rows import (
    admissions,
    contacts,
    diagnoses,
    dispensings,
    municipal_care,
    observations,
)
from features.tables import Coverage, Tables
from tests.text_tables import tables

SAID = {
    "domain": Domain.ADMISSIONS,
    "unit": "of something",
    "says": Wording(Phrase("Något", "{n}", "inget"), Phrase("Something", "{n}", "none")),
}
INDEX_DATE = "2024-04-01"


def values(of: Tables, measure: Measure, index_date: str = INDEX_DATE) -> list[list[float]]:
    """Person by person, the measure's features."""
    return build_matrix(History.of(of), [measure], [index_date]).to_numpy().tolist()


def test_count_window_edges() -> None:
    known = tables(
        contacts="""
        person_id | start      | recorded_at | setting
        a         | 2024-03-31 | 2024-03-31  | primary   <- the day before: counted
        b         | 2024-04-01 | 2024-04-01  | primary   <- on the index date: not counted
        c         | 2024-03-02 | 2024-03-02  | primary   <- the 30th day back: in 30 days
        d         | 2024-03-01 | 2024-03-01  | primary   <- the 31st: not in 30, in 365
        e         | 2024-03-20 | 2024-04-01  | primary   <- recorded late: not known
        f         | 2024-03-20 | 2024-03-31  | primary   <- recorded just in time
        g         | 2024-03-20 | 2024-03-20  | emergency <- another setting
        """
    )
    visits = Count(name="visits", of=contacts.where(setting="primary"), windows=(30, 365), **SAID)
    assert values(known, visits) == [[1, 1], [0, 0], [1, 1], [0, 1], [0, 0], [1, 1], [0, 0]]


def test_one_class_of_rows_may_belong_to_many_measures() -> None:
    known = tables(
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-03-31 |            | inpatient | unplanned
        a         | 2024-03-20 | 2024-03-21 | inpatient | planned
        a         | 2024-03-30 | 2024-03-30 | primary   | planned
        """
    )
    counts = [
        Count(name="all", of=contacts, windows=(30,), **SAID),
        Count(name="stays", of=admissions, windows=(30, 90), **SAID),
        Count(name="unplanned", of=admissions.where(urgency="unplanned"), windows=(90,), **SAID),
        Count(name="unplanned_too", of=contacts.where(urgency="unplanned"), windows=(30,), **SAID),
    ]
    matrix = build_matrix(History.of(known), counts, [INDEX_DATE])
    assert matrix.to_numpy().tolist() == [[3, 2, 2, 1, 1]]


def test_a_stay_across_the_index_date_counts_up_to_it_and_no_further() -> None:
    known = tables(
        contacts="""
        person_id | start      | end        | setting
        a         | 2024-03-29 | 2024-04-20 | inpatient <- ends later: unknown yet
        b         | 2024-03-29 |            | inpatient <- has no end
        c         | 2024-03-29 | 2024-03-31 | inpatient
        d         | 2024-02-01 | 2024-03-12 | inpatient <- ten days inside the window
        """
    )
    days = DaysIn(name="days", of=admissions, windows=(30, 365), **SAID)
    now = ActiveNow(name="now", of=admissions, **SAID)
    since = DaysSince(name="since", of=admissions, ended=True, longest=900, **SAID)
    assert values(known, days) == [[3, 3], [3, 3], [2, 2], [10, 40]]
    assert values(known, now) == [[1], [1], [0], [0]]
    assert values(known, since) == [[900], [900], [1], [20]]


def test_days_weighted_and_as_share() -> None:
    known = tables(
        observation_periods="""
        person_id | start      | end        | share
        a         | 2023-01-01 | 2024-03-17 | 1
        b         | 2023-01-01 |            | 0.5
        """
    )
    from features.rows import observation_periods

    observed = DaysIn(
        name="observed",
        of=observation_periods,
        weight="share",
        as_share=True,
        windows=(30,),
        **SAID,
    )
    assert values(known, observed) == [[0.5], [0.5]]


def test_avoidable_admissions_by_the_list_s_position_rules() -> None:
    known = tables(
        contacts="""
        person_id | contact_id | start      | setting   | urgency
        a         | c1         | 2024-03-10 | inpatient | unplanned
        b         | c2         | 2024-03-10 | inpatient | unplanned
        c         | c3         | 2024-03-10 | inpatient | unplanned
        d         | c4         | 2024-03-10 | inpatient | planned
        e         | c5         | 2024-03-10 | inpatient | unplanned
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position | recorded_at
        a         | c1         | 2024-03-10 | J209 | 1        | 2024-03-10
        a         | c1         | 2024-03-10 | J449 | 2        | 2024-03-10 <- COPD beside
        b         | c2         | 2024-03-10 | J209 | 1        | 2024-03-10 <- bronchitis alone
        c         | c3         | 2024-03-10 | S720 | 1        | 2024-03-10
        c         | c3         | 2024-03-10 | I509 | 2        | 2024-03-10 <- not principal
        d         | c4         | 2024-03-10 | I509 | 1        | 2024-03-10 <- planned
        e         | c5         | 2024-03-10 | I509 | 1        | 2024-04-02 <- known too late
        """,
    )
    avoidable = Distinct(
        name="avoidable",
        of=diagnoses.pointed_out_by(AVOIDABLE).on_contacts(admissions.where(urgency="unplanned")),
        column="contact_id",
        windows=(365,),
        **SAID,
    )
    assert values(known, avoidable) == [[1], [0], [0], [0], [0]]


def test_a_contact_id_is_a_person_s_own() -> None:
    known = tables(
        contacts="""
        person_id | contact_id | start      | setting   | urgency
        a         | c1         | 2024-03-10 | inpatient | unplanned
        b         | c1         | 2024-03-10 | inpatient | unplanned <- another stay, same id
        """,
        diagnoses="""
        person_id | contact_id | date       | code | position
        a         | c1         | 2024-03-10 | J209 | 1
        b         | c1         | 2024-03-10 | J449 | 2         <- not beside a's
        b         |            | 2024-03-10 | J209 | 1         <- on no contact
        b         |            | 2024-03-10 | J449 | 2
        """,
    )
    avoidable = Distinct(
        name="avoidable",
        of=diagnoses.pointed_out_by(AVOIDABLE).on_contacts(admissions),
        column="contact_id",
        windows=(365,),
        **SAID,
    )
    assert values(known, avoidable) == [[0], [0]]


def test_a_companion_diagnosis_recorded_late_is_not_known_before() -> None:
    known = tables(
        contacts="person_id | contact_id | start | setting | urgency\n"
        "a | c1 | 2024-03-10 | inpatient | unplanned",
        diagnoses="""
        person_id | contact_id | date       | code | position | recorded_at
        a         | c1         | 2024-03-10 | J209 | 1        | 2024-03-10
        a         | c1         | 2024-03-10 | J449 | 2        | 2024-04-01
        """,
    )
    avoidable = Distinct(
        name="avoidable",
        of=diagnoses.pointed_out_by(AVOIDABLE).on_contacts(admissions),
        column="contact_id",
        windows=(365,),
        **SAID,
    )
    assert values(known, avoidable, "2024-04-01") == [[0]]
    assert values(known, avoidable, "2024-04-02") == [[1]]


def test_sums_distinct_and_supply() -> None:
    known = tables(
        dispensings="""
        person_id | date       | atc     | days_supply
        a         | 2024-03-20 | C03CA01 | 30
        a         | 2024-03-25 | C03CA01 | 30
        a         | 2023-12-01 | N02BE01 | 30   <- ran out long ago
        a         | 2024-01-05 | C07AB02 |      <- no length given: 90 days
        """
    )
    supplied = Sum(name="days", of=dispensings, column="days_supply", windows=(30, 365), **SAID)
    different = Distinct(name="d", of=dispensings, column="atc", windows=(30, 365), **SAID)
    in_supply = InSupply(name="s", of=dispensings, **SAID)
    assert values(known, supplied) == [[60, 90]]
    assert values(known, different) == [[1, 3]]
    assert values(known, in_supply) == [[2]]


def test_periods_now() -> None:
    known = tables(
        municipal_care="""
        person_id | kind      | hours_per_month | start      | end
        a         | home_help | 20              | 2024-01-01 |
        a         | home_help | 12              | 2024-03-01 |
        a         | home_help | 50              | 2023-01-01 | 2024-03-31 <- over
        b         | alarm     |                 | 2024-01-01 |
        """
    )
    help_now = municipal_care.where(kind="home_help")
    hours = ActiveSum(name="h", of=help_now, column="hours_per_month", **SAID)
    assert values(known, ActiveNow(name="n", of=help_now, **SAID)) == [[1], [0]]
    assert values(known, hours) == [[32], [0]]


def test_readmissions() -> None:
    known = tables(
        contacts="""
        person_id | start      | end        | setting   | urgency
        a         | 2024-01-01 | 2024-01-05 | inpatient | planned
        a         | 2024-02-04 | 2024-02-05 | inpatient | unplanned <- 30 days after
        a         | 2024-03-07 | 2024-03-08 | inpatient | unplanned <- 31 days after
        b         | 2024-02-04 | 2024-02-05 | inpatient | unplanned <- another person
        """
    )
    again = Readmissions(
        name="again",
        of=admissions.where(urgency="unplanned"),
        after=admissions,
        windows=(30, 365),
        **SAID,
    )
    assert values(known, again) == [[0, 1], [0, 0]]


def test_continuity_by_hand() -> None:
    known = tables(
        contacts="""
        person_id | start      | care_unit
        a         | 2024-03-01 | x
        a         | 2024-03-02 | x
        a         | 2024-03-03 | x
        a         | 2024-03-04 | y
        b         | 2024-03-01 | x
        """
    )
    usual = UsualProvider(name="u", of=contacts, windows=(365,), **SAID)
    spread = BiceBoxerman(name="b", of=contacts, windows=(365,), **SAID)
    # (9 + 1 - 4) / (4 * 3) = 0.5; a single contact tells nothing.
    assert values(known, usual) == [[0.75], [pytest.approx(np.nan, nan_ok=True)]]
    assert values(known, spread) == [[0.5], [pytest.approx(np.nan, nan_ok=True)]]


def test_scores_over_groups() -> None:
    known = tables(
        diagnoses="""
        person_id | date       | code
        a         | 2024-01-10 | I509
        a         | 2021-01-10 | I219 <- older than a year
        b         | 2024-01-10 | Z000 <- in no group
        """
    )
    score = CodeScore(name="c", of=diagnoses, codelist=CHARLSON, windows=(365, 1825), **SAID)
    groups = GroupCount(name="g", of=diagnoses, codelist=CHARLSON, windows=(365, 1825), **SAID)
    assert values(known, score) == [[1, 2], [0, 0]]
    assert values(known, groups) == [[1, 2], [0, 0]]


def test_new_groups_are_those_never_seen_before_the_window() -> None:
    known = tables(
        diagnoses="""
        person_id | date       | code
        a         | 2024-01-10 | I509
        a         | 2021-01-10 | I509
        a         | 2024-01-10 | I219
        """
    )
    new = GroupCount(name="n", of=diagnoses, codelist=CHARLSON, new=True, windows=(365,), **SAID)
    assert values(known, new) == [[1]]


def test_latest_value_and_change() -> None:
    known = tables(
        observations="""
        person_id | date       | code   | value
        a         | 2023-06-01 | weight | 70
        a         | 2024-03-01 | weight | 64
        a         | 2024-04-01 | weight | 10 <- on the index date
        """
    )
    weight = observations.where(code="weight")
    assert values(known, Latest(name="w", of=weight, windows=(365,), **SAID)) == [[64]]
    assert values(known, Change(name="c", of=weight, windows=(730,), **SAID)) == [[-6]]


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1944-04-01", 80),  # birthday on the index date
        ("1944-04-02", 79),  # birthday tomorrow
        ("1944-02-29", 80),  # leap day
        ("2024-03-31", 0),
    ],
)
def test_age(birth: str, age: int) -> None:
    known = tables(persons=f"person_id | birth_date\na | {birth}")
    assert values(known, Age(name="age", **SAID)) == [[age]]


def test_age_before_birth_and_on_leap_day() -> None:
    known = tables(persons="person_id | birth_date\na | 1944-02-29")
    assert values(known, Age(name="age", **SAID), "2024-02-29") == [[80]]
    assert np.isnan(values(known, Age(name="age", **SAID), "1944-02-28")[0][0])


def test_missing_is_not_zero() -> None:
    known = tables(
        contacts="person_id | start | setting\na | 2024-03-01 | inpatient",
        persons="person_id | lives_alone\na | yes\nb | ",
    )
    visits = Count(name="v", of=contacts.where(setting="primary"), windows=(30,), **SAID)
    unplanned = Count(name="u", of=admissions.where(urgency="unplanned"), windows=(30,), **SAID)
    coded = CodeScore(name="c", of=diagnoses, codelist=CHARLSON, windows=(30,), **SAID)
    either = Derived(
        name="e",
        inputs=(Use(visits, 30), Use(unplanned, 30)),
        combine=lambda parts: np.nansum(parts, axis=0),
        any_input=True,
        **SAID,
    )
    only_stays = Coverage(frozenset({"persons", "contacts"}), settings=frozenset({"inpatient"}))
    history = History.of(known, only_stays)
    matrix = build_matrix(history, [visits, unplanned, coded, either], [INDEX_DATE])
    assert matrix.isna().to_numpy().tolist() == [[True, False, True, False]] * 2
    no_urgency = Coverage(only_stays.tables, settings=only_stays.settings, urgency=False)
    assert (
        build_matrix(History.of(known, no_urgency), [unplanned], [INDEX_DATE])
        .isna()
        .to_numpy()
        .all()
    )
    alone = PersonIs(name="a", column="lives_alone", value=True, **SAID)
    assert values(known, alone) == [[1], [pytest.approx(np.nan, nan_ok=True)]]


def test_derived() -> None:
    known = tables(
        contacts="""
        person_id | start
        a         | 2024-03-31
        a         | 2024-03-30
        a         | 2023-07-01
        b         | 2023-07-01
        """
    )
    visits = Count(name="v", of=contacts, windows=(30, 90, 365), **SAID)
    share = Derived(name="s", inputs=(Use(visits, 30), Use(visits, 365)), combine=ratio, **SAID)
    trend = Derived(
        name="t", inputs=(Use(visits, 90), Use(visits, 365)), combine=rise(90, 365), **SAID
    )
    assert values(known, share) == [[pytest.approx(2 / 3)], [0]]
    expected = [30 * (2 / 90 - 1 / 275), 30 * (0 - 1 / 275)]
    assert values(known, trend) == [[pytest.approx(expected[0])], [pytest.approx(expected[1])]]
    with pytest.raises(ValueError, match="no window"):
        Use(visits, 31)


def test_rows_shape_and_order() -> None:
    known = tables(contacts="person_id | start\nb | 2024-03-01\na | 2024-03-31")
    visits = Count(name="v", of=contacts, windows=(30,), **SAID)
    matrix = build_matrix(History.of(known), [visits], ["2024-04-01", "2024-03-25"])
    assert list(matrix.columns) == ["v_30d"]
    assert [(p, str(d.date())) for p, d in matrix.index] == [
        ("a", "2024-04-01"),
        ("b", "2024-04-01"),
        ("a", "2024-03-25"),
        ("b", "2024-03-25"),
    ]
    assert matrix["v_30d"].dtype == np.float32
    assert matrix["v_30d"].tolist() == [1, 0, 0, 1]


def test_wrong_declarations_are_errors_at_once() -> None:
    with pytest.raises(ValueError, match="cannot be chosen by"):
        contacts.where(place="x")
    with pytest.raises(ValueError, match="is never"):
        contacts.where(setting="hospital")
    with pytest.raises(ValueError, match="no group"):
        diagnoses.coded(CHARLSON, "no_such_group")
    with pytest.raises(ValueError, match="windows must rise"):
        Count(name="x", of=contacts, windows=(30, 30), **SAID)


def test_people_twice_or_unknown_are_refused_without_naming_them() -> None:
    twice = tables(persons="person_id | sex\nsecret | female\nsecret | male")
    with pytest.raises(DataError) as refused:
        History.of(twice)
    assert "secret" not in str(refused.value)
    unknown = tables(persons="person_id | sex\na | female")
    unknown["contacts"] = tables(contacts="person_id | start\nsecret | 2024-03-01")["contacts"]
    history = History.of(unknown)
    with pytest.raises(DataError, match="not in persons") as refused:
        build_matrix(history, [Count(name="v", of=contacts, windows=(30,), **SAID)], [INDEX_DATE])
    assert "secret" not in str(refused.value)


def test_categorical_and_plain_text_columns_agree() -> None:
    known = tables(
        contacts="""
        person_id | start      | setting
        b         | 2024-03-31 | primary
        a         | 2024-03-30 | emergency
        """
    )
    packed = dict(known)
    packed["contacts"] = known["contacts"].astype(
        {"person_id": "category", "setting": "category", "form": "category"}
    )
    visits = Count(name="v", of=contacts.where(setting="primary"), windows=(30,), **SAID)
    pd.testing.assert_frame_equal(
        build_matrix(History.of(known), [visits], [INDEX_DATE]),
        build_matrix(History.of(packed), [visits], [INDEX_DATE]),
    )
