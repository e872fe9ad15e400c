"""The card of the model that made the lists: its facts to be said in the reader's language, and
the paper that was written when it was trained."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.home import Home
from serving.web.catalogue import N_

LONGEST_PAPER = 60_000
ENROLLED = {
    "censor": N_("card_enrolled_censor"),
    "exclude": N_("card_enrolled_exclude"),
    "as-is": N_("card_enrolled_as_is"),
}


@dataclass(frozen=True)
class ModelCard:
    """``facts`` as ``training.report.model_facts`` wrote them, dates as dates; None where that
    version wrote none. ``paper``: Markdown, in English."""

    paper: str
    facts: dict[str, Any] | None


def model_card(home: Home | None, version: str) -> ModelCard | None:
    """The card of a version; None where the home holds none."""
    if home is None:
        return None
    folder = home.reports / f"model-{version}"
    try:
        paper = (folder / "model_card.md").read_text(encoding="utf-8")[:LONGEST_PAPER]
    except OSError:
        return None
    return ModelCard(paper, _facts(folder / "model_facts.json"))


def _facts(file: Path) -> dict[str, Any] | None:
    try:
        facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:  # trained before there were any
        return None
    for name in ("training_dates", "test_dates"):
        facts[name] = [date.fromisoformat(day) for day in facts[name]]
    facts["data_through"] = date.fromisoformat(facts["data_through"])
    facts["enrolled"] = ENROLLED[facts["enrolled"]]
    return facts
