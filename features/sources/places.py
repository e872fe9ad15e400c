"""Where somebody lives, as far as the code map says what a place's code or name stands for.

    system,code,to_system,to_code
    postal_code,42437,municipality,1480
    postal_code,42437,deprivation,4

A postal town is no municipality, and no source tells how deprived a neighbourhood is: so
nothing is known without the map. Addresses themselves are never kept.
"""

from collections.abc import Mapping

import pandas as pd

from features.sources.code_map import CodeMap

KINDS = ("postal_code", "district", "city", "county", "place")
"""What the map is asked by, first to last. ``place``: a code of the source's own."""


def place_of(said: Mapping[str, str | None], code_map: CodeMap) -> dict[str, str]:
    """Municipality and deprivation, those that the map has; ``said``: values by kind."""
    found: dict[str, str] = {}
    for kind in KINDS:
        value = (said.get(kind) or "").strip()
        value = value.replace(" ", "") if kind == "postal_code" else value
        for into in ("municipality", "deprivation"):
            mapped = code_map.first(kind, value, into) if value else None
            if mapped and into not in found:
                found[into] = mapped
    return found


def places_of(rows: pd.DataFrame, code_map: CodeMap) -> pd.DataFrame:
    """The same for many: ``rows`` has kinds as columns. Columns that nobody has are left out."""
    distinct = rows.drop_duplicates()
    told = {
        key: place_of(dict(zip(rows.columns, key, strict=True)), code_map)
        for key in distinct.itertuples(index=False, name=None)
    }
    found = [told[key] for key in rows.itertuples(index=False, name=None)]
    columns = {
        into: pd.Series([f.get(into) for f in found], index=rows.index, dtype="str")
        for into in ("municipality", "deprivation")
    }
    return pd.DataFrame(
        {name: c for name, c in columns.items() if c.notna().any()}, index=rows.index
    )
