"""Judgement in a team's own unit: its list of so many places, whom it found and missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from models.disclosure import SMALL, shown
from models.risk_model import expit
from training.judgement.intervals import LEVEL, Figure, figure_of
from training.judgement.metrics import SMALLEST


@dataclass(frozen=True)
class UnitList:
    """One care unit's list. ``expected``, ``low``, ``high``: how many of those listed were
    expected to have the outcome, with its 95 % prediction interval, as could be said
    beforehand. ``found``: how many of those listed had it; ``missed``: of the unit's others;
    ``ppv``, ``sensitivity`` with exact intervals. None where these are hidden (7 or fewer,
    or what would give such a number away).
    """

    unit: str
    listed: int
    expected: float
    low: int
    high: int
    found: int | None = None
    missed: int | None = None
    ppv: Figure | None = None
    sensitivity: Figure | None = None


@dataclass(frozen=True)
class CapacityJudgement:
    """Lists of ``places`` a care unit, as a team has them.

    ``judged_places``: the same scaled to the share of the unit's people who are judged here.
    ``figures``: over all units, ``ppv``, ``sensitivity``, ``missed``, with bootstrap
    intervals. ``expected`` and ``found``: on all lists; ``low``, ``high``: the 95 % prediction
    interval of ``found``. ``inside``: the share of units whose
    number found lies in its 95 % prediction interval; None where fewer than five are judged.
    ``units``: those whose list is full, or of more than 7. ``why``: why it cannot be judged,
    else empty.
    """

    target: str
    places: int
    judged_places: int
    lists: int = 0
    listed: int = 0
    expected: float = np.nan
    found: float = np.nan
    inside: float | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    units: tuple[UnitList, ...] = ()
    why: str = ""
    low: float = np.nan
    high: float = np.nan

    @property
    def is_off(self) -> bool:
        """Whether all lists together hold other than was foretold."""
        return self.found < self.low or self.found > self.high


FEWEST_UNITS = 5


def on_lists(
    unit: np.ndarray, probability: np.ndarray, may: np.ndarray, tie: np.ndarray, places: int
) -> np.ndarray:
    """Who stands on a list, (n,) bool: of each ``unit`` the ``places`` likeliest of those who
    ``may``, equal ones by ``tie`` (as the weekly run orders them)."""
    order = np.lexsort((tie, -probability, unit))
    order = order[may[order]]
    if not len(order):
        return np.zeros(len(unit), dtype=bool)
    ranked = unit[order]
    first = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    size = np.diff(np.append(first, len(order)))
    rank = np.arange(len(order)) - np.repeat(first, size)
    listed = np.zeros(len(unit), dtype=bool)
    listed[order[rank < places]] = True
    return listed


def expected_found(
    probability: np.ndarray, sd: float, extra: float = 0.0
) -> tuple[float, int, int]:
    """How many of a list will have the outcome: mean and 95 % prediction interval.

    The number is Poisson-binomial given the probabilities. ``sd``: how unsure the
    calibration is, a shift of all log-odds alike (normal). ``extra``: variance beyond that,
    for each event expected, that censoring weights bring to the number observed.
    """
    p = np.clip(probability, SMALLEST, 1.0 - SMALLEST)
    spread = float((p * (1.0 - p)).sum())
    total_sd = np.hypot(sd, np.sqrt(extra * p.sum()) / spread)
    nodes, mass = np.polynomial.hermite_e.hermegauss(15)
    log_odds = np.log(p / (1.0 - p))
    chance = sum(
        share * poisson_binomial(expit(log_odds + total_sd * node))
        for node, share in zip(nodes, mass / mass.sum(), strict=True)
    )
    reached = np.cumsum(chance)
    low = int(np.searchsorted(reached, (1 - LEVEL) / 2))
    high = int(np.searchsorted(reached, (1 + LEVEL) / 2))
    return float(p.sum()), low, min(high, len(p))


def expected_on_all(probability: np.ndarray, sd: float, extra: float) -> tuple[float, float]:
    """The 95 % prediction interval of the number on many lists together, normal:
    ``expected_found``'s variances, a shift of the calibration the same on all lists."""
    spread = float((probability * (1.0 - probability)).sum())
    total = np.sqrt(spread + (sd * spread) ** 2 + extra * probability.sum())
    mean = float(probability.sum())
    return mean - WIDE * float(total), mean + WIDE * float(total)


WIDE = 1.959964
"""Standard deviations either side that hold 95 % of a normal distribution."""


def poisson_binomial(probability: np.ndarray) -> np.ndarray:
    """The chance of 0, 1, ..., n events of n independent ones, (n + 1,)."""
    chance = np.zeros(len(probability) + 1)
    chance[0] = 1.0
    for p in probability:
        chance[1:] = chance[1:] * (1.0 - p) + chance[:-1] * p
        chance[0] *= 1.0 - p
    return chance


def exact_interval(found: float, of: float) -> Figure:
    """A share with its Clopper-Pearson interval, exact for counts; with weights the counts
    are those of as many people as the weights are worth."""
    from scipy.stats import beta

    half = (1 - LEVEL) / 2
    low = 0.0 if found <= 0 else float(beta.ppf(half, found, of - found + 1))
    high = 1.0 if found >= of else float(beta.ppf(1 - half, found + 1, of - found))
    return Figure(found / of, low, high)


def judge_capacity(
    target: str,
    event: np.ndarray,
    probability: np.ndarray,
    weight: np.ndarray,
    draws: np.ndarray,
    listed: np.ndarray,
    unit: np.ndarray,
    *,
    places: int,
    judged_places: int,
    calibration_sd: float,
    tells: Collection[str] = (),
) -> CapacityJudgement:
    """Every unit's list, and all lists together.

    (n,) all but ``draws`` (n, resamples); ``listed`` as ``on_lists`` gives it; ``unit``: the
    list each belongs to, text. ``weight``: IPCW. ``tells``: units of which the number of
    people and of outcomes may be shown; of others nothing counted is.
    """
    names, of = np.unique(unit, return_inverse=True)
    on = listed.astype(np.float64)
    size = np.bincount(of, weights=on)
    if not listed.any():
        return CapacityJudgement(target, places, judged_places, why="nobody may stand on a list")
    found = np.bincount(of, weights=weight * event * on)
    known = listed & (weight > 0)
    extra = float((weight[known] - 1.0).mean()) if known.any() else 0.0
    outlook = {
        int(number): expected_found(probability[listed & (of == number)], calibration_sd, extra)
        for number in np.flatnonzero(size)
    }
    inside = [low <= round(found[number]) <= high for number, (_, low, high) in outlook.items()]
    low, high = expected_on_all(probability[listed], calibration_sd, extra)
    judged = CapacityJudgement(
        target,
        places,
        judged_places,
        len(outlook),
        int(size.sum()),
        float(sum(mean for mean, _, _ in outlook.values())),
        inside=float(np.mean(inside)) if len(inside) >= FEWEST_UNITS else None,
        units=tuple(
            unit
            for unit in _units(names, of, event, listed, weight, outlook, tells)
            if unit.listed > SMALL or unit.listed == judged_places
        ),
        low=low,
        high=high,
    )
    happened = (event > 0) & (weight > 0)
    parts = (happened & listed, ~happened & listed, happened & ~listed)
    if min(int(part.sum()) for part in parts) <= SMALL:
        return replace(judged, why="7 or fewer found, missed or listed in vain on all lists")
    return replace(judged, found=float(found.sum()), figures=_figures(event, on, weight, draws))


def _figures(
    event: np.ndarray, on: np.ndarray, weight: np.ndarray, draws: np.ndarray
) -> dict[str, Figure]:
    def of(weights: np.ndarray) -> dict[str, np.ndarray]:
        found, events, listed = ((rows @ weights) for rows in (event * on, event * 1.0, on))
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "ppv": found / listed,
                "sensitivity": found / events,
                "missed": events - found,
            }

    values, resampled = of(weight[:, None]), of(weight[:, None] * draws)
    return {name: figure_of(float(values[name][0]), resampled[name]) for name in values}


def _units(
    names: np.ndarray,
    of: np.ndarray,
    event: np.ndarray,
    listed: np.ndarray,
    weight: np.ndarray,
    outlook: Mapping[int, tuple[float, int, int]],
    tells: Collection[str],
) -> tuple[UnitList, ...]:
    def counted(rows: np.ndarray) -> np.ndarray:
        return np.bincount(of, weights=rows, minlength=len(names))

    happened = event.astype(bool) & (weight > 0)
    parts = np.column_stack(
        [counted(h & on) for h in (happened, ~happened) for on in (listed, ~listed)]
    ).astype(np.int64)
    hidden = np.array([name not in tells for name in names])
    told = shown(parts, np.ones((1, len(names)), dtype=np.int64), hidden)
    sums = counted(weight * listed)
    worth = sums**2 / np.maximum(counted(weight**2 * listed), 1e-12)
    ppv = counted(weight * event * listed) / np.maximum(sums, 1e-12)
    units = []
    for number, (expected, low, high) in outlook.items():
        hits, missed, in_vain, _ = (int(count) for count in parts[number])
        unit = UnitList(str(names[number]), hits + in_vain, expected, low, high)
        if told[number]:
            unit = replace(
                unit,
                found=hits,
                missed=missed,
                ppv=exact_interval(ppv[number] * worth[number], worth[number]),
                sensitivity=exact_interval(hits, hits + missed),
            )
        units.append(unit)
    return tuple(units)
