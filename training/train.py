"""Makes a model: cohort, boosters, baselines, judgement, registration."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from features.errors import NotEnoughData, SettingsError
from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from models.baselines import BASELINES, FittedBaseline, fit_baseline
from models.registry import FOLDER
from models.risk_model import RiskModel, reference_population
from models.targets import PRIMARY, TARGETS, Target, chosen_targets, in_order_of_learning
from training.cohort import Cohort, build_cohort, first_contact
from training.evaluate import Baselines, Judgement, judge_model, write_baselines
from training.fit import BoosterSettings, Development, FittedTarget
from training.split import Dates, PersonSplit, choose_dates


@dataclass(frozen=True)
class TrainSettings:
    """Every choice of a training run and its default; nowhere else is there one.

    ``targets``: names, empty for all that the extract can tell. ``index_dates`` and
    ``test_index_dates``: empty for the latest that the extract allows. ``list_share``: the
    share of people on the list that PPV, sensitivity and missed are judged at.
    ``resamples``: of the bootstrap. ``folds``: parts of the development people that take
    turns in stopping and calibrating. Raises ``SettingsError``.
    """

    targets: tuple[str, ...] = ()
    index_dates: tuple[date, ...] = ()
    test_index_dates: tuple[date, ...] = ()
    seed: int = 20261115
    test_share: float = 1 / 3
    folds: int = 3
    list_share: float = 0.05
    resamples: int = 200
    boosters: BoosterSettings = field(default_factory=BoosterSettings)

    def __post_init__(self) -> None:
        for name in self.targets:
            if name not in TARGETS:
                raise SettingsError(
                    f"unknown target '{name}'", do=f"Known targets: {', '.join(TARGETS)}."
                )
        for name, low, high in (
            ("test_share", 0.05, 0.95),
            ("list_share", 0.0001, 1.0),
            ("folds", 2, 20),
            ("resamples", 0, 10_000),
            ("seed", 0, 2**31 - 1),
        ):
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{name} must lie between {low} and {high}")


@dataclass(frozen=True)
class TrainResult:
    """The registered champion and how it was judged. ``reports``: the folder with report,
    model card and figures. ``seconds``: time taken, by stage."""

    version: str
    run_id: str
    judgement: Judgement
    reports: Path
    seconds: dict[str, float]


def train(
    home: Home, settings: TrainSettings | None = None, track: Track = silently
) -> TrainResult:
    """Trains on the current extract, judges on held-out people and dates, and registers the
    model as champion. Until the last step the previous champion stays.

    Raises ``ExtractMissing``, ``SettingsError`` and ``NotEnoughData``.
    """
    settings = settings or TrainSettings()
    clock = _Clock()
    extract = ExtractStore(home).current()
    targets = chosen_targets(settings.targets, extract.manifest.coverage)
    dates = _dates(extract, targets, settings)
    split = PersonSplit(settings.seed, settings.test_share, settings.folds)
    learnt = in_order_of_learning(targets)
    development, test = _cohorts(extract, dates, learnt, split, track)
    clock.lap("features and outcomes")

    features = steady_features(development)
    fitted = fit_boosters(development, features, learnt, split, settings, track)
    clock.lap("boosters")
    baselines = fit_baselines(development, [target.name for target in targets])
    clock.lap("baselines")

    model = RiskModel(
        {target.name: fitted[target.name].booster for target in targets},
        {target.name: fitted[target.name].calibration for target in targets},
        features,
        extract.manifest.coverage,
        reference_population(development.matrix[features]),
        _info(extract, dates, settings, fitted, development),
    )
    with tempfile.TemporaryDirectory(prefix="framsynt-") as scratch:
        folder = Path(scratch) / FOLDER
        model.save(folder)
        write_baselines(baselines, folder)
        # What is judged is what was stored.
        model = RiskModel.load(folder)
        judgement = judge_model(
            model,
            baselines,
            test,
            truth=extract.truth(),
            extract=extract,
            model_version="new",
            held_out_people=True,
            trained_on=dates.training,
            list_share=settings.list_share,
            resamples=settings.resamples,
            track=track,
        )
        clock.lap("judgement")
        return _register(home, extract, model, folder, judgement, baselines, test, settings, clock)


def _dates(extract: Extract, targets: Sequence[Target], settings: TrainSettings) -> Dates:
    earliest = first_contact(extract)
    if earliest is None:
        raise NotEnoughData("the extract holds no contacts", do="Ingest an extract with contacts.")
    return choose_dates(
        settings.index_dates,
        settings.test_index_dates,
        earliest,
        extract.manifest.data_through,
        max(target.horizon_days for target in targets),
    )


def _cohorts(
    extract: Extract,
    dates: Dates,
    targets: Sequence[Target],
    split: PersonSplit,
    track: Track,
) -> tuple[Cohort, Cohort]:
    """Development people at the training dates, test people at the test dates."""

    def keep(person_ids: np.ndarray, day: date) -> np.ndarray:
        held_out = split.is_test(person_ids)
        return (held_out & (day in dates.test)) | (~held_out & (day in dates.training))

    whole = build_cohort(extract, (*dates.training, *dates.test), targets, keep=keep, track=track)
    held_out = split.is_test(whole.person_ids)
    return whole.take(~held_out), whole.take(held_out)


DRIFT = 0.1
"""Standardised mean difference from which two populations are said to differ
(Austin 2009, doi 10.1002/sim.3697)."""


def steady_features(cohort: Cohort) -> list[str]:
    """The features worth learning from: known for somebody, and the same on average at the
    last training date as at the first.

    Where the record is young, long windows fill as time passes: a model that learnt from
    half-empty ones would meet fuller ones in use, and predict too high.
    """
    dates = cohort.index_dates
    first, last = dates == dates.min(), dates == dates.max()
    chosen = []
    for name in cohort.matrix.columns:
        values = cohort.matrix[name].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        if not known.any():
            continue
        moved = [abs(known[last].mean() - known[first].mean())]
        if known[first].any() and known[last].any():
            spread = values[known].std() or 1.0
            means = values[known & first].mean(), values[known & last].mean()
            moved.append(abs(means[1] - means[0]) / spread)
        if max(moved) <= DRIFT:
            chosen.append(name)
    return chosen


def fit_boosters(
    cohort: Cohort,
    features: list[str],
    targets: Sequence[Target],
    split: PersonSplit,
    settings: TrainSettings,
    track: Track = silently,
) -> dict[str, FittedTarget]:
    """A booster and its calibration for every target."""
    development = Development(
        np.ascontiguousarray(cohort.matrix[features].to_numpy(dtype=np.float32)),
        features,
        split.fold(cohort.person_ids),
        settings.boosters,
        settings.seed,
    )
    return development.fit_all(
        {
            target.name: (cohort.event[target.name], cohort.weight[target.name])
            for target in targets
        },
        {target.name: target.builds_on for target in targets},
        track,
    )


def fit_baselines(cohort: Cohort, targets: Sequence[str]) -> Baselines:
    """Every baseline that the source knows enough for, for every target."""
    known = [baseline for baseline in BASELINES.values() if baseline.is_known_in(cohort.matrix)]
    fitted: dict[str, dict[str, FittedBaseline]] = {}
    with threadpool_limits(1, user_api="blas"):
        for target in targets:
            event, weight = cohort.event[target], cohort.weight[target]
            fitted[target] = {
                baseline.name: fit_baseline(baseline, cohort.matrix, event, weight)
                for baseline in known
            }
    return fitted


def _info(
    extract: Extract,
    dates: Dates,
    settings: TrainSettings,
    fitted: dict[str, FittedTarget],
    development: Cohort,
) -> dict[str, Any]:
    return {
        "extract_id": extract.id,
        "source": extract.manifest.source,
        "data_through": extract.manifest.data_through.isoformat(),
        "codelist_version": extract.manifest.codelist_version,
        "training_dates": [day.isoformat() for day in dates.training],
        "test_dates": [day.isoformat() for day in dates.test],
        "split": {
            "seed": settings.seed,
            "test_share": settings.test_share,
            "folds": settings.folds,
        },
        "list_share": settings.list_share,
        "resamples": settings.resamples,
        "boosters": asdict(settings.boosters),
        "rounds": {name: of_target.rounds for name, of_target in fitted.items()},
        "training_people": len(np.unique(development.person_ids)),
        "training_rows": len(development),
        "training_events": {
            name: int(event[development.weight[name] > 0].sum())
            for name, event in development.event.items()
        },
    }


def _register(
    home: Home,
    extract: Extract,
    model: RiskModel,
    folder: Path,
    judgement: Judgement,
    baselines: Baselines,
    test: Cohort,
    settings: TrainSettings,
    clock: _Clock,
) -> TrainResult:
    from models.registry import Registry
    from training.plots import draw_figures
    from training.report import write_reports

    with tempfile.TemporaryDirectory(prefix="framsynt-") as scratch:
        artifacts = Path(scratch)
        draw_figures(model, baselines, test, judgement, artifacts / "figures")
        write_reports(model, judgement, artifacts)
        (artifacts / "manifest.json").write_text(extract.manifest.as_json(), encoding="utf-8")
        clock.lap("figures and report")
        champion = Registry(home).register(
            folder,
            example=_nobody(model),
            params=_params(model, settings),
            metrics=judgement.as_metrics(),
            artifacts=artifacts,
            tags={"extract": extract.id, "source": extract.manifest.source},
        )
        reports = home.reports / f"model-{champion.version}"
        _copy(artifacts, reports)
    clock.lap("registration")
    return TrainResult(champion.version, champion.run_id, judgement, reports, dict(clock.seconds))


def _nobody(model: RiskModel) -> pd.DataFrame:
    """One row that is nobody's: the median of each feature over the training population."""
    medians = {name: [model.reference[name].get("p50", np.nan)] for name in model.features}
    return pd.DataFrame(medians, dtype="float32")


def _params(model: RiskModel, settings: TrainSettings) -> dict[str, Any]:
    info = model.info
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
        "seed": settings.seed,
        "test_share": round(settings.test_share, 4),
        "folds": settings.folds,
        "list_share": settings.list_share,
        "resamples": settings.resamples,
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
