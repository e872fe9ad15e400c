"""Who and when: people held out, dates held out, and the gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

import numpy as np

from features.errors import NotEnoughData, SettingsError
from models.risk_model import RiskModel

HORIZON = timedelta(days=365)
"""The longest horizon of any target."""
RECORDING_DELAY = timedelta(days=31)
"""Outcomes are used once most of them have been recorded: the model judged at a test date is
one that could have been trained by then."""
HISTORY = timedelta(days=365)
"""At least this much must have been recorded before the first index date."""
STEP = timedelta(days=91)
"""Training dates lie a quarter apart, so that every season is learnt from."""
MOST_TRAINING_DATES = 5


@dataclass(frozen=True)
class PersonSplit:
    """Every person's place, by a hash of ``person_id`` and ``seed``: the same in every
    extract, whoever else is in it.

    ``test_share`` of all people are never trained on. The others are development, in
    ``folds`` parts that take turns in being held out for early stopping and calibration.
    """

    seed: int
    test_share: float = 1 / 3
    folds: int = 3

    def position(self, person_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """A number in [0, 1) for each person, evenly spread."""
        salt = str(self.seed).encode()
        numbers = [
            int.from_bytes(blake2b(str(p).encode(), digest_size=8, key=salt).digest(), "big")
            for p in person_ids
        ]
        return np.array(numbers, dtype=np.float64) / 2.0**64

    def is_test(self, person_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Whether each person is held out for judging."""
        return self.position(person_ids) >= 1.0 - self.test_share

    def fold(self, person_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """The fold of each development person, 0 to ``folds`` - 1; -1 for test people."""
        position = self.position(person_ids)
        share = (1.0 - self.test_share) / self.folds
        fold = np.minimum((position / share).astype(int), self.folds - 1)
        return np.where(position >= 1.0 - self.test_share, -1, fold)


def split_of(model: RiskModel) -> PersonSplit:
    """Which people the model was trained on, as kept with it."""
    return PersonSplit(**model.info["split"])


@dataclass(frozen=True)
class Dates:
    """``same_time``: the test date is one of the training dates, so the model is judged on
    other people at the same time, not on a later time."""

    training: tuple[date, ...]
    test: tuple[date, ...]
    same_time: bool


def monday_on_or_before(day: date) -> date:
    return day - timedelta(days=day.weekday())


def default_test_date(data_through: date) -> date:
    """The latest Monday whose outcomes a year on have happened and been recorded."""
    return monday_on_or_before(data_through - HORIZON - RECORDING_DELAY)


def choose_dates(
    index_dates: Sequence[date],
    test_index_dates: Sequence[date],
    data_from: date,
    data_through: date,
    horizon_days: int = HORIZON.days,
) -> Dates:
    """The given dates where given, else the latest that the extract allows.

    ``data_from``: the first day anything was recorded. ``horizon_days``: the longest horizon
    trained for. Training dates lie a horizon and ``RECORDING_DELAY`` before the test, unless
    a test date is itself a training date. Raises ``SettingsError`` for dates that break this or lie
    outside the data, ``NotEnoughData`` when the extract is too short for a default.
    """
    horizon = timedelta(days=horizon_days)
    test = tuple(sorted(set(test_index_dates))) or (default_test_date(data_through),)
    if index_dates:
        training = tuple(sorted(set(index_dates)))
    else:
        training = _default_training_dates(min(test), data_from)
    for day in (*training, *test):
        if not data_from < day <= data_through:
            raise SettingsError(
                f"the index date {day} lies outside the extract",
                do=f"Choose dates after {data_from} and up to {data_through}.",
            )
        if day + horizon > data_through + timedelta(days=1):
            raise SettingsError(
                f"{horizon_days} days after the index date {day} the extract has ended",
                do=f"Choose dates up to {data_through - horizon + timedelta(days=1)}, or targets "
                "with a shorter horizon.",
            )
    overlapping = set(training) & set(test)
    if overlapping == set(test):
        return Dates(training, test, same_time=True)
    # Otherwise training labels overlap the test period, or were not yet recorded when it began.
    gap = horizon + RECORDING_DELAY
    if max(training) + gap > min(test):
        raise SettingsError(
            f"the last training date is less than {gap.days} days before the first test date: "
            f"{horizon_days} for the outcomes to happen, {RECORDING_DELAY.days} to be recorded",
            do="Move them apart, or test on the training dates themselves (on other people).",
        )
    return Dates(training, test, same_time=False)


def _default_training_dates(test: date, data_from: date) -> tuple[date, ...]:
    last = monday_on_or_before(test - HORIZON - RECORDING_DELAY)
    dates = [last - STEP * number for number in range(MOST_TRAINING_DATES)]
    enough = [day for day in dates if day - HISTORY >= data_from]
    if not enough:
        raise NotEnoughData(
            "the extract is too short: training needs a year of history, then a year to learn "
            "from and a year to be tested on, and a month after each for records to come in",
            do="Ingest a longer extract, or give --index-dates and --test-index-dates.",
        )
    return tuple(sorted(enough))
