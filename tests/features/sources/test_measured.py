"""Measured values: by LOINC or the code map, in one unit, and no guess about a unit."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from features.measures.observations import VALUES
from features.sources.code_map import CodeMap
from features.sources.measured import as_measured, name_of
from features.sources.quantities import LOINC, UNITS, plain

ROWS = [
    # name | value | unit | in our unit
    ("haemoglobin", "131", "g/L", 131),
    ("haemoglobin", "13.1", "g/dL", 131),
    ("haemoglobin", "8", "mmol/L", 128.912),
    ("egfr", "41", "mL/min/{1.73_m2}", 41),
    ("egfr", "41", "mL/min/1,73 m2", 41),
    ("crp", "1.2", "mg/dL", 12),
    ("systolic_blood_pressure", "140", "mm[Hg]", 140),
    ("systolic_blood_pressure", "18.7", "kPa", 140.2616),
    ("weight", "160", "[lb_av]", 72.5748),
    ("weight", "72500", "g", 72.5),
    ("sodium", "139", "meq/L", 139),
    ("hba1c", "48", "mmol/mol", 48),
    ("hba1c", "6.5", "%", 47.5295),
    ("nt_probnp", "950", "pg/mL", 950),
    ("nt_probnp", "100", "pmol/l", 845.7),
    ("clinical_frailty_scale", "6", "", 6),
    ("haemoglobin", "131", "mg/L", None),
    ("haemoglobin", "131", "", None),
    ("egfr", "41", "ml/min", None),  # not by body surface: another quantity
    ("crp", "neg", "mg/L", None),
    (None, "1", "g/L", None),
]


def read(rows: list[tuple[str | None, str, str]], noted: Counter[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["name", "value", "unit"], dtype="str")
    return as_measured(frame, noted)


@pytest.mark.parametrize(("name", "value", "unit", "ours"), ROWS)
def test_one_unit_or_none(name: str | None, value: str, unit: str, ours: float | None) -> None:
    found = read([(name, value, unit)], Counter())
    assert found["value"].tolist() == ([] if ours is None else [pytest.approx(ours, abs=1e-4)])


def test_what_is_left_out_is_counted_by_why() -> None:
    noted: Counter[str] = Counter()
    found = read([(name, value, unit) for name, value, unit, _ in ROWS], noted)
    assert len(found) == 16
    assert dict(noted) == {
        "measured values of a kind that is not read, left out": 1,
        "measured values without a number, left out": 1,
        "measured values in a unit that is not known for them, left out": 3,
    }


def test_names_and_units_are_those_of_the_measures() -> None:
    assert set(LOINC.values()) <= set(UNITS)
    assert {name: unit for name, (unit, _) in UNITS.items() if name in VALUES} == {
        name: unit for name, (_, _, unit) in VALUES.items()
    }
    for unit, others in UNITS.values():
        assert plain(unit) in others
        assert all(plain(other) == other for other in others)


def test_a_code_map_goes_first(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(
        "system,code,to_system,to_code\n"
        "urn:lab,HB,observations,haemoglobin\n"
        "loinc,1988-5,observations,albumin\n"
    )
    code_map = CodeMap.read(file)
    assert name_of("urn:lab", "HB", code_map) == "haemoglobin"
    assert name_of("urn:lab", "XX", code_map) is None
    assert name_of("loinc", "1988-5", code_map) == "albumin"
    assert name_of("loinc", "2708-6", code_map) == "oxygen_saturation"
    assert name_of("urn:lab", "718-7", code_map) is None
