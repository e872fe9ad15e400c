"""How often a care unit's list holds as many as was foretold, quarter after quarter.

A model learns at dates whose outcomes are over, and recorded, by the first quarter judged. At
each quarter after that, every unit's list comes with a 95 % prediction interval of how many on
it will have the outcome; here is how many units, and lists all together, then lay inside.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from features.home import Home
from features.processors import processors
from features.region import RegionSettings, simulate
from features.region.settings import judged_date
from features.sources import SOURCES
from features.store import ExtractStore
from models.population import CAPACITY
from models.risk_model import RiskModel
from training.cohort import Cohort, build_cohort
from training.enrolled import Enrolled
from training.judgement.bench import Bench
from training.judgement.parts import capacity_of
from training.make import fit_risk_model
from training.plan import Plan, plan_of, split_up
from training.settings import TrainSettings
from training.split import STEP

AIM = 0.9
"""At least this share of units is to lie inside."""


@dataclass(frozen=True)
class People:
    """Who is judged: ``held_out`` alone, or everybody, as the weekly run lists them."""

    name: str
    held_out: bool


EVERYBODY = People("everybody", False)
HELD_OUT = People("people held out", True)


def coverage(
    folder: Path, people: int, seeds: list[int], quarters: int, targets: tuple[str, ...] = ()
) -> str:
    """A table of ``targets`` (all where none is named): by target and people judged, the share of
    units inside their interval, over all and in the worst quarter, and how many times all lists
    together were."""
    rows = [
        row
        for seed in seeds
        for row in _of_region(folder / str(seed), people, seed, quarters, targets)
    ]
    return _table(pd.DataFrame(rows), people, seeds)


def _of_region(
    folder: Path, people: int, seed: int, quarters: int, targets: tuple[str, ...]
) -> list[dict[str, object]]:
    settings = RegionSettings(people=people, seed=seed)
    last = judged_date(settings.end)
    days = tuple(last - number * STEP for number in reversed(range(quarters)))
    simulate(replace(settings, truth_dates=(last,)), folder / "region", processes=processors())
    store = ExtractStore(Home.at(folder / "home"))
    store.ingest(SOURCES["region"], folder / "region")
    plan = plan_of(store.current(), TrainSettings(targets, test_index_dates=days[:1]))
    model, _ = fit_risk_model(plan, _learning(plan))
    rows = []
    for day in days:
        policy = Enrolled(plan.settings.enrolled)
        whole = build_cohort(plan.extract, [day], plan.targets, enrolled=policy)
        for judged in (EVERYBODY, HELD_OUT):
            rows += [
                {"seed": seed, "quarter": day, "people": judged.name, **row}
                for row in _of_people(plan, model, whole, judged)
            ]
        print(pd.DataFrame(rows[-2 * len(plan.targets) :]), file=sys.stderr, flush=True)
    return rows


def _learning(plan: Plan) -> Cohort:
    days: list[date] = list(plan.dates.training)
    policy = Enrolled(plan.settings.enrolled)
    whole = build_cohort(plan.extract, days, plan.learnt, enrolled=policy, apart=plan.split.is_test)
    return split_up(plan, whole)[0]


def _of_people(
    plan: Plan, model: RiskModel, whole: Cohort, judged: People
) -> list[dict[str, object]]:
    held_out = plan.split.is_test(whole.person_ids)
    cohort = whole.take(held_out) if judged.held_out else whole
    bench = Bench.of(cohort, model.targets, model, {}, {}, plan.settings.list_share, 0)
    share = plan.split.test_share if judged.held_out else 1.0
    rows: list[dict[str, object]] = []
    for target in model.targets:
        found = capacity_of(bench, target, model.info, CAPACITY, share)
        rows.append(
            {
                "target": target,
                "places": found.judged_places,
                "lists": found.lists,
                "inside": np.nan if found.inside is None else found.inside,
                "expected": found.expected,
                "found": found.found,
                "together": np.nan if np.isnan(found.found) else float(not found.is_off),
            }
        )
    return rows


def _table(rows: pd.DataFrame, people: int, seeds: list[int]) -> str:
    quarters = rows["quarter"].nunique()
    lines = [
        f"Regions of {people} people, with the seeds {', '.join(map(str, seeds))}; {quarters} "
        f"quarters, {min(rows['quarter'])} to {max(rows['quarter'])}.",
        "",
        "| target | people judged | units inside, of all | in the worst quarter "
        "| found, of foretold | all lists together inside |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for (target, judged), of in rows.groupby(["target", "people"], sort=False):
        by_quarter = [_inside(of_quarter) for _, of_quarter in of.groupby("quarter")]
        known = of.dropna(subset="together")
        foretold = known["found"].sum() / max(known["expected"].sum(), 1e-9)
        lines.append(
            f"| `{target}` | {judged}, {of['places'].iloc[0]} places "
            f"| {_inside(of):.1%} of {of['lists'].sum()} | {min(by_quarter):.1%} "
            f"| {foretold:.2f} | {known['together'].sum():.0f} of {len(known)} |"
        )
    shares = {str(judged): _inside(of) for judged, of in rows.groupby("people", sort=False)}
    told = ", ".join(f"{judged} {share:.1%}" for judged, share in shares.items())
    met = "met" if min(shares.values()) >= AIM else "missed"
    return "\n".join([*lines, "", f"Over all targets: {told} (aim of {AIM:.0%} {met})."])


def _inside(rows: pd.DataFrame) -> float:
    """The share of units inside, of dates with enough units to tell."""
    told = rows.dropna(subset="inside")
    return float((told["inside"] * told["lists"]).sum() / max(told["lists"].sum(), 1))
