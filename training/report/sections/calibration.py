"""Whether probabilities are what happens: a curve with its interval, tenths, a histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.disclosure import SMALL
from models.risk_model import expit
from models.targets import TARGETS
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL
from training.judgement.metrics import Sample, logistic_fits, spline
from training.report.blocks import Beside, Section, Table
from training.report.drawing import LEADING, LINE, SOFT, TINT, Picture, percent_axis, picture
from training.report.run import Run, resampled, with_interval
from training.report.words import few, number, percent, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 60
"""Points at which the smoothed curve is drawn."""
BARS = 40
LEAD = (
    "Of people who are told 20%, about 20 in 100 should have the outcome. Points are "
    "people of neighbouring risk, ten groups of equal size (joined where 7 or fewer would "
    "have the outcome); the line is smoothed over everyone; bands and bars are 95% "
    "intervals. On the diagonal, risks are right."
)


@dataclass(frozen=True)
class Tenth:
    """Rows of neighbouring risk: how many, what was predicted, what was seen."""

    people: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """``top``: where the axes end. ``bars``: rows per equal step of predicted risk up to
    ``top``; steps with too few to be shown hold 0. ``low`` and ``high``: 95 % of resamples."""

    top: float
    tenths: Sequence[Tenth]
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    bars: np.ndarray


def section(run: Run) -> Section:
    sample = run.sample(run.target, run.scores[run.target])
    primary = curve_of(sample, run.draws_of(run.target))
    return Section(
        "calibration",
        "Calibration: do the risks come true?",
        LEAD,
        (
            Beside(
                drawn_curve(primary, TARGETS[run.target].label_en, run.judged.models[MODEL]),
                f"Predicted and observed: {TARGETS[run.target].label_en}",
                tenths_table(primary),
                in_words(run.judged.models[MODEL]),
            ),
            _all_targets(run),
        ),
    )


def curve_of(sample: Sample, draws: np.ndarray) -> Curve:
    """``draws``: resamples of the sample's rows, as ``person_draws``."""
    order = np.argsort(sample.probability, kind="stable")
    p = sample.probability[order]
    parts = [order[rows] for rows in joined_tenths(sample.event[order])]
    x = np.linspace(p[0], p[-1], POINTS)

    def function(of: Sample) -> np.ndarray:
        seen = [of.event[rows] @ of.weight[rows] / of.weight[rows].sum(axis=0) for rows in parts]
        return np.vstack([*seen, _smoothed_at(of, x)])

    with np.errstate(invalid="ignore"):
        values = with_interval(resampled(sample, draws, function))
    tenths = [
        Tenth(
            len(rows),
            int(sample.event[rows].sum()),
            float(np.average(sample.probability[rows], weights=sample.weight[rows, 0])),
            *map(float, seen),
        )
        for rows, seen in zip(parts, values[: len(parts)], strict=True)
    ]
    furthest = max(tenths[-1].predicted, tenths[-1].observed, float(np.quantile(p, 0.99)))
    top = min(1.0, 1.05 * furthest)
    bars = np.histogram(p, bins=BARS, range=(0.0, top))[0]
    inside = x <= top
    y, low, high = values[len(parts) :][inside].T
    return Curve(top, tenths, x[inside], y, low, high, np.where(bars > SMALL, bars, 0))


def joined_tenths(event: np.ndarray) -> list[np.ndarray]:
    """Positions of people by rising risk, in tenths, each joined with the next until more
    than ``SMALL`` of it have the outcome and more than ``SMALL`` have not."""
    parts: list[np.ndarray] = []
    waiting = np.empty(0, dtype=int)
    for tenth in np.array_split(np.arange(len(event)), 10):
        waiting = np.concatenate([waiting, tenth])
        if min(event[waiting].sum(), (1 - event[waiting]).sum()) > SMALL:
            parts.append(waiting)
            waiting = np.empty(0, dtype=int)
    if len(waiting):
        parts = [*parts[:-1], np.concatenate([*parts[-1:], waiting])]
    return parts


def _smoothed_at(sample: Sample, x: np.ndarray) -> np.ndarray:
    """The smoother of the ICI, at chosen risks: (points, columns of weight)."""
    inputs = spline(sample.log_odds)
    fits = logistic_fits(inputs, sample.event, sample.weight)
    order = np.argsort(sample.probability, kind="stable")
    ranked = sample.probability[order]
    # A spline's columns are smooth in the risk: between neighbours they are all but straight.
    at = np.column_stack([np.interp(x, ranked, column[order]) for column in inputs.T])
    return expit(at @ fits.T)


def drawn_curve(
    curve: Curve, label: str, figures: Mapping[str, Figure], name: str = "calibration"
) -> Picture:
    """Predicted and observed ``label``. ``figures``: the model's; ``name``: of the picture."""

    def draw(axes: list[Axes]) -> None:
        main, below = axes
        main.plot([0, curve.top], [0, curve.top], color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        main.fill_between(curve.x, curve.low, curve.high, color=TINT, linewidth=0, alpha=0.7)
        main.plot(curve.x, curve.y, color=LEADING)
        for tenth in curve.tenths:
            main.plot([tenth.predicted] * 2, [tenth.low, tenth.high], color=LEADING, linewidth=0.9)
        main.plot(
            [t.predicted for t in curve.tenths],
            [t.observed for t in curve.tenths],
            "o",
            color=LEADING,
            markersize=4,
        )
        highest = max(curve.top, *(t.high for t in curve.tenths))
        main.set(xlim=(0, curve.top), ylim=(0, 1.04 * highest), ylabel="observed")
        main.grid(axis="y")
        main.tick_params(labelbottom=False)
        step = curve.top / BARS
        below.bar((np.arange(BARS) + 0.5) * step, curve.bars, width=0.8 * step, color=SOFT)
        below.set(xlim=(0, curve.top), xlabel="predicted", ylabel="people", yscale="symlog")
        below.set_yticks([1, 10, 100, 1000], ["", "10", "100", "1,000"])
        below.minorticks_off()
        below.set_ylim(0, 1.5 * max(int(curve.bars.max()), 10))
        for axis in (main.xaxis, main.yaxis, below.xaxis):
            percent_axis(axis)
        below.spines["left"].set_color(LINE)

    alt = (
        f"Calibration curve of {label}: slope "
        f"{number(figures['calibration_slope'], 'calibration_slope')}, observed over expected "
        f"{number(figures['observed_expected'], 'observed_expected')}. "
        "The numbers are in the table beside it."
    )
    return picture(name, alt, draw, size=(5.2, 4.4), heights=(4.0, 1.0))


def tenths_table(curve: Curve) -> Table:
    return Table(
        "People by rising risk",
        ("People", "Outcome", "Predicted", "Observed", "95% interval"),
        [
            (
                f"{t.people:,}",
                few(t.events),
                percent(t.predicted, 1),
                percent(t.observed, 1),
                f"{percent(t.low, 1)} to {percent(t.high, 1)}",
            )
            for t in curve.tenths
        ],
        words=frozenset(),
    )


def in_words(figures: Mapping[str, Figure]) -> str:
    """Which way risks are off, if they are."""
    ratio, slope = figures["observed_expected"], figures["calibration_slope"]
    said = f"Observed over expected: {told(ratio, 'observed_expected')}"
    if ratio.excludes(1.0):
        said += ", so risks are too high" if ratio.value < 1 else ", so risks are too low"
    said += f". Slope: {told(slope, 'calibration_slope')}"
    if slope.excludes(1.0):
        said += ", so risks are too extreme" if slope.value < 1 else ", so risks are too alike"
    return said + "."


def _all_targets(run: Run) -> Table:
    metrics = ("observed_expected", "calibration_slope", "calibration_intercept", "ici", "brier")
    return Table(
        "Calibration of every target, with 95% intervals",
        ("Target", "Observed/expected", "Slope", "Intercept", "ICI", "Brier"),
        [
            (
                TARGETS[judged.target].label_en,
                *(told(judged.models[MODEL][metric], metric) for metric in metrics),
            )
            for judged in run.judgement.targets
        ],
    )
