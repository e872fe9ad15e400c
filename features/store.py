"""Extracts on disk: what has been ingested, and how to read it.

    extracts/current                         the id of the extract in use
    extracts/<id>/manifest.json
    extracts/<id>/<table>/part-0000.parquet  one file per partition, sorted by person
    extracts/<id>/rejects.parquet            file, row, table, column, reason
    extracts/<id>/truth.parquet              simulated regions only

An extract never changes once it is published. A delivered table has a file in every
partition, with or without rows; a table that was not delivered has no folder.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.arrow import from_arrow, plain
from features.errors import DataError, ExtractMissing, MissingError, SettingsError
from features.frames import PlainTable
from features.home import Home
from features.manifest import FORMAT, Manifest
from features.partitions import partition_of
from features.progress import Track, silently
from features.tables import ALL_TABLES, PERSONS, Kind, Table, Tables

if TYPE_CHECKING:
    from features.history import History
    from features.sources.base import Source

DEFAULT_MAX_REJECTED = 0.01
_IDS = ("person_id", "contact_id")
_ID_FORM = re.compile(r"[A-Za-z0-9_]+-[0-9a-f]{12}")


class Extract:
    """One published delivery, read partition by partition."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        return self.folder.name

    @cached_property
    def manifest(self) -> Manifest:
        manifest = Manifest.read(self.folder / "manifest.json")
        if manifest.format != FORMAT:
            raise DataError(
                "the extract was written by another version of Framsynt",
                where=self.id,
                do="Ingest the source again.",
            )
        return manifest

    @property
    def partitions(self) -> range:
        return range(self.manifest.n_partitions)

    def read(self, partition: int) -> Tables:
        """The delivered tables of one partition, sorted by person_id and then by time.

        Dtypes as in the contract, but repeated text as categories; person_id and
        contact_id are plain text.
        """
        return self._read(partition, categories_for=())

    def person(self, person_id: str) -> Tables:
        """The delivered tables with the rows of one person. Raises MissingError."""
        partition = int(partition_of(np.array([person_id]), self.manifest.n_partitions)[0])
        tables = self._read(partition, (), [person_id])
        if tables[PERSONS.name].empty:
            raise self._no_such_person()
        return tables

    def plain_person(self, person_id: str) -> dict[str, PlainTable]:
        """The same without frames, for whoever looks at one person: half the time."""
        partition = int(partition_of(np.array([person_id]), self.manifest.n_partitions)[0])
        tables = {
            table.name: plain(table, _rows_of(file, _categories(table), [person_id]))
            for table, file in self._files(partition)
        }
        if not len(tables[PERSONS.name]):
            raise self._no_such_person()
        return tables

    def people(self, partition: int, person_ids: Collection[str]) -> Tables:
        """Some people's rows of one partition, in the order and with the dtypes of ``read``."""
        return self._read(partition, (), sorted(person_ids))

    def persons(self) -> pd.DataFrame:
        """Everybody's row of ``persons``, and nothing else."""
        folder = self.folder / PERSONS.name
        files = [folder / f"part-{number:04d}.parquet" for number in self.partitions]
        return pd.concat([_read_table(PERSONS, file, (), None) for file in files])

    def history(self, partition: int) -> History:
        """The point-in-time view of one partition's people."""
        from features.history import History

        tables = self._read(partition, categories_for=("person_id",))
        return History.of(tables, self.manifest.coverage)

    def rejects(self) -> pd.DataFrame:
        """Rows that were left out: file, row, table, column, reason."""
        return pq.read_table(self.folder / "rejects.parquet").to_pandas()

    def truth(self) -> pd.DataFrame | None:
        """person_id, target, index_date, probability of a simulated region; else None."""
        file = self.folder / "truth.parquet"
        return pq.read_table(file).to_pandas() if file.exists() else None

    def _read(
        self,
        partition: int,
        categories_for: tuple[str, ...],
        of_people: list[str] | None = None,
    ) -> Tables:
        return {
            table.name: _read_table(table, file, categories_for, of_people)
            for table, file in self._files(partition)
        }

    def _files(self, partition: int) -> Iterator[tuple[Table, Path]]:
        for table in ALL_TABLES:
            if table.name in self.manifest.coverage.tables:
                yield table, self.folder / table.name / f"part-{partition:04d}.parquet"

    def _no_such_person(self) -> MissingError:
        return MissingError(
            "no such person in the extract", where=self.id, do="Check the id, or ingest anew."
        )


def _read_table(
    table: Table,
    file: Path,
    categories_for: tuple[str, ...],
    of_people: list[str] | None,
) -> pd.DataFrame:
    categories = _categories(table, categories_for)
    if of_people is None:
        rows = pq.read_table(file, read_dictionary=categories, partitioning=None)
    else:
        rows = _their_texts(_rows_of(file, categories, of_people))
    for name in _IDS:  # Arrow remembers that they were written as dictionaries
        if name in table.column and name not in categories:
            at = rows.column_names.index(name)
            rows = rows.set_column(at, name, rows[name].cast(pa.string()))
    return from_arrow(table, rows)


def _categories(table: Table, categories_for: tuple[str, ...] = ()) -> list[str]:
    """Columns of repeated text; of the ids, those asked for."""
    return [
        column.name
        for column in table.columns
        if column.kind is Kind.TEXT
        and (column.name not in _IDS or (column.name in categories_for and table is not PERSONS))
    ]


def _rows_of(file: Path, categories: list[str], people: list[str]) -> pa.Table:
    """The rows of some people (sorted). Rows are sorted by person, so of few people few groups
    of them need be read: a third of the time that a filter takes."""
    with pq.ParquetFile(file, read_dictionary=categories) as stored:
        at = stored.schema_arrow.get_field_index("person_id")
        groups = []
        for number in range(stored.metadata.num_row_groups):
            known = stored.metadata.row_group(number).column(at).statistics
            if known is None or not known.has_min_max or _any(people, known.min, known.max):
                groups.append(number)
        rows = stored.read_row_groups(groups, use_threads=False)
    wanted = pc.is_in(rows["person_id"].cast(pa.string()), pa.array(people, type=pa.string()))
    return rows.filter(wanted).combine_chunks()


def _their_texts(rows: pa.Table) -> pa.Table:
    """Dictionaries of what is in the rows alone, where they were everybody's."""
    for at, column in enumerate(rows.schema):
        if pa.types.is_dictionary(column.type):
            few = rows.column(at).cast(pa.string()).dictionary_encode()
            rows = rows.set_column(at, column.name, few)
    return rows


def _any(people: list[str], first: str, last: str) -> bool:
    """Whether any of the people, sorted, stands between two ids."""
    return bisect_left(people, first) < bisect_right(people, last)


class ExtractStore:
    """The extracts of a home."""

    def __init__(self, home: Home) -> None:
        self.folder = home.extracts

    def current(self) -> Extract:
        """The extract in use. Raises ExtractMissing."""
        pointer = self.folder / "current"
        if not pointer.is_file():
            raise ExtractMissing(
                "no extract has been ingested",
                where=str(self.folder.parent),
                do="Run 'framsynt ingest' first, or 'framsynt demo'.",
            )
        return self.get(pointer.read_text(encoding="utf-8").strip())

    def get(self, extract_id: str) -> Extract:
        """The extract with this id. Raises ExtractMissing."""
        folder = self.folder / extract_id
        if not _ID_FORM.fullmatch(extract_id) or not (folder / "manifest.json").is_file():
            raise ExtractMissing(
                "no such extract", where=str(self.folder), do="Ingest the source again."
            )
        return Extract(folder)

    def ingest(
        self,
        source: Source,
        path: Path,
        *,
        track: Track = silently,
        max_rejected: float = DEFAULT_MAX_REJECTED,
        also_enrolled: pd.DataFrame | None = None,
    ) -> Extract:
        """Read a delivery, check it against the contract, and publish it.

        ``also_enrolled``: enrolments that were decided in Framsynt, put beside the delivery's
        (``also_enrolled.py``).
        Raises DataError when the delivery breaks the contract or more than the share
        ``max_rejected`` of a table's rows is rejected; the previous extract then stays
        current, as it does when the process is killed at any moment.
        """
        from features.ingest import ingest

        if not 0 <= max_rejected <= 1:
            raise SettingsError(
                "the share of rejected rows must be between 0 and 1",
                where="--max-rejected",
                do="Give 0.01 for one row in a hundred.",
            )
        return Extract(ingest(self.folder, source, Path(path), track, max_rejected, also_enrolled))
