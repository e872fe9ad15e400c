"""A run's reports as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training.report.figures import write_figures
from training.report.markdown import markdown, model_card
from training.report.model_facts import model_facts
from training.report.page import html, sections_of
from training.report.run import Run


def write_reports(run: Run, folder: Path) -> None:
    """Writes report.html, report.md, report.json, model_card.md, model_facts.json and the
    page's pictures, in ``figures``, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = sections_of(run)
    for name, text in (
        ("report.html", html(run, sections)),
        ("report.md", markdown(run.judgement)),
        ("report.json", _plain(run.judgement.as_dict())),
        ("model_card.md", model_card(run.model, run.judgement)),
        ("model_facts.json", _plain(model_facts(run.model, run.judgement))),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    write_figures(run, sections, folder / "figures")


def _plain(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
