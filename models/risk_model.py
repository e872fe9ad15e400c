"""The model that is served: a LightGBM booster per target, calibrated on the log-odds.

Stored as LightGBM text and JSON, never pickled. Calibration is affine (Platt on the
margin), so that tree SHAP values times the slope add up to the log-odds. Where the targets of
one person contradict each other they are pooled (``models.coherence``), values and shares
alike, so that they still add up to what is served.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from features.errors import ModelMismatch
from features.tables import Coverage
from models.coherence import Coherence, Pooled
from models.lacking import lacks
from models.tree_shares import Trees, is_whole, trees_of

if TYPE_CHECKING:
    import lightgbm

MODEL_FILE = "model.json"
FORMAT = 2


@dataclass(frozen=True)
class Calibration:
    """log-odds of a target = slope x margin of its booster + intercept."""

    slope: float
    intercept: float


@dataclass(frozen=True)
class Explanation:
    """``base`` + the sum of ``contributions`` = served log-odds, row by row. The base, (rows,),
    is the average of the training people; where targets were pooled, of their averages."""

    base: np.ndarray
    contributions: pd.DataFrame


@dataclass(frozen=True)
class Looked:
    """Rows as a model reads them: ``rows``, float32 in the order of its features, and the
    calibrated, coherent log-odds (``pooled``), (rows, targets). Scores and reasons of the same
    rows share them."""

    rows: np.ndarray
    pooled: Pooled


def expit(log_odds: np.ndarray) -> np.ndarray:
    """Log-odds to probability, without overflow at the ends."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(log_odds, dtype=np.float64)))


class RiskModel:
    """Probabilities of several targets from one feature matrix.

    ``boosters``: each target's trees, as the text that LightGBM writes and reads
    (``Booster.model_to_string``). ``features``: the columns read, in order. ``coverage``:
    what the training source delivered. ``reference``: a summary of the training population, by
    feature. ``info``: how the model was made (dates, seed, extract, settings), as plain JSON.
    ``events``: training events of each target, its weight where targets of one person are
    pooled (alike where not told); part of what is served, and so stored with the model.
    """

    def __init__(
        self,
        boosters: Mapping[str, str],
        calibrations: Mapping[str, Calibration],
        features: list[str],
        coverage: Coverage,
        reference: dict[str, dict[str, float]],
        info: dict[str, Any],
        events: Mapping[str, int] | None = None,
    ) -> None:
        self._boosters = dict(boosters)
        self._trees: dict[str, Trees] = {}
        self.calibrations = dict(calibrations)
        self.targets = list(boosters)
        self._target_names = pd.Index(self.targets)
        self.features = list(features)
        self._columns = pd.Index(self.features)  # made once: of one row it is what costs
        self._places: tuple[pd.Index, np.ndarray] = self._columns, np.arange(len(features))
        self.coverage = coverage
        self.reference = reference
        self.info = info
        self.events = dict(events or {})
        self.coherence = Coherence(self.targets, self.events)

    def booster(self, target: str) -> lightgbm.Booster:
        """A target's trees in LightGBM, uncalibrated."""
        import lightgbm

        return lightgbm.Booster(model_str=self._boosters[self._checked(target)])

    def require(self, delivered: Coverage) -> None:
        """Raises ``ModelMismatch`` if a source lacks anything of what the model learnt from: to be
        compared, promoted or replayed on. Scoring it with a warning is ``models.lacking``."""
        missing = lacks(self.coverage, delivered)
        if missing:
            raise ModelMismatch(
                f"the model was trained on what the extract does not deliver: {', '.join(missing)}",
                do="Train on this extract: framsynt train",
            )

    def look(self, matrix: pd.DataFrame) -> Looked:
        """Raises ``ModelMismatch`` if the matrix lacks a feature."""
        values = self._values(matrix)
        return Looked(values, self.coherence.pool(self._log_odds(values)))

    def _values(self, matrix: pd.DataFrame) -> np.ndarray:
        known, places = self._places
        if matrix.columns is not known:  # the matrices of one process have the very same ones
            places = self._find(matrix.columns)
            self._places = matrix.columns, places
        return np.take(matrix.to_numpy(dtype=np.float32), places, axis=1)

    def _find(self, columns: pd.Index) -> np.ndarray:
        places = columns.get_indexer(self._columns)
        missing = self._columns[places < 0]
        if len(missing):
            raise ModelMismatch(
                f"the matrix lacks {len(missing)} of the model's features, such as '{missing[0]}'",
                do="Train a model with this version of the code.",
            )
        return places

    def _checked(self, target: str) -> str:
        if target not in self._boosters:
            raise ModelMismatch(
                f"the model does not predict '{target}'",
                do=f"It predicts: {', '.join(self.targets)}.",
            )
        return target

    def margins(self, values: np.ndarray, target: str) -> np.ndarray:
        """Uncalibrated log-odds of float32 ``values``, columns in ``features`` order."""
        return self._trees_of(target).margins(values)

    def log_odds(self, matrix: pd.DataFrame) -> np.ndarray:
        """Calibrated log-odds, (rows, targets), each target by itself: before they are made
        coherent. Raises ``ModelMismatch`` if the matrix lacks a feature."""
        return self._log_odds(self._values(matrix))

    def _log_odds(self, values: np.ndarray) -> np.ndarray:
        log_odds = np.empty((len(values), len(self.targets)))
        for number, target in enumerate(self.targets if len(values) else ()):
            calibration = self.calibrations[target]
            margin = self.margins(values, target)
            log_odds[:, number] = calibration.slope * margin + calibration.intercept
        return log_odds

    def predict(self, matrix: pd.DataFrame, looked: Looked | None = None) -> pd.DataFrame:
        """Calibrated, coherent probabilities: the matrix's index, a float64 column per target.

        In every row, horizons never decrease, and avoidable <= unplanned <= any admission.
        ``looked``: what ``look`` gave for it. Raises ``ModelMismatch`` if the matrix lacks a
        feature.
        """
        scores = self.scores(looked or self.look(matrix))
        return pd.DataFrame(scores, index=matrix.index, columns=self._target_names, copy=False)

    def scores(self, looked: Looked) -> np.ndarray:
        """As ``predict``, without a frame around it: (rows, targets)."""
        return self.coherence.in_order(expit(looked.pooled.log_odds))

    def explain(
        self, matrix: pd.DataFrame, target: str, looked: Looked | None = None
    ) -> Explanation:
        """Exact tree SHAP values (Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9) of
        the served log-odds; base + contributions = logit(probability) to 1e-6.

        Where the target was pooled with others, the average of their values by the same
        shares: SHAP values are linear in the model explained.
        """
        shares = self.shares(looked or self.look(matrix), target)
        return Explanation(
            shares[:, -1],
            pd.DataFrame(shares[:, :-1], index=matrix.index, columns=self._columns, copy=False),
        )

    def shares(self, looked: Looked, target: str) -> np.ndarray:
        """As ``explain``, without a frame around it: (rows, features + 1), the base last."""
        number = self.targets.index(self._checked(target))
        values = looked.rows
        total = np.zeros((len(values), len(self.features) + 1))
        parts = self._parts(looked, number)
        for other in np.flatnonzero(parts.any(axis=0)).tolist():
            share = parts[:, other]
            rows = np.flatnonzero(share)
            total[rows] += share[rows, None] * self._calibrated_shares(values[rows], other)
        return total

    def explain_in_blocks(
        self, matrix: pd.DataFrame, target: str, rows: int = 4096
    ) -> Iterator[Explanation]:
        """``explain``, so many rows at a time: memory holds one block, whatever the population.
        A row's bytes are the same as when all are explained at once."""
        for first in range(0, len(matrix), rows):
            yield self.explain(matrix.iloc[first : first + rows], target)

    def _parts(self, looked: Looked, number: int) -> np.ndarray:
        """(rows, targets): what part each target has in the served log-odds of one."""
        if not self.coherence.relates(number):
            alone = np.arange(len(self.targets)) == number
            return np.tile(alone, (len(looked.rows), 1)).astype(float)
        return looked.pooled.shares(number)

    def _calibrated_shares(self, values: np.ndarray, number: int) -> np.ndarray:
        """As ``_shares``, of the calibrated log-odds."""
        target = self.targets[number]
        calibration = self.calibrations[target]
        shares = calibration.slope * self._shares(values, target)
        shares[:, -1] += calibration.intercept
        return shares

    def _shares(self, values: np.ndarray, target: str) -> np.ndarray:
        """Tree SHAP values of the margin, (rows, features + 1); last the expected margin."""
        return self._trees_of(target).shares(values)

    def _trees_of(self, target: str) -> Trees:
        """A target's trees; their tables are made when they are first asked."""
        if target not in self._trees:
            self._trees[target] = trees_of(self._boosters[self._checked(target)])
        return self._trees[target]

    def save(self, folder: Path) -> None:
        """Writes ``model.json`` and one ``<target>.txt`` per booster into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for target, text in self._boosters.items():
            (folder / f"{target}.txt").write_text(text, encoding="utf-8")
        document = {
            "format": FORMAT,
            "targets": self.targets,
            "features": self.features,
            "calibrations": {t: asdict(c) for t, c in self.calibrations.items()},
            "coverage": self.coverage.as_dict(),
            "reference": self.reference,
            "info": self.info,
            "events": self.events,
        }
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / MODEL_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, check_features: bool = True) -> RiskModel:
        """The model saved in ``folder``.

        Raises ``ModelMismatch`` if it reads features that this version of the code no
        longer declares, is of another format, or if one of its files is cut off.
        """
        document = _document(folder / MODEL_FILE)
        if document["format"] != FORMAT:
            raise ModelMismatch(
                f"the model is stored in format {document['format']}, this code reads {FORMAT}",
                do="Train again.",
            )
        if check_features:
            _refuse_unknown(document["features"])
        return cls(
            {target: _trees_in(folder / f"{target}.txt") for target in document["targets"]},
            {t: Calibration(**c) for t, c in document["calibrations"].items()},
            document["features"],
            Coverage.from_dict(document["coverage"]),
            document["reference"],
            document["info"],
            document["events"],
        )


def _document(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found["format"]
    except (ValueError, KeyError, TypeError):
        raise _cut_off(file) from None
    return found


def _trees_in(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    if not is_whole(text):
        raise _cut_off(file)
    return text


def _cut_off(file: Path) -> ModelMismatch:
    return ModelMismatch(
        "a file of the model is cut off, or holds something else",
        where=file.name,
        do="Bring it back from a copy, or promote another version: framsynt models",
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
