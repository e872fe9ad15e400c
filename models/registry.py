"""Fitted models: logged, registered and fetched. The only module that talks to MLflow.

One registered model, ``framsynt``, whose alias ``champion`` is what serves. The alias moves
last, when everything else is stored: a crash at any moment leaves the previous champion.
Anyone who can write to the registry decides what runs, as MLflow executes a logged
model's Python file when it loads one; this system itself reads only text and JSON.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from features.errors import ModelMissing
from features.home import Home
from models.risk_model import RiskModel

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

NAME = "framsynt"
ALIAS = "champion"
FOLDER = "risk_model"
"""The model's folder among the logged model's artifacts: RiskModel files and baselines."""

_REQUIREMENTS = ("lightgbm", "numpy", "pandas", "mlflow")
_CODE = ("models", "features")


@dataclass(frozen=True)
class Champion:
    """The model that serves: its registered version, its run, and the folder it lies in."""

    version: str
    run_id: str
    model: RiskModel
    folder: Path


class Registry:
    """The registry of one home, or of the MLflow server that the environment names."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def champion(self) -> Champion:
        """The registered champion. Raises ``ModelMissing`` if there is none, and
        ``ModelMismatch`` if it does not fit this version of the code."""
        missing = ModelMissing("no model has been trained yet", do="Run: framsynt train")
        if not self._has_store():
            raise missing
        with _quiet():
            from mlflow.exceptions import MlflowException

            client = self._client()
            try:
                found = client.get_model_version_by_alias(NAME, ALIAS)
            except MlflowException:
                raise missing from None
            return self._fetch(client, str(found.version), str(found.run_id))

    def _fetch(self, client: MlflowClient, version: str, run_id: str) -> Champion:
        from mlflow.artifacts import download_artifacts

        # Of a local store, the folder itself: nothing is copied.
        location = client.get_model_version_download_uri(NAME, version)
        found = download_artifacts(artifact_uri=location, tracking_uri=self.home.mlflow_uri)
        folder = Path(found) / "artifacts" / FOLDER
        return Champion(version, run_id, RiskModel.load(folder), folder)

    def register(
        self,
        model_folder: Path,
        *,
        example: pd.DataFrame,
        params: Mapping[str, Any],
        metrics: Mapping[str, float],
        artifacts: Path,
        tags: Mapping[str, str],
    ) -> Champion:
        """Logs a run with everything about a model, registers it and makes it champion.

        ``model_folder``: what ``RiskModel.save`` wrote, and baselines beside it, in a folder
        named ``FOLDER``. ``example``:
        a row or two of the matrix that belong to nobody. ``artifacts``: a folder of report,
        model card and figures. Nothing in any of them may be about one person.
        """
        self.home.path.mkdir(parents=True, exist_ok=True)
        model = RiskModel.load(model_folder, check_features=False)
        with _quiet(), self._run(tags) as run_id:
            import mlflow

            client = self._client()
            mlflow.log_params({key: str(value) for key, value in params.items()})
            mlflow.log_metrics(dict(metrics))
            mlflow.log_artifacts(str(artifacts))
            logged = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("served_by_mlflow.py")),
                artifacts={FOLDER: str(model_folder)},
                code_paths=[str(Path(__file__).parents[1] / room) for room in _CODE],
                signature=_signature(model),
                input_example=example[model.features].reset_index(drop=True),
                # Named here: finding them out would import the model anew and cost 12-28 s.
                pip_requirements=[f"{name}=={installed(name)}" for name in _REQUIREMENTS],
            )
            version = self._register_version(client, logged.model_uri, run_id, logged.model_id)
        with _quiet():
            stored = self._fetch(client, version, run_id)
            # Last of all, and only once the stored model has been read back.
            client.set_registered_model_alias(NAME, ALIAS, version)
        return stored

    def _register_version(self, client: MlflowClient, uri: str, run_id: str, model_id: str) -> str:
        if not client.search_registered_models(f"name = '{NAME}'"):
            client.create_registered_model(
                NAME, description="Risk of hospital admission and death after an index date."
            )
        return str(client.create_model_version(NAME, uri, run_id, model_id=model_id).version)

    def _has_store(self) -> bool:
        """Asking an absent SQLite file would create it, and cost five seconds."""
        uri = self.home.mlflow_uri
        return not uri.startswith("sqlite:///") or Path(uri.removeprefix("sqlite:///")).exists()

    def _client(self) -> MlflowClient:
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=self.home.mlflow_uri, registry_uri=self.home.mlflow_uri)

    def _experiment(self, client: MlflowClient) -> str:
        found = client.get_experiment_by_name(NAME)
        if found is not None:
            return str(found.experiment_id)
        uri = self.home.mlflow_uri
        # A server decides for itself where artifacts go.
        local = str(self.home.mlflow_artifacts) if uri.startswith("sqlite") else None
        return str(client.create_experiment(NAME, artifact_location=local))

    @contextmanager
    def _run(self, tags: Mapping[str, str]) -> Iterator[str]:
        """A run of this home's store: the one that ``mlflow run`` opened, if it is there."""
        import mlflow

        client = self._client()
        given = {name: os.environ.pop(name, None) for name in _RUN_VARIABLES}
        try:
            mlflow.set_tracking_uri(self.home.mlflow_uri)
            joined = _existing_run(client, given["MLFLOW_RUN_ID"])
            experiment = None if joined else self._experiment(client)
            with mlflow.start_run(joined, experiment_id=experiment, tags=dict(tags)) as run:
                yield str(run.info.run_id)
        finally:
            # MLflow keeps the address in the environment; whoever set one before gets it back.
            mlflow.set_tracking_uri(None)  # type: ignore[arg-type]
            os.environ.update({name: value for name, value in given.items() if value})


_RUN_VARIABLES = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_TRACKING_URI")


def _existing_run(client: MlflowClient, run_id: str | None) -> str | None:
    from mlflow.exceptions import MlflowException

    if not run_id:
        return None
    try:
        return str(client.get_run(run_id).info.run_id)
    except MlflowException:
        return None


def _signature(model: RiskModel) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    return ModelSignature(
        inputs=Schema([ColSpec("float", name) for name in model.features]),
        outputs=Schema([ColSpec("double", name) for name in model.targets]),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without MLflow's chatter and its dependencies' deprecation warnings: operators can
    act on neither. Errors still come through."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    bar = os.environ.get("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR")
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _hush(loggers)
            import mlflow  # noqa: F401  (sets up its own logging when first imported)

            _hush(loggers)
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            if bar is None:
                del os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"]
            else:
                os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = bar


def _hush(loggers: list[logging.Logger]) -> None:
    for logger in loggers:
        logger.setLevel(logging.ERROR)


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
