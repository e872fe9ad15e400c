"""A service that runs, is watched and traced, for all tests of this folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from features.home import Home
from features.region import RegionSettings, simulate
from features.sources import SOURCES
from features.store import ExtractStore
from serving.security.login import Login, Words
from tests.deploy.collector import Collector, collecting
from tests.serving.small_home import register_model, small_model
from tests.system.running import ROOT, Service


@dataclass
class Watched:
    """A service and its weekly run, both told to send their traces to ``collector``."""

    service: Service
    home: Home
    words: Words
    collector: Collector


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    work: Path = tmp_path_factory.mktemp("watched")
    home = Home.at(work / "home")
    simulate(RegionSettings(people=250), home.region)
    extract = ExtractStore(home).ingest(SOURCES["region"], home.region)
    register_model(home, small_model(extract), work / "model")
    _, words = Login.renew(home)
    with collecting() as collector:
        weekly = [sys.executable, "-m", "framsynt", "weekly", "--home", str(home.path)]
        settings = {**os.environ, **collector.environment}
        subprocess.run(weekly, cwd=ROOT, env=settings, check=True, capture_output=True)
        service = Service(
            home, work / "log", settings={**collector.environment, "FRAMSYNT_WORKERS": "1"}
        )
        try:
            service.start()
            assert words is not None
            yield Watched(service, home, words, collector)
        finally:
            service.stop()
