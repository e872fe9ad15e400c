import json

import numpy as np
import pandas as pd
import pytest

from features.measures import FEATURES
from models.baselines import BASELINES, LOGISTIC_ALL, FittedBaseline, fit_baseline


@pytest.fixture(scope="module")
def matrix() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    values = rng.poisson(1.0, size=(3000, len(FEATURES))).astype(np.float32)
    frame = pd.DataFrame(values, columns=[feature.name for feature in FEATURES])
    frame["age"] = rng.uniform(60, 95, len(frame)).astype(np.float32)
    frame.loc[rng.random(len(frame)) < 0.1, "hfrs_730d"] = np.nan
    return frame


@pytest.fixture(scope="module")
def event(matrix: pd.DataFrame) -> np.ndarray:
    log_odds = 0.8 * matrix["admissions_365d"] + 0.05 * (matrix["age"] - 75) - 2.5
    chance = 1 / (1 + np.exp(-log_odds.to_numpy(dtype=float)))
    return (np.random.default_rng(6).random(len(matrix)) < chance).astype(np.int8)


@pytest.mark.parametrize("name", [name for name in BASELINES if name != LOGISTIC_ALL])
def test_every_baseline_gives_probabilities_right_on_average(
    name: str, matrix: pd.DataFrame, event: np.ndarray
) -> None:
    fitted = fit_baseline(BASELINES[name], matrix, event, np.ones(len(event)))
    p = fitted.predict(matrix)
    assert p.dtype == np.float64
    assert p.mean() == pytest.approx(event.mean(), abs=0.003)
    again = FittedBaseline.from_dict(json.loads(json.dumps(fitted.as_dict())))
    assert (again.predict(matrix) == p).all()


def test_a_count_keeps_its_ranking(matrix: pd.DataFrame, event: np.ndarray) -> None:
    baseline = BASELINES["admissions_last_year"]
    p = fit_baseline(baseline, matrix, event, np.ones(len(event))).predict(matrix)
    count = matrix["admissions_365d"].to_numpy()
    order = np.argsort(count, kind="stable")
    assert (np.diff(p[order]) >= 0).all()
    assert len(np.unique(p)) == len(np.unique(count))


def test_weight_zero_leaves_a_row_out(matrix: pd.DataFrame, event: np.ndarray) -> None:
    weight = np.ones(len(event))
    weight[:1000] = 0.0
    spoiled = event.copy()
    spoiled[:1000] = 1 - spoiled[:1000]
    baseline = BASELINES["admissions_last_year"]
    one, other = (fit_baseline(baseline, matrix, e, weight) for e in (event, spoiled))
    assert one.coefficients == other.coefficients


def test_a_baseline_is_left_out_where_its_features_are_unknown(matrix: pd.DataFrame) -> None:
    unknown = matrix.assign(hfrs_730d=np.nan, substances_120d=np.nan)
    assert not BASELINES["hfrs"].is_known_in(unknown)
    assert BASELINES["vgr_criteria"].is_known_in(unknown)
    assert BASELINES["logistic_plain"].is_known_in(unknown)
    lost = unknown.assign(home_help_now=np.nan, residential_care_now=np.nan)
    assert not BASELINES["vgr_criteria"].is_known_in(lost)
