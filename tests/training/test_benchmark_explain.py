"""The results page of explanations keeps the sections that were not measured anew."""

from benchmarks.explain.report import page
from benchmarks.explain.timing import timed


def test_a_section_measured_anew_takes_the_place_of_the_old_one() -> None:
    before = page(["## The shape of the trees\n\nshapes", "## One person\n\nold"], from_home=True)
    after = page(["## One person\n\nnew"], before, from_home=True)
    titles = [line for line in after.splitlines() if line.startswith("#")]
    assert titles == ["# Benchmarks of explanations", "## One person", "## The shape of the trees"]
    assert "shapes" in after
    assert "new" in after
    assert "old" not in after


def test_a_timed_call_gives_its_answer() -> None:
    calls: list[int] = []
    seconds, answer = timed(lambda: calls.append(1) or len(calls), 3)
    assert answer == 3
    assert seconds >= 0
