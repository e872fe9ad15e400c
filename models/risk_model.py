"""The model that is served: a LightGBM booster per target, calibrated on the log-odds.

Stored as LightGBM text and JSON, never pickled. Calibration is affine (Platt on the
margin), so that tree SHAP values times the slope add up to the served log-odds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from features.errors import ModelMismatch
from features.tables import Coverage

if TYPE_CHECKING:
    import lightgbm

MODEL_FILE = "model.json"
FORMAT = 1


@dataclass(frozen=True)
class Calibration:
    """log-odds served = slope x margin of the booster + intercept."""

    slope: float
    intercept: float


@dataclass(frozen=True)
class Explanation:
    """``base`` + a row's sum of ``contributions`` = that row's served log-odds."""

    base: float
    contributions: pd.DataFrame


def expit(log_odds: np.ndarray) -> np.ndarray:
    """Log-odds to probability, without overflow at the ends."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(log_odds, dtype=np.float64)))


class RiskModel:
    """Probabilities of several targets from one feature matrix.

    ``features``: the columns read, in order. ``coverage``: what the training source
    delivered. ``reference``: a summary of the training population, by feature.
    ``info``: how the model was made (dates, seed, extract, settings), as plain JSON.
    """

    def __init__(
        self,
        boosters: Mapping[str, lightgbm.Booster],
        calibrations: Mapping[str, Calibration],
        features: list[str],
        coverage: Coverage,
        reference: dict[str, dict[str, float]],
        info: dict[str, Any],
    ) -> None:
        self._boosters = dict(boosters)
        self.calibrations = dict(calibrations)
        self.targets = list(boosters)
        self.features = list(features)
        self.coverage = coverage
        self.reference = reference
        self.info = info

    def require(self, delivered: Coverage) -> None:
        """Raises ``ModelMismatch`` if a source lacks what the model learnt from: its features
        would be unknown for everyone, which the model has never seen."""
        lacks = sorted(
            (self.coverage.tables - delivered.tables)
            | (self.coverage.systems - delivered.systems)
            | (self.coverage.settings - delivered.settings)
        )
        if self.coverage.urgency and not delivered.urgency:
            lacks.append("planned told from unplanned")
        if lacks:
            raise ModelMismatch(
                f"the model was trained on what the extract does not deliver: {', '.join(lacks)}",
                do="Train on this extract: framsynt train",
            )

    def _values(self, matrix: pd.DataFrame) -> np.ndarray:
        missing = [name for name in self.features if name not in matrix.columns]
        if missing:
            raise ModelMismatch(
                f"the matrix lacks {len(missing)} of the model's features, such as '{missing[0]}'",
                do="Train a model with this version of the code.",
            )
        return np.ascontiguousarray(matrix[self.features].to_numpy(dtype=np.float32))

    def _checked(self, target: str) -> str:
        if target not in self._boosters:
            raise ModelMismatch(
                f"the model does not predict '{target}'",
                do=f"It predicts: {', '.join(self.targets)}.",
            )
        return target

    def margins(self, values: np.ndarray, target: str) -> np.ndarray:
        """Uncalibrated log-odds of float32 ``values``, columns in ``features`` order."""
        return np.asarray(self._boosters[self._checked(target)].predict(values, raw_score=True))

    def predict(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Calibrated probabilities: the matrix's index, a float64 column per target.

        Raises ``ModelMismatch`` if the matrix lacks a feature.
        """
        values = self._values(matrix)
        scores = {}
        for target in self.targets:
            calibration = self.calibrations[target]
            margin = self.margins(values, target) if len(values) else np.empty(0)
            scores[target] = expit(calibration.slope * margin + calibration.intercept)
        return pd.DataFrame(scores, index=matrix.index, dtype="float64")

    def explain(self, matrix: pd.DataFrame, target: str) -> Explanation:
        """Exact tree SHAP values (Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9) of
        the served log-odds; base + contributions = logit(probability) to 1e-6."""
        calibration = self.calibrations[self._checked(target)]
        values = self._values(matrix)
        booster = self._boosters[target]
        # An empty matrix still has a base: that of any row.
        rows = values if len(values) else np.zeros((1, len(self.features)), np.float32)
        shares = np.asarray(booster.predict(rows, pred_contrib=True))
        # The last column is the expected margin: the same in every row.
        expected = shares[0, -1]
        return Explanation(
            float(calibration.slope * expected + calibration.intercept),
            pd.DataFrame(
                shares[: len(values), :-1] * calibration.slope,
                index=matrix.index,
                columns=self.features,
            ),
        )

    def save(self, folder: Path) -> None:
        """Writes ``model.json`` and one ``<target>.txt`` per booster into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for target, booster in self._boosters.items():
            (folder / f"{target}.txt").write_text(booster.model_to_string(), encoding="utf-8")
        document = {
            "format": FORMAT,
            "targets": self.targets,
            "features": self.features,
            "calibrations": {t: asdict(c) for t, c in self.calibrations.items()},
            "coverage": self.coverage.as_dict(),
            "reference": self.reference,
            "info": self.info,
        }
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / MODEL_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, check_features: bool = True) -> RiskModel:
        """The model saved in ``folder``.

        Raises ``ModelMismatch`` if it reads features that this version of the code no
        longer declares, or is of another format.
        """
        import lightgbm

        document = json.loads((folder / MODEL_FILE).read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ModelMismatch(
                f"the model is stored in format {document['format']}, this code reads {FORMAT}",
                do="Train again.",
            )
        if check_features:
            _refuse_unknown(document["features"])
        return cls(
            {
                target: lightgbm.Booster(
                    model_str=(folder / f"{target}.txt").read_text(encoding="utf-8")
                )
                for target in document["targets"]
            },
            {t: Calibration(**c) for t, c in document["calibrations"].items()},
            document["features"],
            Coverage.from_dict(document["coverage"]),
            document["reference"],
            document["info"],
        )


def _refuse_unknown(features: list[str]) -> None:
    from features.measures import FEATURE

    unknown = [name for name in features if name not in FEATURE]
    if unknown:
        raise ModelMismatch(
            f"the model reads {len(unknown)} features that this version of the code does not "
            f"have, such as '{unknown[0]}'",
            do="Train again, or install the version that the model was made with.",
        )


def reference_population(matrix: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Per feature: the share known and, of the known values, mean and quantiles.

    Aggregates of the training population only; features never known have ``known`` 0 alone.
    """
    values = matrix.to_numpy(dtype=np.float32)
    summary: dict[str, dict[str, float]] = {}
    for number, name in enumerate(matrix.columns):
        column = values[:, number]
        known = column[~np.isnan(column)]
        of_feature = {"known": round(len(known) / max(len(column), 1), 6)}
        if len(known):
            of_feature["mean"] = float(known.mean(dtype=np.float64))
            cuts = np.quantile(known, [0.1, 0.5, 0.9])
            of_feature |= {q: float(v) for q, v in zip(("p10", "p50", "p90"), cuts, strict=True)}
        summary[name] = of_feature
    return summary
