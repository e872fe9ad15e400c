"""What it costs to hold boosters to the declared directions, on development people."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from features.processors import processors
from models.risk_model import expit
from models.targets import Target
from training.boosters import directions_of
from training.cohort import Cohort
from training.fit import FittedTarget, OutOfFold, calibrate
from training.judgement.metrics import Sample, auroc, average_precision
from training.make import development_of
from training.plan import Plan


def cost_of_monotone(
    plan: Plan,
    development: Cohort,
    features: Sequence[str],
    fits: dict[str, FittedTarget],
    chain: Sequence[Target],
) -> dict[str, Any]:
    """Out-of-fold figures of the last target of ``chain``, as fitted (held to the directions)
    and fitted again without: log loss, AUROC, average precision. Test people play no part.

    ``chain``: it and what it builds on, each after what it builds on.
    """
    free = replace(plan.settings.boosters, monotone=False)
    rows = development_of(
        replace(plan, settings=replace(plan.settings, boosters=free)), development, features
    )
    without: OutOfFold | None = None
    with ThreadPoolExecutor(processors()) as folds:
        for target in chain:
            event, weight = development.event[target.name], development.weight[target.name]
            without = rows.out_of_fold(target.name, event, weight, without, folds)
    assert without is not None
    name = chain[-1].name
    return {
        "target": name,
        "held_features": int(np.count_nonzero(directions_of(features))),
        "held": _figures(fits[name].margins, event, weight),
        "free": _figures(without.margins, event, weight),
    }


def _figures(margins: np.ndarray, event: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    used = weight > 0
    margins, event, weight = margins[used], event[used], weight[used]
    calibration = calibrate(margins, event, weight)
    p = np.clip(expit(calibration.slope * margins + calibration.intercept), 1e-9, 1 - 1e-9)
    loss = weight @ -np.where(event > 0, np.log(p), np.log1p(-p)) / weight.sum()
    sample = Sample.of(event, p, weight)
    return {
        "log_loss": round(float(loss), 6),
        "auroc": round(float(auroc(sample)[0]), 5),
        "average_precision": round(float(average_precision(sample)[0]), 5),
    }
