"""Who is scored is in the access log before the answer leaves, or there is no answer."""

from collections.abc import Callable
from typing import Any

import pytest

from features.errors import MissingError
from serving.api.scoring import EXAMPLE, ScoreRequest, answer_many
from tests.serving.test_score_lacking import SCORER


def test_an_answer_waits_for_its_line() -> None:
    done: list[Any] = []

    def note(people: list[str]) -> Callable[[], None]:
        return lambda: done.append(people)

    answer_many(SCORER, lambda _: frozenset(), note, ScoreRequest.model_validate(EXAMPLE))
    assert done == [["P1"]]


def test_without_a_line_there_is_no_answer() -> None:
    def note(people: list[str]) -> Callable[[], None]:
        def fail() -> None:
            raise MissingError("the access log cannot be written", do="Try again.")

        return fail

    with pytest.raises(MissingError, match="access log"):
        answer_many(SCORER, lambda _: frozenset(), note, ScoreRequest.model_validate(EXAMPLE))
