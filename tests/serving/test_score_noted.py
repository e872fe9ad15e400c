"""Who is scored is in the access log before anybody is scored, or there is no answer."""

from collections.abc import Collection
from typing import Any

import pytest

from features.errors import MissingError
from serving.api.scoring import EXAMPLE, ScoreRequest, answer_many
from tests.serving.test_score_lacking import SCORER

REQUEST = ScoreRequest.model_validate(EXAMPLE)


def test_the_line_comes_before_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []

    def note(people: Collection[str]) -> frozenset[str]:
        done.append(list(people))
        return frozenset()

    score = SCORER.score
    monkeypatch.setattr(SCORER, "score", lambda *asked: done.append("scored") or score(*asked))
    answers, objected = answer_many(SCORER, note, REQUEST)
    assert done == [["P1"], "scored"]
    assert ([a.person_id for a in answers], objected) == (["P1"], 0)


def test_who_objects_is_not_scored() -> None:
    assert answer_many(SCORER, frozenset, REQUEST) == ([], 1)


def test_without_a_line_there_is_no_answer() -> None:
    def note(people: Collection[str]) -> frozenset[str]:
        raise MissingError("the access log cannot be written", do="Try again.")

    with pytest.raises(MissingError, match="access log"):
        answer_many(SCORER, note, REQUEST)
