"""``kill -9`` of ``framsynt serve`` alone, as a supervisor does: its port is free again."""

from pathlib import Path

import psutil
import pytest

from tests.deploy.conftest import Watched
from tests.system.running import Service


@pytest.mark.slow
def test_no_worker_goes_on_without_the_service(watched: Watched, tmp_path: Path) -> None:
    service = Service(watched.home, tmp_path / "log", settings={"FRAMSYNT_WORKERS": "2"})
    try:
        service.start()
        assert service.process is not None
        first = psutil.Process(service.process.pid)
        others = first.children(recursive=True)
        assert len(others) >= 3  # the library's parent and two workers
        first.kill()
        _gone, alive = psutil.wait_procs(others, timeout=40)
        assert not alive
    finally:
        service.kill()
    service.start()
    service.stop()
