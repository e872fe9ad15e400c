"""A small model on a made-up matrix of real features."""

import numpy as np
import pandas as pd
import pytest

from features.measures import FEATURES
from features.tables import Coverage
from models.risk_model import Calibration, RiskModel, reference_population

NAMES = [feature.name for feature in FEATURES[:40]]


@pytest.fixture(scope="module")
def matrix() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    values = rng.poisson(1.5, size=(400, len(NAMES))).astype(np.float32)
    values[rng.random(values.shape) < 0.05] = np.nan
    index = pd.MultiIndex.from_product(
        [[f"p{i:03d}" for i in range(400)], [pd.Timestamp("2024-04-01")]],
        names=["person_id", "index_date"],
    )
    return pd.DataFrame(values, index=index, columns=NAMES)


@pytest.fixture(scope="module")
def model(matrix: pd.DataFrame) -> RiskModel:
    import lightgbm

    values = matrix.to_numpy()
    signal = np.nan_to_num(values[:, 2] + values[:, 7] - values[:, 20])
    boosters = {}
    for number, target in enumerate(("avoidable_365", "death_365")):
        event = (signal + np.random.default_rng(number).normal(0, 2, len(signal)) > 2).astype(int)
        booster = lightgbm.train(
            {"objective": "binary", "num_leaves": 7, "verbosity": -1, "num_threads": 1},
            lightgbm.Dataset(values, label=event, feature_name=NAMES),
            num_boost_round=30,
        )
        boosters[target] = booster.model_to_string()
    return RiskModel(
        boosters,
        {"avoidable_365": Calibration(0.8, -0.3), "death_365": Calibration(1.1, 0.05)},
        NAMES,
        Coverage(frozenset({"persons", "contacts"}), frozenset(), frozenset({"inpatient"}), True),
        reference_population(matrix),
        {"note": "made up"},
    )
