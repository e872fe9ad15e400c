"""Looks for better booster settings, on development people only.

Validation is ordered in time: boosters learn at all training dates but the last and are judged
at the last, on other people than they learnt from; with a single date, on other people alone.
A trial that does worse than half of those before it at the same point is given up. The search
is kept in the home and goes on where it was left.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from features.home import Home
from features.processors import processors
from features.progress import Track, silently
from models.risk_model import expit
from models.targets import PRIMARY, TARGETS, Target, in_order_of_learning
from training.boosters import SPACE, BoosterSettings, Bounds
from training.cohort import Cohort
from training.fit import OutOfFold
from training.make import development_of
from training.plan import Plan

if TYPE_CHECKING:
    import optuna

SETTLING_TRIALS = 5
"""Trials before any is given up, and drawn at random before the sampler learns from them."""


@dataclass(frozen=True)
class Trial:
    """``loss``: weighted mean log loss of the target tuned for; None if it was given up."""

    number: int
    values: dict[str, Any]
    loss: float | None

    def logged(self) -> tuple[dict[str, Any], dict[str, float]]:
        """Parameters and metrics."""
        given_up = {"given_up": self.loss is None}
        return self.values | given_up, {} if self.loss is None else {"log_loss": self.loss}


@dataclass(frozen=True)
class Tuned:
    """``boosters``: those of the best trial. Trial 0 has the settings that were there before."""

    target: str
    boosters: BoosterSettings
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        finished = [trial for trial in self.trials if trial.loss is not None]
        return min(finished, key=lambda trial: (trial.loss, trial.number))

    def as_dict(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "trials": len(self.trials),
            "given_up": sum(trial.loss is None for trial in self.trials),
            "loss_before": self.trials[0].loss,
            "loss_best": self.best.loss,
            "best_trial": self.best.number,
            "values": self.best.values,
        }


def tuned_for(plan: Plan) -> list[Target]:
    """The chain of targets up to the one tuned for, last: the primary one where it is asked
    for, else the first."""
    names = [target.name for target in plan.targets]
    return in_order_of_learning([TARGETS[PRIMARY if PRIMARY in names else names[0]]])


def tune(
    home: Home, plan: Plan, development: Cohort, features: list[str], track: Track = silently
) -> Tuned:
    """Trials up to the number and the minutes of the plan's settings; at least one.

    Trials kept in the home from an earlier search of the same extract, dates, people, targets
    and bounds count towards the number. No trial is begun after the minutes have passed, so
    with ``tune_minutes`` the result depends on the machine. Without, it is the same each
    time, however often it was broken off.
    """
    settings, chain = plan.settings, tuned_for(plan)
    started = time.monotonic()
    with _study(home, plan, chain) as study:

        def begun() -> Iterator[None]:
            while _goes_on(study, settings.tune_trials, settings.tune_minutes, started):
                _one_trial(study, plan, development, features, chain)
                yield None

        for _ in track(begun(), "Tuning", settings.tune_trials or None):
            pass
        trials = tuple(
            Trial(one.number, dict(one.params), one.value if one.state.name == "COMPLETE" else None)
            for one in study.get_trials(deepcopy=False)
            if one.state.name in {"COMPLETE", "PRUNED"}
        )
    found = Tuned(chain[-1].name, settings.boosters, trials)
    return replace(found, boosters=replace(settings.boosters, **found.best.values))


def _goes_on(study: optuna.Study, trials: int, minutes: float, started: float) -> bool:
    done = sum(one.state.is_finished() for one in study.get_trials(deepcopy=False))
    late = minutes > 0 and time.monotonic() - started >= 60 * minutes
    return done == 0 or not (late or (trials > 0 and done >= trials))


@contextmanager
def _study(home: Home, plan: Plan, chain: list[Target]) -> Iterator[optuna.Study]:
    import optuna
    from optuna.storages.journal import JournalFileBackend, JournalStorage

    place = home.path / "tuning"
    place.mkdir(parents=True, exist_ok=True)
    name = _key(plan, chain)
    shown = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(place / f"{name}.log"))),
            study_name=name,
            direction="minimize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=SETTLING_TRIALS),
            load_if_exists=True,
        )
        for one in study.get_trials(deepcopy=False):
            if one.state.name == "RUNNING":  # a search that was broken off
                study.tell(one.number, state=optuna.trial.TrialState.FAIL)
        yield study
    finally:
        optuna.logging.set_verbosity(shown)


def _key(plan: Plan, chain: list[Target]) -> str:
    """The same for searches whose trials can stand beside each other."""
    settings = plan.settings
    same = {
        "extract": plan.extract.id,
        "targets": [target.name for target in chain],
        "dates": [day.isoformat() for day in plan.dates.training],
        "split": asdict(plan.split),
        "enrolled": settings.enrolled,
        "boosters": asdict(settings.boosters),
        "space": {name: repr(bounds) for name, bounds in SPACE.items()},
    }
    return sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:16]


def _one_trial(
    study: optuna.Study, plan: Plan, development: Cohort, features: list[str], chain: list[Target]
) -> None:
    import optuna

    number = len(study.get_trials(deepcopy=False))
    # A seed for each trial by its number: broken off or not, it is the same search.
    study.sampler = optuna.samplers.TPESampler(
        seed=plan.settings.seed + number, n_startup_trials=SETTLING_TRIALS
    )
    begin = plan.settings.boosters
    if not any(one.state.is_finished() for one in study.get_trials(deepcopy=False)):
        study.enqueue_trial({name: getattr(begin, name) for name in SPACE})
    trial = study.ask()
    values = {name: _drawn(trial, name, getattr(begin, name)) for name in SPACE}
    try:
        loss = _loss(trial, replace(begin, **values), plan, development, features, chain)
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    else:
        study.tell(trial, loss)


def _drawn(trial: optuna.Trial, name: str, default: Any) -> Any:
    bounds = SPACE[name]
    if not isinstance(bounds, Bounds):
        return trial.suggest_categorical(name, bounds)
    if isinstance(default, int):
        return trial.suggest_int(name, int(bounds.low), int(bounds.high), log=bounds.log)
    return trial.suggest_float(name, bounds.low, bounds.high, log=bounds.log)


def _loss(
    trial: optuna.Trial,
    boosters: BoosterSettings,
    plan: Plan,
    development: Cohort,
    features: list[str],
    chain: list[Target],
) -> float:
    """Of the last of the chain; reported fold by fold, of each in turn."""
    import optuna

    dates = development.index_dates
    judge = dates == dates.max()
    learn = ~judge if (~judge).any() else judge
    plan = replace(plan, settings=replace(plan.settings, boosters=boosters))
    rows = development_of(plan, development, features, learn=learn, judge=judge)
    steps = 0
    base: OutOfFold | None = None
    sums = np.zeros(2)
    with ThreadPoolExecutor(processors()) as folds:
        for target in chain:
            event, weight = development.event[target.name], development.weight[target.name]
            sums = np.zeros(2)

            def judged(
                fold: int, margin: np.ndarray, event: np.ndarray = event, w: np.ndarray = weight
            ) -> None:
                nonlocal steps, sums
                here = rows.fold == fold
                mine = judge[here]
                sums += _log_loss(margin[mine], event[here][mine], w[here][mine])
                trial.report(sums[0] / sums[1], steps)
                steps += 1
                if trial.should_prune():
                    raise optuna.TrialPruned

            base = rows.out_of_fold(target.name, event, weight, base, folds, judged)
    return float(sums[0] / sums[1])


def _log_loss(margin: np.ndarray, event: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted sum of log loss, and of weights."""
    p = np.clip(expit(margin), 1e-9, 1 - 1e-9)
    loss = -np.where(event > 0, np.log(p), np.log1p(-p))
    return np.array([float(weight @ loss), float(weight.sum())])
