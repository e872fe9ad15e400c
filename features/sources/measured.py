"""Measured values of any source, as ``features/measures/observations.py`` reads them.

A code that ``quantities.py`` lacks (another system's, a laboratory's own) is read where the code
map has it: ``to_system`` is ``observations`` and ``to_code`` one of the names there, such as
``haemoglobin``. A value in a unit that is not known for its name, or without a unit, is left out
and counted: a guess would be a number that means something else.
"""

from collections import Counter

import pandas as pd

from features.sources.code_map import CodeMap
from features.sources.quantities import LOINC, UNITS, plain

INTO = "observations"


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
