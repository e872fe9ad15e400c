"""The region source reads back what the simulation wrote."""

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.errors import DataError
from features.progress import silently
from features.region import RegionSettings, simulate
from features.sources.region import RegionSource
from features.tables import ALL_TABLES

SETTINGS = RegionSettings(people=60, paths=2, truth_dates=(date(2024, 7, 15),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    simulate(SETTINGS, tmp_path / "region")
    return tmp_path / "region"


def test_reads_tables_truth_and_the_last_day(folder: Path) -> None:
    data = RegionSource().read(folder, silently)
    assert data.data_through == date(2026, 11, 15)
    assert data.truth is not None
    assert list(data.truth.columns) == ["person_id", "target", "index_date", "probability"]
    rows: dict[str, int] = {}
    for frame in data.frames:
        rows[frame.table.name] = rows.get(frame.table.name, 0) + len(frame.rows)
        assert "probability" not in frame.rows.columns
    assert rows.keys() == {table.name for table in ALL_TABLES}
    assert rows["persons"] == 60


@pytest.mark.parametrize(
    "text", [None, "", "{}", "[]", '{"data_through": "soon"}', '{"data_through": 5}']
)
def test_refuses_a_folder_that_is_no_region(folder: Path, text: str | None) -> None:
    about = folder / "region.json"
    if text is None:
        about.unlink()
    else:
        about.write_text(text)
    with pytest.raises(DataError, match=r"region\.json"):
        RegionSource().read(folder, silently)


def test_refuses_a_region_without_readable_truth(folder: Path) -> None:
    (folder / "truth" / "part-00000.parquet").write_bytes(b"not parquet")
    with pytest.raises(DataError, match="cannot be read"):
        RegionSource().read(folder, silently)
    shutil.rmtree(folder / "truth")
    with pytest.raises(DataError, match="cannot be read"):
        RegionSource().read(folder, silently)


def test_truth_dates_are_dates(folder: Path) -> None:
    truth = RegionSource().read(folder, silently).truth
    assert truth is not None
    assert pd.api.types.is_datetime64_any_dtype(truth["index_date"])
    assert json.loads((folder / "region.json").read_text())["truth_dates"] == ["2024-07-15"]
