"""One person's explanation, as the service gives it: to words from a row, and from records."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.explain.data import PRIMARY, Prepared
from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from models.headings import by_heading
from models.reasons import reasons

SAID = 15
"""Reasons put into words, in both languages: as many as the service keeps apart."""


@dataclass(frozen=True)
class OnePerson:
    """Milliseconds a call, warm: (median, 99th percentile). ``shares``, ``in_words``: from a row
    of the matrix; ``from_records``: from a person's tables to words, features built on the way."""

    calls: int
    shares: tuple[float, float]
    in_words: tuple[float, float]
    from_records: tuple[float, float]


def one_person(made: Prepared) -> OnePerson:
    model = made.model
    calls = len(made.histories)
    day = pd.Timestamp(made.day)

    def matrix_of(number: int) -> pd.DataFrame:
        return build_matrix(History.of(made.histories[number], made.coverage), MEASURES, [day])

    rows = [matrix_of(number) for number in range(calls)]

    def in_words(row: pd.DataFrame) -> list[str]:
        (found,) = reasons(model, row, PRIMARY)
        labels = [of.heading.label(language) for of in by_heading(found) for language in _BOTH]
        return labels + [reason.text(language) for reason in found[:SAID] for language in _BOTH]

    gc.collect()
    gc.freeze()  # as the service does once it has loaded the model
    try:
        return OnePerson(
            calls,
            _each(lambda number: model.explain(rows[number], PRIMARY), calls),
            _each(lambda number: in_words(rows[number]), calls),
            _each(lambda number: in_words(matrix_of(number)), calls),
        )
    finally:
        gc.unfreeze()


_BOTH = ("sv", "en")


def _each(call: Callable[[int], object], calls: int) -> tuple[float, float]:
    for number in range(min(calls, 5)):
        call(number)
    taken = []
    for number in range(calls):
        began = time.perf_counter()
        call(number)
        taken.append(1000 * (time.perf_counter() - began))
    return float(np.median(taken)), float(np.percentile(taken, 99))
