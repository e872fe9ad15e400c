from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.outcomes import Ended
from models.targets import TARGETS
from tests.training.test_cohort import ingested
from training.cohort import Cohort, InTeam, build_cohort
from training.enrolled import Enrolled, shown
from training.judgement.remarks import about_teams

DAY = date(2024, 4, 1)
PEOPLE = "123456789"
PERSONS = "person_id | birth_date | sex\n" + "\n".join(f"{p} | 1940-01-01 | female" for p in PEOPLE)
CONTACTS = """
    person_id | contact_id | start      | end        | setting   | urgency   | recorded_at
    5         | a          | 2024-04-10 | 2024-04-12 | inpatient | unplanned | 2024-04-12
    6         | b          | 2024-04-10 | 2024-04-12 | inpatient | unplanned | 2024-04-12
    7         | c          | 2024-04-10 | 2024-04-12 | inpatient | unplanned | 2024-04-12
    1         | d          | 2024-06-30 | 2024-06-30 | emergency | unplanned | 2024-06-30
"""
ENROLMENTS = """
    person_id | start      | end        | recorded_at
    1         | 2024-03-01 |            | 2024-03-02    <- in a team
    2         | 2024-03-01 | 2024-03-20 | 2024-03-02    <- was in one
    3         | 2024-03-31 |            | 2024-04-05    <- in one, but nobody knew
    4         | 2024-04-11 |            | 2024-04-12    <- joins on the tenth day
    5         | 2024-04-11 |            | 2024-04-12    <- after the admission
    6         | 2024-04-10 |            | 2024-04-12    <- on the day of the admission
    7         | 2024-04-09 |            | 2024-04-12    <- before the admission
    8         | 2024-05-01 |            | 2024-05-02    <- after the horizon
"""


def cohort(folder: Path, policy: Enrolled, enrolments: str = ENROLMENTS) -> Cohort:
    tables = {"persons": PERSONS, "contacts": CONTACTS}
    if enrolments:
        tables["enrolments"] = enrolments
    extract = ingested(folder, **tables)
    return build_cohort(extract, [DAY], [TARGETS["unplanned_30"]], enrolled=policy)


def seen(of: Cohort) -> dict[str, tuple[int, Ended, bool]]:
    """Of each person: days, how it ended, and whether anything is learnt of it."""
    days, ended = of.days["unplanned_30"], of.ended["unplanned_30"]
    counts = of.weight["unplanned_30"] > 0
    return {
        str(person): (int(days[n]), Ended(ended[n]), bool(counts[n]))
        for n, person in enumerate(of.person_ids)
    }


EVENT, HORIZON, CENSORED = Ended.EVENT, Ended.HORIZON, Ended.CENSORED


def test_follow_up_ends_when_a_team_comes(tmp_path: Path) -> None:
    assert seen(cohort(tmp_path, Enrolled.CENSOR)) == {
        "1": (0, CENSORED, False),
        "2": (30, HORIZON, True),
        "3": (0, CENSORED, False),
        "4": (10, CENSORED, False),
        "5": (9, EVENT, True),
        "6": (9, EVENT, True),
        "7": (8, CENSORED, False),
        "8": (30, HORIZON, True),
        "9": (30, HORIZON, True),
    }


def test_excluded_are_all_who_are_in_a_team_or_join_within_the_horizon(tmp_path: Path) -> None:
    found = seen(cohort(tmp_path, Enrolled.EXCLUDE))
    assert {person for person, (_, _, counts) in found.items() if counts} == {"2", "8", "9"}
    assert all(ended is CENSORED for _, ended, counts in found.values() if not counts)


@pytest.mark.parametrize("enrolments", [ENROLMENTS, ""])
def test_as_it_is_everybody_counts_alike(tmp_path: Path, enrolments: str) -> None:
    whole = cohort(tmp_path, Enrolled.AS_IS, enrolments)
    assert (whole.weight["unplanned_30"] == 1).all()
    assert whole.event["unplanned_30"].sum() == 3


def test_where_no_enrolments_are_delivered_nothing_changes(tmp_path: Path) -> None:
    whole = cohort(tmp_path, Enrolled.CENSOR, "")
    assert (whole.weight["unplanned_30"] == 1).all()
    assert not whole.team.any()
    assert whole.bounded("unplanned_30") == 0


def test_a_cohort_says_who_was_in_a_team(tmp_path: Path) -> None:
    whole = cohort(tmp_path, Enrolled.CENSOR)
    team = dict(zip(whole.person_ids, whole.team, strict=True))
    assert {p for p, t in team.items() if t == InTeam.ALREADY} == {"1"}
    assert {p for p, t in team.items() if t == InTeam.JOINED} == {"3", "4", "5", "6", "7"}


def test_groups_are_weighted_apart(tmp_path: Path) -> None:
    extract = ingested(tmp_path, persons=PERSONS, contacts=CONTACTS, enrolments=ENROLMENTS)
    targets = [TARGETS["unplanned_30"]]

    def first(people: np.ndarray) -> np.ndarray:
        return people.astype(str) <= "4"

    whole = build_cohort(extract, [DAY], targets, apart=first)
    alone = build_cohort(extract, [DAY], targets, keep=lambda people, _: first(people))
    of_whole = dict(zip(whole.person_ids, whole.weight["unplanned_30"], strict=True))
    of_alone = dict(zip(alone.person_ids, alone.weight["unplanned_30"], strict=True))
    assert {p: of_whole[p] for p in of_alone} == of_alone


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        (Enrolled.CENSOR, "seven people or fewer in a team are left out"),
        (Enrolled.EXCLUDE, "who join one within the horizon (of seven people or fewer)"),
    ],
)
def test_what_is_judged_is_said(tmp_path: Path, policy: Enrolled, what: str) -> None:
    whole = cohort(tmp_path, policy)
    [remark] = about_teams(whole, beside_the_oracle=False)
    assert what in remark
    assert "oracle" in about_teams(whole, beside_the_oracle=True)[0]


def test_nothing_is_said_of_teams_where_outcomes_are_as_they_are(tmp_path: Path) -> None:
    assert about_teams(cohort(tmp_path, Enrolled.AS_IS), beside_the_oracle=True) == []


def test_small_counts_are_not_told() -> None:
    assert [shown(count) for count in (0, 1, 7, 8)] == [0, None, None, 8]
