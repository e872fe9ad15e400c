"""How often the targets of one person contradict each other, and what pooling them costs."""

from datetime import date
from pathlib import Path

import numpy as np

from features.home import Home
from features.store import ExtractStore
from models.registry import Registry
from models.risk_model import expit
from models.targets import TARGETS
from training.cohort import build_cohort
from training.enrolled import Enrolled
from training.judgement.metrics import Sample, auroc, ici
from training.split import split_of


def coherence(home: str) -> str:
    """A table of the champion on the people and dates it was judged on: the share of people
    whose score was pooled, by how much in log-odds, and AUROC and ICI before and after."""
    at = Home.at(Path(home))
    extract, model = ExtractStore(at).current(), Registry(at).champion().model
    split = split_of(model)
    cohort = build_cohort(
        extract,
        [date.fromisoformat(day) for day in model.info["test_dates"]],
        [TARGETS[name] for name in model.targets],
        keep=lambda people, _: split.is_test(people),
        enrolled=Enrolled(model.info["enrolled"]),
    )
    apart = model.log_odds(cohort.matrix)
    pooled = model.coherence.pool(apart)
    broken = model.coherence.breaks(apart).mean()
    lines = [
        f"{len(cohort)} people; of {broken:.1%} some targets were pooled.",
        "",
        "| target | pooled | moved by (log-odds) | AUROC apart | pooled | ICI apart | pooled |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, name in enumerate(model.targets):
        changed = pooled.changed[:, number]
        moved = np.abs(pooled.log_odds - apart)[changed, number]
        figures = [
            metric(Sample.of(cohort.event[name], expit(values[:, number]), cohort.weight[name]))[0]
            for metric in (auroc, ici)
            for values in (apart, pooled.log_odds)
        ]
        told = " | ".join(f"{figure:.4f}" for figure in figures)
        by = f"{moved.mean():.3f}" if len(moved) else "–"
        lines.append(f"| `{name}` | {changed.mean():.1%} | {by} | {told} |")
    return "\n".join(lines)
