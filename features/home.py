"""Where one installation keeps its things."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """A folder that holds extracts, the MLflow store and the register.

    The environment may move two of them: ``FRAMSYNT_MLFLOW_URI`` (an MLflow tracking
    server) and ``FRAMSYNT_REGISTER_URL`` (an SQLAlchemy URL, PostgreSQL in production).
    """

    path: Path

    @classmethod
    def at(cls, path: str | Path) -> "Home":
        return cls(Path(path).expanduser().resolve())

    @property
    def extracts(self) -> Path:
        return self.path / "extracts"

    @property
    def region(self) -> Path:
        """The demo's simulated region: canonical tables, and the truth beside them."""
        return self.path / "region"

    @property
    def reports(self) -> Path:
        return self.path / "reports"

    @property
    def login_file(self) -> Path:
        return self.path / "login.json"

    @property
    def mlflow_uri(self) -> str:
        return os.environ.get("FRAMSYNT_MLFLOW_URI") or f"sqlite:///{self.path / 'mlflow.db'}"

    @property
    def mlflow_artifacts(self) -> Path:
        return self.path / "mlartifacts"

    @property
    def register_url(self) -> str:
        return os.environ.get("FRAMSYNT_REGISTER_URL") or f"sqlite:///{self.path / 'register.db'}"
