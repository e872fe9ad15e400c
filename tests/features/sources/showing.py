"""Rows of a person as plain text, for tests to compare."""

import pandas as pd

from features.store import Extract


def shown(extract: Extract, person: str, table: str, *columns: str) -> list[tuple[str, ...]]:
    """Sorted as the extract has them; dates as days, what is missing as ``-``."""
    rows = extract.person(person)[table][list(columns)]
    return [tuple(map(_text, row)) for row in rows.itertuples(index=False)]


def _text(value: object) -> str:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return "-"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
