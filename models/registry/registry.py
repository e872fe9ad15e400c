"""Versions of the model: which there are, which serves, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from features.errors import ModelMissing
from features.home import Home
from models.registry.champions import ROLLED_BACK, Change, changes_of, succession
from models.registry.fetched import fetched
from models.registry.mlmodel import FOLDER, log_model
from models.registry.store import NAME, Store, forget_where, quiet
from models.risk_model import RiskModel

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

CHAMPION, CHALLENGER = "champion", "challenger"


@dataclass(frozen=True)
class StoredModel:
    """A registered version, its run, and the folder it lies in."""

    version: str
    run_id: str
    model: RiskModel
    folder: Path


@dataclass(frozen=True)
class Version:
    """What is known of a version without loading it. ``params`` and ``metrics`` are its run's,
    empty if the run has been deleted; ``tags`` its own."""

    version: str
    run_id: str
    registered_at: datetime
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Mapping[str, float]


class Registry:
    """The registry of one home, or of the MLflow server that the environment names."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._store = Store(home)

    def champion(self) -> StoredModel:
        """The model that serves. Raises ``ModelMissing`` if there is none, and
        ``ModelMismatch`` if it does not fit this version of the code."""
        version = self.champion_version()
        if version is None:
            raise self._no_champion()
        return self.fetch(version)

    def champion_version(self) -> str | None:
        """The version that serves, without loading it; None if none does."""
        if not self._store.exists():
            return None
        with self._known() as (_, model):
            return str(model.aliases[CHAMPION]) if model and CHAMPION in model.aliases else None

    def fetch(self, version: str) -> StoredModel:
        """Any registered version. Raises ``ModelMissing`` and ``ModelMismatch``."""
        missing = ModelMissing(f"there is no version {version}", do="See: framsynt models")
        if not self._store.exists():
            raise missing
        with quiet():
            from mlflow.exceptions import MlflowException

            client = self._client()
            try:
                found = client.get_model_version(NAME, version)
            except MlflowException:
                raise missing from None
            return self._fetch(client, str(found.version), str(found.run_id))

    def folder(self, version: str) -> Path:
        """Where the files of a registered version lie, without loading them."""
        with quiet():
            return self._folder(self._client(), version)

    def _folder(self, client: MlflowClient, version: str) -> Path:
        from mlflow.artifacts import download_artifacts

        location, uri = client.get_model_version_download_uri(NAME, version), self.home.mlflow_uri

        def get(into: str | None = None) -> Path:
            return Path(download_artifacts(artifact_uri=location, tracking_uri=uri, dst_path=into))

        if self._store.is_local:  # the folder itself: nothing is copied
            found = get()
        else:
            folder = self.home.path / "fetched"
            found = fetched(folder, f"{uri} {location}", lambda into: get(str(into)))
        return found / "artifacts" / FOLDER

    def _fetch(self, client: MlflowClient, version: str, run_id: str) -> StoredModel:
        folder = self._folder(client, version)
        return StoredModel(version, run_id, RiskModel.load(folder), folder)

    def versions(self) -> list[Version]:
        """Every version there is, newest first."""
        if not self._store.exists():
            return []
        with self._known() as (client, model):
            if model is None:
                return []
            found = [
                # Searching returns no aliases; the registered model knows them.
                _version(client, one, model.aliases)
                for one in client.search_model_versions(f"name = '{NAME}'")
            ]
            return sorted(found, key=lambda version: int(version.version), reverse=True)

    def register(
        self,
        model_folder: Path,
        *,
        example: pd.DataFrame,
        params: Mapping[str, Any],
        metrics: Mapping[str, float],
        artifacts: Path,
        tags: Mapping[str, str],
    ) -> StoredModel:
        """Logs a run with everything about a model and registers it as challenger.

        ``model_folder``: what ``RiskModel.save`` wrote, and baselines beside it, in a folder
        named ``FOLDER``. ``example``:
        a row or two of the matrix that belong to nobody. ``artifacts``: a folder of report,
        model card and figures. Nothing in any of them may be about one person.
        """
        self.home.path.mkdir(parents=True, exist_ok=True)
        with quiet(), self._store.run(tags) as run_id:
            import mlflow

            client = self._client()
            mlflow.log_params({key: str(value) for key, value in params.items()})
            mlflow.log_metrics(dict(metrics))
            mlflow.log_artifacts(str(artifacts))
            logged = log_model(model_folder, example)
            forget_where(client, logged.model_id)
            version = self._register_version(client, logged.model_uri, run_id, logged.model_id)
        with quiet():
            stored = self._fetch(client, version, run_id)
            # Only once the stored model has been read back.
            client.set_registered_model_alias(NAME, CHALLENGER, version)
        return stored

    def _register_version(self, client: MlflowClient, uri: str, run_id: str, model_id: str) -> str:
        if not client.search_registered_models(f"name = '{NAME}'"):
            client.create_registered_model(
                NAME, description="Risk of hospital admission and death after an index date."
            )
        return str(client.create_model_version(NAME, uri, run_id, model_id=model_id).version)

    def note(
        self,
        stored: StoredModel,
        tags: Mapping[str, str],
        metrics: Mapping[str, float] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> None:
        """Adds to what is known of a version: ``tags`` to it and its run, ``metrics`` and
        ``documents`` (file name -> text) to its run. What is noted again takes its place."""
        with quiet():
            client = self._client()
            for name, text in (documents or {}).items():
                client.log_text(stored.run_id, text, name)
            for name, value in (metrics or {}).items():
                client.log_metric(stored.run_id, name, value)
            for name, text in tags.items():
                client.set_tag(stored.run_id, name, text)
                client.set_model_version_tag(NAME, stored.version, name, text)

    def make_champion(self, version: str, kind: str, reason: str = "") -> Change:
        """Moves the alias ``champion``: the last act of all. ``kind``: ``PROMOTED``, ``FORCED``
        or ``ROLLED_BACK``. Raises ``ModelMissing`` if there is no such version."""
        stored = self.fetch(version)
        with self._known() as (client, model):
            assert model is not None
            changes = changes_of(model.tags)
            change = Change(
                changes[-1].number + 1 if changes else 1,
                kind,
                str(model.aliases.get(CHAMPION, "")),
                stored.version,
                datetime.now(UTC).isoformat(timespec="seconds"),
                reason,
            )
            client.set_registered_model_tag(NAME, *change.as_tag())
            if str(model.aliases.get(CHALLENGER, "")) == stored.version:
                client.delete_registered_model_alias(NAME, CHALLENGER)
            client.set_registered_model_alias(NAME, CHAMPION, stored.version)
        return change

    def roll_back(self, reason: str = "") -> Change:
        """Makes the champion before this one champion again. Raises ``ModelMissing`` if there
        was none, or if it has been deleted."""
        now = self.champion_version()
        if now is None:
            raise self._no_champion()
        line = succession(self.changes(), now)
        if len(line) < 2:
            raise ModelMissing(
                f"there was no champion before version {now}",
                do="Choose a version yourself: framsynt models, framsynt promote",
            )
        return self.make_champion(line[-2], ROLLED_BACK, reason)

    def changes(self) -> list[Change]:
        """Every logged move of the alias ``champion``, oldest first."""
        with self._known() as (_, model):
            return changes_of(model.tags) if model else []

    def child_run(
        self,
        parent: str,
        params: Mapping[str, Any],
        metrics: Mapping[str, float],
        name: str = "",
    ) -> str:
        """Logs a finished run under the run ``parent`` (a trial of a search); its id."""
        return self._store.child_run(parent, params, metrics, name)

    def _no_champion(self) -> ModelMissing:
        if self.versions():
            return ModelMissing(
                "models have been trained, but none is champion",
                do="See why, and choose one: framsynt models, framsynt promote",
            )
        return ModelMissing("no model has been trained yet", do="Run: framsynt train")

    def _client(self) -> MlflowClient:
        return self._store.client()

    @contextmanager
    def _known(self) -> Iterator[tuple[MlflowClient, Any]]:
        """The client, and the registered model with its aliases and tags, None if there is
        none yet."""
        with quiet():
            client = self._client()
            found = client.search_registered_models(f"name = '{NAME}'")
            yield client, client.get_registered_model(NAME) if found else None


def _version(client: MlflowClient, found: Any, aliases: Mapping[str, str]) -> Version:
    from mlflow.exceptions import MlflowException

    try:
        data = client.get_run(found.run_id).data
        params, metrics = dict(data.params), dict(data.metrics)
    except MlflowException:
        params, metrics = {}, {}
    version = str(found.version)
    return Version(
        version,
        str(found.run_id),
        datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
        tuple(sorted(alias for alias, of in aliases.items() if str(of) == version)),
        dict(found.tags),
        params,
        metrics,
    )
