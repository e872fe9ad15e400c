"""How many processes answer, and that they say the same."""

import pytest

from features.errors import SettingsError
from serving import workers as module
from serving.workers import VARIABLE, workers


def test_what_is_asked_for_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "3")
    assert (workers(), workers(1)) == (3, 1)


@pytest.mark.parametrize(("cores", "number"), [(1, 1), (2, 2), (32, 2)])
def test_one_for_each_core_up_to_two(
    monkeypatch: pytest.MonkeyPatch, cores: int, number: int
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(module, "processors", lambda: cores)
    assert workers() == number


@pytest.mark.parametrize("said", ["0", "-1", "65", "many", "1.5"])
def test_what_is_no_number_of_workers(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(VARIABLE, said)
    with pytest.raises(SettingsError, match=VARIABLE):
        workers()


def test_the_option_is_named_where_it_is_wrong() -> None:
    with pytest.raises(SettingsError, match="--workers"):
        workers(0)
