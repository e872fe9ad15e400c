"""Death as a competing event: risks beside the cumulative incidence that was observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.disclosure import SMALL
from models.outcomes import Ended
from training.judgement.intervals import Figure, figure_of

TENTHS = 10


@dataclass(frozen=True)
class Tenth:
    """People with about the same predicted risk: a tenth of all, or some tenths together.
    ``predicted``: their mean probability;
    ``observed``: Aalen-Johansen cumulative incidence at the horizon; ``weighted``: the
    estimate by inverse probability of censoring weights, which the other figures use."""

    people: int
    predicted: float
    observed: Figure
    weighted: float


@dataclass(frozen=True)
class CompetingCalibration:
    """Calibration with death as a competing event, tenths of rising risk.

    ``furthest``: the largest distance of the two estimates of what was observed: they rest on
    different assumptions of censoring, and far apart one of them is wrong. ``why``: why it
    cannot be judged, else empty.
    """

    target: str
    tenths: tuple[Tenth, ...]
    furthest: float
    why: str = ""


def cumulative_incidence(days: np.ndarray, ended: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Aalen-Johansen estimate of the event's cumulative incidence at the last day, one per
    column of ``weight`` (n, resamples).

    ``days``, ``ended`` (``models.outcomes.Ended``): (n,). Events and deaths of a day come
    before what is censored on it. Aalen & Johansen 1978: survival from both causes up to the
    day, times the day's hazard of the event.
    """
    order = np.argsort(days, kind="stable")
    days, ended, weight = days[order], ended[order], weight[order]
    first = np.flatnonzero(np.append(True, days[1:] != days[:-1]))

    def of_day(which: np.ndarray) -> np.ndarray:
        return np.add.reduceat(weight * which[:, None], first, axis=0)

    happened = of_day(ended == Ended.EVENT)
    died = of_day(ended == Ended.DIED)
    at_risk = np.cumsum(weight[::-1], axis=0)[::-1][first]
    safe = np.where(at_risk > 0, at_risk, 1.0)
    left = np.cumprod(1.0 - (happened + died) / safe, axis=0)
    before = np.vstack([np.ones((1, left.shape[1])), left[:-1]])
    return (before * happened / safe).sum(axis=0)


def competing_calibration(
    target: str,
    probability: np.ndarray,
    days: np.ndarray,
    ended: np.ndarray,
    weight: np.ndarray,
    draws: np.ndarray,
) -> CompetingCalibration:
    """Predicted against observed by tenths of the predicted risk.

    All (n,) but ``draws`` (n, resamples); ``weight``: IPCW. Where a tenth holds 7 or fewer
    with the outcome, or without, it is one with the next. Cannot be judged where that
    leaves less than two.
    """
    event = ended == Ended.EVENT
    parts = _parts(np.argsort(probability, kind="stable"), event)
    if len(parts) < 2:
        return CompetingCalibration(target, (), np.nan, "too few outcomes")
    tenths = []
    for part in parts:
        alone = np.ones((len(part), 1))
        observed = cumulative_incidence(days[part], ended[part], alone)
        drawn = cumulative_incidence(days[part], ended[part], draws[part].astype(np.float64))
        weighted = float(event[part] @ weight[part]) / max(float(weight[part].sum()), 1e-12)
        tenths.append(
            Tenth(
                len(part),
                float(probability[part].mean()),
                figure_of(float(observed[0]), drawn),
                weighted,
            )
        )
    furthest = max(abs(tenth.observed.value - tenth.weighted) for tenth in tenths)
    return CompetingCalibration(target, tuple(tenths), float(furthest))


def _parts(rows: np.ndarray, event: np.ndarray) -> list[np.ndarray]:
    """Tenths of the rows in their order, joined until each holds enough of both outcomes."""
    parts: list[np.ndarray] = []
    for tenth in np.array_split(rows, TENTHS):
        if parts and _is_small(event[parts[-1]]):
            parts[-1] = np.append(parts[-1], tenth)
        else:
            parts.append(tenth)
    if _is_small(event[parts[-1]]):
        *parts, last = parts
        parts = [*parts[:-1], np.append(parts[-1], last)] if parts else []
    return parts


def _is_small(event: np.ndarray) -> bool:
    return min(int(event.sum()), int((~event).sum())) <= SMALL
