import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelMismatch
from models.risk_model import RiskModel, expit


def logit(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p))


def test_base_and_contributions_add_up_to_the_served_log_odds(
    model: RiskModel, matrix: pd.DataFrame
) -> None:
    scores = model.predict(matrix)
    for target in model.targets:
        explanation = model.explain(matrix, target)
        total = explanation.base + explanation.contributions.sum(axis=1)
        assert np.abs(total - logit(scores[target])).max() < 1e-6


def test_block_by_block_the_same_bytes(model: RiskModel, matrix: pd.DataFrame) -> None:
    whole = model.explain(matrix, "death_365")
    blocks = list(model.explain_in_blocks(matrix, "death_365", rows=90))
    assert [len(block.base) for block in blocks] == [90, 90, 90, 90, 40]
    assert np.concatenate([block.base for block in blocks]).tobytes() == whole.base.tobytes()
    together = pd.concat([block.contributions for block in blocks])
    pd.testing.assert_frame_equal(together, whole.contributions, rtol=0, atol=0)


def test_save_and_load_give_the_same_bytes_of_scores(
    model: RiskModel, matrix: pd.DataFrame, tmp_path: Path
) -> None:
    model.save(tmp_path)
    loaded = RiskModel.load(tmp_path)
    assert loaded.predict(matrix).to_numpy().tobytes() == model.predict(matrix).to_numpy().tobytes()
    assert loaded.coverage == model.coverage
    assert loaded.info == model.info
    assert loaded.reference == model.reference
    assert {file.suffix for file in tmp_path.iterdir()} == {".txt", ".json"}


def test_a_stored_model_scores_and_explains_without_lightgbm(
    model: RiskModel, matrix: pd.DataFrame, tmp_path: Path
) -> None:
    """Loading the library is what a process of the service would wait for longest."""
    model.save(tmp_path)
    matrix.to_parquet(tmp_path / "matrix.parquet")
    code = f"""
import sys, pathlib, pandas as pd
from models.risk_model import RiskModel
model = RiskModel.load(pathlib.Path({str(tmp_path)!r}))
matrix = pd.read_parquet({str(tmp_path / "matrix.parquet")!r})
model.explain(matrix, "death_365")
print(model.predict(matrix).to_numpy().sum(), "lightgbm" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(model.predict(matrix).to_numpy().sum()), "False"]


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_of_trees_that_is_cut_off_is_refused(
    model: RiskModel, tmp_path: Path, kept: float
) -> None:
    model.save(tmp_path)
    file = tmp_path / "death_365.txt"
    trees = file.read_text().partition("end of trees")[0]
    file.write_text(trees[: int(kept * len(trees))])
    with pytest.raises(ModelMismatch, match=r"death_365\.txt: .* cut off"):
        RiskModel.load(tmp_path)


@pytest.mark.parametrize("kept", [0, 10, 500])
def test_a_document_that_is_cut_off_is_refused(model: RiskModel, tmp_path: Path, kept: int) -> None:
    model.save(tmp_path)
    file = tmp_path / "model.json"
    file.write_text(file.read_text()[:kept])
    with pytest.raises(ModelMismatch, match=r"model\.json: .* cut off"):
        RiskModel.load(tmp_path)


def test_one_row_scores_as_it_does_among_many(model: RiskModel, matrix: pd.DataFrame) -> None:
    alone = pd.concat([model.predict(matrix.iloc[[row]]) for row in range(5)])
    pd.testing.assert_frame_equal(alone, model.predict(matrix).iloc[:5], rtol=0, atol=1e-12)


def test_columns_may_come_in_any_order(model: RiskModel, matrix: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        model.predict(matrix[matrix.columns[::-1]]), model.predict(matrix)
    )


def test_nobody_gives_no_scores_and_no_reasons(model: RiskModel, matrix: pd.DataFrame) -> None:
    assert model.predict(matrix.iloc[:0]).shape == (0, 2)
    empty = model.explain(matrix.iloc[:0], "death_365")
    assert empty.contributions.shape == (0, len(model.features))
    assert empty.base.shape == (0,)


def test_a_missing_feature_is_refused(model: RiskModel, matrix: pd.DataFrame) -> None:
    with pytest.raises(ModelMismatch, match="lacks 1 of the model's features"):
        model.predict(matrix.drop(columns=model.features[3]))


def test_an_unknown_target_is_refused(model: RiskModel, matrix: pd.DataFrame) -> None:
    with pytest.raises(ModelMismatch, match="It predicts: avoidable_365, death_365"):
        model.explain(matrix, "unplanned_30")


def test_a_model_of_other_features_is_refused(model: RiskModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    document = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    document["features"][0] = "a_feature_of_long_ago"
    (tmp_path / "model.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ModelMismatch, match="such as 'a_feature_of_long_ago'"):
        RiskModel.load(tmp_path)


def test_the_reference_population_ignores_the_unknown() -> None:
    from models.risk_model import reference_population

    column = np.array([[0], [1], [2], [np.nan]], dtype=np.float32)
    summary = reference_population(pd.DataFrame(column, columns=["age"]))["age"]
    assert summary["known"] == 0.75
    assert summary["p50"] == 1.0
    assert reference_population(pd.DataFrame({"x": [np.nan]}))["x"] == {"known": 0.0}


def test_expit_does_not_overflow() -> None:
    assert expit(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
