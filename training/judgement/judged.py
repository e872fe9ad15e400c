"""What a judgement holds: of each target and model, each figure with its interval."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from training.judgement.capacity import CapacityJudgement
from training.judgement.competing import CompetingCalibration
from training.judgement.decision import DecisionCurve
from training.judgement.groups import GroupedFigures
from training.judgement.intervals import Figure
from training.judgement.morbidity import MorbidityAtScore
from training.judgement.versus import Versus

MODEL = "lightgbm"
ORACLE = "oracle"
GAPS = ("sensitivity", "observed_expected", "auroc")
"""Differences between groups that are logged as metrics."""


@dataclass(frozen=True)
class TargetJudgement:
    """``models``: name (the model, each baseline, the oracle) -> metric -> figure.

    ``threshold``: the model's probability at the edge of its list, at which everybody's net
    benefit is taken; NaN where not worked out.
    """

    target: str
    people: int
    events: int
    models: Mapping[str, Mapping[str, Figure]]
    threshold: float = np.nan
    decision_curve: DecisionCurve | None = None


@dataclass(frozen=True)
class Judgement:
    """How a model did. ``remarks``: what a reader must know, in plain sentences.

    ``held_out_people``: whether only people were judged who were never trained on;
    ``held_out_time``: whether outcomes of training and test never overlapped in time.

    ``groups``: one for each target and grouping. ``competing``: one a target, calibration
    with death as a competing event. ``versus``: the model less each baseline, each target.
    ``capacity``: one a target, lists of so many places a care unit; empty where nobody's
    unit is known. ``morbidity``: of the primary target's score, by group. Groups of 7 or
    fewer are hidden in all of them.
    """

    extract_id: str
    model_version: str
    index_dates: tuple[date, ...]
    held_out_people: bool
    held_out_time: bool
    list_share: float
    targets: tuple[TargetJudgement, ...]
    remarks: tuple[str, ...]
    groups: tuple[GroupedFigures, ...] = ()
    competing: tuple[CompetingCalibration, ...] = ()
    versus: tuple[Versus, ...] = ()
    capacity: tuple[CapacityJudgement, ...] = ()
    morbidity: tuple[MorbidityAtScore, ...] = ()

    def of(self, target: str) -> TargetJudgement:
        return next(judged for judged in self.targets if judged.target == target)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: dates as text, an undefined figure as null."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return without_nan(plain)

    def as_metrics(self) -> dict[str, float]:
        """Flat: ``<target>.<metric>`` of the model, ``<target>.<baseline>.<metric>``,
        ``<target>.versus.<baseline>.<metric>`` (differences), ``<target>.capacity.<metric>``
        and ``<target>.groups.<grouping>.<metric>`` (the largest difference of two groups)."""
        flat = {}
        for judged in self.targets:
            for name, figures in judged.models.items():
                prefix = judged.target if name == MODEL else f"{judged.target}.{name}"
                for metric, figure in figures.items():
                    if np.isfinite(figure.value):
                        flat[f"{prefix}.{metric}"] = figure.value
                    if name == MODEL and np.isfinite([figure.low, figure.high]).all():
                        flat[f"{prefix}.{metric}_low"] = figure.low
                        flat[f"{prefix}.{metric}_high"] = figure.high
        for compared in self.versus:
            for metric in ("net_benefit", "ppv"):
                figure = compared.differences[metric]
                flat[f"{compared.target}.versus.{compared.against}.{metric}"] = figure.value
        for lists in self.capacity:
            for metric, figure in lists.figures.items():
                flat[f"{lists.target}.capacity.{metric}"] = figure.value
            if lists.inside is not None:
                flat[f"{lists.target}.capacity.inside"] = lists.inside
        for grouped in self.groups:
            for metric in GAPS:
                if metric in grouped.difference:
                    name = f"{grouped.target}.groups.{grouped.grouping}.{metric}"
                    flat[name] = grouped.difference[metric]
        return {name: value for name, value in flat.items() if np.isfinite(value)}


def without_nan(value: Any) -> Any:
    """Plain data with None for every number that is undefined."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
