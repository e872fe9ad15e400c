"""Fits the boosters and their calibration, on development people only.

The folds take turns: a booster trained on the others stops early on the fold left out and
predicts it. All out-of-fold margins together give the calibration (slope and intercept of a
weighted logistic regression), and the booster that serves is trained on everyone for the
number of rounds that did best. So calibration is learnt from all development people, none of
whom the calibrated booster had seen, and never from test people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from features.errors import NotEnoughData
from features.progress import Track, silently
from models.risk_model import Calibration
from training.metrics import logistic_fits

if TYPE_CHECKING:
    import lightgbm

FEWEST_EVENTS = 10
"""Fewer events than this in any fold cannot stop or calibrate anything."""


@dataclass(frozen=True)
class BoosterSettings:
    """How boosters are grown. Small trees and strong shrinkage: outcomes are rare."""

    learning_rate: float = 0.08
    num_leaves: int = 6
    min_data_in_leaf: int = 400
    feature_fraction: float = 0.2
    bagging_fraction: float = 0.6
    lambda_l2: float = 10.0
    max_bin: int = 63
    rounds: int = 400
    patience: int = 25
    side_by_side: int = 2

    def params(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.lambda_l2,
            "max_bin": self.max_bin,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }


@dataclass(frozen=True)
class FittedTarget:
    booster: lightgbm.Booster
    calibration: Calibration
    rounds: int


class Development:
    """The development rows of one run: float32 ``values`` (rows, features) and the ``fold``
    of each row's person. Binned once for all targets."""

    def __init__(
        self,
        values: np.ndarray,
        features: Sequence[str],
        fold: np.ndarray,
        settings: BoosterSettings,
        seed: int,
    ) -> None:
        import lightgbm

        self.values, self.fold = values, fold
        self.settings, self.seed = settings, seed
        self._binned = lightgbm.Dataset(
            values,
            label=np.zeros(len(values)),
            feature_name=list(features),
            params=settings.params(seed),
            free_raw_data=False,
        ).construct()

    def _dataset(self, event: np.ndarray, weight: np.ndarray, rows: np.ndarray) -> Any:
        subset = self._binned.subset(np.flatnonzero(rows).tolist()).construct()
        subset.set_label(event[rows])
        subset.set_weight(weight[rows])
        return subset

    def fit_all(
        self, outcomes: Mapping[str, tuple[np.ndarray, np.ndarray]], track: Track = silently
    ) -> dict[str, FittedTarget]:
        """Every target's booster, from its event and weight: as ``fit``.

        Targets are trained side by side with one thread each: faster than one after the
        other with all threads, which wait for each other at every split.
        """
        names = list(outcomes)
        with ThreadPoolExecutor(self.settings.side_by_side) as pool:
            fits = pool.map(lambda name: self.fit(name, *outcomes[name]), names)
            return dict(zip(names, track(fits, "training boosters", len(names)), strict=True))

    def fit(self, target: str, event: np.ndarray, weight: np.ndarray) -> FittedTarget:
        """One target's booster and calibration.

        ``event`` 0/1 and ``weight`` (IPCW; 0: unknown), one a row. Raises
        ``NotEnoughData`` if a fold has too few events.
        """
        import lightgbm

        known = weight > 0
        folds = np.unique(self.fold)
        for fold in folds:
            count = int(event[known & (self.fold == fold)].sum())
            if count < FEWEST_EVENTS:
                raise NotEnoughData(
                    f"too few outcomes of '{target}' to learn from ({count} in one of "
                    f"{len(folds)} parts of the people; at least {FEWEST_EVENTS} are needed)",
                    do="Train on more people or dates, or leave the target out with --targets.",
                )
        event = event.astype(np.float32)
        params = self.settings.params(self.seed)
        margins = np.zeros(len(event))
        rounds = []
        for fold in folds:
            inside = known & (self.fold != fold)
            outside = known & (self.fold == fold)
            booster = lightgbm.train(
                params,
                self._dataset(event, weight, inside),
                num_boost_round=self.settings.rounds,
                valid_sets=[self._dataset(event, weight, outside)],
                callbacks=[lightgbm.early_stopping(self.settings.patience, verbose=False)],
            )
            rounds.append(max(booster.best_iteration, 1))
            margins[outside] = booster.predict(
                self.values[outside], raw_score=True, num_iteration=rounds[-1]
            )
        # The final booster learns from more people, and bears proportionally more rounds.
        share = len(folds) / max(len(folds) - 1, 1)
        best = max(1, round(float(np.mean(rounds)) * share**0.5))
        booster = lightgbm.train(params, self._dataset(event, weight, known), best)
        return FittedTarget(booster, calibrate(margins[known], event[known], weight[known]), best)


def calibrate(margin: np.ndarray, event: np.ndarray, weight: np.ndarray) -> Calibration:
    """Slope and intercept that best turn margins into log-odds (Platt 1999), weighted."""
    inputs = np.column_stack([np.ones(len(margin)), margin])
    intercept, slope = logistic_fits(inputs, event.astype(np.float64), weight[:, None])[0]
    return Calibration(float(slope), float(intercept))
