"""What somebody would build without this project's service: FastAPI, and the shap package.

It is given all that is quick here: the same model, and the same way from a person's raw rows to
features. It leaves out what a service about patients cannot: no login, no line in the access
log, nobody's objection, no limits, no target groups, no words. ``FRAMSYNT_HOME`` says which home.
"""

import os
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shap
from fastapi import FastAPI
from pydantic import BaseModel

from features import kernels
from features.history import History
from features.home import Home
from features.matrix import build_matrix
from features.measures import MEASURES
from features.plain import plain_tables
from models import targets
from models.registry import Registry
from models.risk_model import expit

TOLD = 15


class Asked(BaseModel):
    index_date: date
    history: dict[str, list[dict[str, Any]]]


kernels.load()
champion = Registry(Home.at(os.environ["FRAMSYNT_HOME"])).champion()
model = champion.model
boosters = {target: model.booster(target) for target in model.targets}
explainer = shap.TreeExplainer(boosters[targets.PRIMARY])
app = FastAPI()


@app.post("/score")
def score(asked: Asked) -> dict[str, Any]:
    tables = plain_tables(asked.history)
    assert tables is not None
    coverage = model.coverage.within(frozenset(tables))
    matrix = build_matrix(History.of(tables, coverage), MEASURES, [pd.Timestamp(asked.index_date)])
    row = matrix[model.features].to_numpy(dtype=np.float64)
    probabilities = {}
    for target, booster in boosters.items():
        calibration = model.calibrations[target]
        margin = booster.predict(row, raw_score=True, num_threads=1)
        probabilities[target] = float(expit(calibration.slope * margin + calibration.intercept)[0])
    shares = np.asarray(explainer.shap_values(row))[0]
    heaviest = np.argsort(-np.abs(shares))[:TOLD]
    reasons = {model.features[number]: float(shares[number]) for number in heaviest}
    return {
        "model_version": champion.version,
        "probabilities": probabilities,
        "base": float(np.ravel(explainer.expected_value)[-1]),
        "reasons": reasons,
    }
