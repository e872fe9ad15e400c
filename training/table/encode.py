"""Plain columns as float32 features: numbers as they are, text as one column a category.

What there is to know of a column (its categories, whether it varies) is learnt from the
development rows alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.errors import DataError
from models.disclosure import SMALL
from models.logistic import UNKNOWN

MOST_CATEGORIES = 30
"""A text column with more distinct values than this is an id or free text, not a category.
Values that ``SMALL`` rows or fewer hold count as one, ``OTHER``: they could name somebody."""
OTHER = "other"


@dataclass(frozen=True)
class Encoding:
    """``numbers``: columns taken as they are. ``categories``: text column -> its categories,
    of which ``OTHER`` stands for all the rest. ``constant``: left out, since they do not vary.
    ``names``: of the features made, in order."""

    numbers: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    constant: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def places(self) -> dict[str, list[int]]:
        """Column -> the numbers of its features."""
        found = {name: [number] for number, name in enumerate(self.numbers)}
        first = len(self.numbers)
        for name, known in self.categories.items():
            found[name] = list(range(first, first + len(known)))
            first += len(known)
        return found

    def matrix(self, features: pd.DataFrame) -> np.ndarray:
        """float32 (rows, ``names``). A missing value is NaN, in all of its text column's
        features; a category never met in development is ``OTHER``."""
        columns = [
            features[name].astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)
            for name in self.numbers
        ]
        for name, known in self.categories.items():
            values = features[name].astype("str").to_numpy(dtype=object)
            named = [value for value in known if value != OTHER]
            values = np.where(np.isin(values.astype(str), named), values, OTHER)
            missing = features[name].isna().to_numpy()
            columns += [np.where(missing, np.nan, values == category) for category in known]
        return np.ascontiguousarray(np.column_stack(columns), dtype=np.float32)


def learn_encoding(features: pd.DataFrame, file: str) -> Encoding:
    """How to encode a table, from its development rows.

    Raises ``DataError`` for dates, text that is no category, infinite values, and when no
    column varies.
    """
    numbers: list[str] = []
    categories: dict[str, tuple[str, ...]] = {}
    constant: list[str] = []
    made: list[str] = []
    for name in map(str, features.columns):
        values = features[name]
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            raise _cannot(
                file,
                name,
                "holds dates",
                "Make it a number (days before the label's period), or leave it out with "
                "--leave-out.",
            )
        if values.nunique() < 2 and (values.isna().all() or not values.isna().any()):
            constant.append(name)
        elif pd.api.types.is_numeric_dtype(values.dtype):
            known = values.dropna().to_numpy(dtype=np.float64)
            if not np.isfinite(known.astype(np.float32)).all():
                raise _cannot(
                    file, name, "holds infinite values", "Leave such cells empty: unknown."
                )
            numbers.append(name)
        else:
            categories[name] = _categories(values, file)
    made = [*numbers]
    made += [f"{name}={category}" for name, known in categories.items() for category in known]
    if not made:
        raise DataError(
            "no feature varies: every column has the same value in all rows",
            where=file,
            do="Deliver columns that tell rows apart.",
        )
    return Encoding(tuple(numbers), categories, tuple(constant), tuple(_plain_names(made)))


def _categories(values: pd.Series, file: str) -> tuple[str, ...]:
    counts = values.dropna().astype("str").value_counts()
    if len(counts) > MOST_CATEGORIES:
        raise _cannot(
            file,
            str(values.name),
            f"is text with {len(counts):,} distinct values, too many to be categories",
            "Leave it out with --leave-out, group its values, or make it a number.",
        )
    held = sorted(map(str, counts.index[counts > SMALL]))
    rest = len(counts) > len(held) or OTHER in held
    return (*(value for value in held if value != OTHER), *([OTHER] if rest else []))


def _cannot(file: str, column: str, what: str, do: str) -> DataError:
    return DataError(what, where=f"{file}, column '{column}'", do=do)


def _plain_names(names: Sequence[str]) -> list[str]:
    """The names without what LightGBM's text format or the regression gives a meaning of its
    own, still distinct."""
    plain: list[str] = []
    for name in names:
        wanted = re.sub(r"[\s\[\]{}\":,]+", "_", name)
        if wanted.startswith(UNKNOWN):
            wanted = f"_{wanted}"
        number = 2
        distinct = wanted
        while distinct in plain:
            distinct = f"{wanted}_{number}"
            number += 1
        plain.append(distinct)
    return plain
