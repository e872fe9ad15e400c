"""A run's reports as files."""

from __future__ import annotations

import json
from pathlib import Path

from training.report.figures import write_figures
from training.report.markdown import markdown, model_card
from training.report.page import html, sections_of
from training.report.run import Run


def write_reports(run: Run, folder: Path) -> None:
    """Writes report.html, report.md, report.json, model_card.md and the page's pictures, in
    ``figures``, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = sections_of(run)
    plain = json.dumps(run.judgement.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    for name, text in (
        ("report.html", html(run, sections)),
        ("report.md", markdown(run.judgement)),
        ("report.json", plain + "\n"),
        ("model_card.md", model_card(run.model, run.judgement)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    write_figures(run, sections, folder / "figures")
