"""A small region: valid by contract, the same every time, and possible."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import events
from features.errors import FramsyntError
from features.region import RegionSettings, simulate
from features.region.oracle import TARGETS
from features.region.settings import Teams
from features.stays import joined_as_of
from features.tables import ALL_TABLES, TABLE

SMALL = RegionSettings(people=1_500, paths=2, people_per_chunk=1_000)
OWN = {"region.json", "truth", "truth_enrolments"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "region"
    simulate(SMALL, folder)
    return folder


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, pd.DataFrame]:
    found = {}
    for table in ALL_TABLES:
        frame = pd.read_parquet(folder / table.name)
        for column in table.columns:
            frame[column.name] = frame[column.name].astype(column.kind.value)
        found[table.name] = frame
    return found


def _hashes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_writes_every_table_and_nothing_else(folder: Path) -> None:
    assert {p.name for p in folder.iterdir()} == OWN | {table.name for table in ALL_TABLES}
    for part in [p for p in folder.iterdir() if p.is_dir()]:
        assert [p.name for p in sorted(part.iterdir())] == [
            "part-00000.parquet",
            "part-00001.parquet",
        ]
    assert [p.name for p in folder.parent.iterdir()] == ["region"]


@pytest.mark.parametrize("name", list(TABLE))
def test_tables_keep_the_contract(tables: dict[str, pd.DataFrame], name: str) -> None:
    from features.validation import validate_table

    frame = tables[name]
    assert list(frame.columns) == TABLE[name].column_names
    assert len(frame)
    checked = validate_table(TABLE[name], frame, where=name)
    assert len(checked.rejected) == 0
    assert len(checked.rows) == len(frame)


def test_the_truth_stays_outside_the_tables(tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        assert set(frame.columns) == set(TABLE[name].column_names)


@pytest.mark.parametrize("table", [t for t in ALL_TABLES if t.happened], ids=lambda t: t.name)
def test_nothing_is_recorded_before_it_happens_or_after_the_end(
    tables: dict[str, pd.DataFrame], table
) -> None:
    frame = tables[table.name]
    assert (frame["recorded_at"] >= frame[table.happened]).all()
    assert (frame["recorded_at"] <= pd.Timestamp(SMALL.end)).all()


def test_diagnoses_of_a_stay_are_not_recorded_before_its_end(tables) -> None:
    contacts = tables["contacts"].set_index("contact_id")
    stays = contacts[contacts["setting"] == "inpatient"]
    rows = tables["diagnoses"][tables["diagnoses"]["contact_id"].isin(stays.index)]
    assert len(rows)
    end = rows["contact_id"].map(stays["end"])
    assert (rows["date"] == end).all()
    assert (rows["recorded_at"] >= end).all()


def test_diagnoses_and_procedures_belong_to_a_contact_of_the_same_person(tables) -> None:
    contacts = tables["contacts"].set_index("contact_id")
    owner, recorded = contacts["person_id"], contacts["recorded_at"]
    for name in ("diagnoses", "procedures"):
        assert (tables[name]["contact_id"].map(owner) == tables[name]["person_id"]).all()
        # Nothing is on record about a contact that is not: the last day cuts both off alike.
        known = tables[name]["contact_id"].map(recorded)
        assert (tables[name]["recorded_at"] >= known).all()


def test_stays_touch_only_where_another_ward_takes_over(tables) -> None:
    stays = tables["contacts"].query("setting == 'inpatient'").sort_values(["person_id", "start"])
    before = stays.groupby("person_id")[["end", "care_unit"]].shift()
    assert not (stays["start"] < before["end"]).any()
    moved = stays[stays["start"] == before["end"]]
    assert 0.02 < len(moved) / len(stays) < 0.15
    # Some are told later than they happened, so that joining them depends on the date.
    assert (moved["recorded_at"] > moved["start"]).any()
    joined = joined_as_of(tables, events.day(SMALL.end) + 1)["contacts"]
    left = joined.query("setting == 'inpatient'").sort_values(["person_id", "start"])
    assert len(left) == len(stays) - len(moved)
    gap = left["start"] - left.groupby("person_id")["end"].shift()
    assert (gap.dropna() >= pd.Timedelta(days=2)).all()
    assert (left["end"].dropna() >= left["start"][left["end"].notna()]).all()


def test_nothing_happens_after_death(tables) -> None:
    death = tables["persons"].set_index("person_id")["death_date"]
    assert death.notna().sum() > 20
    for table in ALL_TABLES:
        if table.happened:
            frame = tables[table.name]
            died = frame["person_id"].map(death)
            assert not (frame[table.happened] > died).any(), table.name
    stays = tables["contacts"]
    assert not (stays["end"] > stays["person_id"].map(death)).any()


def test_everyone_is_old_enough_when_they_enter(tables) -> None:
    entered = tables["observation_periods"].set_index("person_id")["start"]
    born = tables["persons"].set_index("person_id")["birth_date"]
    assert ((entered - born).dt.days / 365.25 >= 65).all()


def test_periods_of_listing_follow_each_other(tables) -> None:
    rows = tables["listings"].sort_values(["person_id", "start"])
    same = rows["person_id"].shift(-1) == rows["person_id"]
    assert same.sum() > 50
    assert (rows["end"][same] == rows["start"].shift(-1)[same]).all()
    changed = rows["care_unit"].shift(-1) != rows["care_unit"]
    assert changed[same].all()


def test_the_truth_is_a_probability_for_everyone_there(folder: Path, tables) -> None:
    truth = pd.read_parquet(folder / "truth")
    assert list(truth.columns) == ["person_id", "target", "index_date", "probability"]
    assert truth["probability"].between(0, 1).all()
    assert not truth.duplicated(["person_id", "target", "index_date"]).any()
    assert set(truth["target"]) == set(TARGETS)
    asked = set(pd.to_datetime(truth["index_date"]).dt.date)
    assert asked == set(SMALL.dates_of_truth)
    assert {date(2024, 7, 15), date(2024, 10, 14), date(2025, 10, 13)} < asked
    wide = truth.set_index(["person_id", "index_date", "target"])["probability"].unstack()  # noqa: PD010
    assert wide.notna().all().all()
    # By their meaning, up to the noise of the paths.
    assert wide["avoidable_365"].mean() < wide["unplanned_365"].mean()
    assert wide["unplanned_365"].mean() < wide["admission_365"].mean()
    assert (wide["avoidable_90"] <= wide["avoidable_365"] + 1e-9).all()
    assert (wide["unplanned_30"] <= wide["unplanned_365"] + 1e-9).all()


def test_the_same_settings_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    simulate(SMALL, tmp_path / "again")
    assert _hashes(folder) == _hashes(tmp_path / "again")


def test_however_many_processes_the_bytes_are_the_same(folder: Path, tmp_path: Path) -> None:
    simulate(SMALL, tmp_path / "again", processes=2)
    assert _hashes(folder) == _hashes(tmp_path / "again")


def test_another_seed_gives_another_region(folder: Path, tmp_path: Path) -> None:
    settings = RegionSettings(people=200, seed=1, paths=2, truth_dates=(date(2024, 7, 15),))
    simulate(settings, tmp_path / "one")
    one = _hashes(tmp_path / "one")
    simulate(
        RegionSettings(people=200, seed=2, paths=2, truth_dates=(date(2024, 7, 15),)),
        tmp_path / "one",
    )
    two = _hashes(tmp_path / "one")
    assert all(one[name] != two[name] for name in one)


def test_asking_the_oracle_more_does_not_change_the_tables(folder: Path, tmp_path: Path) -> None:
    settings = RegionSettings(
        people=1_500, paths=3, people_per_chunk=1_000, truth_dates=(date(2023, 1, 2),)
    )
    simulate(settings, tmp_path / "region")
    before, after = _hashes(folder), _hashes(tmp_path / "region")
    assert {n.split("/")[0] for n in before if before[n] != after[n]} == OWN


def test_region_json_says_what_the_region_is(folder: Path) -> None:
    about = json.loads((folder / "region.json").read_text(encoding="utf-8"))
    assert about["data_through"] == "2026-11-15"
    assert about["settings"]["people"] == 1_500
    assert len(about["care_units"]) == SMALL.care_units == 2


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FramsyntError, match="not empty"):
        simulate(SMALL, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupted_simulation_leaves_the_earlier_region(
    tmp_path: Path, processes: int
) -> None:
    target = tmp_path / "region"
    simulate(RegionSettings(people=50, paths=2, truth_dates=(date(2024, 7, 15),)), target)
    before = _hashes(target)

    def stop(items, description, total=None):
        for number, item in enumerate(items):
            if number == 1:
                raise KeyboardInterrupt
            yield item

    with pytest.raises(KeyboardInterrupt):
        simulate(SMALL, target, stop, processes)
    assert _hashes(target) == before
    assert [p.name for p in tmp_path.iterdir()] == ["region"]


def test_what_a_killed_simulation_left_behind_is_swept_away(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f".region.{ended.pid}-0a1b2c3d.tmp").mkdir()
    others = [f".region.{os.getpid()}-0a1b2c3d.tmp", ".region.notes-mine.tmp", ".other.1-1.tmp"]
    for name in others:
        (tmp_path / name).mkdir()
    settings = RegionSettings(people=10, paths=2, truth_dates=(date(2024, 7, 15),))
    simulate(settings, tmp_path / "region")
    assert {p.name for p in tmp_path.iterdir()} == {"region", *others}


def test_the_smallest_region(tmp_path: Path) -> None:
    settings = RegionSettings(
        people=10, paths=2, start=date(2024, 1, 1), end=date(2024, 12, 29), people_per_chunk=10
    )
    simulate(settings, tmp_path / "region")
    assert len(pd.read_parquet(tmp_path / "region" / "persons")) == 10
    assert np.isfinite(pd.read_parquet(tmp_path / "region" / "truth")["probability"]).all()


def test_a_region_of_all_ages(tmp_path: Path) -> None:
    settings = RegionSettings(people=3_000, youngest=0, paths=2, truth_dates=(date(2025, 10, 13),))
    simulate(settings, tmp_path / "region")
    read = {
        name: pd.read_parquet(tmp_path / "region" / name).set_index("person_id")
        for name in ("persons", "observation_periods", "diagnoses", "dispensings", "truth")
    }
    born = pd.to_datetime(read["persons"]["birth_date"])
    entered = pd.to_datetime(read["observation_periods"]["start"])
    assert (entered >= born).all()
    age = (pd.Timestamp("2025-10-13") - born).dt.days / 365.25
    assert 0.18 < (age < 18).mean() < 0.30
    assert 0.17 < (age >= 65).mean() < 0.28
    assert (born > pd.Timestamp(settings.start)).sum() > 50  # births
    assert not read["persons"]["lives_alone"][age < 12].any()
    # Children and adults with complex needs, and with mental ill-health, exist.
    codes = read["diagnoses"]["code"]
    young = age.index[(age > 5) & (age < 40)]
    for prefixes in (("F",), ("G80", "Q90", "G40")):
        assert codes[codes.str.startswith(prefixes)].index.isin(young).any()
    risk = read["truth"].query("target == 'unplanned_365'")["probability"]
    assert risk[risk.index.isin(young)].mean() < 0.05
    assert risk[risk.index.isin(age.index[age >= 75])].mean() > 0.12


def test_the_effect_of_every_enrolment_is_written_beside(folder: Path, tables) -> None:
    effects = pd.read_parquet(folder / "truth_enrolments")
    seen = tables["enrolments"]
    keys = ["person_id", "team", "start"]
    effects["start"] = pd.to_datetime(effects["start"]).astype("datetime64[s]")
    assert not effects.duplicated(keys).any()
    both = seen.merge(effects, on=keys, how="left", suffixes=("", "_true"))
    assert both["with_team"].notna().all()
    # For each by few and noisy paths here; a team lowers the risk all the same.
    assert (effects["with_team"] < effects["without_team"]).mean() > 0.9
    assert effects["with_team"].mean() < 0.95 * effects["without_team"].mean()
    assert effects[["with_team", "without_team"]].stack().between(0, 1).all()  # noqa: PD013
    ended = both["end"].notna()
    assert (both["end"][ended] == pd.to_datetime(both["end_true"][ended])).all()
    assert set(effects["log_hazard_ratio_avoidable"]) == {Teams().avoidable}
    assert set(effects["log_hazard_ratio_other"]) == {Teams().other}
