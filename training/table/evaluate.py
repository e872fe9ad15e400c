"""Learns from one part of a plain table and judges on the rest, as a region's models are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import SettingsError
from features.progress import Track, silently
from models.risk_model import RiskModel
from training.judgement.groups import UNKNOWN, GroupedFigures, Groupings, judge_groups
from training.judgement.intervals import Figure, judge, person_draws
from training.judgement.judged import MODEL
from training.judgement.metrics import Sample, auroc
from training.judgement.versus import SIMPLER, Versus, versus
from training.settings import number_of
from training.split import PersonSplit
from training.table.encode import Encoding, learn_encoding
from training.table.learn import Learnt, fit_table_model, fit_table_regression
from training.table.parts import Parts, part
from training.table.read import PlainTable, Roles, read_table
from training.table.shares import Share, shares_of_columns

TOO_GOOD = 0.99
"""A single column that ranks outcomes this well (AUROC) may have been written after them."""


@dataclass(frozen=True)
class TableSettings:
    """Every choice but the columns' roles; as in ``TrainSettings``. Raises ``SettingsError``."""

    test_share: float = 1 / 3
    seed: int = 20261115
    folds: int = 3
    list_share: float = 0.05
    resamples: int = 200

    def __post_init__(self) -> None:
        for name, low, high in (
            ("test_share", 0.05, 0.95),
            ("list_share", 0.0001, 1.0),
            ("seed", 0, 2**31 - 1),
        ):
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{name} must lie between {low} and {high}")


def table_settings_from(test_share: str, list_share: str, seed: str) -> TableSettings:
    """Settings from the texts of a command line; what is empty is as by default."""
    given = TableSettings()
    if test_share:
        given = replace(given, test_share=number_of(float, test_share, "--test-share"))
    if list_share:
        given = replace(given, list_share=number_of(float, list_share, "--list-share"))
    if seed:
        given = replace(given, seed=number_of(int, seed, "--seed"))
    return given


@dataclass(frozen=True)
class TableJudgement:
    """How a model learnt from a plain table did on the rows held out.

    ``models``: "lightgbm" and "logistic_all" -> metric -> figure. ``versus``: the
    booster less the regression. ``groups``: the booster's, one a column asked for, those of 7
    or fewer hidden. ``shares``: what the scores are made of, heaviest first. ``held_out`` and
    ``remarks``: what a reader must know.
    """

    file: str
    label: str
    settings: TableSettings
    learnt_rows: int
    test_rows: int
    test_events: int
    features: int
    held_out: str
    models: Mapping[str, Mapping[str, Figure]]
    versus: Versus
    groups: tuple[GroupedFigures, ...]
    shares: tuple[Share, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Evaluated:
    """``scores``: of the test rows, by model. ``event``: their labels. ``draws``: resamples of
    them, (rows, resamples), as the judgement's."""

    judgement: TableJudgement
    model: RiskModel
    event: np.ndarray
    scores: Mapping[str, np.ndarray]
    draws: np.ndarray


def evaluate_table(
    file: Path,
    roles: Roles,
    settings: TableSettings | None = None,
    track: Track = silently,
) -> Evaluated:
    """A booster and a regularised logistic regression on one part of a table's rows, both
    judged on the rest, with intervals from a bootstrap of persons.

    The same table and settings give the same figures. Raises ``SettingsError``,
    ``DataError`` and ``NotEnoughData``.
    """
    settings = settings or TableSettings()
    table = read_table(file, roles)
    split = PersonSplit(settings.seed, settings.test_share, settings.folds)
    parts = part(table, split, bool(roles.person))
    encoding = learn_encoding(table.features[parts.development], table.name)
    learnt = Learnt.of(table, parts, encoding)
    model = fit_table_model(learnt, roles.label, split, track)
    test = pd.DataFrame(
        encoding.matrix(table.features[parts.test]), columns=pd.Index(encoding.names)
    )
    scores = {
        MODEL: model.predict(test)[roles.label].to_numpy(),
        SIMPLER: fit_table_regression(learnt, roles.label, settings.seed).predict(test),
    }
    event = table.label[parts.test]
    draws = person_draws(table.person[parts.test], settings.resamples, settings.seed)
    # One exchange rate for both: the risk at the edge of the booster's list.
    own_list = Sample.of(event, scores[MODEL], None, settings.list_share)
    threshold = float(own_list.edge[0])
    drawn = {
        name: judge(event, p, np.ones(len(event)), draws, settings.list_share, threshold=threshold)
        for name, p in track(scores.items(), "judging", total=len(scores))
    }
    groups: list[GroupedFigures] = []
    if roles.groups:
        groups = judge_groups(
            roles.label,
            _groupings(table, parts),
            event,
            scores[MODEL],
            np.ones(len(event)),
            draws,
            own_list.places,
            threshold,
            drawn[MODEL],
            all_intervals=True,
        )
    judgement = TableJudgement(
        table.name,
        roles.label,
        settings,
        len(learnt.matrix),
        len(event),
        int(event.sum()),
        len(encoding.names),
        parts.held_out,
        {name: of_model.figures() for name, of_model in drawn.items()},
        versus(roles.label, drawn[MODEL], {SIMPLER: drawn[SIMPLER]}, settings.list_share)[0],
        tuple(groups),
        shares_of_columns(model, test, encoding, roles.label, settings.seed),
        tuple(_remarks(table, parts, encoding, learnt)),
    )
    return Evaluated(judgement, model, event, scores, draws)


def _groupings(table: PlainTable, parts: Parts) -> Groupings:
    groups = table.groups[parts.test].fillna(UNKNOWN)
    labels = {str(name): groups[name].to_numpy(dtype="U") for name in groups.columns}
    rows_of_person = np.unique(table.person[parts.test].astype(str), return_counts=True)[1]
    return Groupings.of(labels, int(rows_of_person.max()))


def _remarks(table: PlainTable, parts: Parts, encoding: Encoding, learnt: Learnt) -> list[str]:
    remarks = []
    if encoding.constant:
        remarks.append(
            f"Left out because they do not vary in the rows learnt from: "
            f"{', '.join(encoding.constant)}."
        )
    if parts.unused:
        remarks.append(
            f"{parts.unused:,} of {len(table):,} rows are neither learnt from nor judged: early "
            "rows of people held out, and late rows of the others."
        )
    telling = [
        column
        for column, places in encoding.places.items()
        if any(_alone(learnt.matrix.iloc[:, place], learnt.label) >= TOO_GOOD for place in places)
    ]
    if telling:
        remarks.append(
            f"Alone nearly enough to tell the label: {', '.join(telling)}. Make sure that they "
            "were known before it."
        )
    return remarks


def _alone(values: pd.Series, label: np.ndarray) -> float:
    """How well one feature ranks the label, whichever way it points; unknown as lowest."""
    ranked = values.fillna(-np.inf).to_numpy(dtype=np.float64)
    found = float(auroc(Sample.of(label, ranked))[0])
    return max(found, 1.0 - found)
