"""Judges a model on people and dates it was not trained on, beside every baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from features.errors import NotEnoughData
from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from models.baselines import FittedBaseline
from models.risk_model import RiskModel
from models.targets import TARGETS
from training.cohort import Cohort, build_cohort
from training.intervals import Figure, judge, person_draws
from training.split import PersonSplit

MODEL = "lightgbm"
ORACLE = "oracle"
BASELINES_FILE = "baselines.json"
THREADS = 2
FEWEST_TO_JUDGE = 5
"""Outcomes in the test data below which a target is not judged."""

Baselines = dict[str, dict[str, FittedBaseline]]
"""target -> baseline -> its coefficients."""


@dataclass(frozen=True)
class TargetJudgement:
    """``models``: name (the model, each baseline, the oracle) -> metric -> figure."""

    target: str
    people: int
    events: int
    models: Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True)
class Judgement:
    """How a model did. ``remarks``: what a reader must know, in plain sentences.

    ``held_out_people``: whether only people were judged who were never trained on;
    ``held_out_time``: whether outcomes of training and test never overlapped in time.
    """

    extract_id: str
    model_version: str
    index_dates: tuple[date, ...]
    held_out_people: bool
    held_out_time: bool
    list_share: float
    targets: tuple[TargetJudgement, ...]
    remarks: tuple[str, ...]

    def of(self, target: str) -> TargetJudgement:
        return next(judged for judged in self.targets if judged.target == target)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: dates as text, an undefined figure as null."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return _without_nan(plain)

    def as_metrics(self) -> dict[str, float]:
        """``<target>.<metric>`` of the model, and ``<target>.<baseline>.<metric>``, flat."""
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
        return flat


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def evaluate(home: Home, index_date: date | None = None, track: Track = silently) -> Judgement:
    """Judges the champion on an index date of the current extract.

    On the extract it was trained from, only people held out from training are judged;
    on any other, everyone. ``index_date`` defaults to the champion's own test date.
    Raises ``ExtractMissing``, ``ModelMissing``, ``ModelMismatch`` (the extract lacks what
    the model reads) and ``NotEnoughData`` (no outcomes to judge by).
    """
    from models.registry import Registry

    extract = ExtractStore(home).current()
    champion = Registry(home).champion()
    model, info = champion.model, champion.model.info
    model.require(extract.manifest.coverage)
    dates = [index_date] if index_date else [date.fromisoformat(d) for d in info["test_dates"]]
    known = info["extract_id"] == extract.id
    split = split_of(model)
    cohort = build_cohort(
        extract,
        dates,
        [TARGETS[name] for name in model.targets],
        keep=(lambda ids, _day: split.is_test(ids)) if known else None,
        track=track,
    )
    trained = [date.fromisoformat(day) for day in info["training_dates"]]
    return judge_model(
        model,
        read_baselines(champion.folder),
        cohort,
        truth=extract.truth(),
        extract=extract,
        model_version=champion.version,
        held_out_people=known,
        trained_on=trained,
        list_share=info["list_share"],
        resamples=info["resamples"],
        track=track,
    )


def split_of(model: RiskModel) -> PersonSplit:
    """Which people the model was trained on, as kept with it."""
    return PersonSplit(**model.info["split"])


def read_baselines(folder: Path) -> Baselines:
    document = json.loads((folder / BASELINES_FILE).read_text(encoding="utf-8"))
    return {
        target: {name: FittedBaseline.from_dict(fitted) for name, fitted in of_target.items()}
        for target, of_target in document.items()
    }


def write_baselines(baselines: Baselines, folder: Path) -> None:
    document = {
        target: {name: fitted.as_dict() for name, fitted in of_target.items()}
        for target, of_target in baselines.items()
    }
    text = json.dumps(document, indent=1, allow_nan=False)
    (folder / BASELINES_FILE).write_text(text + "\n", encoding="utf-8")


def judge_model(
    model: RiskModel,
    baselines: Baselines,
    cohort: Cohort,
    *,
    truth: pd.DataFrame | None,
    extract: Extract,
    model_version: str,
    held_out_people: bool,
    trained_on: Sequence[date],
    list_share: float,
    resamples: int,
    track: Track = silently,
) -> Judgement:
    """The model, its baselines and the oracle on one cohort, with intervals and remarks."""
    if not len(cohort):
        raise NotEnoughData("nobody is present at the index date", do="Choose another date.")
    scores = model.predict(cohort.matrix)
    draws = person_draws(cohort.person_ids, resamples, model.info["split"]["seed"])
    oracle = _oracle(truth, cohort, model.targets)
    tasks: list[tuple[str, str, np.ndarray]] = []
    judged_targets = [
        target
        for target in model.targets
        if cohort.event[target][cohort.weight[target] > 0].sum() >= FEWEST_TO_JUDGE
    ]
    for target in judged_targets:
        tasks.append((target, MODEL, scores[target].to_numpy()))
        for name, fitted in baselines.get(target, {}).items():
            tasks.append((target, name, fitted.predict(cohort.matrix)))
        if target in oracle:
            tasks.append((target, ORACLE, oracle[target]))
    if not tasks:
        raise NotEnoughData(
            "too few outcomes to judge by at the index date",
            do="Choose a date whose outcomes have had time to happen and be recorded.",
        )

    def work(task: tuple[str, str, np.ndarray]) -> Mapping[str, Figure]:
        target, _, probability = task
        return judge(cohort.event[target], probability, cohort.weight[target], draws, list_share)

    # Two threads of small products: a linear-algebra library that adds threads of its own to
    # each of them makes them wait for each other.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(THREADS) as pool:
        figures = list(track(pool.map(work, tasks), "judging", total=len(tasks)))
    results = []
    for target in judged_targets:
        known = cohort.weight[target] > 0
        results.append(
            TargetJudgement(
                target,
                int(known.sum()),
                int(cohort.event[target][known].sum()),
                {
                    name: of_task
                    for (of_target, name, _), of_task in zip(tasks, figures, strict=True)
                    if of_target == target
                },
            )
        )
    dates = tuple(pd.Timestamp(day).date() for day in np.unique(cohort.index_dates))
    longest = max(TARGETS[target].horizon_days for target in model.targets)
    apart = all(abs((day - other).days) >= longest for day in dates for other in trained_on)
    remarks = [
        *_about_the_test(held_out_people, apart, set(dates) <= set(trained_on), longest),
        *_about_what_is_known(cohort, model.targets, judged_targets),
        *_about_calibration(results),
        *_about_missing_months(cohort.admissions, dates, longest, extract.manifest.data_through),
    ]
    return Judgement(
        extract.id,
        model_version,
        dates,
        held_out_people,
        apart,
        list_share,
        tuple(results),
        tuple(remarks),
    )


def _oracle(
    truth: pd.DataFrame | None, cohort: Cohort, targets: Sequence[str]
) -> dict[str, np.ndarray]:
    """The true probability of each row, for targets whose truth is known for all rows."""
    if truth is None:
        return {}
    found = {}
    for target in targets:
        rows = truth[truth["target"] == target]
        index = pd.MultiIndex.from_arrays(
            [rows["person_id"].astype("str"), pd.to_datetime(rows["index_date"]).dt.as_unit("s")]
        )
        place = index.get_indexer(cohort.matrix.index)
        if len(place) and (place >= 0).all():
            found[target] = rows["probability"].to_numpy(dtype=np.float64)[place]
    return found


def _about_the_test(
    held_out_people: bool, apart: bool, same_time: bool, horizon_days: int
) -> list[str]:
    remarks = []
    if not held_out_people:
        remarks.append(
            "The extract is another than the model was trained from: everyone is judged, and "
            "some of them may have been trained on."
        )
    if same_time:
        remarks.append("Judged on other people at the same time; not held out in time.")
    elif not apart:
        remarks.append(
            f"The test date is less than {horizon_days} days from a training date: outcomes "
            "overlap, so the test is not fully held out in time."
        )
    return remarks


def _about_what_is_known(
    cohort: Cohort, targets: Sequence[str], judged: Sequence[str]
) -> list[str]:
    remarks = [
        f"{target}: too few outcomes to judge." for target in targets if target not in judged
    ]
    unknown = {
        target: float((cohort.weight[target] == 0).mean())
        for target in judged
        if (cohort.weight[target] == 0).any()
    }
    if unknown:
        worst = max(unknown.values())
        remarks.append(
            f"For up to {worst:.1%} of the people the outcome is not known, because they left "
            "observation or the data end first; the others are weighted to stand in for them."
        )
    return remarks


def _about_calibration(results: Sequence[TargetJudgement]) -> list[str]:
    remarks = []
    for judged in results:
        ratio = judged.models[MODEL]["observed_expected"]
        slope = judged.models[MODEL]["calibration_slope"]
        faults = []
        if ratio.excludes(1.0):
            faults.append(
                f"observed/expected is {ratio.value:.2f} ({ratio.low:.2f}-{ratio.high:.2f}): "
                f"risks are {'too high' if ratio.value < 1 else 'too low'}"
            )
        if slope.excludes(1.0):
            faults.append(
                f"the slope is {slope.value:.2f} ({slope.low:.2f}-{slope.high:.2f}): "
                f"risks are {'too extreme' if slope.value < 1 else 'too alike'}"
            )
        if faults:
            remarks.append(f"Calibration is off for {judged.target}: {'; '.join(faults)}.")
    return remarks


RUN_OFF = 0.7
"""A month with fewer admissions than this share of the same month a year before, and not by
chance, is taken to lack late records."""


def _about_missing_months(
    admissions: pd.Series, dates: Sequence[date], horizon_days: int, data_through: date
) -> list[str]:
    """Admissions within the horizons, month by month, beside the year before. Months that
    the extract does not cover to their end are left out: censoring deals with them."""
    late: list[tuple[pd.Period, float]] = []
    whole = pd.Period(pd.Timestamp(data_through) + pd.Timedelta(days=1), "M") - 1
    for day in dates:
        first = pd.Period(day, "M")
        last = pd.Period(pd.Timestamp(day) + pd.Timedelta(days=horizon_days - 1), "M")
        for month in pd.period_range(first, min(last, whole), freq="M"):
            now = int(admissions.get(month, 0))
            before = int(admissions.get(month - 12, 0))
            # Three standard deviations of a difference of counts: fewer is not chance.
            by_chance = 3.0 * np.sqrt(before + now)
            if before and now < RUN_OFF * before and before - now > by_chance:
                late.append((month, now / before))
    if not late:
        return []
    months = dict(sorted(set(late)))
    shares = list(months.values())
    named = ", ".join(_runs(list(months)))
    return [
        f"Late months are missing: recorded admissions in {named} are "
        f"{min(shares):.0%}-{max(shares):.0%} of the same months a year before. Outcomes there "
        "are incomplete, and figures of calibration and of lists look worse than they are."
    ]


def _runs(months: Sequence[pd.Period]) -> list[str]:
    """Months in words: neighbours joined, "2010-04 to 2010-12"."""
    runs: list[list[pd.Period]] = []
    for month in months:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
