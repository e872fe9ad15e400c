"""The Swedish page says no more than the figures do."""

import re
from dataclasses import replace

import pytest

from training.judgement.intervals import Figure
from training.judgement.judged import MODEL
from training.report import Run
from training.report.page import html
from training.report.summary import summary_of


def with_ratio(run: Run, ratio: Figure) -> Run:
    judged = tuple(
        replace(of, models={**of.models, MODEL: {**of.models[MODEL], "observed_expected": ratio}})
        if of.target == run.target
        else of
        for of in run.judgement.targets
    )
    return replace(run, judgement=replace(run.judgement, targets=judged))


@pytest.mark.parametrize(
    ("ratio", "begins", "says"),
    [
        (Figure(1.05, 0.95, 1.15), "Ja, i stort sett.", "1,05 gånger så många"),
        (Figure(0.70, 0.60, 0.80), "Nej, de är för höga.", "(osäkerhet 0,60–0,80)"),
        (Figure(1.40, 1.20, 1.60), "Nej, de är för låga.", "lita inte på procenttalen"),
        # 36 outcomes: nothing is excluded, so nothing is shown
        (Figure(1.09, 0.77, 1.47), "Det går inte att säga säkert.", "(0,77–1,47)"),
    ],
)
def test_whether_risks_are_right_is_said_only_if_it_is_known(
    run: Run, ratio: Figure, begins: str, says: str
) -> None:
    page = html(with_ratio(run, ratio), [])
    said = re.findall(r"<h3>Stämmer risktalen\?</h3>\s*<p>(.*?)</p>", page)[0]
    assert said.startswith(begins)
    assert says in said
    assert ("20\N{NO-BREAK SPACE}% drabbas alltså" in said) == begins.startswith("Ja")


def test_groups_too_small_to_be_judged_are_counted(run: Run) -> None:
    fair = summary_of(run).fair
    assert fair is not None
    of_these = [
        group
        for of in run.judgement.groups
        if of.target == run.target and of.grouping in ("sex", "age", "deprivation")
        for group in of.groups
        if group.group != "unknown"
    ]
    assert fair.judged + fair.small == len(of_these)
    assert fair.small == sum("observed_expected" not in group.figures for group in of_these)
