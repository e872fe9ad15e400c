"""The compiled loops: dates to days, columns to classes, rows to sums.

Plain loops over plain arrays, compiled by Numba when one of a file is first asked for, and
kept on disk after that: a command that builds no matrix does not wait for them. Loops hold
no lock of the interpreter, so threads run side by side; sums are added in row order, so the
same rows give the same bytes.
"""

from importlib import import_module
from typing import Any

_FILES = {
    "classes": ("fold", "look_up", "mark", "renumber"),
    "courses": ("longest_gap", "near", "slope", "touching"),
    "days": ("row_days", "to_days", "whole_years"),
    "groups": ("group_ages", "has_groups", "weigh_groups"),
    "rows": ("choose", "count_distinct", "on_contacts", "spread"),
    "sums": ("add_up",),
    "windows": ("count_since", "days_since", "days_within", "extreme", "latest", "latest_stays"),
}
_FILE_OF = {loop: file for file, loops in _FILES.items() for loop in loops}


def __getattr__(name: str) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(name)
    loop = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    globals()[name] = loop  # found without this function from now on
    return loop


def load() -> None:
    """Compiles all loops now, so that no later caller waits for it."""
    for name in _FILE_OF:
        __getattr__(name)
