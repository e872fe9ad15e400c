"""A code map is the user's own file: what is misspelt in it is told."""

from collections import Counter
from pathlib import Path

import pytest

from features.errors import DataError
from features.sources.code_map import COLUMNS, CodeMap


def read(folder: Path, *rows: str) -> CodeMap:
    file = folder / "codes.csv"
    file.write_text("\n".join([",".join(COLUMNS), *rows, ""]), encoding="utf-8")
    return CodeMap.read(file)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("snomed,44054006,icd10,E11", r"row 3, to_system: 'icd10' is nothing .*'icd10se'\?"),
        ("urn:t,vc,setting,primry", r"row 3, to_code: there is no setting 'primry' .*'primary'\?"),
        ("urn:t,1,municipal_care,homehelp", "there is no municipal_care 'homehelp'"),
        ("urn:t,1,enrolments,D", "there is no enrolments 'D'. Known: A, B, C"),
        ("urn:lab,HB,observations,hemoglobin", "did you mean 'haemoglobin'"),
        ("postal_code,42437,deprivation,6", "there is no deprivation '6'"),
        ("snomed,44054006,icd10se,", "row 3: a row with an empty or missing field"),
        ("snomed,44054006,icd10se", "row 3: a row with an empty or missing field"),
    ],
)
def test_what_nothing_reads_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, "snomed,22298006,icd10se,I21", row)


def test_a_system_may_stand_with_its_address(tmp_path: Path) -> None:
    codes = read(tmp_path, "http://snomed.info/sct,44054006,icd10se,E11", "URN:X/,1,atc,A10BA02")
    assert codes.first("snomed", "44054006", "icd10se") == "E11"
    assert codes.first("urn:x", "1", "atc") == "A10BA02"


def test_systems_of_which_no_record_had_a_code_are_told(tmp_path: Path) -> None:
    codes = read(tmp_path, "snomd,1,icd10se,E11", "snomd,2,icd10se,E12", "snomed,1,icd10se,E11")
    codes.of("snomed", "1")
    noted: Counter[str] = Counter()
    codes.note_unmet(noted)
    assert noted == {"rows of the code map from 'snomd', of which no record has a code": 2}
