"""Scores of everyone present at an index date."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.errors import NotEnoughData, SettingsError
from features.history import History
from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.progress import Track, silently
from features.store import ExtractStore
from features.tables import Coverage, Tables
from models.lacking import lacking
from models.population import present

WARNING = "warning"
WEEK = timedelta(days=7)
"""A list is for the Monday after the data end, at the latest. Later, records of the time between
are missing, and people would seem to have had no care."""


def matrix_of_present(tables: Tables, coverage: Coverage, index_date: date) -> pd.DataFrame:
    """Features of everyone present at an index date: what the model scores."""
    matrix = build_matrix(History.of(tables, coverage), MEASURES, [index_date])
    return matrix.loc[present(tables, coverage, index_date).to_numpy()]


def score(home: Home, index_date: date, track: Track = silently) -> pd.DataFrame:
    """One row per person present and target: ``person_id``, ``target``, ``probability``
    (float64), ``model_version``; sorted by person, then in the model's order of targets.

    The same extract, model and date give the same rows. Raises ``ExtractMissing``,
    ``ModelMissing``, ``ModelMismatch``, ``SettingsError`` for a date that the records do not
    reach, and ``NotEnoughData`` where nobody is present. What the extract lacks of what the
    model was trained on stands in the frame's ``attrs[WARNING]``.
    """
    from models.registry import Registry

    extract = ExtractStore(home).current()
    last = extract.manifest.data_through + WEEK
    if index_date > last:
        raise SettingsError(
            f"the index date {index_date} lies outside the extract",
            do=f"Choose a date up to {last}, a week after the data end.",
        )
    champion = Registry(home).champion()
    coverage = extract.manifest.coverage
    warning = str(lacking(champion.model, coverage))
    parts = []
    for partition in track(extract.partitions, "scoring", total=len(extract.partitions)):
        matrix = matrix_of_present(extract.read(partition), coverage, index_date)
        parts.append(champion.model.predict(matrix).droplevel("index_date"))
    scores = pd.concat(parts).sort_index()
    if scores.empty:
        raise NotEnoughData("nobody is present at the index date", do="Choose another date.")
    targets = champion.model.targets
    rows = pd.DataFrame(
        {
            "person_id": np.repeat(scores.index.to_numpy(), len(targets)),
            "target": np.tile(np.array(targets, dtype=object), len(scores)),
            "probability": scores.to_numpy(dtype=np.float64).reshape(-1),
            "model_version": champion.version,
        }
    ).astype({"person_id": "str", "target": "str", "model_version": "str"})
    if warning:
        rows.attrs[WARNING] = warning
    return rows
