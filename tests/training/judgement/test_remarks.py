"""The plain sentences of a judgement, without training anything."""

from datetime import date

import pandas as pd

from training.judgement.capacity import CapacityJudgement
from training.judgement.groups import GroupedFigures, GroupFigures
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL, TargetJudgement
from training.judgement.morbidity import MorbidityAtScore
from training.judgement.names import Names
from training.judgement.remarks import (
    about_calibration,
    about_groups,
    about_lists,
    about_missing_months,
    about_morbidity,
    about_the_simpler_model,
    about_the_test,
    about_the_unjudged,
)
from training.judgement.versus import SIMPLER, Versus


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
    assert about_calibration([good]) == []
    high = judged(Figure(0.61, 0.60, 0.62), Figure(1.0, 0.9, 1.1))
    assert about_calibration([high]) == [
        "Calibration is off for avoidable hospital admission within a year: "
        "observed/expected is 0.61 (0.60-0.62): risks are too high."
    ]
    extreme = judged(Figure(1.2, 1.1, 1.3), Figure(0.8, 0.7, 0.9))
    assert "too low" in about_calibration([extreme])[0]
    assert "too extreme" in about_calibration([extreme])[0]


def test_late_months_that_run_off_are_named() -> None:
    counts = months(m2024_10=600, m2024_11=400, m2024_12=150, m2024_03=500)
    [remark] = about_missing_months(counts, [date(2024, 1, 1)], 365, date(2025, 12, 31))
    assert remark.startswith("Late months are missing: recorded admissions in 2024-03, ")
    assert "2024-10 to 2024-12 are 15%-60% of the same months a year before" in remark


def test_whole_months_are_not_said_to_be_missing() -> None:
    day, end = [date(2024, 1, 1)], date(2025, 12, 31)
    assert about_missing_months(months(), day, 365, end) == []
    assert about_missing_months(months(m2024_05=800), day, 365, end) == []
    few = months() // 100  # 10 against 6 is chance
    few[pd.Period("2024-05", "M")] = 6
    assert about_missing_months(few, day, 365, end) == []


def test_months_that_the_data_do_not_reach_are_not_missing() -> None:
    counts = months(m2024_11=500, m2024_12=0)
    assert about_missing_months(counts, [date(2024, 1, 1)], 365, date(2024, 11, 14)) == []


def test_what_kind_of_test_it_was_is_said() -> None:
    assert about_the_test(True, True, False, 365) == []
    assert about_the_test(True, False, True, 365) == [
        "Judged on other people at the same time; not held out in time."
    ]
    assert "not fully held out" in about_the_test(True, False, False, 365)[0]
    assert "another than the model was trained from" in about_the_test(False, True, False, 365)[0]


def test_a_logistic_regression_that_is_not_beaten_is_recommended() -> None:
    def against(name: str, low: float, high: float) -> Versus:
        figure = Figure((low + high) / 2, low, high)
        return Versus("avoidable_365", name, 0.05, {"net_benefit": figure})

    assert about_the_simpler_model([against(SIMPLER, 0.0001, 0.002)]) == []
    assert about_the_simpler_model([against("age_sex", -0.1, 0.1)]) == []
    assert about_the_simpler_model([]) == []
    [remark] = about_the_simpler_model([against(SIMPLER, -0.001, 0.002)])
    assert "avoidable hospital admission within a year (0.0005, -0.0010 to 0.0020)" in remark
    assert remark.endswith("the simpler model is recommended there.")
    assert about_the_simpler_model([against(SIMPLER, -0.003, -0.001)])
    # Equal, or without resamples: not beaten.
    assert about_the_simpler_model([against(SIMPLER, 0.0, 0.0)])


def test_a_group_is_named_only_if_its_whole_interval_is_far_off() -> None:
    def grouped(*ratios: Figure) -> GroupedFigures:
        groups = [
            GroupFigures(f"unit {n}", 100, 20, figures={"observed_expected": ratio})
            for n, ratio in enumerate(ratios)
        ]
        return GroupedFigures("avoidable_365", "care_unit", (*groups, GroupFigures("small")))

    assert about_groups([grouped(Figure(1.4, 1.1, 1.7), Figure(0.9, 0.7, 0.97))]) == []
    [remark] = about_groups([grouped(Figure(1.0, 0.9, 1.1), Figure(1.6, 1.3, 1.9))])
    assert remark == (
        "Observed/expected for avoidable hospital admission within a year is off in some groups: "
        "care unit unit 1 (1.60, 1.30 to 1.90)."
    )
    named = about_groups(
        [grouped(Figure(1.0, 0.9, 1.1), Figure(1.6, 1.3, 1.9))],
        Names({"unit 1": "Vårdcentralen A"}),
    )
    assert "care unit Vårdcentralen A (unit 1) (1.60" in named[0]


def test_groups_sicker_at_equal_score_are_named_but_not_age_bands() -> None:
    def found(grouping: str, low: float) -> MorbidityAtScore:
        figure = Figure(low + 0.1, low, low + 0.2)
        return MorbidityAtScore("avoidable_365", grouping, "x", "charlson_1825d", figure, 1.0)

    assert about_morbidity([found("sex", 0.05), found("age", 0.5)]) == []
    [remark] = about_morbidity([found("deprivation", 0.15), found("sex", -0.5)])
    in_words = "Comorbidity (Charlson) in the last 5 years (charlson_1825d)"
    assert f"deprivation x, {in_words}: 0.25, 0.15 to 0.35; sex x" in remark


def test_a_municipality_has_its_name_and_code() -> None:
    figure = Figure(-0.4, -0.59, -0.21)
    ale, elsewhere = (
        MorbidityAtScore("avoidable_365", "municipality", code, "charlson_1825d", figure, 1.0)
        for code in ("1440", "9999")
    )
    [remark] = about_morbidity([ale, elsewhere])
    assert "municipality Ale (1440), Comorbidity" in remark
    assert "municipality 9999, Comorbidity" in remark


def test_nothing_is_minus_nothing() -> None:
    nearly = Figure(-0.00001, -0.001, 0.00002)
    [remark] = about_the_simpler_model(
        [Versus("death_365", SIMPLER, 0.05, {"net_benefit": nearly})]
    )
    assert "(0.0000, -0.0010 to 0.0000)" in remark


def test_what_cannot_be_judged_is_said_in_words() -> None:
    assert about_the_unjudged({"death_365": "too few outcomes"}) == [
        "Cannot be judged: death within a year (too few outcomes)."
    ]


def test_lists_that_find_other_than_foretold_are_said() -> None:
    def lists(inside: float | None) -> CapacityJudgement:
        return CapacityJudgement("avoidable_365", 20, 20, inside=inside)

    assert about_lists([lists(0.95), lists(None), lists(0.9)]) == []
    assert "avoidable hospital admission within a year (80%)" in about_lists([lists(0.8)])[0]
    high = CapacityJudgement("x", 20, 20, expected=45.0, found=31.2, low=33.4, high=56.6)
    assert about_lists([high]) == [
        "On all lists of care units together 31 had the outcome of x; 45 were foretold "
        "(33 to 57): risks at the top are too high."
    ]
