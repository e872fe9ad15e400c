"""The regression on all features, against scikit-learn's and against what is known of it."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from models import logistic
from models.baselines import LOGISTIC_ALL, FittedBaseline, fit_logistic_all
from models.logistic import Rotated, fit_lines, inputs_of

ROWS = 3000


@pytest.fixture(scope="module")
def matrix() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    traits = rng.normal(size=(ROWS, 12)) @ rng.normal(size=(12, 12))
    frame = pd.DataFrame(traits.astype(np.float32), columns=[f"f{n}" for n in range(12)])
    frame["constant"] = np.float32(1)
    frame["never"] = np.float32(np.nan)
    frame.loc[rng.random(ROWS) < 0.2, "f3"] = np.nan
    frame["f4"] = frame["f4"].where(frame["f3"].notna())
    people = [f"p{n // 2}" for n in range(ROWS)]
    frame.index = pd.MultiIndex.from_arrays(
        [people, [n % 2 for n in range(ROWS)]], names=["person_id", "index_date"]
    )
    return frame


@pytest.fixture(scope="module")
def fold() -> np.ndarray:
    return (np.arange(ROWS) // 2) % 3


@pytest.fixture(scope="module")
def outcome(matrix: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    log_odds = 0.5 * matrix["f0"] - 0.3 * matrix["f1"] + matrix["f3"].isna() - 2
    event = rng.random(ROWS) < 1 / (1 + np.exp(-log_odds.to_numpy(float)))
    return event.astype(np.int8), rng.choice([0.0, 1.0, 1.3], ROWS)


def test_inputs_leave_out_what_does_not_vary_and_add_what_is_unknown(matrix: pd.DataFrame) -> None:
    inputs = inputs_of(matrix, list(matrix))
    assert set(inputs.names) == {f"f{n}" for n in range(12)} | {"unknown_f3"}  # f4's is the same
    standard = inputs.of(matrix)
    assert np.abs(standard.mean(axis=0)).max() < 0.01
    assert standard.std(axis=0) == pytest.approx(np.ones(13), abs=0.02)
    assert np.abs(standard).max() <= logistic.FURTHEST


@pytest.mark.parametrize("penalty", [0.3, 0.001])
def test_it_agrees_with_scikit_learn(
    matrix: pd.DataFrame,
    fold: np.ndarray,
    outcome: tuple[np.ndarray, np.ndarray],
    penalty: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logistic, "STRENGTHS", (penalty,))
    event, weight = outcome
    standard = inputs_of(matrix, list(matrix)).of(matrix)
    line = Rotated(standard, fold).fit(event, weight)
    theirs = LogisticRegression(C=1 / (penalty * weight.sum()), tol=1e-10, max_iter=5000)
    used = weight > 0
    theirs.fit(standard[used].astype(float), event[used], sample_weight=weight[used])
    assert line.coefficients == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert line.intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)


def test_the_penalty_is_the_one_that_left_out_folds_like_best(
    matrix: pd.DataFrame, fold: np.ndarray, outcome: tuple[np.ndarray, np.ndarray]
) -> None:
    event, weight = outcome
    standard = inputs_of(matrix, list(matrix)).of(matrix).astype(float)

    def left_out_loss(penalty: float) -> float:
        total = 0.0
        for one in range(3):
            learn, judge = (fold != one) & (weight > 0), (fold == one) & (weight > 0)
            theirs = LogisticRegression(C=1 / (penalty * weight[learn].sum()), max_iter=2000)
            theirs.fit(standard[learn], event[learn], sample_weight=weight[learn])
            p = theirs.predict_proba(standard[judge])[:, 1]
            total += log_loss(
                event[judge], p, sample_weight=weight[judge], normalize=False, labels=[0, 1]
            )
        return total

    _, lines = fit_lines(matrix, list(matrix), fold, {"t": outcome}, 1)
    assert lines["t"].penalty == min(logistic.STRENGTHS, key=left_out_loss)


def test_stored_it_predicts_the_same_in_blocks_too(
    matrix: pd.DataFrame,
    fold: np.ndarray,
    outcome: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted = fit_logistic_all(matrix, list(matrix), fold, {"t": outcome}, 1)["t"]
    assert fitted.name == LOGISTIC_ALL
    again = FittedBaseline.from_dict(json.loads(json.dumps(fitted.as_dict())))
    whole = again.predict(matrix)
    event, weight = outcome
    assert weight @ whole == pytest.approx(weight @ event, rel=1e-3)
    monkeypatch.setattr("models.baselines.BLOCK", 700)
    assert again.predict(matrix) == pytest.approx(whole, abs=1e-12)
    assert len(again.predict(matrix.iloc[:0])) == 0


def test_of_very_many_rows_whole_people_are_drawn(
    matrix: pd.DataFrame,
    fold: np.ndarray,
    outcome: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logistic, "MOST_ROWS", 1000)
    drawn = logistic._drawn(matrix, 1)
    assert (drawn[::2] == drawn[1::2]).all()
    assert drawn.sum() == pytest.approx(1000, rel=0.1)
    one, two = (fit_lines(matrix, list(matrix), fold, {"t": outcome}, 1)[1]["t"] for _ in "ab")
    assert (one.coefficients == two.coefficients).all()
