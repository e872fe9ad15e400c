"""Trains a registered model again, and compares it byte for byte."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from features import codelists
from features.errors import ExtractMissing, ModelMissing, NotReproduced
from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from models.registry import Registry, StoredModel
from models.risk_model import RiskModel
from training.environment import environment
from training.make import EVIDENCE, fit_model
from training.plan import cohorts, plan_of
from training.settings import TrainSettings


@dataclass(frozen=True)
class File:
    """``logged`` and ``made``: sha256 of a model's file; None where there is none."""

    name: str
    logged: str | None
    made: str | None


@dataclass(frozen=True)
class Reproduced:
    """``differences``: what is another than when the model was made, in words: commit,
    libraries, code lists. With none of them, the files must be equal."""

    version: str
    files: tuple[File, ...]
    differences: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        return all(file.logged == file.made for file in self.files)

    def lines(self) -> list[str]:
        """For whoever asked."""
        shown = [
            f"  {'same' if file.logged == file.made else 'DIFFERS':8} "
            f"{(file.made or file.logged or '')[:16]}  {file.name}"
            for file in self.files
        ]
        return [
            f"Version {self.version}, made again from the logged settings and extract:",
            *shown,
            *(f"Another than then: {difference}." for difference in self.differences),
        ]


def reproduce(home: Home, wanted: str, track: Track = silently) -> Reproduced:
    """Trains a version (or the version of a run) again from what was logged with it, registers
    nothing, and compares every file of the model.

    What a search for settings or a comparison found is taken over, not searched for again.
    Raises ``ModelMissing``, ``ModelMismatch`` (this code has not its features) and
    ``ExtractMissing`` (the extract has been deleted).
    """
    registry = Registry(home)
    stored, params = _stored(registry, wanted)
    info = stored.model.info
    if "settings" not in info:
        raise ModelMissing(
            f"version {stored.version} was made before settings were kept with a model",
            do="Train again: framsynt train",
        )
    extract = _extract(home, info["extract_id"])
    plan = plan_of(extract, TrainSettings.from_dict(info["settings"]))
    development, _ = cohorts(plan, track)
    fitted = fit_model(plan, development, track)
    fitted.model.info.update({name: info[name] for name in EVIDENCE if name in info})
    with tempfile.TemporaryDirectory(prefix="framsynt-") as scratch:
        fitted.save(Path(scratch))
        made, logged = _hashes(Path(scratch)), _hashes(stored.folder)
    files = tuple(File(name, logged.get(name), made.get(name)) for name in sorted({*made, *logged}))
    return Reproduced(
        stored.version, files, (*_codes(stored.model), *_differences(params, environment()))
    )


def refuse_differences(found: Reproduced) -> None:
    """Raises ``NotReproduced`` if any file differs."""
    if not found.is_equal:
        differing = sum(file.logged != file.made for file in found.files)
        why = "; ".join(found.differences) or "the same code and libraries gave other bytes"
        raise NotReproduced(
            f"{differing} of {len(found.files)} files of version {found.version} differ: {why}",
            do="Check out the logged commit and install the logged versions, and try again."
            if found.differences
            else "Something is not seeded: this is a fault of the code.",
        )


def _stored(registry: Registry, wanted: str) -> tuple[StoredModel, Mapping[str, str]]:
    for version in registry.versions():
        if wanted in {version.version, version.run_id}:
            return registry.fetch(version.version), version.params
    raise ModelMissing(f"there is no run or version '{wanted}'", do="See: framsynt models")


def _extract(home: Home, extract_id: str) -> Extract:
    try:
        return ExtractStore(home).get(extract_id)
    except ExtractMissing:
        raise ExtractMissing(
            f"the extract {extract_id} that it was trained on is no longer in this home",
            do="Ingest the same delivery again: the same content gets the same id.",
        ) from None


def _hashes(folder: Path) -> dict[str, str]:
    return {
        file.name: sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.is_file()
    }


def _codes(model: RiskModel) -> list[str]:
    then, now = model.info["codelist_version"], codelists.version()
    return [f"code lists {then} then, {now} now"] if then != now else []


def _differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        f"{name.removeprefix('with_')} {then.get(name) or 'unknown'} then, {value or 'none'} now"
        for name, value in now.items()
        if then.get(name, "") != value
    ]
