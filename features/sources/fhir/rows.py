"""Rows of a canonical table, gathered from a block of resources."""

from typing import Any

import numpy as np
import pandas as pd

from features.local_days import local_days
from features.sources.base import SourceFrame
from features.sources.fhir.files import Block
from features.tables import Table


class Rows:
    def __init__(self, table: Table, block: Block) -> None:
        self.table, self.block = table, block
        self._rows: list[dict[str, Any]] = []
        self._lines: list[int] = []

    def add(self, number: int, **values: Any) -> None:
        """A row from the nth resource of the block."""
        self._rows.append(values)
        self._lines.append(self.block.lines[number])

    def __len__(self) -> int:
        return len(self._rows)

    def table_of(self, *moments: str) -> pd.DataFrame:
        """All rows as text, the columns of moments as days; the index is the line."""
        columns = list(dict.fromkeys(name for row in self._rows for name in row))
        rows = {name: [row.get(name) for row in self._rows] for name in columns}
        frame = pd.DataFrame(
            {
                name: pd.Series(values, dtype="Int64" if name == "position" else "str")
                for name, values in rows.items()
            }
        )
        for name in moments:
            if name in frame:
                frame[name] = local_days(frame[name])
        frame.index = pd.Index(self._lines, dtype="int64")
        return frame

    def frame(self, *moments: str) -> SourceFrame:
        return self.framed(self.table_of(*moments))

    def framed(self, rows: pd.DataFrame) -> SourceFrame:
        """``rows`` under their lines; a block that gave none still says that the table is there."""
        if rows.empty:
            rows = self.table.empty()
        numbers = rows.index.to_numpy(dtype=np.int64)
        return SourceFrame(
            self.table, rows.reset_index(drop=True), self.block.origin, row_numbers=numbers
        )
