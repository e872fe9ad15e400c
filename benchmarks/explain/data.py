"""A simulated region, the model trained on it as always, and rows to explain."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from features.home import Home
from features.region import RegionSettings, simulate
from features.sources import SOURCES
from features.store import ExtractStore
from features.tables import Coverage, Tables
from models.risk_model import RiskModel
from models.targets import PRIMARY
from training.cohort import Cohort
from training.make import fit_risk_model
from training.plan import Plan, cohorts, plan_of
from training.settings import TrainSettings

if TYPE_CHECKING:
    import lightgbm

TARGETS = ("avoidable_365", "unplanned_365", "admission_365")
PEOPLE = 200
"""Whose records are kept, to be explained one by one."""


@dataclass(frozen=True)
class Prepared:
    """``rows``: people at dates, repeated until there are as many as asked for. ``histories``:
    the records of some people held out, each to be scored at ``day``."""

    plan: Plan
    development: Cohort
    test: Cohort
    model: RiskModel
    rows: pd.DataFrame
    histories: list[Tables]
    coverage: Coverage
    day: date

    @cached_property
    def booster(self) -> lightgbm.Booster:
        """Of the primary target: the whole committee in one."""
        return self.model.booster(PRIMARY)

    @property
    def values(self) -> np.ndarray:
        """The model's features of the rows, float32."""
        return np.ascontiguousarray(self.rows[self.model.features].to_numpy(np.float32))


def prepare(people: int, rows: int, *, seed: int, home: Path | None = None) -> Prepared:
    """The extract and the champion of ``home``; without one, simulates, and trains the primary
    target and those it is kept coherent with, by the default settings."""
    with _home(home) as of:
        store = ExtractStore(of)
        if home is None:
            simulate(RegionSettings(people=people, seed=seed), of.region)
            store.ingest(SOURCES["region"], of.region)
        settings, model = TrainSettings(targets=TARGETS), None
        if home is not None:
            from models.registry import Registry

            model = Registry(of).champion().model
            settings = TrainSettings.from_dict(model.info["settings"])
        extract = store.current()
        plan = plan_of(extract, settings)
        development, test = cohorts(plan)
        model = model or fit_risk_model(plan, development)[0]
        everyone = pd.concat([development.matrix, test.matrix])
        times = -(-rows // len(everyone))
        day = max(plan.dates.test)
        some = test.person_ids[test.index_dates == np.datetime64(day)][:PEOPLE]
        return Prepared(
            plan,
            development,
            test,
            model,
            pd.concat([everyone] * times).iloc[:rows],
            [extract.person(str(person)) for person in some],
            extract.manifest.coverage,
            day,
        )


@contextmanager
def _home(given: Path | None) -> Iterator[Home]:
    if given is not None:
        yield Home.at(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Home.at(Path(folder))


__all__ = ["PRIMARY", "Prepared", "prepare"]
