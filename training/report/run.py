"""What a report is made from: a model, whom it was judged on, and how it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from features.manifest import Manifest
from models.baselines import Baselines
from models.risk_model import RiskModel
from training.cohort import Cohort
from training.judgement.intervals import person_draws
from training.judgement.judged import MODEL, Judgement, TargetJudgement
from training.judgement.metrics import Sample
from training.judgement.names import Names
from training.report.words import primary_first


@dataclass(frozen=True)
class Run:
    """A trained model, its baselines, the people it was judged on and the judgement.

    ``manifest``: of the extract it was trained from; ``names``: of its care units. Everything
    shown is computed from these; nothing of one person is kept.
    """

    model: RiskModel
    baselines: Baselines
    test: Cohort
    judgement: Judgement
    manifest: Manifest
    names: Names = field(default_factory=Names)

    @property
    def judged(self) -> TargetJudgement:
        """How the primary target was judged (the first one where that was not)."""
        return primary_first(self.judgement)

    @property
    def target(self) -> str:
        return self.judged.target

    @property
    def simulated(self) -> bool:
        return self.manifest.source == "region"

    @cached_property
    def scores(self) -> dict[str, np.ndarray]:
        """The model's probabilities of every judged target, (test rows,) each."""
        predicted = self.model.predict(self.test.matrix)
        return {j.target: predicted[j.target].to_numpy() for j in self.judgement.targets}

    @cached_property
    def rivals(self) -> dict[str, np.ndarray]:
        """Probabilities of the primary target: the model's, then each baseline's."""
        others = self.baselines.get(self.target, {})
        return {MODEL: self.scores[self.target]} | {
            name: fitted.predict(self.test.matrix) for name, fitted in others.items()
        }

    @cached_property
    def draws(self) -> np.ndarray:
        """Resamples of persons, (test rows, resamples): those of the judgement."""
        info = self.model.info
        return person_draws(self.test.person_ids, info["resamples"], info["split"]["seed"])

    def known(self, target: str) -> np.ndarray:
        """Test rows whose outcome is known, (test rows,) bool."""
        known: np.ndarray = self.test.weight[target] > 0
        return known

    def sample(self, target: str, probability: np.ndarray) -> Sample:
        """The test rows whose outcome is known, with the weights of censoring."""
        known = self.known(target)
        return Sample.of(
            self.test.event[target][known], probability[known], self.test.weight[target][known]
        )

    def draws_of(self, target: str) -> np.ndarray:
        """The resamples of ``sample``'s rows."""
        return self.draws[self.known(target)]


_CELLS = 10_000_000
"""Rows times resamples held in memory at once."""


def resampled(
    sample: Sample, draws: np.ndarray, function: Callable[[Sample], np.ndarray]
) -> np.ndarray:
    """``function`` of the people themselves (column 0) and of every resample of them.

    ``sample``: one column of weights. ``draws``: (rows, resamples). ``function``: a sample
    with c columns of weights -> (values, c). Returns (values, 1 + resamples).
    """
    width = max(1, _CELLS // max(len(draws), 1))
    parts = [function(sample)]
    for start in range(0, draws.shape[1], width):
        weight = sample.weight * draws[:, start : start + width]
        parts.append(function(replace(sample, weight=weight)))
    return np.hstack(parts)


def with_interval(values: np.ndarray) -> np.ndarray:
    """(values, 1 + resamples) to (values, 3): each with its 95 % percentile interval, which
    is the value itself where nothing was resampled."""
    drawn = values[:, 1:] if values.shape[1] > 1 else values
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=1)
    return np.column_stack([values[:, 0], low, high])
