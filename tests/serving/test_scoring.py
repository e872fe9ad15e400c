"""Which reasons are told apart."""

from datetime import date
from types import SimpleNamespace

from features.errors import DataError, FramsyntError
from serving.scoring import KEPT_EACH_WAY, KEPT_REASONS, _kept
from serving.warm import warm


def test_both_directions_are_kept_however_many_the_other_has() -> None:
    kept = _kept([0.5] * 30 + [-0.1] * 7)
    assert len(kept) == KEPT_REASONS
    assert kept & set(range(30, 37)) == set(range(30, 30 + KEPT_EACH_WAY))
    assert kept & set(range(10)) == set(range(10))  # the heaviest


def test_few_reasons_are_all_kept() -> None:
    assert _kept([0.3, -0.2, 0.1]) == {0, 1, 2}
    assert _kept([]) == set()


class Asked:
    """Stands for a scorer: keeps what it was asked, and refuses if told to."""

    def __init__(self, error: FramsyntError | None = None) -> None:
        self.model, self.error, self.asked = self, error, []
        self.targets = {"avoidable_365": None, "death_365": None}

    def score(self, tables: dict, day: date, wanted: list[str]) -> list:
        self.asked.append((len(tables["persons"]), day, wanted))
        if self.error:
            raise self.error
        return [SimpleNamespace(explanations=[])]


def test_every_target_is_warmed_before_anybody_asks() -> None:
    scorer = Asked()
    warm(scorer)  # type: ignore[arg-type]
    ((people, _, wanted),) = scorer.asked
    assert people == 1
    assert wanted == ["avoidable_365", "death_365"]


def test_a_model_that_cannot_score_the_example_serves_all_the_same() -> None:
    warm(Asked(DataError("the history lacks a table")))  # type: ignore[arg-type]
