"""Figures of a training run. Aggregates only: no point stands for one person but in the
SHAP summary, where a point is an unlabelled dot."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.baselines import BASELINES
from models.risk_model import RiskModel
from models.targets import PRIMARY, TARGETS
from training.cohort import Cohort
from training.evaluate import MODEL, Baselines, Judgement
from training.metrics import Sample, smoothed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

SHAP_ROWS = 500
"""Rows drawn in the SHAP summary: exact values cost milliseconds a row."""
_INK, _MODEL, _SHADE = "#222222", "#0b5fa5", "#8a8a8a"


def draw_figures(
    model: RiskModel, baselines: Baselines, test: Cohort, judgement: Judgement, folder: Path
) -> list[Path]:
    """Writes calibration.png, precision.png and shap_summary.png into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    scores = model.predict(test.matrix)
    targets = [judged.target for judged in judgement.targets]
    primary = PRIMARY if PRIMARY in targets else targets[0]
    drawn = []
    with warnings.catch_warnings():
        # Deprecations inside plotting libraries are nothing an operator can act on.
        warnings.simplefilter("ignore")
        drawing, panels = _panels(len(targets))
        for panel, target in zip(panels, targets, strict=False):
            _calibration(panel, test, target, scores[target].to_numpy())
        drawn.append(_save(drawing, folder / "calibration.png"))

        drawing, panels = _panels(2)
        others = {name: fitted.predict(test.matrix) for name, fitted in baselines[primary].items()}
        _precision(panels, test, primary, scores[primary].to_numpy(), others, judgement.list_share)
        drawn.append(_save(drawing, folder / "precision.png"))
        drawn.append(_shap_summary(model, test, primary, folder / "shap_summary.png"))
    return drawn


def _panels(count: int) -> tuple[Drawing, list[Axes]]:
    from matplotlib.figure import Figure as Drawing

    columns = min(count, 4)
    rows = -(-count // columns)
    drawing = Drawing(figsize=(4.2 * columns, 4.0 * rows), layout="constrained")
    axes = drawing.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[count:]:
        spare.set_visible(False)
    return drawing, list(axes[:count])


def _save(drawing: Drawing, file: Path) -> Path:
    # Without the version of the drawing library, the same run gives the same bytes.
    drawing.savefig(file, dpi=110, metadata={"Software": None})
    return file


def _calibration(axes: Axes, test: Cohort, target: str, probability: np.ndarray) -> None:
    known = test.weight[target] > 0
    order = np.argsort(probability[known], kind="stable")
    p, y = probability[known][order], test.event[target][known][order]
    w = test.weight[target][known][order]
    curve = smoothed(Sample.of(y, p, w))[:, 0]
    tenths = [part for part in np.array_split(np.arange(len(p)), 10) if len(part)]
    shown = [np.average(p[part], weights=w[part]) for part in tenths]
    seen = [np.average(y[part], weights=w[part]) for part in tenths]
    top = 1.05 * max(*shown, *seen, float(np.quantile(p, 0.99)), 1e-3)
    axes.plot([0, top], [0, top], color=_SHADE, linewidth=1, linestyle="--")
    inside = p <= top
    axes.plot(p[inside], curve[inside], color=_MODEL, linewidth=1.5)
    axes.plot(shown, seen, "o", color=_MODEL, markersize=4)
    axes.set(
        xlim=(0, top),
        ylim=(0, top),
        xlabel="predicted",
        ylabel="observed (tenths, smoothed)",
        title=TARGETS[target].label_en,
    )
    axes.title.set_fontsize(9)


def _precision(
    axes: list[Axes],
    test: Cohort,
    target: str,
    probability: np.ndarray,
    others: dict[str, np.ndarray],
    list_share: float,
) -> None:
    known = test.weight[target] > 0
    event, weight = test.event[target][known], test.weight[target][known]
    lines = {MODEL: probability[known]} | {name: p[known] for name, p in others.items()}
    shares = np.linspace(0.01, 0.25, 25)
    for name, p in lines.items():
        label = "LightGBM" if name == MODEL else BASELINES[name].label_en
        width, colour = (2.2, _MODEL) if name == MODEL else (1.0, None)
        found = [Sample.of(event, p, weight, share) for share in shares]
        precision = [float(s.on_list[0] / s.list_size[0]) for s in found]
        reached = [float(s.on_list[0] / s.events[0]) for s in found]
        axes[0].plot(shares, precision, linewidth=width, color=colour, label=label)
        axes[1].plot(reached, precision, linewidth=width, color=colour, label=label)
    axes[0].axvline(list_share, color=_SHADE, linestyle="--", linewidth=1)
    axes[0].set(xlabel="share of people on the list", ylabel="of them, with the outcome (PPV)")
    axes[1].set(xlabel="of all with the outcome, on the list", ylabel="PPV")
    axes[0].legend(fontsize=7)
    for panel in axes:
        panel.set_title(TARGETS[target].label_en, fontsize=9)
        panel.set_ylim(bottom=0)


def _shap_summary(model: RiskModel, test: Cohort, target: str, file: Path) -> Path:
    """SHAP values are the model's own (exact, on the served log-odds); shap only draws."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import shap

    rng = np.random.default_rng(model.info["split"]["seed"])
    rows = np.sort(rng.choice(len(test), size=min(SHAP_ROWS, len(test)), replace=False))
    matrix = test.matrix.iloc[rows]
    values = model.explain(matrix, target).contributions.to_numpy()
    shap.summary_plot(
        values,
        matrix[model.features].to_numpy(),
        feature_names=model.features,
        max_display=20,
        show=False,
        plot_size=(9, 7),
        rng=rng,
    )
    drawing = plt.gcf()
    drawing.savefig(file, dpi=110, metadata={"Software": None}, bbox_inches="tight")
    plt.close(drawing)
    return file
