"""How figures, models and settings are named in every report."""

from __future__ import annotations

import numpy as np

from models.baselines import BASELINES
from models.disclosure import SMALL
from models.targets import PRIMARY
from training.enrolled import Enrolled
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL, ORACLE, Judgement, TargetJudgement
from training.judgement.metrics import METRICS
from training.judgement.names import fixed, target_words

RANKING = ("auroc", "average_precision", "ppv", "sensitivity", "missed")
CALIBRATION = ("brier", "observed_expected", "calibration_slope", "calibration_intercept", "ici")


def model_label(name: str) -> str:
    if name == MODEL:
        return "LightGBM"
    if name == ORACLE:
        return "Oracle (the simulation's own hazards)"
    return BASELINES[name].label_en


def number(figure: Figure, metric: str) -> str:
    """The value alone; a dash where it is undefined."""
    return formatted(figure.value, METRICS[metric].decimals)


def interval(figure: Figure, metric: str) -> str:
    decimals = METRICS[metric].decimals
    return f"{formatted(figure.low, decimals)} to {formatted(figure.high, decimals)}"


def formatted(value: float, decimals: int) -> str:
    return fixed(value, decimals) if np.isfinite(value) else "-"


def heading(judged: TargetJudgement) -> str:
    share = judged.events / judged.people if judged.people else 0.0
    return (
        f"{_capital(target_words(judged.target))} ({judged.target}): "
        f"{judged.people:,} judged, {judged.events:,} with the outcome ({share:.1%})"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def setting(judgement: Judgement) -> str:
    """Who was judged, when, and what a list is, in one sentence."""
    dates = ", ".join(day.isoformat() for day in judgement.index_dates)
    who = "people never trained on" if judgement.held_out_people else "everyone"
    when = ", a whole horizon after the last training date" if judgement.held_out_time else ""
    return (
        f"Judged on {who} at {dates}{when}. A list holds the {judgement.list_share:.0%} ranked "
        "highest. In brackets: 95% intervals from a bootstrap of persons."
    )


def primary_first(judgement: Judgement) -> TargetJudgement:
    names = [judged.target for judged in judgement.targets]
    return judgement.of(PRIMARY if PRIMARY in names else names[0])


def percent(share: float, decimals: int = 0) -> str:
    """A share (0-1) as per cent; a dash where it is undefined."""
    return f"{100 * share:.{decimals}f}%" if np.isfinite(share) else "-"


def told(figure: Figure, metric: str) -> str:
    """The value with its interval."""
    return f"{number(figure, metric)} ({interval(figure, metric)})"


def few(count: float) -> str:
    """A count that no small one is told from: 1 to 7 people is said as that."""
    return f"1-{SMALL}" if 0 < round(count) <= SMALL else f"{count:,.0f}"


ENROLLED: dict[Enrolled, str] = {
    Enrolled.CENSOR: "Follow-up of people who join a mobile team ends when they join, and others "
    "are weighted to stand in for them.",
    Enrolled.EXCLUDE: "People in a mobile team, and those who join one, were left out.",
    Enrolled.AS_IS: "People in a mobile team are kept as they are.",
}
