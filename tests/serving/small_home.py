"""A home small enough for a test: a simulated region's extract, and a model of few trees."""

from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.region import RegionSettings, simulate
from features.sources import SOURCES
from features.store import Extract, ExtractStore
from features.tables import Tables
from models.outcomes import Ended, outcomes
from models.risk_model import Calibration, RiskModel, reference_population
from models.targets import TARGETS

LEARNT_AT = date(2025, 11, 17)
TARGET_NAMES = ("avoidable_365", "unplanned_365", "unplanned_30")


def small_extract(home: Home, people: int = 400) -> Extract:
    """Simulate and ingest."""
    simulate(RegionSettings(people=people), home.region)
    return ExtractStore(home).ingest(SOURCES["region"], home.region)


def small_model(extract: Extract) -> RiskModel:
    """Ten small trees per target, learnt on everybody a year before the extract's end."""
    coverage, through = extract.manifest.coverage, extract.manifest.data_through
    matrices, events = [], {name: [] for name in TARGET_NAMES}
    for number in extract.partitions:
        tables = extract.read(number)
        matrix = build_matrix(extract.history(number), MEASURES, [pd.Timestamp(LEARNT_AT)])
        matrices.append(matrix)
        people = matrix.index.get_level_values("person_id")
        for name in TARGET_NAMES:
            found = outcomes(tables, LEARNT_AT, TARGETS[name], through)
            happened = found["ended"] == Ended.EVENT
            events[name].append(happened.reindex(people, fill_value=False).to_numpy())
    matrix = pd.concat(matrices)
    settings = {
        "objective": "binary",
        "num_leaves": 7,
        "min_data_in_leaf": 5,
        "verbosity": -1,
        "num_threads": 1,
        "deterministic": True,
        "seed": 1,
    }
    boosters = {}
    for name in TARGET_NAMES:
        data = lightgbm.Dataset(
            np.ascontiguousarray(matrix.to_numpy()),
            np.concatenate(events[name]).astype(float),
            feature_name=list(matrix.columns),
        )
        booster = lightgbm.train(settings, data, num_boost_round=10)
        boosters[name] = booster.model_to_string()
    return RiskModel(
        boosters,
        {name: Calibration(1.1, 0.05) for name in TARGET_NAMES},
        list(matrix.columns),
        coverage,
        reference_population(matrix),
        {"made_for": "tests"},
    )


def register_model(home: Home, model: RiskModel, work: Path) -> str:
    """Make the model the home's champion; returns its version."""
    from models.registry import FOLDER, PROMOTED, Registry

    folder, artifacts = work / FOLDER, work / "artifacts"
    model.save(folder)
    artifacts.mkdir(parents=True)
    example = pd.DataFrame(np.zeros((1, len(model.features)), np.float32), columns=model.features)
    registry = Registry(home)
    stored = registry.register(
        folder, example=example, params={}, metrics={}, artifacts=artifacts, tags={}
    )
    registry.make_champion(stored.version, PROMOTED)
    return stored.version


def as_json(tables: Tables) -> dict[str, list[dict[str, object]]]:
    """Canonical tables as the rows of a scoring call."""
    return {name: [_plain(row) for row in t.to_dict("records")] for name, t in tables.items()}


def _plain(row: dict[str, object]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for column, value in row.items():
        if pd.isna(value):  # type: ignore[call-overload]
            plain[column] = None
        elif isinstance(value, pd.Timestamp):
            plain[column] = value.date().isoformat()
        else:
            plain[column] = value
    return plain
