"""What a reader of a judgement must know, found out by itself and said in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from training.cohort import Cohort, InTeam
from training.enrolled import Enrolled, shown
from training.judgement.capacity import CapacityJudgement
from training.judgement.groups import GroupedFigures
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL, TargetJudgement
from training.judgement.morbidity import MorbidityAtScore
from training.judgement.names import Names, feature_words, fixed, target_words
from training.judgement.versus import SIMPLER, Versus


def about_the_test(
    held_out_people: bool, apart: bool, same_time: bool, horizon_days: int
) -> list[str]:
    remarks = []
    if not held_out_people:
        remarks.append(
            "The extract is another than the model was trained from: everyone is judged, and "
            "some of them may have been trained on."
        )
    if same_time:
        remarks.append("Judged on other people at the same time; not held out in time.")
    elif not apart:
        remarks.append(
            f"The test date is less than {horizon_days} days from a training date: outcomes "
            "overlap, so the test is not fully held out in time."
        )
    return remarks


def about_the_unjudged(not_judged: Mapping[str, str]) -> list[str]:
    """Targets that cannot be judged, and why."""
    return [
        f"Cannot be judged: {target_words(target)} ({why})." for target, why in not_judged.items()
    ]


def about_what_is_known(cohort: Cohort, judged: Sequence[str]) -> list[str]:
    elsewhere = cohort.team == InTeam.NO
    worst = max(float((elsewhere & (cohort.weight[target] == 0)).mean()) for target in judged)
    if worst == 0:
        return []
    return [
        f"For up to {worst:.1%} of the people the outcome is not known, because they left "
        "observation or the data end first; the others are weighted to stand in for them."
    ]


def about_teams(cohort: Cohort, beside_the_oracle: bool) -> list[str]:
    """What became of the outcomes of people in a mobile team, and so what risk is judged."""
    if cohort.enrolled is Enrolled.AS_IS or not cohort.team.any():
        return []
    already, joined = (_people(cohort, what) for what in (InTeam.ALREADY, InTeam.JOINED))
    if cohort.enrolled is Enrolled.CENSOR:
        said = (
            f"Risks are those if no mobile team came: {already} in a team are left out, and "
            f"{joined} who joined one count until then; others stand in for them."
        )
    else:
        said = (
            f"People in a mobile team ({already}), and those who join one within the horizon "
            f"(of {joined}), are left out."
        )
    if beside_the_oracle:
        said += (
            " The oracle's risks are those with what teams will do: a little lower, among "
            "people whom teams take in."
        )
    return [said]


def _people(cohort: Cohort, what: InTeam) -> str:
    count = shown(int((cohort.team == what).sum()))
    return "seven people or fewer" if count is None else f"{count} people"


def about_calibration(results: Sequence[TargetJudgement]) -> list[str]:
    remarks = []
    for judged in results:
        ratio = judged.models[MODEL]["observed_expected"]
        slope = judged.models[MODEL]["calibration_slope"]
        faults = []
        if ratio.excludes(1.0):
            faults.append(
                f"observed/expected is {ratio.value:.2f} ({ratio.low:.2f}-{ratio.high:.2f}): "
                f"risks are {'too high' if ratio.value < 1 else 'too low'}"
            )
        if slope.excludes(1.0):
            faults.append(
                f"the slope is {slope.value:.2f} ({slope.low:.2f}-{slope.high:.2f}): "
                f"risks are {'too extreme' if slope.value < 1 else 'too alike'}"
            )
        if faults:
            remarks.append(
                f"Calibration is off for {target_words(judged.target)}: {'; '.join(faults)}."
            )
    return remarks


RUN_OFF = 0.7
"""A month with fewer admissions than this share of the same month a year before, and not by
chance, is taken to lack late records."""


def about_missing_months(
    admissions: pd.Series, dates: Sequence[date], horizon_days: int, data_through: date
) -> list[str]:
    """Admissions within the horizons, month by month, beside the year before. Months that
    the extract does not cover to their end are left out: censoring deals with them."""
    late: list[tuple[pd.Period, float]] = []
    whole = pd.Period(pd.Timestamp(data_through) + pd.Timedelta(days=1), "M") - 1
    for day in dates:
        first = pd.Period(day, "M")
        last = pd.Period(pd.Timestamp(day) + pd.Timedelta(days=horizon_days - 1), "M")
        for month in pd.period_range(first, min(last, whole), freq="M"):
            now = int(admissions.get(month, 0))
            before = int(admissions.get(month - 12, 0))
            # Three standard deviations of a difference of counts: fewer is not chance.
            by_chance = 3.0 * np.sqrt(before + now)
            if before and now < RUN_OFF * before and before - now > by_chance:
                late.append((month, now / before))
    if not late:
        return []
    months = dict(sorted(set(late)))
    shares = list(months.values())
    named = ", ".join(_runs(list(months)))
    return [
        f"Late months are missing: recorded admissions in {named} are "
        f"{min(shares):.0%}-{max(shares):.0%} of the same months a year before. Outcomes there "
        "are incomplete, and figures of calibration and of lists look worse than they are."
    ]


def _runs(months: Sequence[pd.Period]) -> list[str]:
    """Months in words: neighbours joined, "2010-04 to 2010-12"."""
    runs: list[list[pd.Period]] = []
    for month in months:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]


def about_the_simpler_model(compared: Sequence[Versus]) -> list[str]:
    """LightGBM must beat the logistic regression where it is used: at the list."""
    beaten = [
        f"{target_words(versus.target)} ({_said(versus.differences['net_benefit'], 4)})"
        for versus in compared
        if versus.against == SIMPLER and not versus.differences["net_benefit"].low > 0
    ]
    if not beaten:
        return []
    return [
        "LightGBM does not beat the logistic regression on all features in net benefit at the "
        f"list, for {', '.join(beaten)}: the simpler model is recommended there."
    ]


GROUP_OFF = 1.25
"""Observed over expected (or its inverse) that a group's whole interval must pass before the
group is named: with many groups chance alone puts some intervals beside 1."""


def about_groups(grouped: Sequence[GroupedFigures], names: Names | None = None) -> list[str]:
    names = names or Names()
    named = []
    for grouping in grouped:
        for group in grouping.groups:
            ratio = group.figures.get("observed_expected")
            if ratio and (ratio.low > GROUP_OFF or ratio.high < 1 / GROUP_OFF):
                called = names.whole(grouping.grouping, group.group)
                named.append(f"{called} ({_said(ratio, 2)})")
    if not named:
        return []
    return [
        f"Observed/expected for {target_words(grouped[0].target)} is off in some groups: "
        f"{', '.join(named)}."
    ]


def about_morbidity(found: Sequence[MorbidityAtScore], names: Names | None = None) -> list[str]:
    """Not of age: it is part of the risk itself, so that at equal risk the young are sicker."""
    names = names or Names()
    named = [
        f"{names.whole(one.grouping, one.group)}, {feature_words(one.measure)}: "
        f"{_said(one.difference, 2)}"
        for one in found
        if one.is_material and one.grouping != "age"
    ]
    if not named:
        return []
    return [
        "At equal score some groups are sicker or healthier than others, so the outcome may "
        f"count their need too low or too high: {'; '.join(named)}."
    ]


INSIDE = 0.9
"""The share of care units whose number should lie within its 95 % interval."""


def about_lists(capacity: Sequence[CapacityJudgement]) -> list[str]:
    off = [
        f"{target_words(lists.target)} ({lists.inside:.0%})"
        for lists in capacity
        if lists.inside is not None and lists.inside < INSIDE
    ]
    remarks = [
        f"On all lists of care units together {lists.found:.0f} had the outcome of "
        f"{target_words(lists.target)}; {lists.expected:.0f} were foretold ({lists.low:.0f} to "
        f"{lists.high:.0f}): risks at the top are too "
        f"{'high' if lists.found < lists.low else 'low'}."
        for lists in capacity
        if lists.is_off
    ]
    if off:
        remarks.append(
            f"Fewer than {INSIDE:.0%} of care units found as many on their list as was foretold "
            f"(95 % prediction interval): {', '.join(off)}."
        )
    return remarks


def _said(figure: Figure, decimals: int) -> str:
    value, low, high = (fixed(of, decimals) for of in (figure.value, figure.low, figure.high))
    return f"{value}, {low} to {high}"
