"""Every source, present and future, is held to the contract."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.home import Home
from features.progress import silently
from features.region import RegionSettings, simulate
from features.sources import SOURCES
from features.store import ExtractStore
from features.tables import PERSONS, TABLE, Coverage
from features.validation import validate_table
from tests.features.deliveries import SMALL, deliver, deliver_synpuf
from tests.features.sources.small_fhir import deliver_fhir
from tests.features.sources.small_omop import deliver_omop
from tests.features.sources.small_sql import fill_sqlite, write_toml
from tests.features.sources.small_synthea import deliver_synthea


def _region(folder: Path) -> Path:
    simulate(RegionSettings(people=60, paths=2, truth_dates=(date(2024, 7, 15),)), folder)
    return folder


def _sql(folder: Path) -> Path:
    folder.mkdir()
    os.environ["FRAMSYNT_SOURCE_URL"] = fill_sqlite(folder / "warehouse.db")
    return write_toml(folder / "region.toml")


@pytest.fixture(autouse=True)
def _no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMSYNT_SOURCE_URL", "")  # put back, whatever a delivery sets


DELIVERIES: dict[str, Callable[[Path], Path]] = {
    "tables": lambda folder: deliver(folder, **SMALL),
    "synpuf": deliver_synpuf,
    "region": _region,
    "synthea": deliver_synthea,
    "omop": deliver_omop,
    "sql": _sql,
    "fhir": deliver_fhir,
}
"""A small delivery for each source: a new source adds its own."""


@pytest.mark.parametrize("name", SOURCES)
def test_source_keeps_the_contract(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]
    assert source.name == name
    delivery = DELIVERIES[name](tmp_path / "in")
    data = source.read(delivery, silently)
    persons: set[str] = set()
    others_came = False
    for frame in data.frames:
        assert frame.table is TABLE[frame.table.name]
        assert frame.origin
        checked = validate_table(frame.table, frame.rows, frame.origin)
        assert checked.rejected.empty
        assert len(frame.numbers(checked.kept)) == len(frame.rows)
        if frame.table is PERSONS:
            assert not others_came
            persons |= set(checked.rows["person_id"].astype("str"))
        else:
            others_came = True
            assert set(checked.rows["person_id"].astype("str")) <= persons
    extract = ExtractStore(Home.at(tmp_path / "home")).ingest(source, delivery)
    manifest = extract.manifest
    assert manifest.n_persons == len(persons)
    assert manifest.rejected == {}
    assert manifest.coverage.tables == set(manifest.rows)
    tables = [extract.read(p) for p in extract.partitions]
    systems = pd.concat([t["diagnoses"]["system"].astype("str") for t in tables])
    assert set(systems) <= manifest.coverage.systems
    assert any(within(manifest.coverage, best) for best in source.delivers.values())
    assert extract.id == ExtractStore(Home.at(tmp_path / "again")).ingest(source, delivery).id


def within(coverage: Coverage, best: Coverage) -> bool:
    """Whether nothing is said to be delivered that the source's page says is not."""
    return (
        coverage.tables <= best.tables
        and coverage.settings <= best.settings
        and coverage.urgency <= best.urgency
        and coverage.principal <= best.principal
    )
