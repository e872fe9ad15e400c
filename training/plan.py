"""What a run learns from: targets, dates and people, chosen from the settings and the extract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from features.errors import NotEnoughData
from features.progress import Track, silently
from features.store import Extract
from models.targets import Target, chosen_targets, in_order_of_learning
from training.cohort import Cohort, Gathered, first_contact, gather
from training.enrolled import Enrolled
from training.settings import TrainSettings
from training.split import Dates, PersonSplit, choose_dates


@dataclass(frozen=True)
class Plan:
    """``targets``: those asked for. ``learnt``: them and all they build on, each after what
    it builds on."""

    extract: Extract
    settings: TrainSettings
    targets: tuple[Target, ...]
    learnt: tuple[Target, ...]
    dates: Dates
    split: PersonSplit


def plan_of(extract: Extract, settings: TrainSettings) -> Plan:
    """Raises ``SettingsError`` for what the extract cannot tell, ``NotEnoughData`` where it
    is too short."""
    targets = chosen_targets(settings.targets, extract.manifest.coverage)
    earliest = first_contact(extract)
    if earliest is None:
        raise NotEnoughData("the extract holds no contacts", do="Ingest an extract with contacts.")
    dates = choose_dates(
        settings.index_dates,
        settings.test_index_dates,
        earliest,
        extract.manifest.data_through,
        max(target.horizon_days for target in targets),
    )
    split = PersonSplit(settings.seed, settings.test_share, settings.folds)
    return Plan(
        extract, settings, tuple(targets), tuple(in_order_of_learning(targets)), dates, split
    )


def gathered(plan: Plan, track: Track = silently) -> Gathered:
    """Development people at the training dates, test people at the test dates."""
    split, dates = plan.split, plan.dates

    def keep(person_ids: np.ndarray, day: date) -> np.ndarray:
        held_out = split.is_test(person_ids)
        return (held_out & (day in dates.test)) | (~held_out & (day in dates.training))

    return gather(plan.extract, (*dates.training, *dates.test), plan.learnt, keep=keep, track=track)


def cohorts(plan: Plan, track: Track = silently) -> tuple[Cohort, Cohort]:
    """Development people at the training dates, test people at the test dates, by the plan's
    policy for people in a team. Raises ``NotEnoughData`` where either are none."""
    policy = Enrolled(plan.settings.enrolled)
    return split_up(plan, gathered(plan, track).under(policy, plan.split.is_test))


def split_up(plan: Plan, whole: Cohort) -> tuple[Cohort, Cohort]:
    """Those to learn from and those to be judged. Raises ``NotEnoughData``."""
    held_out = plan.split.is_test(whole.person_ids)
    if held_out.all() or not held_out.any():
        raise NotEnoughData(
            "nobody is present to learn from or to be judged at the index dates",
            do="Choose other dates, or ingest more people.",
        )
    return whole.take(~held_out), whole.take(held_out)
