from datetime import date, timedelta

import numpy as np
import pytest

from features.errors import NotEnoughData, SettingsError
from training.split import PersonSplit, choose_dates, default_test_date

IDS = np.array([f"person-{number}" for number in range(6000)])
FROM, THROUGH = date(2021, 11, 15), date(2026, 11, 15)


def test_people_are_in_one_place_only() -> None:
    split = PersonSplit(seed=1)
    test, fold = split.is_test(IDS), split.fold(IDS)
    assert ((fold == -1) == test).all()
    assert test.mean() == pytest.approx(1 / 3, abs=0.02)
    assert set(fold[~test]) == {0, 1, 2}
    counts = np.bincount(fold[~test])
    assert counts.min() > 0.9 * counts.max()


def test_a_persons_place_depends_on_nobody_else() -> None:
    split = PersonSplit(seed=1)
    assert (split.fold(IDS[::-7]) == split.fold(IDS)[::-7]).all()
    assert (PersonSplit(seed=2).is_test(IDS) != split.is_test(IDS)).any()


def test_a_place_never_changes_between_versions() -> None:
    assert PersonSplit(seed=20261115).position(["a", "b"]) == pytest.approx(
        [0.07033715807508568, 0.056576264518993974], abs=1e-12
    )


def test_default_dates_are_mondays_with_a_horizon_and_a_recording_delay_between() -> None:
    dates = choose_dates((), (), FROM, THROUGH)
    assert dates.test == (date(2025, 10, 13),)
    assert dates.training == (
        date(2023, 9, 11),
        date(2023, 12, 11),
        date(2024, 3, 11),
        date(2024, 6, 10),
        date(2024, 9, 9),
    )
    assert not dates.same_time
    assert all(day.weekday() == 0 for day in (*dates.training, *dates.test))
    assert dates.test[0] - dates.training[-1] >= timedelta(days=365 + 31)


def test_outcomes_have_happened_and_been_recorded_at_the_default_test_date() -> None:
    for shift in range(7):
        through = THROUGH + timedelta(days=shift)
        assert default_test_date(through) + timedelta(days=365 + 31) <= through


def test_a_year_of_history_before_the_first_training_date() -> None:
    dates = choose_dates((), (), date(2023, 6, 1), THROUGH)
    assert dates.training == (date(2024, 6, 10), date(2024, 9, 9))
    with pytest.raises(NotEnoughData, match="too short"):
        choose_dates((), (), date(2024, 1, 1), THROUGH)


def test_a_gap_shorter_than_horizon_and_recording_delay_is_refused() -> None:
    with pytest.raises(SettingsError, match="less than 396 days before"):
        choose_dates([date(2024, 9, 13)], [date(2025, 10, 13)], FROM, THROUGH)
    dates = choose_dates([date(2024, 9, 12)], [date(2025, 10, 13)], FROM, THROUGH)
    assert not dates.same_time


def test_a_shorter_horizon_needs_a_shorter_gap() -> None:
    days = [date(2025, 8, 13)], [date(2025, 10, 13)]
    assert choose_dates(*days, FROM, THROUGH, horizon_days=30).training == (date(2025, 8, 13),)


def test_testing_on_a_training_date_is_allowed_and_said() -> None:
    day = [date(2024, 10, 7)]
    assert choose_dates(day, day, FROM, THROUGH).same_time


def test_dates_outside_the_extract_are_refused() -> None:
    for day in (date(2020, 1, 6), date(2027, 1, 4)):
        with pytest.raises(SettingsError, match="outside the extract"):
            choose_dates([day], [day], FROM, THROUGH)


def test_an_outcome_is_known_on_the_last_day_of_its_horizon() -> None:
    # Days 0 to 364 from 2025-11-16 end on the last day of the data, 2026-11-15.
    last = [date(2025, 11, 16)]
    assert choose_dates(last, last, FROM, THROUGH).test == tuple(last)
    late = [date(2025, 11, 17)]
    with pytest.raises(SettingsError, match="Choose dates up to 2025-11-16"):
        choose_dates(late, late, FROM, THROUGH)
    assert choose_dates(late, late, FROM, THROUGH, horizon_days=90).same_time
