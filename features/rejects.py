"""Rows that were left out of an extract: where they stood and why, never what they held."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.columns import Reason
from features.errors import DataError
from features.tables import PERSONS

_COLUMNS = ["file", "row", "table", "column", "reason"]


class Rejects:
    """Collects rejected rows while an extract is made."""

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []
        self._files: dict[str, int] = {}

    def file_number(self, origin: str) -> int:
        return self._files.setdefault(origin, len(self._files))

    def add(self, table: str, origin: str, rejected: pd.DataFrame) -> None:
        """``rejected``: row (number in the file), column, reason."""
        if len(rejected):
            self._parts.append(rejected.assign(table=table, file=origin))

    def add_from(self, table: str, files: np.ndarray, rejected: pd.DataFrame) -> None:
        """The same, with a file number for each row."""
        origins = np.array(list(self._files), dtype=object)[files]
        self._parts.append(rejected.assign(table=table, file=origins))

    def frame(self) -> pd.DataFrame:
        if not self._parts:
            return pd.DataFrame({name: pd.Series([], dtype="str") for name in _COLUMNS}).astype(
                {"row": "int64"}
            )
        whole = pd.concat(self._parts, ignore_index=True)[_COLUMNS]
        return whole.sort_values(_COLUMNS, ignore_index=True)

    def counts(self) -> dict[str, dict[str, int]]:
        """Table -> reason -> rows."""
        found: dict[str, dict[str, int]] = {}
        counted = self.frame().groupby(["table", "reason"]).size().reset_index(name="n")
        for table, reason, n in counted.itertuples(index=False):
            found.setdefault(table, {})[reason] = int(n)
        return found

    def stop_over(self, max_share: float, read: Mapping[str, int]) -> None:
        """Raises DataError if more than ``max_share`` of any table's rows were rejected."""
        whole = self.frame()
        per_table = whole.groupby("table").size()
        over = [str(name) for name, n in per_table.items() if n > max_share * read[str(name)]]
        if not over:
            return
        lines = []
        grouped = whole[whole["table"].isin(over)].groupby(["table", "column", "reason"])
        for _, rows in grouped:
            first = rows.iloc[0]
            table, column, reason = first["table"], first["column"], first["reason"]
            lines.append(
                f"\n  {table}.{column}: {reason}: {len(rows)} of {read[table]} rows, "
                f"first {first['file']}, row {first['row']}"
            )
        raise DataError(
            f"more than {max_share:.1%} of the rows of {', '.join(over)} break the contract:"
            + "".join(lines),
            do="Correct the delivery, or accept the loss with a higher --max-rejected.",
        )

    def stop_at_strangers(self, read: Mapping[str, int]) -> None:
        """Raises DataError for tables in which no row is about anybody in persons."""
        whole = self.frame()
        strangers = whole[whole["reason"] == Reason.UNKNOWN_PERSON.value].groupby("table").size()
        lost = [str(name) for name, n in strangers.items() if n == read[str(name)]]
        if lost:
            raise DataError(
                f"no row is about anybody in {PERSONS.name}",
                where=", ".join(lost),
                do="Deliver all tables with person ids of one and the same series, "
                "or leave these tables out.",
            )

    def write(self, file: Path) -> None:
        table = pa.Table.from_pandas(self.frame(), preserve_index=False)
        pq.write_table(table, file, compression="zstd")
