"""The demo's size of region meets the hard bounds; the oracle is the truth it claims to be."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.region import RegionSettings, realism, simulate
from features.region.measured import MEASURED, avoidable
from features.region.realism import figures
from features.region.records import Region


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "region"
    simulate(RegionSettings(), folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("seed", [RegionSettings().seed, 101, 202])
def test_the_region_is_true_to_life(folder: Path, tmp_path: Path, seed: int) -> None:
    if seed != RegionSettings().seed:
        folder = tmp_path / "region"
        simulate(RegionSettings(seed=seed), folder)
    achieved = {a.figure.name: a for a in realism.realism(folder)}
    assert not [name for name, a in achieved.items() if a.figure.hard and not a.met]
    assert sum(a.figure.hard for a in achieved.values()) == 6
    plausible = [a for a in achieved.values() if a.figure.use == "plausible"]
    assert not [a for a in plausible if not 0.9 * a.figure.low <= a.value <= 1.1 * a.figure.high]
    # What the region should be near: most within the band, nothing in another world.
    aims = [a for a in achieved.values() if a.figure.use == "aim" and a.measured]
    assert np.mean([a.met for a in aims]) >= 0.5
    assert not [a for a in aims if not a.figure.low / 2.5 <= a.value <= 2.5 * a.figure.high]


def test_every_figure_is_measured_or_says_why_not() -> None:
    named = {figure.name for figure in figures()}
    assert len(named) == len(figures())
    assert {f.name for f in figures() if f.use != "none"} == set(MEASURED)
    for figure in figures():
        assert figure.use in realism.USES
        assert figure.source
        if figure.use == "none":
            assert figure.note, f"{figure.name} does not say why it is not comparable"
        else:
            assert figure.low < figure.high
        assert bool(figure.published) or figure.use in ("plausible", "bound")


def test_a_small_region_of_all_ages_is_measured_whole(tmp_path: Path) -> None:
    settings = RegionSettings(people=4_000, youngest=0, paths=2, truth_dates=(date(2025, 10, 13),))
    simulate(settings, tmp_path / "region")
    achieved = realism.realism(tmp_path / "region")
    assert all(a.measured == (a.figure.use != "none") for a in achieved)
    table = realism.as_markdown(achieved)
    assert table.count("\n") == len(achieved) + 1
    assert "| 70+ of all | 16.7 | 13.4–20 % |" in table


@pytest.mark.slow
@pytest.mark.parametrize("target", ["avoidable_365", "avoidable_90", "unplanned_365",
                                    "unplanned_30", "admission_365", "death_365"])  # fmt: skip
def test_the_oracle_is_calibrated(folder: Path, target: str) -> None:
    """As many as promised, within sampling error, and neither too bold nor too timid."""
    region = Region(folder)
    truth = region.tables["truth"]
    stayed = region.left.index[~(region.left < region.day + pd.Timedelta(days=365))]
    truth = truth[
        (truth["index_date"] == region.day)
        & (truth["target"] == target)
        & truth["person_id"].isin(stayed)
    ]
    probability = truth["probability"].to_numpy()
    outcome = _outcome(region, target, truth["person_id"])
    promised = probability.sum()
    error = np.sqrt((probability * (1 - probability)).sum())
    assert abs(outcome.sum() - promised) < 3 * error
    slope, slope_error = _calibration_slope(outcome, probability)
    assert abs(slope - 1) < 3 * slope_error


def _outcome(region: Region, target: str, people: pd.Series) -> np.ndarray:
    end = region.day + pd.Timedelta(days=int(target.split("_")[1]))
    if target.startswith("death"):
        death = region.tables["persons"].set_index("person_id")["death_date"]
        return (people.map(death) < end).to_numpy()
    rows = region.stays(urgency=None if target.startswith("admission") else "unplanned")
    if target.startswith("avoidable"):
        rows = avoidable(region)
    rows = rows[(rows["start"] >= region.day) & (rows["start"] < end)]
    return people.isin(rows["person_id"]).to_numpy()


def _calibration_slope(outcome: np.ndarray, probability: np.ndarray) -> tuple[float, float]:
    clipped = np.clip(probability, 1e-7, 1 - 1e-7)
    design = np.column_stack([np.ones(len(clipped)), np.log(clipped / (1 - clipped))])
    beta = np.array([0.0, 1.0])
    for _ in range(25):
        fitted = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (outcome - fitted))
    return float(beta[1]), float(np.sqrt(np.linalg.inv(information)[1, 1]))


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert realism.main([str(tmp_path)]) == 2
    assert "Usage" in capsys.readouterr().out
