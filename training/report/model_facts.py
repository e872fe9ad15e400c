"""What a page tells of a model, in no language: numbers, dates and names to be put in words."""

from __future__ import annotations

from typing import Any

from models.risk_model import RiskModel
from training.judgement.judged import MODEL, Judgement, without_nan

METRICS = ("auroc", "ppv", "sensitivity", "observed_expected")
MADE_OF = (
    "source",
    "extract_id",
    "data_through",
    "training_people",
    "training_rows",
    "training_dates",
    "test_dates",
    "enrolled",
)


def model_facts(model: RiskModel, judgement: Judgement) -> dict[str, Any]:
    """Plain JSON: how the model was made (``MADE_OF``, the number of features), and of each
    target how many were judged, how many had the outcome, and the model's ``METRICS``; null
    for a figure that could not be worked out."""
    facts = {
        **{name: model.info[name] for name in MADE_OF},
        "features": len(model.features),
        "list_share": judgement.list_share,
        "targets": [
            {
                "target": judged.target,
                "people": int(judged.people),
                "events": int(judged.events),
                **{name: float(judged.models[MODEL][name].value) for name in METRICS},
            }
            for judged in judgement.targets
        ],
    }
    found: dict[str, Any] = without_nan(facts)
    return found
