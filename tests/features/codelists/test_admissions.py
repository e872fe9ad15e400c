"""Avoidable admissions: which diagnoses count, in which position."""

import io

import pandas as pd
import pytest

from features.codelists import AVOIDABLE
from features.codelists.admissions import is_listed


def listed_contacts(text: str) -> set[str]:
    table = pd.read_csv(io.StringIO(text), sep="|", dtype="str").rename(columns=str.strip)
    table = table.apply(lambda column: column.str.strip()).replace("", None)
    table["position"] = table["position"].astype("Int64")
    table["system"] = "icd10se"
    return set(table["contact_id"][is_listed(table, AVOIDABLE)])


CASES = """
contact_id | code  | position
a          | I509  | 1
b          | I509  | 2
b          | M169  | 1
c          | E116A | 3
c          | S720  | 1
d          | J209  | 1
e          | J209  | 1
e          | J441  | 2
f          | J441  | 1
f          | J209  | 2
g          | N390  | 1
h          | E119  | 1
i          | J209  | 2
i          | J449  | 3
i          | I639  | 1
j          | I509  |
"""


@pytest.mark.parametrize(
    ("contact", "listed", "why"),
    [
        ("a", True, "heart failure as principal diagnosis"),
        ("b", False, "heart failure only beside another diagnosis"),
        ("c", True, "complicated diabetes in any position"),
        ("d", False, "acute bronchitis alone"),
        ("e", True, "acute bronchitis with COPD beside"),
        ("f", True, "COPD as principal diagnosis"),
        ("g", True, "urinary tract infection"),
        ("h", False, "diabetes without complication"),
        ("i", False, "acute bronchitis is not the principal diagnosis"),
        ("j", False, "position unknown is not principal"),
    ],
)
def test_rule(contact: str, listed: bool, why: str) -> None:
    assert (contact in listed_contacts(CASES.strip())) is listed, why


def test_diagnosis_without_contact_lists_nothing() -> None:
    table = pd.DataFrame(
        {
            "contact_id": pd.Series([None], dtype="str"),
            "system": ["icd10se"],
            "code": ["I509"],
            "position": pd.Series([1], dtype="Int64"),
        }
    )
    assert is_listed(table, AVOIDABLE).tolist() == [False]


def test_no_diagnoses() -> None:
    table = pd.DataFrame(
        {
            "contact_id": pd.Series([], dtype="str"),
            "system": pd.Series([], dtype="str"),
            "code": pd.Series([], dtype="str"),
            "position": pd.Series([], dtype="Int64"),
        }
    )
    assert is_listed(table, AVOIDABLE).tolist() == []
