"""Fitted models: logged, registered, promoted and fetched. The only package that talks to MLflow.

One registered model, ``framsynt``. A new version is registered as ``challenger``; what serves
is the alias ``champion``, and moving it is an act of its own. It moves last, when everything
else is stored: a crash at any moment leaves the previous champion.
Anyone who can write to the registry decides what runs, as MLflow executes a logged
model's Python file when it loads one; this system itself reads only text and JSON.
"""

from models.registry.champions import FORCED, PROMOTED, ROLLED_BACK, Change
from models.registry.mlmodel import FOLDER, serve_as_pyfunc
from models.registry.registry import (
    CHALLENGER,
    CHAMPION,
    NAME,
    Registry,
    StoredModel,
    Version,
)

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "FOLDER",
    "FORCED",
    "NAME",
    "PROMOTED",
    "ROLLED_BACK",
    "Change",
    "Registry",
    "StoredModel",
    "Version",
    "serve_as_pyfunc",
]
