"""The commands that put a price on choices of method run, and say what they say they do."""

from pathlib import Path

import pandas as pd

from benchmarks.method.coherence import coherence
from benchmarks.method.coverage import _table as coverage_table
from benchmarks.method.enrolled import _table
from features.home import Home
from training.train import TrainResult


def test_coherence_is_priced_for_every_target(trained: tuple[Home, TrainResult]) -> None:
    home, _ = trained
    told = coherence(str(Path(home.path)))
    for target in ("avoidable_365", "unplanned_365", "death_365"):
        assert f"| `{target}` |" in told
    assert "| `death_365` | 0.0% | – |" in told


def test_the_table_of_policies_averages_over_regions() -> None:
    row = {
        "region": "strong",
        "target": "unplanned_365",
        "group": "in a team",
        "policy": "censor",
        "people": 40,
        "joined": 0.1,
        "true": 0.4,
    }
    rows = [row | {"ratio": 0.9, "log_odds": -0.1}, row | {"ratio": 1.1, "log_odds": 0.3}]
    told = _table(pd.DataFrame(rows), 100, [1, 2])
    assert told.endswith("| in a team | 40 | 10.0% | 0.400 | 1.00 (0.90–1.10), +0.10 |")


def test_units_inside_are_counted_by_target_and_quarter() -> None:
    row = {
        "seed": 1,
        "quarter": "2025-01-06",
        "people": "everybody",
        "target": "unplanned_365",
        "places": 20,
        "lists": 16,
        "inside": 1.0,
        "expected": 100.0,
        "found": 90.0,
        "together": 1.0,
    }
    later = row | {"quarter": "2025-04-07", "inside": 0.75, "found": 80.0, "together": 0.0}
    told = coverage_table(pd.DataFrame([row, later]), 100, [1])
    assert "everybody, 20 places | 87.5% of 32 | 75.0% | 0.85 | 1 of 2 |" in told
    assert told.endswith("Over all targets: everybody 87.5% (aim of 90% missed).")
