"""Every picture of the page as a file of its own, and the summary that shap draws."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.judgement.names import feature_words
from training.report.blocks import Beside, Section
from training.report.run import Run

SHAP_ROWS = 500
"""Rows drawn in the SHAP summary: exact values cost milliseconds a row."""


def write_figures(run: Run, sections: Sequence[Section], folder: Path) -> None:
    """Writes the sections' pictures as SVG, and shap_summary.png, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Beside):
                name, svg = block.picture.name, block.picture.svg
                (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    with warnings.catch_warnings():
        # Deprecations inside plotting libraries are nothing an operator can act on.
        warnings.simplefilter("ignore")
        _shap_summary(run, folder / "shap_summary.png")


def _shap_summary(run: Run, file: Path) -> None:
    """SHAP values are the model's own (exact, on the served log-odds); shap only draws.
    A point is an unlabelled dot: nothing else stands for one person."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import shap

    rng = np.random.default_rng(run.model.info["split"]["seed"])
    rows = np.sort(rng.choice(len(run.test), size=min(SHAP_ROWS, len(run.test)), replace=False))
    matrix = run.test.matrix.iloc[rows]
    values = run.model.explain(matrix, run.target).contributions.to_numpy()
    shap.summary_plot(
        values,
        matrix[run.model.features].to_numpy(),
        feature_names=[feature_words(name) for name in run.model.features],
        max_display=20,
        show=False,
        plot_size=(12, 8),
        rng=rng,
    )
    drawing = plt.gcf()
    # Without the version of the drawing library, the same run gives the same bytes.
    drawing.savefig(file, dpi=110, metadata={"Software": None}, bbox_inches="tight")
    plt.close(drawing)
