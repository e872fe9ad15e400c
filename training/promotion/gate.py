"""The gate: a challenger becomes champion only if it is shown to be no worse.

Both models are judged on the same rows, all of them people that neither was trained on.
Non-inferiority, in the sense of trials: the interval of the difference, and not its value,
has to lie within the margin.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from features.errors import FramsyntError, ModelMismatch
from features.tables import Coverage
from models.registry import StoredModel
from models.risk_model import RiskModel
from models.targets import PRIMARY, TARGETS
from training.cohort import Cohort
from training.judgement.judge import FEWEST_TO_JUDGE
from training.promotion.checks import (
    above_floors,
    has_all_targets,
    no_dearer,
    no_worse_in_groups,
    no_worse_overall,
)
from training.promotion.decision import Check, Decision
from training.promotion.ground import Ground
from training.promotion.margins import Floors, Margins
from training.split import split_of

Champion = StoredModel | FramsyntError | None
"""The present champion; the error that says why it cannot be loaded; None: there is none."""


def decide(
    challenger: StoredModel,
    champion: Champion,
    held_out: Cohort,
    coverage: Coverage,
    *,
    against: str = "",
    margins: Margins | None = None,
    floors: Floors | None = None,
) -> Decision:
    """Whether ``challenger`` may take the place of ``champion``, whose version is ``against``.

    ``held_out``: people that the challenger was not trained on, with the outcomes of all its
    targets. ``coverage``: what their source delivers. A champion that cannot be judged on
    them (it does not load, or reads what they lack) leaves the floors to decide.
    """
    margins, floors = margins or Margins(), floors or Floors()
    if isinstance(champion, StoredModel):
        try:
            champion.model.require(coverage)
            return _beside(challenger, champion, held_out, margins)
        except ModelMismatch as mismatch:
            champion = mismatch
    remarks = [] if champion is None else [_cannot_be_judged(against, champion)]
    ground = Ground.of(challenger.model, held_out, primary_of(challenger.model), margins.resamples)
    missing = too_few(ground)
    checks = [missing] if missing else [*above_floors(challenger, ground, floors)]
    return _decision(challenger, against, False, ground, checks, remarks)


def primary_of(model: RiskModel) -> str:
    """The target that lists are ranked by, else the model's first."""
    return PRIMARY if PRIMARY in model.targets else model.targets[0]


def _beside(
    challenger: StoredModel, champion: StoredModel, held_out: Cohort, margins: Margins
) -> Decision:
    target, version = primary_of(champion.model), champion.version
    checks = [has_all_targets(challenger, champion)]
    if target not in challenger.model.targets:
        return Decision(challenger.version, version, True, target, checks=tuple(checks))
    neither = split_of(champion.model).is_test(held_out.person_ids)
    ground = Ground.of(challenger.model, held_out.take(neither), target, margins.resamples)
    if (missing := too_few(ground)) is not None:
        checks.append(missing)
    else:
        own, theirs = ground.scores(challenger.model), ground.scores(champion.model)
        checks += no_worse_overall(ground, own, theirs, version, margins)
        checks += no_worse_in_groups(ground, own, theirs, version, margins)
        checks += no_dearer(challenger, champion, ground, margins)
    return _decision(challenger, version, True, ground, checks, _remarks(champion, neither, ground))


def too_few(ground: Ground) -> Check | None:
    """A failed check where outcomes are too few to judge anything by."""
    if ground.fewest >= FEWEST_TO_JUDGE:
        return None
    says = f"it cannot be judged, as too few had '{ground.target}', or too few did not"
    return Check("outcomes", False, says)


def _decision(
    challenger: StoredModel,
    against: str,
    compared: bool,
    ground: Ground,
    checks: list[Check],
    remarks: list[str],
) -> Decision:
    told = too_few(ground) is None
    return Decision(
        challenger.version,
        against,
        compared,
        ground.target,
        ground.dates,
        ground.people if told else None,
        int(ground.event.sum()) if told else None,
        tuple(checks),
        tuple(remarks),
    )


def _cannot_be_judged(version: str, why: FramsyntError) -> str:
    return (
        f"Version {version}, champion until now, cannot be judged on this extract ({why.what}), "
        "so the challenger was held to the floors for a first model."
    )


def _remarks(champion: StoredModel, neither: np.ndarray, ground: Ground) -> list[str]:
    remarks = []
    if not neither.all():
        remarks.append(
            f"The models split people by other seeds or shares: they were judged on the "
            f"{neither.mean():.0%} of the challenger's test people on whom version "
            f"{champion.version} was not trained either."
        )
    trained = [date.fromisoformat(day) for day in champion.model.info["training_dates"]]
    horizon = TARGETS[ground.target].horizon_days
    if ground.dates and (min(ground.dates) - max(trained)).days < horizon:
        remarks.append(
            f"Version {champion.version} has learnt from outcomes of the time it was judged at, "
            "of other people. That can only favour it."
        )
    return remarks
