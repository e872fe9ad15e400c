from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.measures import FEATURES
from features.tables import Coverage
from models.population import (
    MOBILE_RULES,
    TARGET_GROUPS,
    groups,
    listed_unit,
    mobile_model,
    present,
)
from tests.text_tables import table

INDEX = date(2024, 4, 1)


def matrix(*rows: dict[str, float]) -> pd.DataFrame:
    """Zero everywhere but where a row says otherwise."""
    zeros = {feature.name: 0.0 for feature in FEATURES}
    return pd.DataFrame([zeros | row for row in rows], dtype="float32")


def test_present_are_the_living_the_born_and_the_listed_as_known_then() -> None:
    tables = {
        "persons": table(
            "persons",
            """
            person_id | birth_date | death_date
            1         | 1940-01-01 |
            2         | 1940-01-01 | 2024-03-31      <- died the day before
            3         | 1940-01-01 | 2024-04-01      <- died on the day: not known
            4         | 2024-04-01 |                 <- born on the day
            5         | 1940-01-01 |                 <- listing ended
            6         | 1940-01-01 |                 <- listing not recorded yet
            """,
        ),
        "listings": table(
            "listings",
            """
            person_id | care_unit | start      | end        | recorded_at
            1         | north     | 2020-01-01 | 2024-04-01 | 2020-01-01
            2         | north     | 2020-01-01 |            | 2020-01-01
            3         | north     | 2020-01-01 |            | 2020-01-01
            4         | north     | 2020-01-01 |            | 2020-01-01
            5         | north     | 2020-01-01 | 2024-03-31 | 2020-01-01
            6         | north     | 2020-01-01 |            | 2024-04-01
            """,
        ),
    }
    here = present(tables, Coverage.of(tables), INDEX)
    assert here[here].index.tolist() == ["1", "3"]
    unlisted = Coverage(frozenset({"persons"}))
    assert present(tables, unlisted, INDEX).sum() == 4


def test_of_two_listings_the_one_begun_last_holds() -> None:
    listings = table(
        "listings",
        """
        person_id | care_unit | start
        1         | north     | 2020-01-01
        1         | south     | 2023-01-01
        2         | north     | 2024-04-01      <- begins on the index date
        """,
    )
    assert listed_unit({"listings": listings}, INDEX).to_dict() == {"1": "south"}


@pytest.mark.parametrize(
    ("group", "inside", "outside"),
    [
        ("frail_elderly", {"age": 75, "hfrs_730d": 5}, {"age": 74, "hfrs_730d": 9}),
        ("frail_elderly", {"age": 90, "home_help_hours_now": 25}, {"age": 90}),
        (
            "multimorbid",
            {"age": 65, "chronic_groups_1825d": 3},
            {"age": 80, "chronic_groups_1825d": 2},
        ),
        ("complex_needs", {"team_criteria": 4}, {"team_criteria": 3}),
        ("complex_needs", {"emergency_visits_365d": 5}, {"emergency_visits_365d": 4}),
        ("complex_needs", {"unplanned_admissions_365d": 3}, {"unplanned_admissions_365d": 2}),
        ("mental_ill_health", {"substance_use_730d": 1}, {}),
    ],
)
def test_group_edges(group: str, inside: dict[str, float], outside: dict[str, float]) -> None:
    assert groups(matrix(inside, outside))[group].tolist() == [True, False]


def test_what_is_not_known_makes_nobody_a_member() -> None:
    unknown = matrix({feature.name: np.nan for feature in FEATURES})
    assert not groups(unknown).to_numpy().any()
    assert mobile_model(unknown)["mobile_model"].tolist() == ["A"]


def test_every_group_says_what_it_is_in_both_languages() -> None:
    for group in TARGET_GROUPS.values():
        assert group.label("sv") != group.label("en")
        assert group.meaning("sv").endswith(".")
        assert group.meaning("en").endswith(".")
        assert group.source


def test_the_first_rule_that_fits_suggests_the_model() -> None:
    rows = matrix(
        {"team_criteria": 4, "specialist_visits_365d": 20},
        {"age": 80, "chronic_groups_1825d": 3, "hfrs_730d": 6, "specialist_visits_365d": 20},
        {"specialist_visits_365d": 8},
        {"specialist_visits_365d": 7},
    )
    suggested = mobile_model(rows)
    assert suggested["mobile_model"].tolist() == ["B", "B", "C", "A"]
    assert suggested["rule"].tolist() == list(MOBILE_RULES)
