"""Logistic regression on all features, shrunk as much as left-out people like best.

Many features, many rows, many targets: each is fitted in a space rotated onto the principal
axes of the standardised features, where the ridge penalty is the same and the curvature is
nearly diagonal, so that some twenty steps are enough. The rotation is one for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.risk_model import expit

STRENGTHS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
"""Ridge penalties tried, from strong to weak: the loss is the weighted mean log loss plus
half the penalty times the squared length of the coefficients, of standardised inputs."""

UNKNOWN = "unknown_"
"""Prefix of an input that is 1 where a feature is not known."""
ENOUGH_UNKNOWN = 0.01
"""Share of rows from which, and up to whose opposite, not being known is an input."""
FURTHEST = 5.0
"""Standardised values beyond this count as this: counts have tails that no line fits."""
MOST_ROWS = 200_000
"""Of more development rows than this, people are drawn by lot: their coefficients would
hardly differ, and memory and time would."""
SIDE_BY_SIDE = 2


@dataclass(frozen=True)
class Inputs:
    """How features become inputs: ``names`` of them, with ``medians`` that stand in for what
    is not known, ``means`` and ``scales``; one each per input."""

    names: tuple[str, ...]
    medians: np.ndarray
    means: np.ndarray
    scales: np.ndarray

    def of(self, matrix: pd.DataFrame) -> np.ndarray:
        """float32 (rows, inputs), standardised."""
        out = np.empty((len(matrix), len(self.names)), dtype=np.float32)
        for place, name in enumerate(self.names):
            values = read(matrix, name)
            values = np.where(np.isnan(values), self.medians[place], values)
            standard = (values - self.means[place]) / self.scales[place]
            out[:, place] = np.clip(standard, -FURTHEST, FURTHEST)
        return out


@dataclass(frozen=True)
class Line:
    """``penalty``: the one chosen. ``coefficients``: of standardised inputs."""

    coefficients: np.ndarray
    intercept: float
    penalty: float


def read(matrix: pd.DataFrame, name: str) -> np.ndarray:
    """One input's values, float64, NaN where a feature is not known."""
    if name.startswith(UNKNOWN):
        return matrix[name.removeprefix(UNKNOWN)].isna().to_numpy(dtype=np.float64)
    return matrix[name].to_numpy(dtype=np.float64)


def inputs_of(matrix: pd.DataFrame, features: Sequence[str]) -> Inputs:
    """Every feature that varies, and that it is not known where this varies too.

    Features unknown for the same people share one input.
    """
    kept: list[tuple[str, float, float, float]] = []
    patterns: set[bytes] = set()
    for name in features:
        values = read(matrix, name)
        unknown = np.isnan(values)
        if unknown.all():
            continue
        median = float(np.median(values[~unknown]))
        filled = np.where(unknown, median, values)
        if filled.std() > 0:
            kept.append((name, median, float(filled.mean()), float(filled.std())))
        share = float(unknown.mean())
        pattern = np.packbits(unknown).tobytes()
        if ENOUGH_UNKNOWN <= share <= 1 - ENOUGH_UNKNOWN and pattern not in patterns:
            patterns.add(pattern)
            kept.append((UNKNOWN + name, 0.0, share, float(np.sqrt(share * (1 - share)))))
    names, medians, means, scales = zip(*kept, strict=True) if kept else ((), (), (), ())
    return Inputs(tuple(names), np.array(medians), np.array(means), np.array(scales))


class Rotated:
    """Development rows on their principal axes: float32 ``rows`` (n, axes). ``fold``: of each
    row's person."""

    def __init__(self, standard: np.ndarray, fold: np.ndarray) -> None:
        gram = (standard.T @ standard).astype(np.float64) / max(len(standard), 1)
        spread, self.axes = np.linalg.eigh(gram)
        self.spread = np.maximum(spread, 0.0)
        self.rows = standard @ self.axes.astype(np.float32)
        self.fold = fold

    def fit(self, event: np.ndarray, weight: np.ndarray) -> Line:
        """The penalty with the least log loss over the folds left out in turn, then all rows.

        Penalties are tried from strong to weak, until two in a row make it worse.
        ``event`` 0/1 and ``weight``, one a row; those of weight 0 are left out.
        """
        event, weight = event.astype(np.float64), weight.astype(np.float64)
        folds = np.unique(self.fold)
        inside = [weight * (self.fold != fold) for fold in folds]
        outside = [weight * (self.fold == fold) for fold in folds]
        at: list[np.ndarray | None] = [None] * len(folds)
        losses: list[float] = []
        for penalty in STRENGTHS:
            loss = 0.0
            for number, (learn, judge) in enumerate(zip(inside, outside, strict=True)):
                at[number] = found = self._descend(event, learn, penalty, at[number])
                loss += float(judge @ _log_loss(self._margin(found), event))
            losses.append(loss)
            if len(losses) > 2 and losses[-1] > losses[-2] > losses[-3]:
                break
        penalty = STRENGTHS[int(np.argmin(losses))]
        best = self._descend(event, weight, penalty, at[0])
        return Line(self.axes @ best[:-1], float(best[-1]), penalty)

    def _margin(self, found: np.ndarray) -> np.ndarray:
        return (self.rows @ found[:-1].astype(np.float32)).astype(np.float64) + found[-1]

    def _descend(
        self, event: np.ndarray, weight: np.ndarray, penalty: float, begin: np.ndarray | None
    ) -> np.ndarray:
        """Coefficients on the axes and, last, the intercept, from ``begin`` if given."""
        from scipy.optimize import minimize

        used = weight > 0
        rows, event = self.rows[used], event[used]
        share = weight[used] / weight.sum()
        mean = float(np.clip(share @ event, 1e-9, 1 - 1e-9))
        curvature = mean * (1 - mean)
        scale = 1 / np.sqrt(np.append(curvature * self.spread + penalty, curvature))

        def loss(step: np.ndarray) -> tuple[float, np.ndarray]:
            found = step * scale
            line = found[:-1]
            margin = (rows @ line.astype(np.float32)).astype(np.float64) + found[-1]
            off = share * (expit(margin) - event)
            slope = (rows.T @ off.astype(np.float32)).astype(np.float64) + penalty * line
            value = float(share @ _log_loss(margin, event)) + 0.5 * penalty * float(line @ line)
            return value, np.append(slope, off.sum()) * scale

        if begin is None:
            begin = np.append(np.zeros(len(self.spread)), np.log(mean / (1 - mean)))
        options = {"maxiter": 200, "ftol": 1e-9, "gtol": 1e-6}
        done = minimize(loss, begin / scale, jac=True, method="L-BFGS-B", options=options)
        return np.asarray(done.x * scale)


def _log_loss(margin: np.ndarray, event: np.ndarray) -> np.ndarray:
    return np.logaddexp(0.0, margin) - event * margin


def fit_lines(
    matrix: pd.DataFrame,
    features: Sequence[str],
    fold: np.ndarray,
    outcomes: Mapping[str, tuple[np.ndarray, np.ndarray]],
    seed: int,
) -> tuple[Inputs, dict[str, Line]]:
    """A line for every target, from its event and weight.

    ``matrix``: index (person_id, index_date). ``fold``: of each row's person. ``seed``: of the
    people drawn where there are more than ``MOST_ROWS`` rows. The same input gives the same
    coefficients, however many threads there are.
    """
    drawn = _drawn(matrix, seed)
    used = matrix.loc[drawn]
    with threadpool_limits(1, user_api="blas"):
        inputs = inputs_of(used, features)
        rotated = Rotated(inputs.of(used), fold[drawn])

        def fit(name: str) -> Line:
            event, weight = outcomes[name]
            return rotated.fit(event[drawn], weight[drawn])

        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return inputs, dict(zip(outcomes, pool.map(fit, outcomes), strict=True))


def _drawn(matrix: pd.DataFrame, seed: int) -> np.ndarray:
    if len(matrix) <= MOST_ROWS:
        return np.ones(len(matrix), dtype=bool)
    number, people = pd.factorize(matrix.index.get_level_values("person_id"))
    share = MOST_ROWS / len(matrix)
    return (np.random.default_rng(seed).random(len(people)) < share)[number]
