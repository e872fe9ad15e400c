"""A table's judgement as a page: what of a region's report a plain table can fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.judgement.decision import decision_curve
from training.judgement.judged import MODEL
from training.judgement.metrics import METRICS, Sample
from training.judgement.names import Names
from training.report.blocks import Beside, Block, Numbers, Points, Section, Table, Text
from training.report.drawing import LEADING, SECOND, Picture, picture
from training.report.page import ABOUT_NOBODY, page
from training.report.sections import calibration, decisions, equity, groups, lists
from training.report.words import CALIBRATION, RANKING, formatted, model_label, percent, told
from training.table.evaluate import Evaluated, TableJudgement
from training.table.report import differences, heading, setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOT_HERE = (
    "Lists in each care unit: a table does not say who is listed where. --group with the column "
    "of the unit judges each unit at the one list.",
    "Death as a competing event, and people who leave: a table has one label a row and no time to "
    "it. Whoever made the label has decided what they count as.",
    "Dates: without --time the test is other rows of the same time.",
    "Morbidity at equal score: it needs to know which columns say how sick somebody is.",
    "Stability from seed to seed and from week to week: framsynt stability, with a home.",
    "Model facts, TRIPOD+AI and PROBAST+AI: framsynt train fills them from what a home knows of "
    "its source, people and outcomes. Of a plain table they are questions to whoever made it.",
)
"""What a region's report has and this one has not, and why."""


def html(evaluated: Evaluated) -> str:
    """The whole page, without any outside asset; the same judgement gives the same bytes."""
    judgement = evaluated.judgement
    return page(
        f"Report of a model of '{judgement.label}'",
        f"{judgement.file} · {judgement.learnt_rows:,} rows learnt from · "
        f"{judgement.test_rows:,} judged",
        sections_of(evaluated),
        f"Made by framsynt evaluate-table. {ABOUT_NOBODY}",
    )


def sections_of(evaluated: Evaluated) -> list[Section]:
    judgement = evaluated.judgement
    found = [
        _in_short(judgement),
        _lists(evaluated),
        _calibration(evaluated),
        _decisions(evaluated),
        _groups(judgement),
        _shares(judgement),
    ]
    return [
        *found,
        Section("not-here", "What a plain table cannot tell", blocks=[Points(NOT_HERE)]),
    ]


def _in_short(judgement: TableJudgement) -> Section:
    own = judgement.models[MODEL]
    share = judgement.test_events / judgement.test_rows
    items = [
        (f"{judgement.test_rows:,}", "", "rows judged, none of them learnt from"),
        (percent(share, 1), "", "of them had the outcome"),
        *(
            (*_split(told(own[metric], metric)), said)
            for metric, said in (
                ("auroc", "AUROC: chance that a row with the outcome is ranked above one without"),
                ("observed_expected", "observed over expected: 1 is right"),
                ("ppv", f"PPV: of the {percent(judgement.settings.list_share)} ranked highest"),
                ("sensitivity", "sensitivity: of all with the outcome, on the list"),
            )
        ),
    ]
    remarks = [*differences(judgement), *judgement.remarks]
    return Section(
        "in-short",
        "In short",
        f"{heading(judgement)}. {setting(judgement)}",
        (Numbers(items), Points(remarks)),
    )


def _split(text: str) -> tuple[str, str]:
    """A value and its interval, of "0.70 (0.60 to 0.80)"."""
    value, interval = text.removesuffix(")").split(" (", 1)
    return value, interval


def _lists(evaluated: Evaluated) -> Section:
    judgement, share = evaluated.judgement, evaluated.judgement.settings.list_share
    samples = {name: Sample.of(evaluated.event, p) for name, p in evaluated.scores.items()}
    drawn = {
        name: lists.lengths_of(
            sample, evaluated.draws if name == MODEL else evaluated.draws[:, :0], lists.DRAWN
        )
        for name, sample in samples.items()
    }
    shares = sorted({*lists.SHARES, share})
    own = lists.lengths_of(samples[MODEL], evaluated.draws, np.array(shares))
    beside = Beside(
        lists.drawn_lengths(drawn, share, judgement.models[MODEL]),
        "Lists of every length",
        lists.lengths_table(own, shares),
        lists.LENGTHS_NOTE,
    )
    return Section(
        "lists",
        "On the list, and missed",
        f"The list is the rows ranked highest. The dashed line is the length judged at, "
        f"{percent(share)} of all.",
        (beside, _models(judgement, "Both models", RANKING)),
    )


def _models(judgement: TableJudgement, caption: str, metrics: tuple[str, ...]) -> Table:
    return Table(
        caption,
        ("Model", *(METRICS[metric].label for metric in metrics)),
        [
            (model_label(name), *(told(figures[metric], metric) for metric in metrics))
            for name, figures in judgement.models.items()
        ],
    )


def _calibration(evaluated: Evaluated) -> Section:
    judgement, blocks = evaluated.judgement, list[Block]()
    for name, probability in evaluated.scores.items():
        curve = calibration.curve_of(Sample.of(evaluated.event, probability), evaluated.draws)
        figures = judgement.models[name]
        blocks.append(
            Beside(
                calibration.drawn_curve(curve, judgement.label, figures, f"calibration-{name}"),
                f"Predicted and observed: {model_label(name)}",
                calibration.tenths_table(curve),
                calibration.in_words(figures),
            )
        )
    return Section(
        "calibration",
        "Calibration: do the risks come true?",
        calibration.LEAD,
        (*blocks, _models(judgement, "Calibration of both models", CALIBRATION)),
    )


def _decisions(evaluated: Evaluated) -> Section:
    judgement = evaluated.judgement
    ones = np.ones(len(evaluated.event))
    curve = decision_curve(evaluated.event, evaluated.scores, ones, MODEL)
    beside = Beside(
        decisions.drawn_decisions(curve, judgement.label),
        "Decision curves",
        decisions.decisions_table(curve),
        decisions.NOTE,
    )
    table = decisions.versus_table([judgement.versus])
    return Section("decisions", "What acting on it gains", decisions.LEAD, (beside, table))


def _groups(judgement: TableJudgement) -> Section:
    told_of = [of for of in judgement.groups if len(of.groups) > 1]
    title = groups.TITLE
    if not told_of:
        return Section(
            "groups", title, absent="It needs --group, with a column that tells rows apart."
        )
    names, blocks = Names(), list[Block]()
    table = groups.table_of("Groups", told_of, names)
    if any(group.figures for of in told_of for group in of.groups):
        drawn = groups.forest_of(told_of, judgement.models[MODEL], names, judgement.label)
        note = f"{groups.FOREST_NOTE} {groups.legend(told_of)}"
        blocks.append(Beside(drawn, "Groups beside everybody", table, note, wide=True))
        blocks += groups.closer(told_of, names, judgement.label)
        compared = [of for of in told_of if of.difference]
        blocks += [equity.apart(compared)] if compared else []
    else:
        blocks += [table, Text([f"No group can be judged. {groups.legend(told_of)}"])]
    return Section("groups", title, groups.LEAD, blocks)


def _shares(judgement: TableJudgement) -> Section:
    rows = [
        (
            share.column,
            formatted(share.share, 3),
            formatted(share.direction, 2) if np.isfinite(share.direction) else "",
        )
        for share in judgement.shares
    ]
    return Section(
        "reasons",
        "What the scores are made of",
        "Mean absolute SHAP values of the served log-odds in the judged rows, the categories of a "
        "text column added up. They say what is associated with the label, never what causes it.",
        (
            Beside(
                _drawn_shares(judgement),
                "The heaviest columns",
                Table("By column", ("", "Contribution", "Rank correlation"), rows),
                "Rank correlation of value and contribution: above 0, higher values go with "
                "higher scores. Empty for text.",
            ),
        ),
    )


def _drawn_shares(judgement: TableJudgement) -> Picture:
    shares = judgement.shares[:15]

    def draw(axes: list[Axes]) -> None:
        ax, places = axes[0], np.arange(len(shares))[::-1]
        colours = [SECOND if share.direction > 0 else LEADING for share in shares]
        ax.barh(places, [share.share for share in shares], color=colours, height=0.62)
        ax.set_yticks(places, [share.column[:34] for share in shares])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")
        ax.set_xlabel("mean absolute contribution (log-odds)")

    alt = f"Bars of the heaviest columns: first {', '.join(s.column for s in shares[:3])}."
    return picture("columns", alt, draw, size=(5.2, 0.7 + 0.24 * len(shares)))
