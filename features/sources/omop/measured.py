"""Measured values, of the tables ``measurement`` and ``observation``."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.delivered import Delivered
from features.sources.measured import as_measured, name_of
from features.sources.omop.people import frame
from features.sources.omop.vocabulary import Vocabulary
from features.tables import OBSERVATIONS


def observations(
    tables: Delivered, vocabulary: Vocabulary, code_map: CodeMap, noted: Counter[str]
) -> Iterator[SourceFrame]:
    for table in ("measurement", "observation"):
        if not tables.has(table):
            continue
        columns = ("person_id", f"{table}_concept_id", f"{table}_date", "value_as_number")
        more = ("unit_concept_id", "unit_source_value", f"{table}_source_concept_id")
        for block in tables.blocks(table, columns, more):
            rows = block.rows[block.rows["value_as_number"].notna()]
            system, unit = vocabulary.systems_of(rows["unit_concept_id"])
            told = pd.DataFrame(
                {
                    "person_id": rows["person_id"],
                    "date": rows[f"{table}_date"].str.slice(0, 10),
                    "name": _names(
                        rows[f"{table}_concept_id"],
                        rows[f"{table}_source_concept_id"],
                        vocabulary,
                        code_map,
                    ),
                    "value": rows["value_as_number"],
                    "unit": unit.where(system == "ucum").fillna(rows["unit_source_value"]),
                }
            )
            found = as_measured(told, noted)
            if len(found):
                yield frame(OBSERVATIONS, found, block)


def _names(
    standard: pd.Series, source: pd.Series, vocabulary: Vocabulary, code_map: CodeMap
) -> pd.Series:
    """Of the standard concept, else of the source's; by its code or, in the map, its number."""
    names = pd.Series(None, index=standard.index, dtype="str")
    for concepts in (standard.str.strip(), source.str.strip()):
        distinct = concepts.dropna().drop_duplicates()
        systems, codes = vocabulary.systems_of(distinct)
        told = {
            concept: (name_of(str(system), str(code), code_map) if pd.notna(code) else None)
            or name_of("omop", concept, code_map)
            for concept, system, code in zip(distinct, systems, codes, strict=True)
        }
        names = names.fillna(concepts.map(told).astype("str"))
    return names
