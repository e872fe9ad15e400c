"""Models that say what a test tells them to, and people to judge them on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from features.measures import FEATURES
from features.tables import Coverage
from models.registry import StoredModel
from models.risk_model import expit
from training.cohort import Cohort
from training.split import PersonSplit

TARGET = "avoidable_365"
COVERAGE = Coverage(frozenset({"persons"}), frozenset(), frozenset({"inpatient"}), True)
INDEX = pd.Timestamp("2025-01-06")


@dataclass
class Scripted:
    """Gives each person the log-odds of a table; what it reads, a test may choose."""

    log_odds: pd.Series
    targets: list[str] = field(default_factory=lambda: [TARGET])
    seed: int = 1
    coverage: Coverage = COVERAGE
    trained_at: str = "2023-11-06"

    @property
    def info(self) -> dict[str, Any]:
        return {
            "split": {"seed": self.seed, "test_share": 0.5, "folds": 3},
            "list_share": 0.05,
            "training_dates": [self.trained_at],
        }

    def require(self, delivered: Coverage) -> None:
        from models.risk_model import RiskModel

        RiskModel.require(self, delivered)  # type: ignore[arg-type]

    def predict(self, matrix: pd.DataFrame) -> pd.DataFrame:
        people = matrix.index.get_level_values("person_id")
        p = expit(self.log_odds.loc[people].to_numpy())
        return pd.DataFrame(dict.fromkeys(self.targets, p), index=matrix.index)

    def explain(self, matrix: pd.DataFrame, target: str) -> SimpleNamespace:
        return SimpleNamespace(base=0.0)


@dataclass(frozen=True)
class People:
    """``truth``: the log-odds by which each person's outcome was drawn."""

    cohort: Cohort
    truth: pd.Series


def people(number: int = 5000, seed: int = 1) -> People:
    """Held out from a model of seed 1. Outcomes follow ``truth``, and nothing else."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"q{n:06d}" for n in range(2 * number)])
    ids = ids[PersonSplit(1, 0.5, 3).is_test(ids)]
    truth = rng.normal(-2.2, 1.3, len(ids))
    event = (rng.random(len(ids)) < expit(truth)).astype(np.int8)
    index = pd.MultiIndex.from_product([ids, [INDEX]], names=["person_id", "index_date"])
    age, female = rng.uniform(65, 95, len(ids)), rng.random(len(ids)) < 0.5
    matrix = pd.DataFrame(np.nan, index, [f.name for f in FEATURES], dtype=np.float32)
    matrix["age"], matrix["sex_female"] = age.astype(np.float32), female.astype(np.float32)
    about = pd.DataFrame(
        {
            "care_unit": pd.Categorical(["VC1"] * len(ids)),
            "municipality": pd.Categorical(["1480"] * len(ids)),
            "deprivation": rng.integers(1, 6, len(ids)).astype(float),
        },
        index=index,
    )
    fields: dict[str, Any] = {
        "matrix": matrix,
        "about": about,
        "event": {TARGET: event},
        "weight": {TARGET: np.ones(len(ids))},
        "days": {},
        "ended": {},
        "admissions": pd.Series(dtype="int64"),
    }
    return People(_cohort(fields), pd.Series(truth, index=ids))


def _cohort(fields: Mapping[str, Any]) -> Cohort:
    from training.enrolled import Enrolled

    rows = len(fields["matrix"])
    return Cohort(**fields, team=np.zeros(rows, np.int8), enrolled=Enrolled.CENSOR)


def stored(model: Scripted, version: str, folder: Path, megabytes: float = 0.1) -> StoredModel:
    """As fetched from the registry; ``folder`` gets a file of that size."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.txt").write_bytes(bytes(int(megabytes * 1e6)))
    return StoredModel(version, "run", model, folder)  # type: ignore[arg-type]
