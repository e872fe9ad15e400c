"""Plain tables to learn from, as files: one that ships with scikit-learn, one made here."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer


def breast_cancer(folder: Path) -> Path:
    """Wolberg's 569 breast tumours (Wisconsin, 1995), label: malignant."""
    frame = load_breast_cancer(as_frame=True).frame
    frame["malignant"] = 1 - frame.pop("target")
    file = folder / "tumours.csv"
    frame.to_csv(file, index=False)
    return file


def visits(rows: int = 1200, seed: int = 3) -> pd.DataFrame:
    """Three yearly rows a person: numbers with gaps, text, a yes/no, and an outcome that
    follows age, a habit and the clinic."""
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(rows // 3), 3)
    trait = rng.normal(size=rows // 3)[people]
    age = rng.uniform(40, 90, rows // 3)[people]
    clinic = rng.choice(["north", "south", "west"], rows // 3, p=[0.5, 0.4, 0.1])[people]
    smokes = rng.random(rows) < 0.3
    odds = -3.5 + 0.04 * (age - 40) + 0.8 * trait + 0.9 * smokes + 0.7 * (clinic == "west")
    return pd.DataFrame(
        {
            "person": [f"a{number:05d}" for number in people],
            "year": np.tile([2021, 2022, 2023], rows // 3),
            "age": age.round(1),
            "marker": np.where(rng.random(rows) < 0.2, np.nan, trait + rng.normal(size=rows) / 2),
            "smokes": smokes,
            "clinic": pd.array(np.where(rng.random(rows) < 0.05, None, clinic), dtype="str"),
            "noise, [odd] name": rng.normal(size=rows),
            "outcome": (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int),
        }
    )


def saved(frame: pd.DataFrame, folder: Path, name: str = "visits.csv") -> Path:
    file = folder / name
    if file.suffix == ".parquet":
        frame.to_parquet(file, index=False)
    else:
        frame.to_csv(file, index=False)
    return file
