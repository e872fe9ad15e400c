"""The past from today's extract beside extracts cut on the day."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ReplayDiffers, SettingsError
from features.home import Home
from features.region import RegionSettings, simulate
from features.sources import SOURCES
from features.store import Extract, ExtractStore
from training import replay as module
from training.replay import MondayReplayed, as_text, refuse_differences, replay


def any_model(matrix: pd.DataFrame) -> pd.DataFrame:
    """Moves with every feature, and needs no training."""
    known = np.nan_to_num(matrix.to_numpy(dtype=np.float64), nan=-1.0)
    return pd.DataFrame({"x": known @ np.arange(1, known.shape[1] + 1)}, index=matrix.index)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.at(tmp_path_factory.mktemp("replayed"))
    simulate(RegionSettings(people=300), home.region)
    ExtractStore(home).ingest(SOURCES["region"], home.region)
    return home


def test_a_region_s_past_is_the_same_from_today_and_from_then(home: Home) -> None:
    replayed = replay(home, mondays=2, weeks_apart=26, predict=any_model)
    through = ExtractStore(home).current().manifest.data_through
    assert replayed[0].index_date <= through
    assert (replayed[0].index_date - replayed[1].index_date).days == 26 * 7
    for monday in replayed:
        assert monday.index_date.weekday() == 0
        assert monday.rows > 100
        assert (monday.share, monday.largest_difference, monday.features) == (1.0, 0.0, {})
    refuse_differences(replayed)
    assert as_text(replayed).count("100.00 %") == 2


def test_a_leak_is_found_and_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a row told as known before it was, today's extract would know more than then."""
    read = Extract.read

    def leaking(self: Extract, partition: int) -> dict[str, pd.DataFrame]:
        tables = read(self, partition)
        if self.folder.is_relative_to(home.path):
            contacts = tables["contacts"]
            tables["contacts"] = contacts.assign(recorded_at=contacts["start"])
        return tables

    cut = module._cut
    monkeypatch.setattr(module, "_cut", lambda *a: _unpatched(monkeypatch, read, leaking, cut, *a))
    monkeypatch.setattr(Extract, "read", leaking)
    replayed = replay(home, mondays=1, predict=any_model)
    assert replayed[0].share < 1
    assert replayed[0].largest_difference > 0
    with pytest.raises(ReplayDiffers, match=r"features that differ: .*contact") as refused:
        refuse_differences(replayed)
    assert refused.value.exit_code == 8


def _unpatched(patch, read, leaking, cut, *args):  # type: ignore[no-untyped-def]
    """The cut is made from the rows as they are; only the look from today leaks."""
    patch.setattr(Extract, "read", read)
    made = cut(*args)
    patch.setattr(Extract, "read", leaking)
    return made


def rows(of: dict[str, list[float]], people: str) -> pd.DataFrame:
    return pd.DataFrame(of, index=pd.Index(list(people), name="person_id"), dtype=np.float32)


def test_how_rows_are_compared() -> None:
    monday = MondayReplayed(date(2024, 4, 1))
    monday.add(
        rows({"f": [1, 2, 3], "g": [np.nan, 0, 0]}, "abc"),
        rows({"f": [1, 4, 9], "g": [np.nan, 0, 0]}, "abd"),
        lambda m: pd.DataFrame({"x": m["f"].astype(float)}),
    )
    assert (monday.rows, monday.equal, monday.one_side_only) == (4, 1, 2)
    assert (monday.share, monday.largest_difference) == (0.25, 2.0)
    assert monday.features == {"f": 1}
    with pytest.raises(ReplayDiffers, match="2 people are present on one side only"):
        refuse_differences([monday])


def test_a_table_that_came_later_is_said(tmp_path: Path) -> None:
    from features.sources import TablesSource
    from tests.features.deliveries import SMALL, deliver

    home = Home.at(tmp_path / "home")
    late = "person_id,date,system,code\nanna,2024-03-02,kva,DG001\n"
    visits = "anna,k9,2024-03-04,2024-03-04,primary,visit,planned,SE2\n"
    folder = deliver(
        tmp_path / "in", **{**SMALL, "contacts": SMALL["contacts"] + visits}, procedures=late
    )
    ExtractStore(home).ingest(TablesSource(), folder)
    replayed = replay(home, mondays=2, weeks_apart=4, predict=any_model)
    assert [monday.same for monday in replayed] == [True, False]
    with pytest.raises(ReplayDiffers, match="not delivered at all by then: systems kva"):
        refuse_differences(replayed)


def test_a_number_of_mondays_is_needed(home: Home) -> None:
    with pytest.raises(SettingsError, match="at least 1"):
        replay(home, mondays=0, predict=any_model)
