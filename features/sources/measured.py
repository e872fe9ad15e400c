"""Measured values: codes of LOINC, and units, as ``features/measures/observations.py`` reads them.

A code that is not in ``LOINC`` (another system's, a laboratory's own) is read where the code map
has it: ``to_system`` is ``observations`` and ``to_code`` one of the names there, such as
``haemoglobin``. A value in a unit that is not known for its name, or without a unit, is left out
and counted: a guess would be a number that means something else.

LOINC's codes were read in HL7's published value sets and in Synthea's and OHDSI's records where
``SEEN`` has them; the others are from memory, unverified. Conversions are exact by definition of
the unit, but for haemoglobin and NT-proBNP by substance (molar masses 16,114 g/mol a chain and
8,457 g/mol, from memory, unverified) and HbA1c by NGSP's percentage (the master equation of the
IFCC, Hoelzel 2004, doi 10.1373/clinchem.2003.024802; from memory, unverified).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from features.sources.code_map import CodeMap

INTO = "observations"
LOINC = {
    "33914-3": "egfr",
    "62238-1": "egfr",
    "69405-9": "egfr",
    "77147-7": "egfr",
    "98979-8": "egfr",
    "718-7": "haemoglobin",
    "20509-6": "haemoglobin",
    "59260-0": "haemoglobin",
    "1988-5": "crp",
    "30522-7": "crp",
    "8480-6": "systolic_blood_pressure",
    "8462-4": "diastolic_blood_pressure",
    "29463-7": "weight",
    "3141-9": "weight",
    "2947-0": "sodium",
    "2951-2": "sodium",
    "2823-3": "potassium",
    "6298-4": "potassium",
    "1751-7": "albumin",
    "4548-4": "hba1c",
    "17856-6": "hba1c",
    "59261-8": "hba1c",
    "33762-6": "nt_probnp",
    "2708-6": "oxygen_saturation",
    "59408-5": "oxygen_saturation",
}
SEEN = {
    *("33914-3", "62238-1", "69405-9", "77147-7", "98979-8", "718-7", "8480-6", "8462-4"),
    *("29463-7", "2947-0", "2951-2", "2823-3", "6298-4", "1751-7", "4548-4", "33762-6", "2708-6"),
}

# name -> unit here; unit as delivered (see ``plain``) -> factor, and what is added after it
_SAME = (1.0, 0.0)
UNITS: dict[str, tuple[str, dict[str, tuple[float, float]]]] = {
    "egfr": ("ml/min/1,73 m2", {"ml/min/1.73m2": _SAME}),
    "haemoglobin": ("g/l", {"g/l": _SAME, "g/dl": (10, 0), "mmol/l": (16.114, 0)}),
    "crp": ("mg/l", {"mg/l": _SAME, "mg/dl": (10, 0)}),
    "systolic_blood_pressure": ("mmHg", {"mmhg": _SAME, "kpa": (7.50062, 0)}),
    "diastolic_blood_pressure": ("mmHg", {"mmhg": _SAME, "kpa": (7.50062, 0)}),
    "weight": (
        "kg",
        {"kg": _SAME, "g": (0.001, 0), "lbav": (0.45359237, 0), "lb": (0.45359237, 0)},
    ),
    "sodium": ("mmol/l", {"mmol/l": _SAME, "meq/l": _SAME}),
    "potassium": ("mmol/l", {"mmol/l": _SAME, "meq/l": _SAME}),
    "albumin": ("g/l", {"g/l": _SAME, "g/dl": (10, 0)}),
    "hba1c": ("mmol/mol", {"mmol/mol": _SAME, "%": (1 / 0.09148, -2.152 / 0.09148)}),
    "nt_probnp": ("ng/l", {"ng/l": _SAME, "pg/ml": _SAME, "pmol/l": (8.457, 0)}),
    "oxygen_saturation": ("%", {"%": _SAME}),
    "clinical_frailty_scale": ("", {"": _SAME, "score": _SAME, "1": _SAME}),
}
_SIGNS = str.maketrans({",": ".", "µ": "u", "μ": "u", **dict.fromkeys("{}[]_ ")})


def plain(unit: str) -> str:
    """A unit without what writers of units differ in: ``mL/min/{1.73_m2}`` is
    ``ml/min/1.73m2``, ``mm[Hg]`` is ``mmhg``."""
    return unit.translate(_SIGNS).lower()


def name_of(system: str, code: str, code_map: CodeMap) -> str | None:
    """What is measured, in our words; the code map goes first. None for what is not read."""
    mapped = code_map.first(system, code, INTO)
    if mapped in UNITS:
        return mapped
    return LOINC.get(code) if system == "loinc" else None


def as_measured(rows: pd.DataFrame, noted: Counter[str]) -> pd.DataFrame:
    """``rows`` with ``code`` (ours), ``value`` and ``unit`` as they are read, without those that
    cannot be. ``rows``: text, with ``name`` (from ``name_of``, missing where not read)."""
    read = rows[rows["name"].notna()]
    noted["measured values of a kind that is not read, left out"] += len(rows) - len(read)
    value = pd.to_numeric(read["value"], errors="coerce")
    noted["measured values without a number, left out"] += int(value.isna().sum())
    units = read["unit"].fillna("").str.strip()
    pairs = pd.DataFrame({"name": read["name"], "unit": units}).drop_duplicates()
    told = {
        (name, unit): UNITS[name][1].get(plain(unit))
        for name, unit in pairs.itertuples(index=False)
    }
    known = [told[pair] for pair in zip(read["name"], units, strict=True)]
    factor = pd.Series([k[0] if k else None for k in known], index=read.index, dtype="float64")
    added = pd.Series([k[1] if k else None for k in known], index=read.index, dtype="float64")
    strange = factor.isna() & value.notna()
    noted["measured values in a unit that is not known for them, left out"] += int(strange.sum())
    kept = factor.notna() & value.notna()
    found = read[kept].drop(columns=["name", "value", "unit"])
    return found.assign(
        code=read["name"][kept].astype("str"),
        value=(value * factor + added)[kept].round(4),
        unit=read["name"][kept].map({name: unit for name, (unit, _) in UNITS.items()}),
    )
