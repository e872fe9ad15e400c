"""What a team's patients do to a model: regions whose teams have a known effect.

In each region a model is trained by each policy (``training.enrolled``), and its risks of
people held out are held against the oracle's risk if no team came (and, of those who are in
one, if it left).
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from features.home import Home
from features.processors import processors
from features.region import RegionSettings, simulate
from features.region.settings import Teams, judged_date
from features.region.untreated import risk_without_teams
from features.sources import SOURCES
from features.store import ExtractStore
from models.population import FRAIL_HFRS
from models.risk_model import expit
from training.cohort import Cohort, InTeam
from training.enrolled import Enrolled
from training.make import fit_boosters, steady_features
from training.plan import Plan, gathered, plan_of, split_up
from training.settings import TrainSettings

REGIONS = {
    "strong": Teams(avoidable=-1.5, other=-1.0, begins=0.05, ends=0.015),
    "as by default": Teams(),
    "none": Teams(begins=0.0),
}
TARGETS = ("avoidable_365", "unplanned_365")
POLICIES = (Enrolled.AS_IS, Enrolled.EXCLUDE, Enrolled.CENSOR)


def enrolled(folder: Path, people: int, seeds: list[int], kinds: list[str]) -> str:
    """A table: per region, group, target and policy, predicted over true risk without a team,
    and the distance of their log-odds, averaged over the seeds; with the range of the seeds.
    ``kinds``: of ``REGIONS``; all where none is named."""
    rows = [
        row
        for seed in seeds
        for number, (name, teams) in enumerate(REGIONS.items())
        if not kinds or name in kinds
        for row in _of_region(folder / f"{seed}-{number}", name, people, seed, teams)
    ]
    return _table(pd.DataFrame(rows), people, seeds)


def _of_region(
    folder: Path, name: str, people: int, seed: int, teams: Teams
) -> list[dict[str, object]]:
    settings = RegionSettings(people=people, seed=seed, teams=teams)
    day = judged_date(settings.end)
    settings = replace(settings, truth_dates=(day,))
    simulate(settings, folder / "region", processes=processors())
    store = ExtractStore(Home.at(folder / "home"))
    store.ingest(SOURCES["region"], folder / "region")
    truth = risk_without_teams(settings, day)
    rows = []
    plan = plan_of(store.current(), TrainSettings(targets=TARGETS))
    assert plan.dates.test == (day,)
    everyone = gathered(plan)
    for policy in POLICIES if teams.begins else POLICIES[:1]:
        whole = everyone.under(policy, plan.split.is_test)
        for row in _of_policy(plan, whole, truth):
            rows.append({"region": name, "seed": seed, "policy": policy.value, **row})
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _of_policy(plan: Plan, whole: Cohort, truth: pd.DataFrame) -> list[dict[str, object]]:
    development, test = split_up(plan, whole)
    features = steady_features(development)
    fits = fit_boosters(plan, development, features)
    values = test.matrix[features].to_numpy(dtype=np.float32)
    in_team = test.team == InTeam.ALREADY
    frail = (test.matrix["hfrs_730d"] >= FRAIL_HFRS).to_numpy()
    again = (test.matrix["unplanned_admissions_180d"] >= 2).to_numpy()
    groups = {
        "everybody in no team": ~in_team,
        "in no team, four of six criteria": ~in_team & (test.matrix["team_criteria"] >= 4),
        "in no team, frail, admitted twice in 180 days": ~in_team & frail & again,
        "in a team": in_team,
    }
    rows: list[dict[str, object]] = []
    for target in TARGETS:
        fit = fits[target]
        margin = np.asarray(fit.booster.predict(values, raw_score=True))
        predicted = expit(fit.calibration.slope * margin + fit.calibration.intercept)
        true = truth[target].reindex(test.person_ids).to_numpy()
        for group, members in groups.items():
            who = np.asarray(members)
            if not who.any():
                continue
            rows.append(
                {
                    "target": target,
                    "group": group,
                    "people": int(who.sum()),
                    "joined": float((test.team[who] == InTeam.JOINED).mean()),
                    "true": float(true[who].mean()),
                    "ratio": float(predicted[who].mean() / true[who].mean()),
                    "log_odds": float((_logit(predicted[who]) - _logit(true[who])).mean()),
                }
            )
    return rows


def _logit(probability: np.ndarray) -> np.ndarray:
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(kept / (1 - kept))


def _table(rows: pd.DataFrame, people: int, seeds: list[int]) -> str:
    policies = list(dict.fromkeys(rows["policy"]))
    lines = [
        f"Regions of {people} people, each with the seeds {', '.join(map(str, seeds))}. Predicted "
        "risk over true risk without a team (its range over seeds), and the mean difference of "
        "their log-odds.",
        "",
        "| teams | target | group | people | join | true risk | " + " | ".join(policies) + " |",
        "|---|---|---|" + "---:|" * (3 + len(policies)),
    ]
    for (region, target, group), of_all in rows.groupby(["region", "target", "group"], sort=False):
        told = " | ".join(_told(of_all[of_all["policy"] == policy]) for policy in policies)
        lines.append(
            f"| {region} | `{target}` | {group} | {of_all['people'].mean():.0f} "
            f"| {of_all['joined'].mean():.1%} | {of_all['true'].mean():.3f} | {told} |"
        )
    return "\n".join(lines)


def _told(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "–"
    ratio = rows["ratio"]
    between = f" ({ratio.min():.2f}–{ratio.max():.2f})" if len(ratio) > 1 else ""
    return f"{ratio.mean():.2f}{between}, {rows['log_odds'].mean():+.2f}"
