"""A scoring call that leaves tables out is told what lacks, or refused where it is too much."""

from collections.abc import Collection
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from features.errors import NotEnoughData
from features.measures import FEATURES
from features.sources.base import EVERYTHING
from serving.api.answers import PersonScore
from serving.api.scoring import EXAMPLE, ScoreRequest, answer_many

NOTED: list[str] = []


def score(tables: Any, index_date: date, targets: Any) -> list[PersonScore]:
    return [
        PersonScore(
            person_id="P1",
            index_date=index_date,
            model_version="1",
            probabilities={"avoidable_365": 0.2},
            groups=[],
            mobile_model=None,
            explanations=[],
        )
    ]


SCORER: Any = SimpleNamespace(
    model=SimpleNamespace(
        coverage=EVERYTHING,
        features=[f.name for f in FEATURES],
        targets={"avoidable_365": None},
    ),
    score=score,
)


def ask(*without: str) -> list[str]:
    NOTED.clear()
    history = {t: rows for t, rows in EXAMPLE["history"].items() if t not in without}
    request = ScoreRequest.model_validate({**EXAMPLE, "history": history})

    def note(people: Collection[str]) -> frozenset[str]:
        NOTED.extend(people)
        return frozenset()

    [answer], _ = answer_many(SCORER, note, request)
    return answer.lacking


def test_what_was_not_sent_is_named() -> None:
    assert ask() == ["enrolments", "observation_periods", "observations", "procedures"]
    assert NOTED == ["P1"]


def test_too_little_is_no_score_and_leaves_no_line_in_the_access_log() -> None:
    with pytest.raises(NotEnoughData, match=r"at most 20% may be unknown.*dispensings") as error:
        ask("dispensings", "diagnoses")
    assert error.value.where == "history"
    assert NOTED == []
