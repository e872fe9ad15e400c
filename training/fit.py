"""Fits the boosters and their calibration, on development people only.

The folds take turns: a booster trained on the others stops early on the fold left out and
predicts it. All out-of-fold margins together give the calibration (slope and intercept of a
weighted logistic regression), and the booster that serves, the mean of a committee, is
trained on everyone for the number of rounds that did best. A target that builds on a more
frequent one starts from that one's trees of the same fold. So calibration is learnt from all
development people, none of whom the calibrated booster had seen, and never from test people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from features.errors import NotEnoughData
from features.processors import processors
from features.progress import Track, silently
from models.risk_model import Calibration
from training.boosters import BoosterSettings, directions_of
from training.committee import mean_of, scaled
from training.judgement.metrics import logistic_fits

if TYPE_CHECKING:
    import lightgbm

FEWEST_EVENTS = 10
"""Fewer events than this in any fold cannot stop or calibrate anything."""


@dataclass(frozen=True)
class OutOfFold:
    """What the folds' turns gave: a booster a fold, the trees of its own that each has, and
    the ``margins`` of the rows left out, (rows,)."""

    fold_boosters: dict[int, lightgbm.Booster]
    fold_rounds: list[int]
    margins: np.ndarray


@dataclass(frozen=True)
class FittedTarget(OutOfFold):
    """``booster`` serves; ``rounds``: trees of its own of each member of the committee."""

    booster: lightgbm.Booster
    calibration: Calibration
    rounds: int


class Development:
    """The development rows of one run: float32 ``values`` (rows, features) and the ``fold``
    of each row's person. Binned once for all targets.

    ``learn`` and ``judge`` (rows, bool): the rows that boosters of the folds learn from, and
    those that stop them and that they are judged by; all, unless told otherwise.
    """

    def __init__(
        self,
        values: np.ndarray,
        features: Sequence[str],
        fold: np.ndarray,
        settings: BoosterSettings,
        seed: int,
        *,
        learn: np.ndarray | None = None,
        judge: np.ndarray | None = None,
    ) -> None:
        import lightgbm

        everyone = np.ones(len(values), dtype=bool)
        self.values, self.fold, self.settings = values, fold, settings
        self.learn = everyone if learn is None else learn
        self.judge = everyone if judge is None else judge
        self._params = settings.params(seed, directions_of(features))
        self._binned = lightgbm.Dataset(
            values,
            label=np.zeros(len(values)),
            feature_name=list(features),
            params=self._params,
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

        ``builds_on``: target -> the target it starts from, which must be among them, before
        it. Boosters are trained side by side with one thread each: faster than one after the
        other with all threads, which wait for each other at every split.
        """
        builds_on = builds_on or {}
        for name, (event, weight) in outcomes.items():
            self._require_events(name, event, weight)
        fits: dict[str, Future[FittedTarget]] = {}

        def fit(name: str, folds: Executor) -> FittedTarget:
            base = builds_on.get(name)
            return self.fit(name, *outcomes[name], fits[base].result() if base else None, folds)

        def finished() -> Iterator[FittedTarget]:
            for done in as_completed(fits.values()):
                yield done.result()

        # Targets wait for what they build on, and for the boosters of their folds: both in
        # threads that do nothing else.
        with ThreadPoolExecutor(processors()) as folds, ThreadPoolExecutor(len(outcomes)) as each:
            for name in outcomes:
                fits[name] = each.submit(fit, name, folds)
            for _ in track(finished(), "Training boosters", len(outcomes)):
                pass
        return {name: done.result() for name, done in fits.items()}

    def fit(
        self,
        target: str,
        event: np.ndarray,
        weight: np.ndarray,
        start: FittedTarget | None = None,
        folds: Executor | None = None,
    ) -> FittedTarget:
        """One target's booster and calibration.

        ``event`` 0/1 and ``weight`` (IPCW; 0: unknown), one a row. ``start``: a fitted
        target to begin from. Its trees, scaled to this target's log-odds, become the first
        trees of the booster, so that a rare outcome learns only how it differs. ``folds``:
        what trains boosters side by side. Raises ``NotEnoughData`` if a fold has too few
        events.
        """
        import lightgbm

        found = self.out_of_fold(target, event, weight, start, folds)
        known = weight > 0
        # The final booster learns from more people, and bears proportionally more rounds.
        count = len(found.fold_rounds)
        share = count / max(count - 1, 1)
        best = max(1, round(float(np.mean(found.fold_rounds)) * share**0.5))
        first = None
        if start is not None:
            first = scaled(start.booster, self._scale(start, event, weight))

        label = event.astype(np.float32)

        def train(seed: int) -> lightgbm.Booster:
            params = self._params | {"seed": seed}
            learnt = self._dataset(label, weight, known)
            return lightgbm.train(params, learnt, best, init_model=first)

        # Seeds far apart: those of another run's members are others, however close its seed.
        drawn = np.random.SeedSequence(self._params["seed"]).generate_state(self.settings.committee)
        seeds = [int(number >> 1) for number in drawn]
        members = list(folds.map(train, seeds) if folds else map(train, seeds))
        booster = mean_of(members, first.num_trees() if first else 0)
        calibration = calibrate(found.margins[known], event[known], weight[known])
        return FittedTarget(
            found.fold_boosters, found.fold_rounds, found.margins, booster, calibration, best
        )

    def out_of_fold(
        self,
        target: str,
        event: np.ndarray,
        weight: np.ndarray,
        start: OutOfFold | None = None,
        folds: Executor | None = None,
        judged: Callable[[int, np.ndarray], None] | None = None,
    ) -> OutOfFold:
        """The folds' turns alone, without a booster that serves: as ``fit``. ``judged``: is
        told each fold and its margins, in order; what it raises ends the fit."""
        numbers = [int(fold) for fold in np.unique(self.fold)]
        self._require_events(target, event, weight)
        scale = self._scale(start, event, weight) if start else None
        label = event.astype(np.float32)

        def turn(fold: int) -> tuple[lightgbm.Booster, int, np.ndarray]:
            first = scaled(start.fold_boosters[fold], scale) if start and scale else None
            booster, rounds = self._stopped(label, weight, fold, first)
            margin = booster.predict(self.values[self.fold == fold], raw_score=True, num_threads=1)
            return booster, rounds, np.asarray(margin)

        boosters, every, margins = {}, [], np.zeros(len(event))
        turns = folds.map(turn, numbers) if folds else map(turn, numbers)
        for fold, (booster, rounds, margin) in zip(numbers, turns, strict=True):
            boosters[fold] = booster
            every.append(rounds)
            margins[self.fold == fold] = margin
            if judged:
                judged(fold, margin)
        return OutOfFold(boosters, every, margins)

    def _stopped(
        self, label: np.ndarray, weight: np.ndarray, fold: int, first: lightgbm.Booster | None
    ) -> tuple[lightgbm.Booster, int]:
        """The booster of the other folds, stopped by this one, and its trees after ``first``."""
        import lightgbm

        known = weight > 0
        inside = known & self.learn & (self.fold != fold)
        outside = known & self.judge & (self.fold == fold)
        booster = lightgbm.train(
            self._params,
            self._dataset(label, weight, inside),
            num_boost_round=self.settings.rounds,
            valid_sets=[self._dataset(label, weight, outside)],
            callbacks=[lightgbm.early_stopping(self.settings.patience, verbose=False)],
            init_model=first,
        )
        before = first.num_trees() if first else 0
        rounds = max(booster.best_iteration - before, 1)
        kept = booster.model_to_string(num_iteration=before + rounds)
        return lightgbm.Booster(model_str=kept), rounds

    def _scale(self, start: OutOfFold, event: np.ndarray, weight: np.ndarray) -> Calibration:
        judged = self.judge & (weight > 0)
        return calibrate(start.margins[judged], event[judged], weight[judged])

    def _require_events(self, target: str, event: np.ndarray, weight: np.ndarray) -> None:
        used = self.judge & (weight > 0)
        if not event[used].any():
            raise NotEnoughData(
                f"there is no outcome of '{target}' at all to learn from",
                do="Choose other dates, or leave the target out with --targets.",
            )
        parts = np.unique(self.fold)
        if any(event[used & (self.fold == fold)].sum() < FEWEST_EVENTS for fold in parts):
            raise NotEnoughData(
                f"too few outcomes of '{target}' to learn from (fewer than {FEWEST_EVENTS} in "
                f"one of {len(parts)} parts of the people)",
                do="Train on more people or dates, or leave the target out with --targets.",
            )


def calibrate(margin: np.ndarray, event: np.ndarray, weight: np.ndarray) -> Calibration:
    """Slope and intercept that best turn margins into log-odds (Platt 1999), weighted."""
    inputs = np.column_stack([np.ones(len(margin)), margin])
    intercept, slope = logistic_fits(inputs, event.astype(np.float64), weight[:, None])[0]
    return Calibration(float(slope), float(intercept))
