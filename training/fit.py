"""Fits the boosters and their calibration, on development people only.

The folds take turns: a booster trained on the others stops early on the fold left out and
predicts it. All out-of-fold margins together give the calibration (slope and intercept of a
weighted logistic regression), and the booster that serves is trained on everyone for the
number of rounds that did best. A target that builds on a more frequent one starts from
that one's trees of the same fold. So calibration is learnt from all development people, none of
whom the calibrated booster had seen, and never from test people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """How boosters are grown. Small trees and strong shrinkage: outcomes are rare.

    ``extra_trees``: a split takes the best feature at a threshold drawn by lot (extremely
    randomised trees, Geurts 2006, doi 10.1007/s10994-006-6226-1), which varies less from
    sample to sample. ``rounds``: the most; early stopping seldom lets it come to that.
    """

    learning_rate: float = 0.05
    num_leaves: int = 4
    min_data_in_leaf: int = 150
    feature_fraction: float = 0.3
    bagging_fraction: float = 0.6
    lambda_l2: float = 20.0
    extra_trees: bool = True
    max_bin: int = 63
    rounds: int = 1500
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
            "extra_trees": self.extra_trees,
            "max_bin": self.max_bin,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }


@dataclass(frozen=True)
class FittedTarget:
    """``booster`` serves. ``fold_boosters`` and their out-of-fold ``margins`` (all rows) are
    what targets that build on this one start from. ``rounds``: trees of its own."""

    booster: lightgbm.Booster
    calibration: Calibration
    rounds: int
    fold_boosters: dict[int, lightgbm.Booster]
    margins: np.ndarray


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
        self,
        outcomes: Mapping[str, tuple[np.ndarray, np.ndarray]],
        builds_on: Mapping[str, str] | None = None,
        track: Track = silently,
    ) -> dict[str, FittedTarget]:
        """Every target's booster, from its event and weight: as ``fit``.

        ``builds_on``: target -> the target it starts from, which must be among them.
        Targets are trained side by side with one thread each: faster than one after the
        other with all threads, which wait for each other at every split.
        """
        builds_on = builds_on or {}
        fitted: dict[str, FittedTarget] = {}

        def one_generation(names: list[str]) -> Iterator[str]:
            with ThreadPoolExecutor(self.settings.side_by_side) as pool:
                starts = [fitted.get(builds_on.get(name, "")) for name in names]
                fits = pool.map(
                    lambda name, start: self.fit(name, *outcomes[name], start), names, starts
                )
                for name, of_target in zip(names, fits, strict=True):
                    fitted[name] = of_target
                    yield name

        def generations() -> Iterator[str]:
            while len(fitted) < len(outcomes):
                ready = [
                    name
                    for name in outcomes
                    if name not in fitted and builds_on.get(name, "") in {"", *fitted}
                ]
                yield from one_generation(ready)

        for _ in track(generations(), "Training boosters", len(outcomes)):
            pass
        return {name: fitted[name] for name in outcomes}

    def fit(
        self,
        target: str,
        event: np.ndarray,
        weight: np.ndarray,
        start: FittedTarget | None = None,
    ) -> FittedTarget:
        """One target's booster and calibration.

        ``event`` 0/1 and ``weight`` (IPCW; 0: unknown), one a row. ``start``: a fitted
        target to begin from. Its trees, scaled to this target's log-odds, become the first
        trees of the booster, so that a rare outcome learns only how it differs. Raises
        ``NotEnoughData`` if a fold has too few events.
        """
        import lightgbm

        known = weight > 0
        folds = [int(fold) for fold in np.unique(self.fold)]
        self._require_events(target, event, known, folds)
        event = event.astype(np.float32)
        scale = calibrate(start.margins[known], event[known], weight[known]) if start else None

        def begin(booster: lightgbm.Booster) -> lightgbm.Booster:
            assert scale is not None
            return _scaled(booster, scale)

        params = self.settings.params(self.seed)
        margins = np.zeros(len(event))
        rounds, fold_boosters = [], {}
        for fold in folds:
            inside = known & (self.fold != fold)
            outside = known & (self.fold == fold)
            first = begin(start.fold_boosters[fold]) if start else None
            booster = lightgbm.train(
                params,
                self._dataset(event, weight, inside),
                num_boost_round=self.settings.rounds,
                valid_sets=[self._dataset(event, weight, outside)],
                callbacks=[lightgbm.early_stopping(self.settings.patience, verbose=False)],
                init_model=first,
            )
            trees_before = first.num_trees() if first else 0
            rounds.append(max(booster.best_iteration - trees_before, 1))
            kept = booster.model_to_string(num_iteration=trees_before + rounds[-1])
            fold_boosters[fold] = lightgbm.Booster(model_str=kept)
            left_out = self.fold == fold
            margins[left_out] = fold_boosters[fold].predict(self.values[left_out], raw_score=True)
        # The final booster learns from more people, and bears proportionally more rounds.
        share = len(folds) / max(len(folds) - 1, 1)
        best = max(1, round(float(np.mean(rounds)) * share**0.5))
        booster = lightgbm.train(
            params,
            self._dataset(event, weight, known),
            best,
            init_model=begin(start.booster) if start else None,
        )
        calibration = calibrate(margins[known], event[known], weight[known])
        return FittedTarget(booster, calibration, best, fold_boosters, margins)

    def _require_events(
        self, target: str, event: np.ndarray, known: np.ndarray, folds: Sequence[int]
    ) -> None:
        for fold in folds:
            count = int(event[known & (self.fold == fold)].sum())
            if count < FEWEST_EVENTS:
                raise NotEnoughData(
                    f"too few outcomes of '{target}' to learn from ({count} in one of "
                    f"{len(folds)} parts of the people; at least {FEWEST_EVENTS} are needed)",
                    do="Train on more people or dates, or leave the target out with --targets.",
                )


def _scaled(booster: lightgbm.Booster, scale: Calibration) -> lightgbm.Booster:
    """A copy whose margin is ``scale.slope`` times the booster's, plus ``scale.intercept``.

    Every leaf is scaled; the intercept goes into the leaves of the first tree.
    """
    import lightgbm

    copy = lightgbm.Booster(model_str=booster.model_to_string())
    for number, tree in enumerate(copy.dump_model()["tree_info"]):
        shift = scale.intercept if number == 0 else 0.0
        for leaf in range(tree["num_leaves"]):
            value = copy.get_leaf_output(number, leaf)
            copy.set_leaf_output(number, leaf, scale.slope * value + shift)
    return copy


def calibrate(margin: np.ndarray, event: np.ndarray, weight: np.ndarray) -> Calibration:
    """Slope and intercept that best turn margins into log-odds (Platt 1999), weighted."""
    inputs = np.column_stack([np.ones(len(margin)), margin])
    intercept, slope = logistic_fits(inputs, event.astype(np.float64), weight[:, None])[0]
    return Calibration(float(slope), float(intercept))
