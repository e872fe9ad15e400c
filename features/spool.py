"""Checked rows on disk on their way to a partition."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from features.arrow import from_arrow, to_arrow
from features.partitions import partition_of
from features.tables import Table


class Spool:
    """One Arrow file a frame; its n-th record batch holds the rows of partition n.

    Rows keep where they came from: ``ROW`` in file number ``FILE``.
    """

    ROW, FILE = "__row", "__file"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, list[Path]] = {}

    def add(self, table: Table, rows: pd.DataFrame, file_number: int, n_partitions: int) -> None:
        files = self._files.setdefault(table.name, [])
        rows = rows.assign(**{self.FILE: np.int32(file_number)})
        person = rows["person_id"]
        of_category = partition_of(person.cat.categories.to_numpy(), n_partitions)
        partition = of_category[person.cat.codes.to_numpy()] if len(rows) else of_category[:0]
        order = np.argsort(partition, kind="stable")
        bounds = np.searchsorted(partition[order], np.arange(n_partitions + 1))
        arrow = to_arrow(table, rows.iloc[order])
        whole = arrow.to_batches()
        file = self.folder / table.name / f"{len(files):06d}.arrow"
        file.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, arrow.schema) as writer:
            for start, end in pairwise(bounds) if whole else ():
                writer.write_batch(whole[0].slice(start, end - start))
        files.append(file)

    def read(self, table: Table, partition: int) -> pd.DataFrame:
        """The rows of a partition, in the order in which they came."""
        batches = []
        for file in self._files[table.name]:
            with pa.memory_map(str(file)) as source:
                reader = pa.ipc.open_file(source)
                if reader.num_record_batches:
                    batches.append(pa.Table.from_batches([reader.get_batch(partition)]))
        if not batches:
            none = table.empty()
            none[self.ROW], none[self.FILE] = np.int64(0), np.int32(0)
            return none
        rows = pa.concat_tables(batches).unify_dictionaries().combine_chunks()
        return from_arrow(table, rows)
