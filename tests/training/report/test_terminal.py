"""What the terminal tells beside the tables: a line each, and nothing that is not known."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from features.home import Home
from training.report import show
from training.report.terminal import beside, between_groups, in_units
from training.train import TrainResult

Trained = tuple[Home, TrainResult]


def test_gains_units_and_groups_take_a_line_each(trained: Trained) -> None:
    judgement = trained[1].judgement
    (line,) = beside(judgement)  # the toy source knows too little for the region's rule
    assert line.startswith("Against logistic regression, all features, lists of 5.0%: net benefit")
    assert in_units(judgement)[0].startswith("Lists of 20 places at 4 care units:")
    assert "sex" in between_groups(judgement)[0]
    out = StringIO()
    show(judgement, Console(file=out, width=200))
    for said in (line, *in_units(judgement), *between_groups(judgement)):
        assert said in out.getvalue()


def test_what_was_not_judged_is_left_out(trained: Trained) -> None:
    bare = replace(trained[1].judgement, groups=(), versus=(), capacity=())
    assert beside(bare) == in_units(bare) == between_groups(bare) == []
