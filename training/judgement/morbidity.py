"""Are people of a group sicker than others with the same score?

If they are, the label counts their need too low: an admission that somebody did not get is
no sign of health (Obermeyer et al. 2019, doi 10.1126/science.aax2342).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.disclosure import SMALL
from training.judgement.groups import Groupings
from training.judgement.intervals import Figure, figure_of
from training.judgement.regression import spline

MEASURES = ("chronic_groups_1825d", "charlson_1825d")
"""Morbidity that is recorded whatever care was given later."""
GROUPINGS = ("sex", "age", "deprivation", "area", "municipality", "care_unit")
"""Not target groups: those are chosen by morbidity."""
TENTHS = 10
MOST_CURVES = 10
"""Groupings of more groups than this get no means by tenth of the score."""
MATERIAL = 0.1
"""Standard deviations from which a difference says something (Austin 2009,
doi 10.1002/sim.3697)."""


@dataclass(frozen=True)
class MorbidityAtScore:
    """One measure of morbidity in one group, at equal score.

    ``difference``: to everybody else at the same score, with its bootstrap interval, in
    units of the measure; ``sd``: the measure's standard deviation among all.
    ``by_tenth``: means by tenth of everybody's score, rising; None where a tenth holds 7 or
    fewer of the group; empty for groupings of many groups.
    """

    target: str
    grouping: str
    group: str
    measure: str
    difference: Figure
    sd: float
    by_tenth: tuple[float | None, ...] = field(default=())

    @property
    def is_material(self) -> bool:
        """Whether the whole interval lies beyond a tenth of a standard deviation."""
        edge = MATERIAL * self.sd
        return self.difference.low > edge or self.difference.high < -edge


def morbidity_at_score(
    target: str,
    log_odds: np.ndarray,
    measures: Mapping[str, np.ndarray],
    groupings: Groupings,
    draws: np.ndarray,
) -> list[MorbidityAtScore]:
    """Each measure and group of everybody, whether or not their outcome is known.

    ``log_odds``, each of ``measures``: (n,), a measure NaN where unknown; ``draws``: (n,
    resamples). The difference is the coefficient of the group in a regression of the measure
    on it and a restricted cubic spline of the score's log-odds. Measures that are never known
    or the same for all are left out, and groups that may not be shown.
    """
    tenth = np.empty(len(log_odds), dtype=np.int64)
    tenth[np.argsort(log_odds, kind="stable")] = np.arange(len(log_odds)) * TENTHS // len(log_odds)
    few = {
        grouping: sum(of == grouping for of, _ in groupings.members) <= MOST_CURVES
        for grouping, _ in groupings.members
    }
    chosen = {
        name: rows
        for (name, rows), tells in zip(
            groupings.members.items(), groupings.tells_people, strict=True
        )
        if tells and name[0] in GROUPINGS
    }
    found = []
    for measure, values in measures.items():
        known = ~np.isnan(values)
        spread = float(values[known].std()) if known.any() else 0.0
        if spread == 0.0:
            continue
        inputs = spline(log_odds[known])
        groups = {name: rows[known] for name, rows in chosen.items() if 0 < rows[known].mean() < 1}
        of_group = np.column_stack(list(groups.values())).astype(np.float64)
        value = adjusted_differences(inputs, values[known], of_group, np.ones((known.sum(), 1)))
        drawn = adjusted_differences(inputs, values[known], of_group, draws[known])
        for number, ((grouping, group), rows) in enumerate(groups.items()):
            by_tenth = _by_tenth(values[known][rows], tenth[known][rows]) if few[grouping] else ()
            found.append(
                MorbidityAtScore(
                    target,
                    grouping,
                    group,
                    measure,
                    figure_of(float(value[0, number]), drawn[:, number]),
                    spread,
                    by_tenth,
                )
            )
    return found


def adjusted_differences(
    inputs: np.ndarray, values: np.ndarray, groups: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """The coefficient of each group beside ``inputs``, in regressions of its own, (resamples,
    groups). ``inputs`` (n, k), ``values`` (n,), ``groups`` (n, groups) 0/1, ``weight`` (n,
    resamples). By partialling out: no (n, resamples, groups) array is made.
    """
    n, k = inputs.shape
    scaled = inputs / np.maximum(np.abs(inputs).max(axis=0), 1e-12)
    products = (scaled[:, :, None] * scaled[:, None, :]).reshape(n, k * k)
    moments = (weight.T @ products).reshape(-1, k, k) + 1e-9 * np.eye(k)
    on_values = weight.T @ (scaled * values[:, None])
    beside = np.stack([weight.T @ (scaled * groups[:, [g]]) for g in range(groups.shape[1])], 1)
    size, total = weight.T @ groups, weight.T @ (groups * values[:, None])
    share = np.linalg.solve(moments[:, None], beside[..., None])[..., 0]
    above = total - (share * on_values[:, None, :]).sum(axis=-1)
    own = size - (share * beside).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(own > 1e-6 * np.maximum(size, 1.0), above / own, np.nan)


def _by_tenth(values: np.ndarray, tenth: np.ndarray) -> tuple[float | None, ...]:
    means: list[float | None] = []
    for number in range(TENTHS):
        here = values[tenth == number]
        means.append(float(here.mean()) if len(here) > SMALL else None)
    return tuple(means)
