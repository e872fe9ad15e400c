"""The judgement of a plain table in files: as a page, as Markdown and as JSON, and its model."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.judgement.judged import without_nan
from training.table.evaluate import Evaluated, TableJudgement
from training.table.page import html
from training.table.report import markdown


def as_dict(judgement: TableJudgement) -> dict[str, Any]:
    """Plain JSON; an undefined figure as null."""
    plain: dict[str, Any] = without_nan(json.loads(json.dumps(asdict(judgement))))
    return plain


def write(evaluated: Evaluated, folder: Path) -> None:
    """Writes report.html, report.md, report.json and the model into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    judgement = evaluated.judgement
    (folder / "report.md").write_text(markdown(judgement), encoding="utf-8")
    text = json.dumps(as_dict(judgement), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(html(evaluated), encoding="utf-8")
    evaluated.model.save(folder / "model")
