"""What every source of records must be able to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from features.progress import Track
from features.tables import Coverage, Table


@dataclass(frozen=True)
class SourceFrame:
    """Some rows of one canonical table, as delivered.

    ``rows`` has the table's column names; values may still be text (they are parsed and
    checked by ``features.validation``). Nullable columns and ``recorded_at`` may be left
    out. ``origin`` names the file, ``first_row`` is the number of the first row in it, so
    that a faulty row can be found again; ``row_numbers`` where rows do not follow each other.
    """

    table: Table
    rows: pd.DataFrame
    origin: str
    first_row: int = 1
    row_numbers: np.ndarray | None = None

    def numbers(self, positions: np.ndarray) -> np.ndarray:
        """Row numbers in ``origin`` of rows at these positions in ``rows``."""
        if self.row_numbers is not None:
            return np.asarray(self.row_numbers, dtype=np.int64)[positions]
        return np.asarray(positions, dtype=np.int64) + self.first_row


@dataclass(frozen=True)
class SourceData:
    """One delivery.

    ``frames`` may be a generator: it is read once, frame by frame. All frames of
    ``persons`` come before the first frame of any other table. A table that is delivered
    but has no rows is one frame without rows.
    ``coverage``: None = what the rows themselves show. ``data_through``: the last day the
    delivery covers; None = the latest ``recorded_at``, no later than today.
    ``truth``: simulated sources only (person_id, target, index_date, probability).
    """

    frames: Iterable[SourceFrame]
    coverage: Coverage | None = None
    truth: pd.DataFrame | None = None
    data_through: date | None = None


class Source(Protocol):
    """An adapter: one file in ``features/sources`` that yields canonical tables."""

    name: str

    def read(self, path: Path, track: Track) -> SourceData:
        """Open the delivery at ``path``. Raises DataError where it cannot be read."""
        ...
