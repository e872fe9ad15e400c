"""The Swedish Charlson index on hand-worked cases (Ludvigsson 2021, CLEP.S282475)."""

import numpy as np
import pytest

from features.codelists import CHARLSON


def charlson(system: str, *codes: str) -> float:
    _, groups = CHARLSON.match(system, np.array(codes))
    present = np.zeros(len(CHARLSON.groups), dtype=bool)
    present[groups] = True
    return float(CHARLSON.apply_hierarchy(present) @ CHARLSON.weights)


@pytest.mark.parametrize(
    ("codes", "points", "why"),
    [
        ([], 0, "nothing"),
        (["I10"], 0, "high blood pressure is not in the index"),
        (["I500"], 1, "heart failure"),
        (["I500", "I509", "I420"], 1, "a group counts once"),
        (["I219", "I500"], 2, "infarction and heart failure"),
        (["J449", "J459"], 2, "COPD and other chronic lung disease are two groups"),
        (["E119"], 1, "diabetes"),
        (["E116"], 2, "complicated diabetes"),
        (["E119", "E116"], 2, "complicated diabetes over uncomplicated"),
        (["K703"], 1, "mild liver disease"),
        (["I850"], 3, "severe liver disease"),
        (["K703", "I850"], 3, "severe liver disease over mild"),
        (["R18"], 0, "ascites alone is not liver disease"),
        (["K703", "R189"], 3, "mild liver disease with ascites is severe"),
        (["C509"], 2, "cancer"),
        (["C509", "C787"], 6, "metastatic cancer over cancer"),
        (["C449"], 0, "other skin cancer is not counted"),
        (["F001", "G309"], 1, "dementia by two codes"),
        (["G819"], 2, "hemiplegia"),
        (["N189"], 2, "kidney disease"),
        (["B24"], 6, "HIV"),
        (["I109A", "E119X", "I500B"], 2, "Swedish letter suffixes match by prefix"),
    ],
)
def test_worked_case(codes: list[str], points: float, why: str) -> None:
    assert charlson("icd10se", *codes) == points, why


@pytest.mark.parametrize(
    ("codes", "points", "why"),
    [
        (["4280"], 1, "heart failure"),
        (["25000", "25040"], 2, "complicated diabetes over uncomplicated"),
        (["5712", "5722"], 3, "severe liver disease over mild"),
        (["1749", "1985"], 6, "metastatic cancer over cancer"),
        (["1730"], 0, "other skin cancer is not counted"),
        (["496", "49390"], 2, "COPD and asthma are two groups"),
        (["5856", "V4511"], 2, "kidney disease and dialysis"),
    ],
)
def test_worked_case_in_icd9(codes: list[str], points: float, why: str) -> None:
    assert charlson("icd9cm", *codes) == points, why


def test_groups_and_weights() -> None:
    scored = CHARLSON.weights[CHARLSON.weights > 0]
    assert len(scored) == 18
    assert sorted(scored) == [1.0] * 11 + [2.0] * 4 + [3.0] + [6.0] * 2


def test_an_icd9_code_is_nothing_in_icd10() -> None:
    assert charlson("icd10se", "4280") == 0
    assert charlson("icd9cm", "I500") == 0


def test_many_people_at_once() -> None:
    present = np.zeros((2, len(CHARLSON.groups)), dtype=bool)
    present[1, [CHARLSON.index["malignancy"], CHARLSON.index["metastatic_cancer"]]] = True
    assert (CHARLSON.apply_hierarchy(present) @ CHARLSON.weights).tolist() == [0.0, 6.0]
