"""Features of small text tables, looked up by name."""

from collections.abc import Callable

import pytest

from features.history import History
from features.matrix import build_matrix
from features.measures import FEATURE
from tests.text_tables import tables

INDEX_DATE = "2024-04-01"
Features = Callable[..., list[dict[str, float]]]


@pytest.fixture
def features() -> Features:
    """``features("name", ..., contacts="...")``: a dict of values for each person."""

    def of(*names: str, index_date: str = INDEX_DATE, **texts: str) -> list[dict[str, float]]:
        measures = list(dict.fromkeys(FEATURE[name].measure for name in names))
        matrix = build_matrix(History.of(tables(**texts)), measures, [index_date])
        return matrix[list(names)].to_dict("records")

    return of
