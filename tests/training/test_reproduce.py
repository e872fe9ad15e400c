"""A registered model, made again from what was logged with it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from features.errors import ExtractMissing, ModelMissing, NotReproduced
from features.home import Home
from models.registry import Registry
from training import reproduce as module
from training.environment import environment
from training.reproduce import File, Reproduced, refuse_differences, reproduce
from training.train import TrainResult, train

from .conftest import QUICKER
from .toy import toy_home

Trained = tuple[Home, TrainResult]


def test_the_same_bytes_come_again(trained: Trained) -> None:
    home, result = trained
    found = reproduce(home, result.run_id)
    assert found.version == result.version
    assert {file.name for file in found.files} == {
        "model.json",
        "baselines.json",
        *(f"{target}.txt" for target in ("avoidable_365", "unplanned_365", "death_365")),
    }
    assert found.is_equal
    assert not [what for what in found.differences if not what.startswith("commit")]
    refuse_differences(found)


def test_a_tuned_model_is_made_again_without_searching_again(tmp_path: Path) -> None:
    home = toy_home(tmp_path, people=600)
    quick = replace(QUICKER.boosters, rounds=20, monotone=True)
    result = train(home, replace(QUICKER, tune_trials=2, boosters=quick))
    registry = Registry(home)
    info = registry.fetch(result.version).model.info
    assert info["tuning"]["trials"] == 2
    assert info["monotone"]["target"] == "unplanned_365"
    assert info["boosters"] | info["tuning"]["values"] == info["boosters"]
    client = registry._client()
    experiment = client.get_run(result.run_id).info.experiment_id
    children = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{result.run_id}'")
    assert len(children) == 2
    assert {"num_leaves", "given_up"} <= set(children[0].data.params)
    shutil.rmtree(home.path / "tuning")
    assert reproduce(home, result.version).is_equal
    assert not (home.path / "tuning").exists()
    for folder in home.extracts.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    with pytest.raises(ExtractMissing, match="no longer in this home"):
        reproduce(home, result.version)


def test_what_is_another_than_then_is_named(trained: Trained) -> None:
    home, _ = trained
    params = dict(Registry(home).versions()[-1].params)
    assert set(environment()) <= set(params)
    params["with_commit"] = environment()["with_commit"]
    other = environment() | {"with_lightgbm": "0.0.1"}
    assert module._differences(params, other) == [
        f"lightgbm {environment()['with_lightgbm']} then, 0.0.1 now"
    ]


def test_other_bytes_are_an_error_that_says_why() -> None:
    files = (File("model.json", "a", "b"), File("death_365.txt", "c", "c"))
    why = ("lightgbm 1 then, 2 now",)
    with pytest.raises(NotReproduced, match=r"1 of 2 files of version 3 differ: lightgbm 1 then"):
        refuse_differences(Reproduced("3", files, why))
    with pytest.raises(NotReproduced, match="fault of the code"):
        refuse_differences(Reproduced("3", files, ()))
    assert any("DIFFERS" in line for line in Reproduced("3", files, why).lines())


def test_an_unknown_run_is_told(trained: Trained) -> None:
    with pytest.raises(ModelMissing, match="framsynt models"):
        reproduce(trained[0], "no-such-run")
