"""Makes a model: cohort, boosters, baselines, judgement, registration."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from models.baselines import Baselines
from models.registry import FOLDER
from models.risk_model import RiskModel
from models.targets import PRIMARY
from training.cohort import Cohort
from training.environment import environment
from training.judgement.judge import judge_model
from training.judgement.judged import Judgement
from training.judgement.names import Names
from training.make import Fitted, fit_model, steady_features
from training.monotone import cost_of_monotone
from training.plan import Plan, cohorts, plan_of
from training.promotion.decision import Decision
from training.settings import TrainSettings
from training.tune import Tuned, tune, tuned_for


@dataclass(frozen=True)
class TrainResult:
    """The registered version, how it was judged, and whether it became champion. ``reports``:
    the folder with report, model card and figures. ``seconds``: time taken, by stage."""

    version: str
    run_id: str
    judgement: Judgement
    decision: Decision
    reports: Path
    seconds: dict[str, float]


def train(
    home: Home, settings: TrainSettings | None = None, track: Track = silently, reason: str = ""
) -> TrainResult:
    """Trains on the current extract, judges on held-out people and dates, registers the model
    as challenger and puts it to the gate. Until the last step the previous champion stays;
    if the gate says no, it stays after that, unless there is a ``reason`` to overrule it.

    Raises ``ExtractMissing``, ``SettingsError`` and ``NotEnoughData``.
    """
    settings = settings or TrainSettings()
    clock = _Clock()
    extract = ExtractStore(home).current()
    plan = plan_of(extract, settings)
    development, test = cohorts(plan, track)
    clock.lap("features and outcomes")
    tuned = None
    if settings.is_tuned:
        tuned = tune(home, plan, development, steady_features(development), track)
        plan = replace(plan, settings=replace(settings, boosters=tuned.boosters))
        clock.lap("tuning")
    fitted = fit_model(plan, development, track)
    clock.lap("boosters and baselines")
    fitted.model.info.update(_evidence(plan, development, fitted, tuned))
    with tempfile.TemporaryDirectory(prefix="framsynt-") as scratch:
        folder = Path(scratch) / FOLDER
        fitted.save(folder)
        # What is judged is what was stored.
        model, baselines = RiskModel.load(folder), fitted.baselines
        judgement = judge_model(
            model,
            baselines,
            test,
            truth=extract.truth(),
            extract=extract,
            model_version="new",
            held_out_people=True,
            trained_on=plan.dates.training,
            list_share=settings.list_share,
            resamples=settings.resamples,
            names=Names.of(home),
            track=track,
        )
        clock.lap("judgement")
        return _register(
            home, extract, model, folder, judgement, baselines, test, tuned, clock, reason
        )


def _evidence(
    plan: Plan, development: Cohort, fitted: Fitted, tuned: Tuned | None
) -> dict[str, Any]:
    """What else was found on development people: the search for settings, and what it costs
    to hold to the declared directions."""
    found = {"tuning": tuned.as_dict()} if tuned else {}
    if plan.settings.boosters.monotone:
        chain = tuned_for(plan)
        features = fitted.model.features
        found["monotone"] = cost_of_monotone(plan, development, features, fitted.fits, chain)
    return found


def _register(
    home: Home,
    extract: Extract,
    model: RiskModel,
    folder: Path,
    judgement: Judgement,
    baselines: Baselines,
    test: Cohort,
    tuned: Tuned | None,
    clock: _Clock,
    reason: str,
) -> TrainResult:
    from models.registry import Registry
    from training.promotion.promote import DOCUMENT, settle
    from training.report import Run, write_reports

    with tempfile.TemporaryDirectory(prefix="framsynt-") as scratch:
        artifacts = Path(scratch)
        run = Run(model, baselines, test, judgement, extract.manifest, Names.of(home))
        write_reports(run, artifacts)
        (artifacts / "manifest.json").write_text(extract.manifest.as_json(), encoding="utf-8")
        clock.lap("figures and report")
        registry = Registry(home)
        stored = registry.register(
            folder,
            example=_nobody(model),
            params=_params(model) | environment(),
            metrics=judgement.as_metrics(),
            artifacts=artifacts,
            tags={"extract": extract.id, "source": extract.manifest.source},
        )
        for trial in tuned.trials if tuned else ():
            registry.child_run(stored.run_id, *trial.logged(), f"trial {trial.number}")
        decision = settle(registry, stored, test, extract.manifest.coverage, reason)
        (artifacts / DOCUMENT).write_text(decision.as_json(), encoding="utf-8")
        reports = home.reports / f"model-{stored.version}"
        _copy(artifacts, reports)
    clock.lap("registration")
    return TrainResult(
        stored.version, stored.run_id, judgement, decision, reports, dict(clock.seconds)
    )


def _nobody(model: RiskModel) -> pd.DataFrame:
    """One row that is nobody's: the median of each feature over the training population."""
    medians = {name: [model.reference[name].get("p50", np.nan)] for name in model.features}
    return pd.DataFrame(medians, dtype="float32")


_LOGGED = (
    "seed",
    "test_share",
    "folds",
    "enrolled",
    "list_share",
    "resamples",
    "tune_trials",
    "tune_minutes",
)


def _params(model: RiskModel) -> dict[str, Any]:
    info = model.info
    settings = info["settings"]
    return {
        "targets": ",".join(model.targets),
        "primary": PRIMARY if PRIMARY in model.targets else model.targets[0],
        "training_dates": ",".join(info["training_dates"]),
        "test_dates": ",".join(info["test_dates"]),
        "extract_id": info["extract_id"],
        "codelist_version": info["codelist_version"],
        "features": len(model.features),
        "training_people": info["training_people"],
        "training_rows": info["training_rows"],
        **{name: settings[name] for name in _LOGGED},
        **{f"booster_{name}": value for name, value in info["boosters"].items()},
        **{f"rounds_{name}": rounds for name, rounds in info["rounds"].items()},
    }


def _copy(source: Path, destination: Path) -> None:
    import shutil

    shutil.copytree(source, destination, dirs_exist_ok=True)


class _Clock:
    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = round(now - self._last, 2)
        self._last = now
