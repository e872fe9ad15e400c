"""Canonical tables from text that a clinician can read.

    tables(
        contacts='''
        person_id | start      | setting   | urgency
        1         | 2024-03-31 | inpatient | unplanned   <- the day before
        ''',
    )

Columns left out get a default: ``recorded_at`` is the day the row happened, text that must
be something is its first allowed value, persons are made for every id that occurs.
Whatever follows ``<-`` is a remark. An empty cell is missing.
"""

import pandas as pd

from features.tables import TABLE, Kind, Table, Tables

_DEFAULTS: dict[tuple[str, str], object] = {
    ("contacts", "setting"): "primary",
    ("contacts", "form"): "visit",
    ("contacts", "urgency"): "planned",
    ("contacts", "care_unit"): "unit",
    ("contacts", "profession"): "physician",
    ("diagnoses", "system"): "icd10se",
    ("diagnoses", "position"): 1,
    ("procedures", "system"): "kva",
    ("observation_periods", "share"): 1.0,
    ("listings", "care_unit"): "unit",
    ("enrolments", "team"): "team",
    ("enrolments", "mobile_model"): "A",
    ("municipal_care", "kind"): "home_help",
    ("persons", "birth_date"): "1940-06-15",
    ("persons", "sex"): "female",
}


def table(name: str, text: str) -> pd.DataFrame:
    """One table, contract columns and dtypes."""
    spec = TABLE[name]
    lines = [line.split("<-")[0] for line in text.strip().splitlines() if line.strip()]
    header = [cell.strip() for cell in lines[0].split("|")]
    rows = [[cell.strip() or None for cell in line.split("|")] for line in lines[1:]]
    return _complete(spec, pd.DataFrame(rows, columns=header, dtype=object))


def _complete(spec: Table, given: pd.DataFrame) -> pd.DataFrame:
    done = {}
    for column in spec.columns:
        if column.name in given:
            values = given[column.name]
        elif column.name == "recorded_at" and spec.recorded_by_default:
            values = given[spec.recorded_by_default]
        elif column.name == "contact_id" and spec.name == "contacts":
            values = pd.Series([f"c{i}" for i in range(len(given))], dtype=object)
        else:
            default = _DEFAULTS.get((spec.name, column.name))
            values = pd.Series([default] * len(given), dtype=object)
        done[column.name] = _typed(values, column.kind)
    return pd.DataFrame(done)


def _typed(values: pd.Series, kind: Kind) -> pd.Series:
    if kind is Kind.DATE:
        return pd.to_datetime(values).astype(kind.value)
    if kind in (Kind.NUMBER, Kind.WHOLE):
        return pd.to_numeric(values).astype(kind.value)
    if kind is Kind.YES_NO:
        return values.map({"yes": True, "no": False}, na_action="ignore").astype(kind.value)
    return values.astype(kind.value)


def tables(**texts: str) -> Tables:
    """Several tables; persons are added for every person_id that occurs."""
    made = {name: table(name, text) for name, text in texts.items()}
    if "persons" not in made:
        ids = sorted({pid for frame in made.values() for pid in frame["person_id"]})
        given = pd.DataFrame({"person_id": ids}, dtype=object)
        made = {"persons": _complete(TABLE["persons"], given), **made}
    return made
