"""A model in MLflow's own form: any tool that speaks MLflow can load and score it."""

from __future__ import annotations

from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pandas as pd

from models.risk_model import RiskModel

FOLDER = "risk_model"
"""The model's folder among the logged model's artifacts: RiskModel files and baselines."""

_REQUIREMENTS = ("lightgbm", "numpy", "pandas", "mlflow")
_CODE = ("models", "features")


def log_model(model_folder: Path, example: pd.DataFrame) -> Any:
    """Logs the model of a folder to the active run; MLflow's ModelInfo."""
    import mlflow

    model = RiskModel.load(model_folder, check_features=False)
    return mlflow.pyfunc.log_model(
        name="model",
        python_model=str(Path(__file__).with_name("served_by_mlflow.py")),
        artifacts={FOLDER: str(model_folder)},
        code_paths=[str(Path(__file__).parents[2] / room) for room in _CODE],
        signature=_signature(model),
        input_example=example[model.features].reset_index(drop=True),
        # Named here: finding them out would import the model anew and cost 12-28 s.
        pip_requirements=[f"{name}=={installed(name)}" for name in _REQUIREMENTS],
    )


def _signature(model: RiskModel) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    return ModelSignature(
        inputs=Schema([ColSpec("float", name) for name in model.features]),
        outputs=Schema([ColSpec("double", name) for name in model.targets]),
    )


def serve_as_pyfunc() -> None:
    """Hands MLflow the model of the file being logged or loaded: see served_by_mlflow.py."""
    from mlflow.models import set_model
    from mlflow.pyfunc import PythonModel

    class ServedModel(PythonModel):
        """A feature matrix in, a probability per target out."""

        def load_context(self, context: Any) -> None:
            self.model = RiskModel.load(Path(context.artifacts[FOLDER]))

        def predict(
            self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
        ) -> pd.DataFrame:
            return self.model.predict(model_input)

    set_model(ServedModel())
