"""The MLflow store of one home: where it is, its runs, and its silence."""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.home import Home

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

NAME = "framsynt"
"""Of the experiment, and of the registered model."""

_RUN_VARIABLES = ("MLFLOW_RUN_ID", "MLFLOW_NAME_ID", "MLFLOW_TRACKING_URI")
# MLflow notes who runs it and from which folder, often somebody's own: neither is kept.
_USER_VARIABLE = "LOGNAME"
_NOBODY = {"mlflow.user": "framsynt", "mlflow.source.name": "framsynt"}


class Store:
    """Runs of one home, or of the MLflow server that the environment names."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    def is_local(self) -> bool:
        """Whether it is a file on this machine, and no server."""
        return self.home.mlflow_uri.startswith("sqlite:///")

    def exists(self) -> bool:
        """Asking an absent SQLite file would create it, and cost five seconds."""
        file = Path(self.home.mlflow_uri.removeprefix("sqlite:///"))
        return not self.is_local or file.exists()

    def client(self) -> MlflowClient:
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=self.home.mlflow_uri, registry_uri=self.home.mlflow_uri)

    @contextmanager
    def run(self, tags: Mapping[str, str]) -> Iterator[str]:
        """A run of this home's store: the one that ``mlflow run`` opened, if it is there."""
        import mlflow

        client = self.client()
        given = {name: os.environ.pop(name, None) for name in (*_RUN_VARIABLES, _USER_VARIABLE)}
        os.environ[_USER_VARIABLE] = _NOBODY["mlflow.user"]
        try:
            mlflow.set_tracking_uri(self.home.mlflow_uri)
            joined = _existing_run(client, given["MLFLOW_RUN_ID"])
            experiment = None if joined else self._experiment(client)
            every = {**tags, **_NOBODY}
            with mlflow.start_run(joined, experiment_id=experiment, tags=every) as run:
                yield str(run.info.run_id)
        finally:
            # MLflow keeps the address in the environment; whoever set one before gets it back.
            mlflow.set_tracking_uri(None)  # type: ignore[arg-type]
            del os.environ[_USER_VARIABLE]
            os.environ.update({name: value for name, value in given.items() if value})

    def child_run(
        self,
        parent: str,
        params: Mapping[str, Any],
        metrics: Mapping[str, float],
        name: str = "",
    ) -> str:
        """Logs a finished run under the run ``parent`` (a trial of a search); its id.

        At most 100 parameters and 1,000 metrics, as MLflow allows at once.
        """
        with quiet():
            from mlflow.entities import Metric, Param

            client, now = self.client(), int(time.time() * 1000)
            experiment = client.get_run(parent).info.experiment_id
            tags = {"mlflow.parentRunId": parent, **_NOBODY}
            run = client.create_run(experiment, tags=tags, run_name=name or None)
            client.log_batch(
                run.info.run_id,
                metrics=[Metric(key, float(value), now, 0) for key, value in metrics.items()],
                params=[Param(key, str(value)) for key, value in params.items()],
            )
            client.set_terminated(run.info.run_id)
            return str(run.info.run_id)

    def _experiment(self, client: MlflowClient) -> str:
        found = client.get_experiment_by_name(NAME)
        if found is not None:
            return str(found.experiment_id)
        uri = self.home.mlflow_uri
        # A server decides for itself where artifacts go.
        local = str(self.home.mlflow_artifacts) if uri.startswith("sqlite") else None
        return str(client.create_experiment(NAME, artifact_location=local))


def forget_where(client: MlflowClient, model_id: str) -> None:
    """Takes the folder that a model was logged from out of its tags."""
    client.set_logged_model_tags(model_id, _NOBODY)


def _existing_run(client: MlflowClient, run_id: str | None) -> str | None:
    from mlflow.exceptions import MlflowException

    if not run_id:
        return None
    try:
        return str(client.get_run(run_id).info.run_id)
    except MlflowException:
        return None


@contextmanager
def quiet() -> Iterator[None]:
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
