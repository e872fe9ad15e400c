"""Common ground: the rows that models are compared on, and the draws they are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.risk_model import RiskModel
from training.cohort import Cohort
from training.judgement.intervals import Drawn, judge, person_draws


@dataclass(frozen=True)
class Ground:
    """``cohort``: rows whose outcome of ``target`` is known. ``list_share``: how long a list
    is. ``draws``: (rows, resamples), whole persons at a time."""

    cohort: Cohort
    target: str
    list_share: float
    draws: np.ndarray

    @classmethod
    def of(cls, model: RiskModel, cohort: Cohort, target: str, resamples: int) -> Ground:
        """As ``model`` was judged: its length of list, and draws from its seed."""
        known = cohort.take(cohort.weight[target] > 0)
        draws = person_draws(known.person_ids, resamples, model.info["split"]["seed"])
        return cls(known, target, model.info["list_share"], draws)

    @property
    def event(self) -> np.ndarray:
        return self.cohort.event[self.target]

    @property
    def weight(self) -> np.ndarray:
        return self.cohort.weight[self.target]

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(pd.Timestamp(day).date() for day in np.unique(self.cohort.index_dates))

    @property
    def people(self) -> int:
        return len(np.unique(self.cohort.person_ids))

    @property
    def fewest(self) -> int:
        """How many had the outcome or how many did not, whichever are fewer."""
        events = int(self.event.sum())
        return min(events, len(self.event) - events)

    def scores(self, model: RiskModel) -> np.ndarray:
        return model.predict(self.cohort.matrix)[self.target].to_numpy()

    def judge(
        self,
        probability: np.ndarray,
        metrics: Sequence[str],
        *,
        threshold: float | None = None,
        rows: np.ndarray | slice = slice(None),
    ) -> Drawn:
        """Metrics of one model's probabilities, of some ``rows`` (bool) or all."""
        return judge(
            self.event[rows],
            probability[rows],
            self.weight[rows],
            self.draws[rows],
            self.list_share,
            threshold=threshold,
            metrics=metrics,
        )
