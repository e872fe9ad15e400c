"""Where people live and which care unit answers for them, as known at an index date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from features.tables import Tables
from models.population import listed_unit


def circumstances(tables: Tables, person_ids: pd.Index, day: date) -> pd.DataFrame:
    """Where these people live and which care unit answers for them, as known then.

    ``persons`` has no history: municipality and deprivation are as they are today.
    """
    persons = tables["persons"].set_index("person_id")
    persons = persons.loc[person_ids, ["municipality", "deprivation"]]
    unit = listed_unit(tables, day).reindex(person_ids) if "listings" in tables else None
    return pd.DataFrame(
        {
            "care_unit": pd.Categorical([None] * len(persons) if unit is None else unit),
            "municipality": pd.Categorical(persons["municipality"].astype("str")),
            "deprivation": persons["deprivation"].to_numpy(dtype=np.float32),
        }
    )


def joined(parts: list[pd.DataFrame], index: pd.Index) -> pd.DataFrame:
    """The parts on top of each other. Text stays in categories: it is repeated for everyone."""
    return pd.DataFrame(
        {
            "care_unit": _one_categorical([part["care_unit"] for part in parts]),
            "municipality": _one_categorical([part["municipality"] for part in parts]),
            "deprivation": np.concatenate([part["deprivation"] for part in parts]),
        },
        index=index,
    )


def _one_categorical(parts: list[pd.Series]) -> pd.Categorical:
    values = sorted(set().union(*(part.cat.categories for part in parts)))
    words = pd.Index(values, dtype="str")
    codes = [part.cat.set_categories(words).cat.codes for part in parts]
    return pd.Categorical.from_codes(np.concatenate(codes), categories=words)
