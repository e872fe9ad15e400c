"""A folder of canonical tables: ``<table>.csv``, ``.csv.gz`` or ``.parquet``, or a folder
``<table>/`` of such part files. The columns are in ``docs/data-contract.md``."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import DataError
from features.progress import Track
from features.sources.base import EVERYTHING, SourceData, SourceFrame
from features.sources.csv_files import blocks, has_rows, header
from features.tables import ALL_TABLES, PERSONS, TABLE, Coverage, Kind, Table
from features.validation import check_columns, nearest

SUFFIXES = (".csv", ".csv.gz", ".parquet")
_BLOCK_ROWS = 250_000
# Not data: notes beside the tables, and what a simulated region knows that nobody may see.
_IGNORED = re.compile(r"readme.*|licen[cs]e.*|\..*|.*\.(md|json|txt)|truth.*", re.I)
_NOT_REPEATED = frozenset({"contact_id"})  # nearly every value is new: a dictionary would only cost


class TablesSource:
    name = "tables"
    delivers: ClassVar[dict[str, Coverage]] = {"with every table": EVERYTHING}

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises DataError: no such folder, no persons, unknown files, columns or formats."""
        files = table_files(path)
        work = [(table, file) for table in ALL_TABLES for file in files.get(table.name, ())]
        return SourceData(frames=_frames(path, work, track))


def _frames(path: Path, work: list[tuple[Table, Path]], track: Track) -> Iterator[SourceFrame]:
    for table, file in track(work, "Reading tables", len(work)):
        origin = file.relative_to(path).as_posix()
        read = _read_parquet if file.suffix == ".parquet" else _read_csv
        yield from read(table, file, origin)


def table_files(path: Path) -> dict[str, list[Path]]:
    """Table name -> its files, in order of name."""
    if not path.is_dir():
        raise DataError("no such folder", where=str(path), do="Give a folder of tables.")
    found: dict[str, list[Path]] = {}
    for entry in sorted(path.iterdir()):
        if _IGNORED.fullmatch(entry.name):
            continue
        name = entry.name if entry.is_dir() else _stem(entry)
        if name not in TABLE:
            hint = nearest(name or entry.name, list(TABLE))
            raise DataError(
                f"'{entry.name}' is not a canonical table{hint}",
                where=str(path),
                do=f"Expected files: {', '.join(TABLE)}, each with one of {', '.join(SUFFIXES)}.",
            )
        if name in found:
            raise DataError(
                f"table '{name}' is delivered twice", where=str(path), do="Keep one of the files."
            )
        found[name] = [entry] if entry.is_file() else _parts(entry)
    if PERSONS.name not in found:
        raise DataError(
            f"the required table '{PERSONS.name}' is missing",
            where=str(path),
            do=f"Add {PERSONS.name}.csv or {PERSONS.name}.parquet.",
        )
    return found


def _parts(folder: Path) -> list[Path]:
    parts = [part for part in sorted(folder.iterdir()) if not _IGNORED.fullmatch(part.name)]
    strange = [part.name for part in parts if not _stem(part)]
    if strange or not parts:
        what = f"'{strange[0]}' is not a table file" if strange else "the folder has no files"
        raise DataError(what, where=folder.name, do=f"Part files end in {', '.join(SUFFIXES)}.")
    return parts


def _stem(file: Path) -> str:
    """The name without its suffix; empty if the suffix is not one of a table file."""
    for suffix in SUFFIXES:
        if file.name.endswith(suffix):
            return file.name.removesuffix(suffix)
    return ""


def _read_csv(table: Table, file: Path, origin: str) -> Iterator[SourceFrame]:
    """The first line names the columns; row numbers count it, as a spreadsheet does."""
    names, delimiter = header(file, origin)
    check_columns(table, names, origin)
    if table.required and not has_rows(file):
        raise _no_rows(origin)
    row = 2
    empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    yield SourceFrame(table, empty, origin, row)
    for batch in blocks(file, origin, names, delimiter, _NOT_REPEATED):
        yield SourceFrame(table, batch.to_pandas(), origin, row)
        row += batch.num_rows


def _no_rows(origin: str) -> DataError:
    return DataError("no rows", where=origin, do="Deliver at least one person.")


def _read_parquet(table: Table, file: Path, origin: str) -> Iterator[SourceFrame]:
    try:
        parquet = pq.ParquetFile(file)
        schema = parquet.schema_arrow
        check_columns(table, schema.names, origin)
        if table.required and parquet.metadata.num_rows == 0:
            raise _no_rows(origin)
        text = [
            column.name
            for column in table.columns
            if column.kind is Kind.TEXT
            and column.name not in _NOT_REPEATED
            and column.name in schema.names
            and pa.types.is_string(schema.field(column.name).type)
        ]
        parquet = pq.ParquetFile(file, read_dictionary=text)
        yield SourceFrame(table, parquet.schema_arrow.empty_table().to_pandas(), origin)
        row = 1
        for batch in parquet.iter_batches(batch_size=_BLOCK_ROWS):
            yield SourceFrame(table, batch.to_pandas(date_as_object=False), origin, row)
            row += batch.num_rows
    except (pa.ArrowInvalid, OSError):
        empty = file.stat().st_size == 0
        raise DataError(
            "the file is empty" if empty else "the file is not readable as Parquet",
            where=origin,
            do="Deliver it anew.",
        ) from None
