"""Who came or left a list, and because of what."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.tables import Coverage
from models.population import CAPACITY
from tests.text_tables import tables
from training.stability.weeks import STAGES, Cause, causes_of, churn, lists_of, stages

MONDAY = date(2024, 4, 8)


def week(*people: dict[str, object]) -> pd.DataFrame:
    """People of one care unit: probability at each stage, and whose records came in."""
    rows = {}
    for number, person in enumerate(people):
        row: dict[str, object] = {"had_new": False, "had_late": False} | {
            key: value for key, value in person.items() if key != "p"
        }
        for stage, p in zip(STAGES, person["p"], strict=True):  # type: ignore[call-overload]
            row[f"{stage}.probability"] = p
            row[f"{stage}.unit"] = "VC1" if p == p else None
            row[f"{stage}.may"] = True if p == p else None
        rows[f"p{number:02d}"] = row
    return pd.DataFrame.from_dict(rows, orient="index")


STILL = [{"p": (0.5, 0.5, 0.5, 0.5)}] * 19
"""Nineteen who keep their places; the twentieth is for whoever is next."""
assert CAPACITY == 20


def moved_by(*people: dict[str, object]) -> dict[Cause, int]:
    """The causes that moved anybody, with twenty places."""
    frame = week(*STILL, *people)
    return {cause: count for cause, count in causes_of(frame, lists_of(frame)).items() if count}


def test_what_happened_in_the_week() -> None:
    found = moved_by(
        {"p": (0.4, 0.4, 0.4, 0.1), "had_new": True},
        {"p": (0.1, 0.1, 0.1, 0.4), "had_new": True},
    )
    assert found == {Cause.HAPPENED: 2}


def test_others_changed() -> None:
    """The second comes on because of what happened; the first is pushed out."""
    found = moved_by({"p": (0.4, 0.4, 0.4, 0.4)}, {"p": (0.1, 0.1, 0.1, 0.45), "had_new": True})
    assert found == {Cause.HAPPENED: 1, Cause.OTHERS: 1}


def test_late_records_and_time() -> None:
    late = moved_by(
        {"p": (0.4, 0.4, 0.1, 0.1), "had_late": True, "had_new": True},
        {"p": (0.1, 0.1, 0.4, 0.4), "had_late": True},
    )
    assert late == {Cause.LATE: 2}
    aged = moved_by({"p": (0.4, 0.1, 0.1, 0.1), "had_new": True}, {"p": (0.1, 0.4, 0.4, 0.4)})
    assert aged == {Cause.TIME: 2}


def test_the_last_step_that_moved_them_counts() -> None:
    """Off with time, back with what was late, and off for what happened."""
    found = moved_by(
        {"p": (0.4, 0.1, 0.4, 0.1), "had_late": True, "had_new": True},
        {"p": (0.2, 0.2, 0.2, 0.2)},
    )
    # The second took the place.
    assert found == {Cause.HAPPENED: 1, Cause.OTHERS: 1}


def test_people_who_came_or_left_the_region() -> None:
    gone = float("nan")
    found = moved_by(
        {"p": (0.4, 0.4, 0.4, gone), "had_new": True},
        {"p": (gone, gone, gone, 0.4), "had_new": True},
    )
    assert found == {Cause.HAPPENED: 2}


def test_the_share_of_the_list_that_stays() -> None:
    found = churn(
        "t",
        [MONDAY],
        [week(*STILL, {"p": (0.4, 0.4, 0.4, 0.1)}, {"p": (0.1, 0.1, 0.1, 0.4)})],
    )
    assert found.weeks[0].kept == pytest.approx(19 / 20)
    assert found.changes == 2
    assert all(share is None for share in found.causes.values())  # too few to tell

    def odds(p: float) -> float:
        return float(np.log(p / (1 - p)))

    assert found.steps[Cause.HAPPENED] == pytest.approx(2 * (odds(0.4) - odds(0.1)) / 21)
    assert found.steps[Cause.TIME] == 0.0


def test_few_are_not_told_apart() -> None:
    """Ten moved by what happened, ten by others, none by the rest: the two that are hidden
    for being small hide each other."""
    moved = ({"p": (0.4, 0.4, 0.4, 0.4)}, {"p": (0.1, 0.1, 0.1, 0.45), "had_new": True})
    found = churn("t", [MONDAY] * 10, [week(*STILL, *moved)] * 10)
    assert found.changes == 20
    assert found.causes[Cause.LATE] is found.causes[Cause.TIME] is None


class Admissions:
    """A model that is sure of nothing but admissions."""

    def predict(self, matrix: pd.DataFrame) -> pd.DataFrame:
        count = matrix["admissions_30d"].to_numpy(dtype=np.float64)
        return pd.DataFrame({"t": 0.1 + 0.1 * count}, index=matrix.index)


def test_stages_see_what_was_known_then() -> None:
    made = tables(
        persons="""
        person_id | birth_date
        early     | 1940-01-01
        late      | 1940-01-01
        new       | 1940-01-01
        old       | 1940-01-01
        """,
        contacts="""
        person_id | contact_id | start      | end        | recorded_at | setting
        early     | k1         | 2024-03-20 | 2024-03-21 | 2024-03-22  | inpatient
        late      | k2         | 2024-03-20 | 2024-03-21 | 2024-04-03  | inpatient
        new       | k3         | 2024-04-02 | 2024-04-03 | 2024-04-03  | inpatient
        old       | k4         | 2024-03-03 | 2024-03-04 | 2024-03-04  | inpatient
        """,
    )
    found = stages(made, Coverage.of(made), Admissions(), "t", MONDAY)  # type: ignore[arg-type]
    scores = found[[f"{stage}.probability" for stage in STAGES]].round(1)
    assert scores.loc["early"].tolist() == [0.2, 0.2, 0.2, 0.2]
    assert scores.loc["late"].tolist() == [0.1, 0.1, 0.2, 0.2]
    assert scores.loc["new"].tolist() == [0.1, 0.1, 0.1, 0.2]
    assert scores.loc["old"].tolist() == [0.2, 0.1, 0.1, 0.1]
    assert found.index[found["had_late"]].tolist() == ["late"]
    assert found.index[found["had_new"]].tolist() == ["new"]
