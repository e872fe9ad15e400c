"""The comorbidity and frailty scores: hand-worked cases, and an independent implementation.

comorbidipy (MIT) is a rewrite of the R package ``comorbidity``. It is older than pandas 3 and
asks for a class that pandas has dropped; the fixture lends it one. It gives a code to one
group only, so random people are drawn from codes that stand in one group. No independent
implementation of LACE, HOSPITAL or RxRisk-V was found on the package index.
"""

import warnings
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from features.codelists import ANTICHOLINERGIC, CHARLSON, ELIXHAUSER, HFRS, RXRISK, CodeList


def score(codelist: CodeList, *codes: str) -> float:
    (system,) = codelist.systems if len(codelist.systems) == 1 else ("icd10se",)
    _, groups = codelist.match(system, np.array(codes))
    present = np.zeros(len(codelist.groups), dtype=bool)
    present[groups] = True
    return float(codelist.apply_hierarchy(present) @ codelist.weights)


@pytest.mark.parametrize(
    ("codes", "points", "why"),
    [
        ([], 0, "nothing"),
        (["I500"], 7, "heart failure"),
        (["I500", "I420"], 7, "a group counts once"),
        (["I500", "N189", "J449"], 15, "heart failure, kidney failure, lung disease"),
        (["C509", "C787"], 12, "spread cancer over solid tumour"),
        (["C509"], 4, "solid tumour"),
        (["E669"], -4, "obesity lowers"),
        (["E669", "I500"], 3, "weights add up"),
        (["I109", "I119"], 0, "high blood pressure weighs nothing"),
        (["E119", "E112"], 0, "diabetes weighs nothing"),
        (["F112"], -7, "drug abuse lowers"),
        (["I426"], 7, "alcoholic cardiomyopathy is heart failure and, at 0, alcohol abuse"),
        (["F315"], -3, "both psychosis (0) and depression (-3)"),
        (["E871A", "I501X"], 12, "Swedish letter suffixes match by prefix"),
        (["R549"], 0, "not in the index"),
    ],
)
def test_elixhauser(codes: list[str], points: float, why: str) -> None:
    assert score(ELIXHAUSER, *codes) == points, why


def test_elixhauser_groups() -> None:
    assert len(ELIXHAUSER.groups) == 31
    assert ELIXHAUSER.weights.max() == 12
    assert ELIXHAUSER.weights.min() == -7


@pytest.mark.parametrize(
    ("codes", "points", "why"),
    [
        (["F009", "F001"], 7.1, "three characters count once"),
        (["G819", "R296"], 4.4 + 3.6, "hemiplegia and tendency to fall"),
        (["N390A"], 3.2, "a national letter suffix"),
        (["I109"], 0, "not in the score"),
    ],
)
def test_hospital_frailty_risk_score(codes: list[str], points: float, why: str) -> None:
    assert score(HFRS, *codes) == pytest.approx(points), why


@pytest.mark.parametrize(
    ("codes", "points", "why"),
    [
        (["A10BA02"], 2, "metformin: diabetes"),
        (["A10BA02", "A10AE04"], 2, "diabetes once"),
        (["N05AH04", "N02AA05"], 6 + 3, "psychotic illness and pain"),
        (["C10AA05"], -1, "lipid lowering lowers"),
        (["C03CA01"], 2 - 1, "a loop diuretic points to heart failure and high blood pressure"),
        (["J04AC01"], 0, "tuberculosis has no published weight"),
    ],
)
def test_rxrisk(codes: list[str], points: float, why: str) -> None:
    assert score(RXRISK, *codes) == points, why


@pytest.mark.parametrize(
    ("codes", "points", "why"),
    [
        (["N06AA09"], 3, "amitriptyline"),
        (["N06AA09", "C03CA01"], 4, "and furosemide, which weighs 1"),
        (["N06AA09", "R06AD02"], 6, "two strong substances"),
        (["A10BA02"], 1, "metformin weighs 1"),
        (["C10AA05"], 0, "atorvastatin is not in the list"),
    ],
)
def test_anticholinergic_burden(codes: list[str], points: float, why: str) -> None:
    assert score(ANTICHOLINERGIC, *codes) == points, why


def test_codes_that_icd_10_se_lacks_are_named() -> None:
    assert {row.code_prefix for row in HFRS.rows if "no such code" in row.source} == {"Z50", "U80"}


@pytest.fixture
def comorbidipy(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr("pandas.core.common.SettingWithCopyWarning", Warning, raising=False)
    filters = warnings.filters[:]
    import comorbidipy

    warnings.filters[:] = filters  # it adds one of its own when imported
    return comorbidipy


def people(codelist: CodeList, seed: int) -> pd.DataFrame:
    """200 random people with codes that stand in one group: id and code."""
    rng = np.random.default_rng(seed)
    codes = [row.code_prefix for row in codelist.rows if row.system == "icd10se"]
    single = [code for code in codes if len(codelist.rows_of("icd10se", code)) == 1]
    return pd.DataFrame(
        {"id": rng.integers(0, 200, 900), "code": rng.choice([*single, "I109", "R549"], 900)}
    )


def ours(codelist: CodeList, known: pd.DataFrame) -> pd.Series:
    return known.groupby("id")["code"].agg(lambda codes: score(codelist, *codes)).astype(float)


@pytest.mark.filterwarnings("ignore")
def test_elixhauser_as_comorbidipy_has_it(comorbidipy: ModuleType) -> None:
    known = people(ELIXHAUSER, 1)
    theirs = comorbidipy.comorbidity(
        known.copy(), age=None, score="elixhauser", variant="quan", weighting="vw"
    ).set_index("id")["comorbidity_score"]
    # It shows a sum below 0 as 0; ours keeps it.
    expected = ours(ELIXHAUSER, known).clip(lower=0)
    assert expected.nunique() > 10
    pd.testing.assert_series_equal(theirs.sort_index().astype(float), expected, check_names=False)


@pytest.mark.filterwarnings("ignore")
def test_hospital_frailty_risk_score_as_comorbidipy_has_it(comorbidipy: ModuleType) -> None:
    known = people(HFRS, 2)
    theirs = comorbidipy.hfrs(known.copy()).set_index("id")["hfrs"].astype(float)
    pd.testing.assert_series_equal(theirs.sort_index(), ours(HFRS, known), check_names=False)


@pytest.mark.filterwarnings("ignore")
def test_charlson_as_comorbidipy_has_it(comorbidipy: ModuleType) -> None:
    """Its Swedish coding is older than the authors' script that ours follows: compared are
    the codes that both know, outside the lungs, which were one group then and are two now."""
    known = people(CHARLSON, 3)
    added_since = ["I739", "K709", "E129", "E149", "E109", "E139", "E119", "E106"]
    added_since += ["B23", "Z717", "R18"]
    lungs = {"copd", "other_lung_disease"}
    groups = known["code"].map(lambda c: {r.group for r in CHARLSON.rows_of("icd10se", c)})
    known = known[~known["code"].isin(added_since) & groups.map(lambda g: not g & lungs)]
    known = known[~known["code"].str.fullmatch("C2[789]|C3[56]|C89")]  # no such codes
    theirs = comorbidipy.comorbidity(
        known.copy(), age=None, score="charlson", variant="se", weighting="charlson"
    ).set_index("id")["comorbidity_score"]
    expected = ours(CHARLSON, known)
    assert expected.nunique() > 8
    pd.testing.assert_series_equal(theirs.sort_index().astype(float), expected, check_names=False)
