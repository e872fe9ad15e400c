"""The champion trained again with other seeds: would another throw of dice list others?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

import numpy as np

from features.measures import FEATURE
from features.progress import Track, silently
from features.store import Extract
from models.headings import Heading
from models.risk_model import RiskModel
from training.make import fit_risk_model
from training.plan import cohorts, plan_of
from training.settings import TrainSettings
from training.stability.agreement import Agreement, Told, agreement, summed
from training.stability.present import Present

BAR = 0.9
"""At least this share of top reasons is to be shared from seed to seed."""


class Changed(Enum):
    """What a seed changed. What it says is for readers of the table."""

    BOOSTERS = "other seed, same people"
    PEOPLE = "same seed, other people"


@dataclass(frozen=True)
class AcrossSeeds:
    """``agreements``: among the champion and models made with other seeds, by what the seed
    changed. ``listed``: people on the champion's lists."""

    target: str
    index_date: date
    models: int
    listed: int
    agreements: dict[Changed, Agreement]


def across_seeds(
    extract: Extract,
    champion: RiskModel,
    target: str,
    today: Present,
    index_date: date,
    seeds: int,
    track: Track = silently,
) -> AcrossSeeds:
    """Trains the champion again, ``seeds`` - 1 times with another seed of the boosters and the
    same people to learn from, and as many times with the same seed and other people.

    Everyone present is scored, as in the weekly run, also those who were learnt from.
    """
    settings = TrainSettings.from_dict(champion.info["settings"])
    models: dict[Changed, list[RiskModel]] = {changed: [champion] for changed in Changed}
    jobs = [(changed, number) for changed in Changed for number in range(1, seeds)]
    for changed, model in track(
        _retrained(extract, settings, jobs), "Training again", total=len(jobs)
    ):
        models[changed].append(model)
    scored = {
        changed: [(model, model.predict(today.matrix)[target].to_numpy()) for model in of_changed]
        for changed, of_changed in models.items()
    }
    lists = {
        changed: [today.listed(probability) for _, probability in of_changed]
        for changed, of_changed in scored.items()
    }
    agreements = {}
    for changed, of_changed in scored.items():
        explained = np.any(lists[changed], axis=0)
        told = [
            _told(model, today, target, probability, listed, explained)
            for (model, probability), listed in zip(of_changed, lists[changed], strict=True)
        ]
        agreements[changed] = agreement(told, explained)
    listed = int(lists[Changed.BOOSTERS][0].sum())
    return AcrossSeeds(target, index_date, seeds, listed, agreements)


def _retrained(
    extract: Extract, settings: TrainSettings, jobs: list[tuple[Changed, int]]
) -> Iterator[tuple[Changed, RiskModel]]:
    plan = plan_of(extract, settings)
    same_people, _ = cohorts(plan)
    for changed, number in jobs:
        if changed is Changed.BOOSTERS:
            other = replace(settings, seed=settings.seed + number)
            model, _ = fit_risk_model(replace(plan, settings=other), same_people)
        else:
            others = replace(plan, split=replace(plan.split, seed=plan.split.seed + number))
            model, _ = fit_risk_model(others, cohorts(others)[0])
        yield changed, model


def _told(
    model: RiskModel,
    today: Present,
    target: str,
    probability: np.ndarray,
    listed: np.ndarray,
    explained: np.ndarray,
) -> Told:
    shares = model.explain(today.matrix.loc[explained], target).contributions
    measures = summed(shares, lambda feature: FEATURE[feature].measure.name)
    headings = summed(shares, lambda feature: Heading.of(FEATURE[feature].measure.domain).name)
    return Told(probability, listed, measures, headings)
