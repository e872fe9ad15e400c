import numpy as np
import pandas as pd
import pytest

from features.measures import FEATURE
from models.reasons import reasons
from models.risk_model import RiskModel

TARGET = "avoidable_365"


def test_windows_of_one_measure_are_one_reason(model: RiskModel, matrix: pd.DataFrame) -> None:
    for of_row in reasons(model, matrix.iloc[:20], TARGET):
        measures = [reason.measure.name for reason in of_row]
        assert len(measures) == len(set(measures))
        for reason in of_row:
            assert {FEATURE[name].measure.name for name in reason.features} == {reason.measure.name}


def test_all_reasons_and_the_base_add_up_to_the_log_odds(
    model: RiskModel, matrix: pd.DataFrame
) -> None:
    bases = model.explain(matrix, TARGET).base[:20]
    p = model.predict(matrix)[TARGET].to_numpy()[:20]
    found = reasons(model, matrix.iloc[:20], TARGET)
    for base, of_row, probability in zip(bases, found, p, strict=True):
        total = base + sum(reason.contribution for reason in of_row)
        assert total == pytest.approx(np.log(probability / (1 - probability)), abs=1e-6)


def test_the_heaviest_come_first_and_top_keeps_both_sides(
    model: RiskModel, matrix: pd.DataFrame
) -> None:
    everything = reasons(model, matrix.iloc[:20], TARGET)
    strongest = reasons(model, matrix.iloc[:20], TARGET, top=2)
    for all_, few in zip(everything, strongest, strict=True):
        weights = [abs(reason.contribution) for reason in all_]
        assert weights == sorted(weights, reverse=True)
        for side in (True, False):
            kept = [r.measure.name for r in few if r.raises is side]
            assert kept == [r.measure.name for r in all_ if r.raises is side][:2]


def test_words_carry_the_persons_own_value(model: RiskModel, matrix: pd.DataFrame) -> None:
    reason = reasons(model, matrix.iloc[:1], TARGET)[0][0]
    value = float(matrix.iloc[0][reason.features[0]])
    assert reason.value == pytest.approx(value, nan_ok=True)
    assert reason.sv == FEATURE[reason.features[0]].says(value, "sv")
    assert reason.text("en") == FEATURE[reason.features[0]].says(value, "en")
    assert reason.raises == (reason.contribution > 0)


def test_no_reason_says_because(model: RiskModel, matrix: pd.DataFrame) -> None:
    for of_row in reasons(model, matrix.iloc[:50], TARGET):
        for reason in of_row:
            words = f"{reason.sv} {reason.en}".lower()
            assert "because" not in words
            assert "därför" not in words
            assert "på grund av" not in words
