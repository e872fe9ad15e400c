"""The compiled loops: dates to days, columns to classes, rows to sums.

Plain loops over plain arrays, compiled by Numba when this package is first imported and
kept on disk after that. So import it where it is used, not at the top of a module: a
command that builds no matrix shall not wait for it. Loops hold no lock of the
interpreter, so threads run side by side; sums are added in row order, so the same rows
give the same bytes.
"""

from features.kernels.classes import fold, look_up, mark, renumber
from features.kernels.days import at_least, to_days, whole_years
from features.kernels.rows import count_distinct, group_ages, latest, near, spread
from features.kernels.sums import add_up

__all__ = [
    "add_up",
    "at_least",
    "count_distinct",
    "fold",
    "group_ages",
    "latest",
    "look_up",
    "mark",
    "near",
    "renumber",
    "spread",
    "to_days",
    "whole_years",
]
