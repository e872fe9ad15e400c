"""The plain sentences of a judgement, without training anything."""

from datetime import date

import pandas as pd

from training.evaluate import (
    MODEL,
    TargetJudgement,
    _about_calibration,
    _about_missing_months,
    _about_the_test,
)
from training.intervals import Figure


def judged(ratio: Figure, slope: Figure) -> TargetJudgement:
    figures = {"observed_expected": ratio, "calibration_slope": slope}
    return TargetJudgement("avoidable_365", 1000, 50, {MODEL: figures})


def months(**changed: int) -> pd.Series:
    every = pd.period_range("2023-01", "2025-12", freq="M")
    counts = pd.Series(1000, index=every)
    for month, count in changed.items():
        counts[pd.Period(month.replace("_", "-").lstrip("m"), "M")] = count
    return counts


def test_calibration_is_said_to_be_off_only_when_the_interval_excludes_one() -> None:
    good = judged(Figure(0.95, 0.85, 1.05), Figure(1.1, 0.95, 1.25))
    assert _about_calibration([good]) == []
    high = judged(Figure(0.61, 0.60, 0.62), Figure(1.0, 0.9, 1.1))
    assert _about_calibration([high]) == [
        "Calibration is off for avoidable_365: observed/expected is 0.61 (0.60-0.62): "
        "risks are too high."
    ]
    extreme = judged(Figure(1.2, 1.1, 1.3), Figure(0.8, 0.7, 0.9))
    assert "too low" in _about_calibration([extreme])[0]
    assert "too extreme" in _about_calibration([extreme])[0]


def test_late_months_that_run_off_are_named() -> None:
    counts = months(m2024_10=600, m2024_11=400, m2024_12=150, m2024_03=500)
    [remark] = _about_missing_months(counts, [date(2024, 1, 1)], 365, date(2025, 12, 31))
    assert remark.startswith("Late months are missing: recorded admissions in 2024-03, ")
    assert "2024-10 to 2024-12 are 15%-60% of the same months a year before" in remark


def test_whole_months_are_not_said_to_be_missing() -> None:
    day, end = [date(2024, 1, 1)], date(2025, 12, 31)
    assert _about_missing_months(months(), day, 365, end) == []
    assert _about_missing_months(months(m2024_05=800), day, 365, end) == []
    few = months() // 100  # 10 against 6 is chance
    few[pd.Period("2024-05", "M")] = 6
    assert _about_missing_months(few, day, 365, end) == []


def test_months_that_the_data_do_not_reach_are_not_missing() -> None:
    counts = months(m2024_11=500, m2024_12=0)
    assert _about_missing_months(counts, [date(2024, 1, 1)], 365, date(2024, 11, 14)) == []


def test_what_kind_of_test_it_was_is_said() -> None:
    assert _about_the_test(True, True, False, 365) == []
    assert _about_the_test(True, False, True, 365) == [
        "Judged on other people at the same time; not held out in time."
    ]
    assert "not fully held out" in _about_the_test(True, False, False, 365)[0]
    assert "another than the model was trained from" in _about_the_test(False, True, False, 365)[0]
