"""Judges the champion on another date, or on another extract."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from features.errors import ModelMismatch
from features.home import Home
from features.progress import Track, silently
from features.store import ExtractStore
from features.tables import Coverage
from models.baselines import read_baselines
from models.lacking import lacking
from models.targets import TARGETS
from training.cohort import build_cohort
from training.enrolled import Enrolled
from training.judgement.judge import judge_model
from training.judgement.judged import Judgement
from training.judgement.names import Names
from training.split import split_of


def evaluate(home: Home, index_date: date | None = None, track: Track = silently) -> Judgement:
    """Judges the champion on an index date of the current extract.

    On the extract it was trained from, only people held out from training are judged;
    on any other, everyone. ``index_date`` defaults to the champion's own test date.
    Raises ``ExtractMissing``, ``ModelMissing``, ``ModelMismatch`` (the extract lacks too much
    of what the model reads, or outcomes) and ``NotEnoughData`` (no outcomes to judge by). What
    it lacks within bounds is the first remark.
    """
    from models.registry import Registry

    extract = ExtractStore(home).current()
    champion = Registry(home).champion()
    model, info = champion.model, champion.model.info
    coverage = extract.manifest.coverage
    warning = str(lacking(model, coverage))
    _require_outcomes(model.targets, coverage)
    dates = [index_date] if index_date else [date.fromisoformat(d) for d in info["test_dates"]]
    known = info["extract_id"] == extract.id
    split = split_of(model)
    cohort = build_cohort(
        extract,
        dates,
        [TARGETS[name] for name in model.targets],
        keep=(lambda ids, _day: split.is_test(ids)) if known else None,
        enrolled=Enrolled(info["enrolled"]),
        track=track,
    )
    trained = [date.fromisoformat(day) for day in info["training_dates"]]
    judgement = judge_model(
        model,
        read_baselines(champion.folder),
        cohort,
        truth=extract.truth(),
        extract=extract,
        model_version=champion.version,
        held_out_people=known,
        trained_on=trained,
        list_share=info["list_share"],
        resamples=info["resamples"],
        names=Names.of(home),
        track=track,
    )
    if not warning:
        return judgement
    return replace(judgement, remarks=(f"{warning[0].upper()}{warning[1:]}.", *judgement.remarks))


def _require_outcomes(targets: list[str], coverage: Coverage) -> None:
    """Raises ``ModelMismatch`` where the extract cannot tell who had a target's outcome."""
    untold = [name for name in targets if not TARGETS[name].outcome.is_told_by(coverage)]
    if untold:
        raise ModelMismatch(
            f"the extract cannot tell who had the outcome of {', '.join(untold)}",
            do="Judge on an extract that can, or train on this one: framsynt train",
        )
