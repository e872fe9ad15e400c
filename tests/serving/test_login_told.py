"""The demo's password and token are told once, by the first service that starts."""

from pathlib import Path

import pytest

from features.errors import ModelMissing
from features.home import Home
from serving import run
from tests.system.running import free_port


@pytest.mark.slow
def test_a_service_that_does_not_start_keeps_no_password_that_nobody_was_told(
    tmp_path: Path,
) -> None:
    home = Home.at(tmp_path)
    with pytest.raises(ModelMissing):
        run.serve(home, port=free_port(), number=1)
    assert not home.login_file.exists()
