"""Weighted logistic regressions on few inputs, a whole bootstrap of them at once."""

from __future__ import annotations

import numpy as np

from models.risk_model import expit


def spline(x: np.ndarray) -> np.ndarray:
    """Restricted cubic spline of x: (n, 1 + 1 + knots - 2), knots at Harrell's quantiles.

    Fewer columns where quantiles coincide (a score with few distinct values).
    """
    knots = np.unique(np.quantile(x, [0.05, 0.275, 0.5, 0.725, 0.95]))
    columns = [np.ones(len(x)), x]
    if len(knots) >= 3:
        last, before = knots[-1], knots[-2]
        width = (last - knots[0]) ** 2

        def cube(at: float) -> np.ndarray:
            return np.maximum(x - at, 0.0) ** 3

        for knot in knots[:-2]:
            columns.append(
                (
                    cube(knot)
                    - cube(before) * (last - knot) / (last - before)
                    + cube(last) * (before - knot) / (last - before)
                )
                / width
            )
    return np.column_stack(columns)


def logistic_fits(
    inputs: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    offset: np.ndarray | None = None,
) -> np.ndarray:
    """Weighted logistic regressions, one per column of ``weight``: (resamples, inputs).

    ``inputs`` (n, k) with its own column of ones; ``event`` (n,); ``weight`` (n, resamples);
    ``offset`` (n,): a term with coefficient 1. Newton's method, first on the mean weight,
    then for each resample from there; a ridge of 1e-6 keeps separated data finite.
    """
    # Columns on one scale: otherwise a spline's cubes swamp the rest.
    scale = np.maximum(np.abs(inputs).max(axis=0), 1e-12)
    x = inputs / scale
    base = np.zeros(len(event)) if offset is None else offset
    start = _damped_fit(x, event, weight.mean(axis=1), base)
    if weight.shape[1] == 1:
        return start[None, :] / scale
    coefficients = start + _first_step(x, event, weight, base, start)
    for _ in range(5):
        step = _newton_step(x, event, weight, base, coefficients)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-3:  # the next step would be about its square
            break
    return coefficients / scale


def _first_step(
    x: np.ndarray, event: np.ndarray, weight: np.ndarray, base: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """As ``_newton_step`` where all resamples stand at one place: no (n, resamples) array."""
    k = x.shape[1]
    p = expit(base + x @ start)
    gradient = weight.T @ ((event - p)[:, None] * x) - _RIDGE * start
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), k * k)
    curvature = (weight.T @ ((p * (1.0 - p))[:, None] * products)).reshape(-1, k, k)
    return np.linalg.solve(curvature + _RIDGE * np.eye(k), gradient[:, :, None])[:, :, 0]


def _newton_step(
    x: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    base: np.ndarray,
    coefficients: np.ndarray,
) -> np.ndarray:
    k = x.shape[1]
    p = expit(base[:, None] + x @ coefficients.T)
    gradient = (weight * (event[:, None] - p)).T @ x - _RIDGE * coefficients
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), k * k)
    curvature = ((weight * p * (1.0 - p)).T @ products).reshape(-1, k, k) + _RIDGE * np.eye(k)
    return np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]


_RIDGE = 1e-6


def _damped_fit(
    x: np.ndarray, event: np.ndarray, weight: np.ndarray, base: np.ndarray
) -> np.ndarray:
    """One fit by Newton's method, a step halved for as long as it makes things worse."""

    def loss(coefficients: np.ndarray) -> float:
        margin = base + x @ coefficients
        fit = weight @ (np.logaddexp(0.0, margin) - event * margin)
        return float(fit + 0.5 * _RIDGE * coefficients @ coefficients)

    coefficients = np.zeros(x.shape[1])
    best = loss(coefficients)
    for _ in range(100):
        step = _newton_step(x, event, weight[:, None], base, coefficients[None, :])[0]
        while (reached := loss(coefficients + step)) > best and np.abs(step).max() > 1e-10:
            step = step / 2.0
        coefficients, best = coefficients + step, reached
        if np.abs(step).max() < 1e-9:
            break
    return coefficients
