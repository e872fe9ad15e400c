"""What every source of records must be able to do."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ClassVar, Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd

from features.progress import Track
from features.tables import TABLE, Coverage, Table

EVERYTHING = Coverage(
    frozenset(TABLE),
    frozenset({"icd10se", "kva"}),
    frozenset({"primary", "specialist", "emergency", "inpatient"}),
)
"""Every table, Swedish codes, every setting."""


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
    ``coverage``: None = what the rows themselves show; a function makes of what they show
    what is true (a label that had to be guessed is not knowledge); it is called when all
    frames are read, as is a function for ``data_through``: the last day the delivery covers;
    None = the latest ``recorded_at``, no later than today.
    ``truth``: simulated sources only (person_id, target, index_date, probability).
    ``noted``: what the source left out or set right, in words without anybody's data, and how
    often; it grows while frames are read, stands in the manifest and is told by the ingest.
    """

    frames: Iterable[SourceFrame]
    coverage: Coverage | Callable[[Coverage], Coverage] | None = None
    truth: pd.DataFrame | None = None
    data_through: date | Callable[[], date | None] | None = None
    noted: Counter[str] = field(default_factory=Counter)


class Source(Protocol):
    """An adapter: one file in ``features/sources`` that yields canonical tables."""

    name: str
    delivers: ClassVar[dict[str, Coverage]]
    """What it can deliver at best, by circumstance: what its page says is not known."""

    def read(self, path: Path, track: Track) -> SourceData:
        """Open the delivery at ``path``. Raises DataError where it cannot be read."""
        ...


@runtime_checkable
class Resumable(Source, Protocol):
    """A source that keeps what it has read of slow tables, so that an ingest that was killed
    goes on where it was."""

    def keeping_in(self, folder: Path) -> Self:
        """The same source, with a folder of its own that outlives a killed ingest."""
        ...
