"""A simulated region, as ``features.region.simulate`` writes it: tables, truth and its end."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pyarrow.parquet as pq

from features.errors import DataError
from features.progress import Track
from features.sources.base import EVERYTHING, SourceData
from features.sources.tables import TablesSource
from features.tables import Coverage


class RegionSource:
    name = "region"
    delivers: ClassVar[dict[str, Coverage]] = {"": EVERYTHING}

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises DataError: no simulated region there, or one that is not whole."""
        data_through = _data_through(path)
        try:
            truth = _truth(path / "truth")
        except (OSError, ValueError) as cause:
            raise DataError(
                "cannot be read",
                where=str(path / "truth"),
                do="Simulate the region again.",
            ) from cause
        data = TablesSource().read(path, track)
        return replace(data, truth=truth, data_through=data_through)


def _truth(folder: Path) -> pd.DataFrame:
    """Ids and targets as categories in order: there are millions of rows."""
    text = ["person_id", "target"]
    truth = pq.read_table(folder, read_dictionary=text).to_pandas(date_as_object=False)
    for name in text:
        truth[name] = truth[name].cat.reorder_categories(sorted(truth[name].cat.categories))
    truth["index_date"] = truth["index_date"].astype("datetime64[s]")
    return truth


def _data_through(path: Path) -> date:
    try:
        about = json.loads((path / "region.json").read_text(encoding="utf-8"))
        return date.fromisoformat(about["data_through"])
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise DataError(
            "no simulated region here (region.json is missing or broken)",
            where=str(path),
            do="Give the folder of a simulated region, or use the source 'tables'.",
        ) from cause
