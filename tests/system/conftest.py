"""The whole service over one small region, on a register of each test's own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from features.home import Home
from serving.register import Register
from tests.system.databases import NoServer, database
from tests.system.homes import make_home, write_lists
from tests.system.running import Service, Words, new_words

REGISTER_URL = "FRAMSYNT_REGISTER_URL"


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Made once, and only copied."""
    return make_home(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="session")
def postgres_register(region: Home) -> Iterator[str]:
    """A PostgreSQL database with the region's lists, only copied."""
    try:
        with database() as url:
            write_lists(region, register_url=url)
            yield url
    except NoServer as missing:
        pytest.skip(f"no PostgreSQL server answers at {missing} (FRAMSYNT_TEST_POSTGRES)")


@pytest.fixture
def home(region: Home, tmp_path: Path) -> Home:
    """The region's home with a register of this test's own."""
    return home_of(region, tmp_path)


def home_of(region: Home, folder: Path) -> Home:
    """A copy of a home that may be written to; what never changes is shared."""
    copied = Home.at(folder / "home")
    copied.path.mkdir()
    for name in ("register.db", "mlflow.db"):
        shutil.copy(region.path / name, copied.path / name)
    for shared in (region.extracts, region.region, region.mlflow_artifacts):
        (copied.path / shared.name).symlink_to(shared)
    return copied


@pytest.fixture
def words(home: Home) -> Words:
    return new_words(home)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def register_url(request: pytest.FixtureRequest, home: Home) -> Iterator[str]:
    """Each database in turn, with the region's lists in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{home.path / 'register.db'}"
    else:
        with database(template=request.getfixturevalue("postgres_register")) as url:
            yield url


@pytest.fixture
def register(register_url: str) -> Iterator[Register]:
    """The service's register, looked at beside it."""
    opened = Register.open(register_url)
    yield opened
    opened.close()


Starter = Callable[..., Service]


@pytest.fixture
def serve(home: Home, tmp_path: Path) -> Iterator[Starter]:
    """``serve(FRAMSYNT_…=…)`` starts the service; ended with the test."""
    started: list[Service] = []

    def start(**settings: str) -> Service:
        service = Service(home, tmp_path / f"service-{len(started)}.log", settings)
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        service.stop()
