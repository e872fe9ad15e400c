"""Decision curves: what acting on a model would gain, at every threshold one might hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

POINTS = 50
FEWEST_ABOVE = 50
"""A curve ends where fewer people than this are above the threshold."""


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit of acting on everyone whose probability is at least the threshold
    (Vickers & Elkin 2006, doi 10.1177/0272989X06295361). ``everyone``: of acting on all;
    acting on nobody gains 0. ``models``: name -> a value per threshold."""

    thresholds: tuple[float, ...]
    everyone: tuple[float, ...]
    models: Mapping[str, tuple[float, ...]]


def decision_curve(
    event: np.ndarray, probabilities: Mapping[str, np.ndarray], weight: np.ndarray, first: str
) -> DecisionCurve:
    """The curves of several models of one target.

    ``event``, ``weight`` (IPCW) and each of ``probabilities``: (n,). Thresholds run evenly
    up to where 50 people, or 1 in 200, are above by the model named ``first``.
    """
    used = weight > 0
    event, weight = event[used], weight[used]
    above = max(FEWEST_ABOVE, len(event) // 200)
    top = np.sort(probabilities[first][used])[max(len(event) - above, 0)]
    thresholds = np.linspace(0.0, min(float(top), 0.99), POINTS)
    odds = thresholds / (1.0 - thresholds)
    total = weight.sum()
    share = (event @ weight) / total
    curves = {}
    for name, probability in probabilities.items():
        order = np.argsort(probability[used])
        found = np.append(0.0, np.cumsum((weight * event)[order][::-1]))
        acted = np.append(0.0, np.cumsum(weight[order][::-1]))
        place = len(event) - np.searchsorted(probability[used][order], thresholds, side="left")
        benefit = (found[place] - odds * (acted[place] - found[place])) / total
        curves[name] = tuple(benefit.tolist())
    return DecisionCurve(
        tuple(thresholds.tolist()), tuple((share - odds * (1.0 - share)).tolist()), curves
    )
