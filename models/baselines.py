"""What any model must beat at the same list length.

Every baseline becomes a probability by logistic regression: those that only rank people (a
number of admissions, a frailty score) by one on that number alone, so that their calibration
can be judged too, and one on all features, shrunk (``models.logistic``). Coefficients are
plain numbers, kept as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.measures.rules import team_criteria
from models.logistic import Inputs, fit_lines
from models.risk_model import expit


def _columns(*names: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda matrix: matrix[list(names)]


def _age_sex(matrix: pd.DataFrame) -> pd.DataFrame:
    # Risk does not rise evenly with age: bands of ten years from 20, and the line itself.
    age = matrix["age"].to_numpy(dtype=np.float64)
    bands = {f"age_over_{start}": np.maximum(age - start, 0.0) for start in (45, 65, 80)}
    return pd.DataFrame(
        {"age": age, **bands, "sex_female": matrix["sex_female"].to_numpy(dtype=np.float64)},
        index=matrix.index,
    )


PLAIN_FEATURES = (
    "age",
    "sex_female",
    "unplanned_admissions_365d",
    "unplanned_admissions_730d",
    "admissions_365d",
    "admission_days_365d",
    "emergency_visits_365d",
    "primary_visits_365d",
    "specialist_visits_365d",
    "charlson_1825d",
    "chronic_groups_1825d",
    "substances_120d",
    "home_health_care_now",
)


@dataclass(frozen=True)
class Baseline:
    """A rule or a plain model. ``needs``: the features it reads; it is left out where the
    source knows too few of them. ``inputs``: matrix -> the columns of its regression; None
    for the one that reads all features it was fitted on."""

    name: str
    label_sv: str
    label_en: str
    needs: tuple[str, ...]
    inputs: Callable[[pd.DataFrame], pd.DataFrame] | None
    may_lack: int = 0

    def is_known_in(self, matrix: pd.DataFrame) -> bool:
        """Whether enough of what it needs is known for anyone at all."""
        lacking = sum(bool(matrix[name].isna().all()) for name in self.needs)
        return lacking <= self.may_lack


LOGISTIC_ALL = "logistic_all"

BASELINES: dict[str, Baseline] = {
    baseline.name: baseline
    for baseline in (
        Baseline("age_sex", "Ålder och kön", "Age and sex", ("age", "sex_female"), _age_sex),
        Baseline(
            "admissions_last_year",
            "Inläggningar senaste året",
            "Admissions last year",
            ("admissions_365d",),
            _columns("admissions_365d"),
        ),
        Baseline(
            "hfrs",
            "Hospital Frailty Risk Score",
            "Hospital Frailty Risk Score",
            ("hfrs_730d",),
            _columns("hfrs_730d"),
        ),
        Baseline(
            "charlson",
            "Charlson",
            "Charlson",
            ("charlson_1825d",),
            _columns("charlson_1825d"),
        ),
        Baseline(
            "vgr_criteria",
            "VGR:s kriterier (antal av 6)",
            "VGR criteria (number of 6)",
            tuple(use.feature.name for use in team_criteria.inputs),
            _columns(team_criteria.name),
            may_lack=2,
        ),
        Baseline(
            "logistic_plain",
            "Logistisk regression, 13 variabler",
            "Logistic regression, 13 features",
            PLAIN_FEATURES,
            _columns(*PLAIN_FEATURES),
            may_lack=8,
        ),
        Baseline(
            LOGISTIC_ALL,
            "Logistisk regression, alla variabler",
            "Logistic regression, all features",
            (),
            None,
        ),
    )
}


@dataclass(frozen=True)
class FittedBaseline:
    """A baseline with its coefficients for one target, on standardised inputs. ``penalty``:
    the ridge penalty that was chosen, for the one on all features."""

    name: str
    inputs: tuple[str, ...]
    medians: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    penalty: float | None = None

    def predict(self, matrix: pd.DataFrame) -> np.ndarray:
        """Probabilities, float64, one a row; an unknown input counts as its median."""
        read = BASELINES[self.name].inputs
        if read is None:
            return self._predict_from_all(matrix)
        values = read(matrix)[list(self.inputs)].to_numpy(np.float64)
        values = np.where(np.isnan(values), np.array(self.medians), values)
        standard = (values - np.array(self.means)) / np.array(self.scales)
        return expit(standard @ np.array(self.coefficients) + self.intercept)

    def _predict_from_all(self, matrix: pd.DataFrame) -> np.ndarray:
        inputs = Inputs(
            self.inputs, np.array(self.medians), np.array(self.means), np.array(self.scales)
        )
        line = np.array(self.coefficients)
        # In blocks: hundreds of inputs of everybody at once would not fit in memory.
        blocks = [
            inputs.of(matrix.iloc[start : start + BLOCK]) @ line + self.intercept
            for start in range(0, len(matrix), BLOCK)
        ]
        return expit(np.concatenate(blocks)) if blocks else np.empty(0)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, document: dict) -> FittedBaseline:
        return cls(
            document["name"],
            tuple(document["inputs"]),
            tuple(document["medians"]),
            tuple(document["means"]),
            tuple(document["scales"]),
            tuple(document["coefficients"]),
            document["intercept"],
            document.get("penalty"),
        )


def fit_baseline(
    baseline: Baseline, matrix: pd.DataFrame, event: np.ndarray, weight: np.ndarray
) -> FittedBaseline:
    """Fits one baseline to one target. ``event`` 0/1 and ``weight`` (IPCW), one a row.

    The one on all features needs folds too: ``fit_logistic_all``.
    """
    from sklearn.linear_model import LogisticRegression

    assert baseline.inputs is not None
    inputs = baseline.inputs(matrix)
    inputs = inputs[[name for name in inputs.columns if not inputs[name].isna().all()]]
    values = inputs.to_numpy(dtype=np.float64)
    medians = np.nanmedian(values, axis=0)
    values = np.where(np.isnan(values), medians, values)
    means, scales = values.mean(axis=0), values.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    used = weight > 0
    # A weak ridge (C large) only keeps coefficients finite where inputs are redundant.
    regression = LogisticRegression(C=100.0, max_iter=500, tol=1e-6)
    regression.fit(((values - means) / scales)[used], event[used], sample_weight=weight[used])
    return FittedBaseline(
        baseline.name,
        tuple(inputs.columns),
        tuple(map(float, medians)),
        tuple(map(float, means)),
        tuple(map(float, scales)),
        tuple(map(float, regression.coef_[0])),
        float(regression.intercept_[0]),
    )


def fit_logistic_all(
    matrix: pd.DataFrame,
    features: Sequence[str],
    fold: np.ndarray,
    outcomes: Mapping[str, tuple[np.ndarray, np.ndarray]],
    seed: int,
) -> dict[str, FittedBaseline]:
    """The regression on all ``features`` for every target: as ``models.logistic.fit_lines``."""
    inputs, lines = fit_lines(matrix, features, fold, outcomes, seed)
    return {
        target: FittedBaseline(
            LOGISTIC_ALL,
            inputs.names,
            tuple(map(float, inputs.medians)),
            tuple(map(float, inputs.means)),
            tuple(map(float, inputs.scales)),
            tuple(map(float, line.coefficients)),
            line.intercept,
            line.penalty,
        )
        for target, line in lines.items()
    }


BLOCK = 65_536
BASELINES_FILE = "baselines.json"

Baselines = dict[str, dict[str, FittedBaseline]]
"""target -> baseline -> its coefficients."""


def read_baselines(folder: Path) -> Baselines:
    document = json.loads((folder / BASELINES_FILE).read_text(encoding="utf-8"))
    return {
        target: {name: FittedBaseline.from_dict(fitted) for name, fitted in of_target.items()}
        for target, of_target in document.items()
    }


def write_baselines(baselines: Baselines, folder: Path) -> None:
    document = {
        target: {name: fitted.as_dict() for name, fitted in of_target.items()}
        for target, of_target in baselines.items()
    }
    text = json.dumps(document, indent=1, allow_nan=False)
    (folder / BASELINES_FILE).write_text(text + "\n", encoding="utf-8")
