"""What all parts of a judgement share: people, probabilities, draws, and the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from models.baselines import Baselines
from models.risk_model import RiskModel
from models.targets import PRIMARY
from training.cohort import Cohort
from training.judgement.groups import Groupings, groupings_of
from training.judgement.intervals import Drawn, judge, person_draws
from training.judgement.judged import MODEL, ORACLE
from training.judgement.metrics import COSTLY, Sample


@dataclass(frozen=True)
class Bench:
    """``probabilities``: target -> name (the model, each baseline, the oracle) -> (n,).
    ``draws``: (n, resamples), the same for everything. Rows are those of ``cohort``."""

    cohort: Cohort
    probabilities: Mapping[str, Mapping[str, np.ndarray]]
    draws: np.ndarray
    list_share: float

    @classmethod
    def of(
        cls,
        cohort: Cohort,
        targets: Sequence[str],
        model: RiskModel,
        baselines: Baselines,
        truths: Mapping[str, np.ndarray],
        list_share: float,
        resamples: int,
    ) -> Bench:
        scores = model.predict(cohort.matrix)
        probabilities = {}
        for target in targets:
            probabilities[target] = {MODEL: scores[target].to_numpy()}
            for name, fitted in baselines.get(target, {}).items():
                probabilities[target][name] = fitted.predict(cohort.matrix)
            if target in truths:
                probabilities[target][ORACLE] = truths[target]
        draws = person_draws(cohort.person_ids, resamples, model.info["split"]["seed"])
        return cls(cohort, probabilities, draws, list_share)

    @property
    def targets(self) -> list[str]:
        return list(self.probabilities)

    @property
    def primary(self) -> str:
        return PRIMARY if PRIMARY in self.probabilities else self.targets[0]

    @cached_property
    def groupings(self) -> Groupings:
        return groupings_of(self.cohort.matrix, self.cohort.about)

    @cached_property
    def lists(self) -> dict[str, Sample]:
        """Each target's people with the list that the model makes of them."""
        return {
            target: Sample.of(
                self.cohort.event[target], of[MODEL], self.cohort.weight[target], self.list_share
            )
            for target, of in self.probabilities.items()
        }

    def threshold(self, target: str) -> float:
        """The model's probability at the edge of its list."""
        return float(self.lists[target].edge[0])

    def happened(self, target: str) -> np.ndarray:
        """Who is known to have had the outcome, (n,) bool."""
        return (self.cohort.event[target] > 0) & (self.cohort.weight[target] > 0)

    @cached_property
    def tells_events(self) -> dict[str, np.ndarray]:
        """Groups whose number of outcomes may be shown, (groups,) bool, by target: the primary
        one before others, since what is told of one hides some of another."""
        ordered = [self.primary, *(t for t in self.targets if t != self.primary)]
        return self.groupings.tells_outcomes({t: self.happened(t) for t in ordered})

    def judge(self, target: str, name: str) -> Drawn:
        """Every metric of one model of one target. What is costly gets intervals for our own
        model, and for every model of the primary target."""
        return judge(
            self.cohort.event[target],
            self.probabilities[target][name],
            self.cohort.weight[target],
            self.draws,
            self.list_share,
            threshold=self.threshold(target),
            once=() if name == MODEL or target == self.primary else COSTLY,
        )


def oracle_of(
    truth: pd.DataFrame | None, cohort: Cohort, targets: Sequence[str]
) -> tuple[dict[str, np.ndarray], list[str]]:
    """The true probability of each row, of targets whose truth is known for all rows; and
    what a reader must know: for which targets it is known for some rows only.

    ``truth``: ``person_id``, ``index_date``, ``target``, ``probability``.
    """
    if truth is None:
        return {}, []
    found, partly = {}, {}
    for target in targets:
        rows = truth[truth["target"] == target]
        index = pd.MultiIndex.from_arrays(
            [rows["person_id"].astype("str"), pd.to_datetime(rows["index_date"]).dt.as_unit("s")]
        )
        place = index.get_indexer(cohort.matrix.index)
        if len(place) and (place >= 0).all():
            found[target] = rows["probability"].to_numpy(dtype=np.float64)[place]
        elif (place >= 0).any():
            partly[target] = float((place >= 0).mean())
    if not partly:
        return found, []
    return found, [
        f"The oracle is left out for {', '.join(partly)}: the truth is known for "
        f"{min(partly.values()):.1%} of the people judged, not for all."
    ]
