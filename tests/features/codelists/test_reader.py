"""The code lists as shipped, and what a malformed one answers."""

from pathlib import Path

import numpy as np
import pytest

from features.codelists import (
    ANTICHOLINERGIC,
    CHRONIC_GROUPS,
    CODE_LISTS,
    FALL_RISK_MEDICINES,
    HFRS,
    MEDICINE_GROUPS,
    TARGET_CONDITIONS,
    version,
)
from features.codelists.reader import COLUMNS, FOLDER, CodeList, read_code_list
from features.errors import DataError

HEAD = ",".join(COLUMNS)


def groups_of(code_list: CodeList, system: str, code: str) -> list[str]:
    _, groups = code_list.match(system, np.array([code]))
    return [code_list.groups[g] for g in groups]


def test_every_file_is_a_constant() -> None:
    assert {c.name for c in CODE_LISTS} == {p.stem for p in FOLDER.glob("*.csv")}


@pytest.mark.parametrize("code_list", CODE_LISTS, ids=lambda c: c.name)
def test_every_prefix_matches_its_own_group(code_list: CodeList) -> None:
    for row in code_list.rows:
        found = groups_of(code_list, row.system, row.code_prefix)
        assert (row.group in found) is (row.rule != "not")


def test_hospital_frailty_risk_score() -> None:
    assert len(HFRS.groups) == 109
    _, groups = HFRS.match("icd10se", np.array(["F009", "G819", "W190", "I10"]))
    present = np.zeros(109, dtype=bool)
    present[groups] = True
    assert HFRS.apply_hierarchy(present) @ HFRS.weights == pytest.approx(7.1 + 4.4 + 3.2)
    assert HFRS.weights.sum() == pytest.approx(173.4, abs=1.0)


def test_ccw_flags_are_chronic_groups() -> None:
    flags = (
        "ALZHDMTA CHF CHRNKIDN CNCR COPD DEPRESSN DIABETES ISCHMCHT OSTEOPRS RA_OA STRKETIA ESRD"
    )
    for flag in flags.split():
        assert len(groups_of(CHRONIC_GROUPS, "ccw", flag)) == 1
    assert groups_of(CHRONIC_GROUPS, "ccw", "ESRD") == ["kidney_failure"]


def test_lithium_is_no_antipsychotic() -> None:
    assert groups_of(MEDICINE_GROUPS, "atc", "N05AN01") == ["lithium"]
    assert groups_of(MEDICINE_GROUPS, "atc", "N05AH03") == ["antipsychotics"]
    assert groups_of(FALL_RISK_MEDICINES, "atc", "N05AN01") == []


def test_nicotine_is_no_substance_use() -> None:
    assert "substance_use" not in groups_of(TARGET_CONDITIONS, "icd10se", "F172")
    assert "substance_use" in groups_of(TARGET_CONDITIONS, "icd10se", "F102")


def test_a_code_may_be_in_several_groups() -> None:
    found = groups_of(TARGET_CONDITIONS, "icd10se", "S7200")
    assert found == ["hip_fracture", "fragility_fracture"]


def test_anticholinergic_burden_is_one_to_three() -> None:
    assert set(ANTICHOLINERGIC.weights) == {1.0, 2.0, 3.0}
    assert ANTICHOLINERGIC.weights[ANTICHOLINERGIC.index["n06aa09"]] == 3


def test_coverage() -> None:
    assert HFRS.covers(frozenset({"icd10se", "snomed"}))
    assert not HFRS.covers(frozenset({"icd9cm", "ccw"}))
    assert CHRONIC_GROUPS.covers(frozenset({"ccw"}))


def test_unknown_system_matches_nothing() -> None:
    where, which = HFRS.match("snomed", np.array(["F00"]))
    assert where.size == 0
    assert which.size == 0


def test_version_changes_with_content(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("one")
    before = version(tmp_path)
    assert version(tmp_path) == before
    (tmp_path / "a.csv").write_text("two")
    assert version(tmp_path) != before
    assert len(version()) == 16


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("group,code\na,b\n", "columns must be"),
        (f"{HEAD}\n", "has no rows"),
        (f"{HEAD}\ng,icd10se,I10,1,,sv,en,src,perhaps\n", "'status'"),
        (f"{HEAD}\ng,icd10se,I10.9,1,,sv,en,src,found\n", "'code_prefix'"),
        (f"{HEAD}\ng,icd10se,I10,one,,sv,en,src,found\n", "'weight'"),
        (f"{HEAD}\ng,icd10se,I10,1,sometimes,sv,en,src,found\n", "'rule'"),
        (f"{HEAD}\ng,icd10se,I10,1,unless:h,sv,en,src,found\n", "unknown group"),
        (f"{HEAD}\ng,icd10se,I10,1,,sv,en,,found\n", "'source' is empty"),
        (f"{HEAD}\ng,icd10se,I10,1,,sv\n", "too many or too few"),
        (f"{HEAD}\n" + "g,icd10se,I10,1,,sv,en,src,found\n" * 2, "twice"),
        (
            f"{HEAD}\ng,icd10se,I10,1,,sv,en,src,found\ng,icd10se,I11,2,,sv,en,src,found\n",
            "two weights",
        ),
        (
            f"{HEAD}\ng,icd10se,I10,1,,sv,en,src,found\ng,icd10se,I11,1,,sw,en,src,found\n",
            "two labels",
        ),
    ],
)
def test_malformed_list(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=says) as raised:
        read_code_list(path)
    assert "bad.csv" in str(raised.value)


def test_absent_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_code_list(tmp_path / "absent.csv")


def test_membership_of_codes_in_mixed_systems() -> None:
    systems = np.array(["icd10se", "icd9cm", "icd10se", None, "snomed"], dtype=object)
    codes = np.array(["I500", "4280", None, "I500", "I500"], dtype=object)
    member = CHRONIC_GROUPS.membership(systems, codes)
    assert member.shape == (5, len(CHRONIC_GROUPS.groups))
    assert member[:, CHRONIC_GROUPS.index["heart_failure"]].tolist() == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_systems_of_groups() -> None:
    assert CHRONIC_GROUPS.systems_of(["cancer"]) == {"icd10se", "icd9cm", "ccw"}
    assert CHRONIC_GROUPS.systems_of(["gout", "psoriasis"]) == {"icd10se", "icd9cm"}


OVERLAPS = [
    (
        "g,icd10se,I10,1,,sv,en,src,found\ng,icd10se,I109,1,,sv,en,src,found\n",
        "row 3: the prefix lies within 'I10' of the same group",
    ),
    (
        "g,icd10se,I109,1,,sv,en,src,found\ng,icd10se,I10,1,,sv,en,src,found\n",
        "row 2: the prefix lies within 'I10' of the same group",
    ),
    (
        "g,icd10se,I10,1,,sv,en,src,found\nh,icd10se,I109,2,,sv,en,src,found\n",
        "row 3: the prefix lies within 'I10' of group 'g', which weighs differently",
    ),
    (
        "g,icd10se,I10,1,,sv,en,src,found\nh,icd10se,I10,2,,sv,en,src,found\n",
        "lies within 'I10' of group '[gh]', which weighs differently",
    ),
]


@pytest.mark.parametrize(("rows", "says"), OVERLAPS)
def test_overlapping_prefixes_are_refused(tmp_path: Path, rows: str, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(f"{HEAD}\n{rows}")
    with pytest.raises(DataError, match=says) as raised:
        read_code_list(path)
    assert str(raised.value).startswith("bad.csv, row ")


@pytest.mark.parametrize(
    "rows",
    [
        "g,icd10se,I10,1,,sv,en,src,found\nh,icd10se,I109,1,,sv,en,src,found\n",
        "g,icd10se,I10,1,,sv,en,src,found\nh,icd10se,I109,2,also,sv,en,src,found\n",
        "g,icd10se,I10,1,,sv,en,src,found\ng,icd10se,I109,1,not,sv,en,src,found\n",
        "g,icd10se,I10,1,principal,sv,en,src,found\ng,icd10se,I109,1,any_position,sv,en,src,found\n",
        "g,icd10se,I10,1,,sv,en,src,found\nh,icd9cm,I109,2,,sv,en,src,found\n",
    ],
)
def test_overlaps_that_mean_something_are_read(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "good.csv"
    path.write_text(f"{HEAD}\n{rows}")
    assert len(read_code_list(path).rows) == 2


def test_a_list_covers_what_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{HEAD}\ng,icd10se,I10,1,,sv,en,src,found\n")
    assert read_code_list(path, year=2020, systems=["icd10se"]).year == 2020
    with pytest.raises(DataError, match=r"list.csv, row 2: 'system' is not one"):
        read_code_list(path, systems=["snomed"])
    with pytest.raises(DataError, match="covers snomed by declaration but has no codes of it"):
        read_code_list(path, systems=["icd10se", "snomed"])


@pytest.mark.parametrize("code_list", CODE_LISTS, ids=lambda c: c.name)
def test_every_list_says_its_edition(code_list: CodeList) -> None:
    assert code_list.year is not None
    assert 2000 < code_list.year < 2100


@pytest.mark.parametrize("code_list", CODE_LISTS, ids=lambda c: c.name)
def test_what_is_unverified_is_marked_on_the_page(code_list: CodeList) -> None:
    from features.codelists.describe import code_lists_page

    section = code_lists_page().split(f"\n## {code_list.name}\n")[1].split("\n## ")[0]
    for group in code_list.groups:
        (line,) = [line for line in section.splitlines() if line.startswith(f"| {group} |")]
        statuses = {row.status for row in code_list.rows if row.group == group}
        assert line.endswith("codes |") is ("unverified" in statuses)


def test_codes_that_do_not_exist_are_named_on_the_page() -> None:
    from features.codelists.describe import code_lists_page

    assert "No code of ICD-10-SE begins with U80, Z50" in code_lists_page()
