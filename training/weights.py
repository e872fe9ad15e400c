"""Inverse probability of censoring weights: moving away, the end of the data, and teams.

Moves and ends of data strike whoever they strike; a Kaplan-Meier estimate per index date
will do. Teams take in people at high risk. A plain estimate would let everybody stand in for
those taken in, and so make the risk too low. So the chance of not yet having joined a team is
estimated within strata: of the risk of being taken in, as seen at the index date, and of the
admissions since. A weight is one over the product of both chances.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.outcomes import Ended, censoring_weights
from training.enrolled import STAYS_COUNTED, FollowUp, TeamTimes

MOST = 20.0
"""No weight is larger where teams are weighted for: a few people standing in for hundreds
would decide everything (truncation: Cole & Hernan 2008, doi 10.1093/aje/kwn164; the limit is
our own choice)."""

PERIOD_DAYS = 30
"""The chance of joining a team is taken to be the same on every day of such a period."""

JOINERS_PER_STRATUM = 25
STRATA = 10
"""Strata hold equal numbers of those who joined: at most so many, and of at least so many."""

SEEN_BY_TEAMS = (
    "age",
    "team_criteria",
    "unplanned_admissions_90d",
    "unplanned_admissions_180d",
    "unplanned_admissions_365d",
    "unplanned_admissions_730d",
    "admissions_365d",
    "emergency_visits_365d",
    "hfrs_730d",
    "chronic_groups_1825d",
    "substances_120d",
    "home_health_care_now",
    "home_help_now",
    "residential_care_now",
)
"""Features by which the chance of being taken in is ranked: the criteria of a team, recent
admissions, frailty and care at home. Those that a source does not know are left out."""

Apart = Callable[[np.ndarray], np.ndarray]
"""(person ids) -> a group each (bool): nobody's weight is estimated from another group."""

Until = Callable[[np.ndarray], np.ndarray]
"""(rows,) days -> (rows,) the chance of not having joined a team before that day."""


def propensity(matrix: pd.DataFrame, joins: np.ndarray) -> np.ndarray:
    """Each row's rank by the chance of being taken in: a logistic regression of who joined."""
    inputs = matrix[list(SEEN_BY_TEAMS)].to_numpy(dtype=np.float64)
    inputs = np.log1p(np.nan_to_num(inputs[:, ~np.isnan(inputs).all(axis=0)]).clip(min=0.0))
    if not inputs.shape[1] or not joins.any() or joins.all():
        return np.zeros(len(matrix))
    regression = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    with threadpool_limits(1, user_api="blas"):
        regression.fit(inputs, joins)
        ranks: np.ndarray = regression.decision_function(inputs)
    return ranks


def strata_of(rank: np.ndarray, joins: np.ndarray) -> np.ndarray:
    """Each row's stratum, from 0: cut where those who joined fall into equal parts."""
    parts = int(np.clip(joins.sum() // JOINERS_PER_STRATUM, 1, STRATA))
    if parts == 1:
        return np.zeros(len(rank), dtype=np.int64)
    cuts = np.unique(np.quantile(rank[joins], np.arange(1, parts) / parts))
    return np.searchsorted(cuts, rank, side="right")


def chance_of_no_team(
    times: TeamTimes, stratum: np.ndarray, period_days: int = PERIOD_DAYS
) -> Until:
    """A life table within every stratum, by the stays since the index date.

    A day's chance of joining is the number who joined over the number of days on which
    somebody could have, in one stratum, number of stays and period. Whoever is admitted
    changes place on that day. With periods of one day and no stays it is the Kaplan-Meier
    estimate of each stratum.
    """
    strata = int(stratum.max(initial=0)) + 1
    joins = times.joins
    # On the day of joining one could still join; on the day of another end no more.
    end = np.where(times.already, 0, np.minimum(times.left, times.joined) + joins)
    spans = -(-int(end.max(initial=1)) // period_days)
    bounds = np.column_stack([np.zeros(len(end)), times.stays, np.full(len(end), np.inf)])

    def days_in(level: int, period: int, until: np.ndarray) -> np.ndarray:
        first = np.maximum(bounds[:, level], period * period_days)
        last = np.minimum(np.minimum(bounds[:, level + 1], until), (period + 1) * period_days)
        return np.maximum(last - first, 0.0)

    at_risk = np.zeros((strata, STAYS_COUNTED + 1, spans))
    for level in range(STAYS_COUNTED + 1):
        for period in range(spans):
            at_risk[:, level, period] = np.bincount(
                stratum, days_in(level, period, end), minlength=strata
            )
    joined = np.zeros_like(at_risk)
    day = times.joined[joins]
    stays = (times.stays[joins] <= day[:, None]).sum(axis=1)
    np.add.at(joined, (stratum[joins], stays, day // period_days), 1.0)
    daily = np.divide(joined, at_risk, out=np.zeros_like(joined), where=joined > 0)
    stays_out = np.log1p(-np.minimum(daily, 1.0 - 1e-12))

    def until(days: np.ndarray) -> np.ndarray:
        total = np.zeros(len(days))
        for level in range(STAYS_COUNTED + 1):
            for period in range(spans):
                of_row = stays_out[stratum, level, period]
                if of_row.any():
                    total += of_row * days_in(level, period, days)
        return np.exp(total)

    return until


def weights(
    followed: Mapping[str, FollowUp],
    matrix: pd.DataFrame,
    times: TeamTimes | None,
    apart: Apart | None,
) -> dict[str, np.ndarray]:
    """Of each target, one weight a row of ``matrix``: 0 for an outcome that is not known or
    left out. ``times``: None where teams end nobody's follow-up. ``apart``: as ``Apart``."""
    # Moves differ by date: late dates reach the end of the data.
    dates, group = np.unique(matrix.index.get_level_values("index_date"), return_inverse=True)
    if apart is not None:
        people = matrix.index.get_level_values("person_id").to_numpy()
        group = group + len(dates) * apart(people).astype(np.int64)
    no_team = _no_team(times, matrix, group // len(dates)) if times is not None else None
    return {name: weights_of(of, group, no_team) for name, of in followed.items()}


def _no_team(times: TeamTimes, matrix: pd.DataFrame, group: np.ndarray) -> Until | None:
    """The chance of not having joined, estimated in each group by itself; of all its dates."""
    if not times.joins.any():
        return None
    seen = matrix[list(SEEN_BY_TEAMS)]
    of_group: list[tuple[np.ndarray, Until]] = []
    for one in np.unique(group):
        rows = group == one
        of_rows = times.of(rows)
        rank = propensity(seen.loc[rows], of_rows.joins)
        of_group.append((rows, chance_of_no_team(of_rows, strata_of(rank, of_rows.joins))))

    def until(days: np.ndarray) -> np.ndarray:
        chance = np.ones(len(days))
        for rows, of_rows in of_group:
            chance[rows] = of_rows(days[rows])
        return chance

    return until


def weights_of(follow_up: FollowUp, group: np.ndarray, no_team: Until | None) -> np.ndarray:
    """One weight a row: 0 for an outcome that is not known or left out.

    ``group``: rows that stand in for each other when somebody moves away (one index date).
    ``no_team``: None where teams end nobody's follow-up.
    """
    weight = np.zeros(len(follow_up.days))
    moved = (follow_up.ended == Ended.CENSORED) & ~follow_up.joined
    for one in np.unique(group):
        rows = (group == one) & ~follow_up.left_out
        weight[rows] = censoring_weights(follow_up.days[rows], moved[rows])
    if no_team is None:
        return weight
    known = (weight > 0) & ~follow_up.joined
    weight[~known] = 0.0
    chance = np.maximum(no_team(follow_up.days), 1e-12)
    return np.where(known, np.minimum(weight / chance, MOST), 0.0)
