"""A source that lacks a little is scored with a warning; one that lacks much is not scored."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from features.errors import ModelMismatch
from features.measures import FEATURES
from features.sources import SOURCES
from features.sources.base import EVERYTHING
from models.lacking import MOST_UNKNOWN, lacking

MODEL: Any = SimpleNamespace(coverage=EVERYTHING, features=[f.name for f in FEATURES])


def test_a_source_that_delivers_everything_needs_no_warning() -> None:
    assert str(lacking(MODEL, EVERYTHING)) == ""


def test_more_than_the_model_learnt_from_is_no_lack() -> None:
    modest: Any = SimpleNamespace(
        coverage=replace(EVERYTHING, urgency=False, principal=False), features=MODEL.features
    )
    assert lacking(modest, EVERYTHING).what == ()


def test_what_is_lacking_is_named_and_counted() -> None:
    without = replace(EVERYTHING, tables=EVERYTHING.tables - {"enrolments"}, principal=False)
    found = lacking(MODEL, without)
    assert found.what == ("enrolments", "the principal diagnosis")
    assert 0 < found.unknown < MOST_UNKNOWN * found.known
    assert "enrolments, the principal diagnosis" in str(found)
    assert f"{found.unknown} of its {found.known} features" in str(found)


def test_beyond_the_set_share_it_is_refused() -> None:
    plain, mapped = SOURCES["synthea"].delivers.values()
    for best in (plain, *SOURCES["synpuf"].delivers.values()):
        with pytest.raises(ModelMismatch, match="municipal_care") as error:
            lacking(MODEL, best)
        assert "at most 20% may be" in str(error.value)
    assert 0.1 < lacking(MODEL, mapped).share < MOST_UNKNOWN  # codes, medicines and values


def test_features_that_were_unknown_in_training_too_do_not_count() -> None:
    best = next(iter(SOURCES["synthea"].delivers.values()))
    narrow: Any = SimpleNamespace(coverage=best, features=MODEL.features)
    found = lacking(narrow, replace(best, systems=frozenset()))
    assert found.what == ("codes of snomed",)
    assert found.known < len(MODEL.features)
    assert found.unknown == 0
