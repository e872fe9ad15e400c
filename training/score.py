"""Scores of everyone present at an index date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from features.history import History
from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.progress import Track, silently
from features.store import ExtractStore
from features.tables import Coverage, Tables
from models.population import present


def matrix_of_present(tables: Tables, coverage: Coverage, index_date: date) -> pd.DataFrame:
    """Features of everyone present at an index date: what the model scores."""
    matrix = build_matrix(History.of(tables, coverage), MEASURES, [index_date])
    return matrix.loc[present(tables, coverage, index_date).to_numpy()]


def score(home: Home, index_date: date, track: Track = silently) -> pd.DataFrame:
    """One row per person present and target: ``person_id``, ``target``, ``probability``
    (float64), ``model_version``; sorted by person, then in the model's order of targets.

    The same extract, model and date give the same rows. Raises ``ExtractMissing``,
    ``ModelMissing`` and ``ModelMismatch``.
    """
    from models.registry import Registry

    extract = ExtractStore(home).current()
    champion = Registry(home).champion()
    coverage = extract.manifest.coverage
    champion.model.require(coverage)
    parts = []
    for partition in track(extract.partitions, "scoring", total=len(extract.partitions)):
        matrix = matrix_of_present(extract.read(partition), coverage, index_date)
        parts.append(champion.model.predict(matrix).droplevel("index_date"))
    scores = pd.concat(parts).sort_index()
    targets = champion.model.targets
    return pd.DataFrame(
        {
            "person_id": np.repeat(scores.index.to_numpy(), len(targets)),
            "target": np.tile(np.array(targets, dtype=object), len(scores)),
            "probability": scores.to_numpy(dtype=np.float64).reshape(-1),
            "model_version": champion.version,
        }
    ).astype({"person_id": "str", "target": "str", "model_version": "str"})
