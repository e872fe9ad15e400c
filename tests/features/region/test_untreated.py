from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.errors import SettingsError
from features.region import RegionSettings, simulate
from features.region.settings import Teams
from features.region.untreated import risk_without_teams

DAY = date(2025, 10, 13)


def both(folder: Path, teams: Teams) -> pd.DataFrame:
    """The truth with the region's teams, and without any, of avoidable_365."""
    settings = RegionSettings(people=800, teams=teams, truth_dates=(DAY,), paths=6)
    simulate(settings, folder)
    truth = pd.read_parquet(folder / "truth").query("target == 'avoidable_365'")
    without = risk_without_teams(settings, DAY)["avoidable_365"]
    told = pd.DataFrame({"with": truth.set_index("person_id")["probability"], "without": without})
    assert len(told.dropna()) == len(truth) == len(without)
    return told


def test_without_teams_the_risk_is_higher_where_teams_work(tmp_path: Path) -> None:
    strong = both(tmp_path / "strong", Teams(avoidable=-2.0, other=-2.0, begins=0.05))
    top = strong[strong["without"] > strong["without"].quantile(0.95)]
    assert top["without"].mean() > 1.15 * top["with"].mean()


def test_in_a_region_without_teams_the_two_are_the_same_but_for_chance(tmp_path: Path) -> None:
    none = both(tmp_path / "none", Teams(begins=0.0))
    assert none["without"].mean() == pytest.approx(none["with"].mean(), rel=0.03)
    assert none.corr().iloc[0, 1] > 0.95
    assert pd.read_parquet(tmp_path / "none" / "enrolments").empty


def test_teams_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"begins must lie between 0 and 0\.05"):
        Teams(begins=0.2)
