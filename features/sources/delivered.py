"""Tables of a delivery in somebody's own layout: a folder or a zip of CSV or Parquet files.

A table is ``<name>.csv``, ``.csv.gz``, ``.tsv`` or ``.parquet``, or a folder ``<name>`` of such
part files; capitals do not matter, in names of files or of columns. Values come as text, as
many rows at a time as memory likes, whatever the format.
"""

import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import DataError
from features.sources.csv_files import Member, Readable, blocks, header

BLOCK_ROWS = 100_000
_TABLE_FILE = re.compile(r"(.+?)\.(csv|csv\.gz|tsv|parquet)", re.I)


@dataclass(frozen=True)
class Block:
    """Rows as text, ``origin`` and number of the first, for errors and rejects."""

    rows: pd.DataFrame
    origin: str
    first_row: int


Only = tuple[str, Collection[int | str]]
"""A column, and the values of it that are wanted."""


class Delivered(Protocol):
    """Named tables of text, from files or from a database."""

    def has(self, table: str) -> bool: ...

    def columns(self, table: str) -> list[str]: ...

    def blocks(
        self,
        table: str,
        columns: Collection[str],
        optional: Collection[str] = (),
        only: Only | None = None,
    ) -> Iterator[Block]: ...


class Files:
    """``tables``: the names that are read; other files are passed over."""

    def __init__(self, path: Path, tables: Collection[str]) -> None:
        if not path.exists():
            raise DataError("no such folder or file", where=str(path), do="Give what to read.")
        self.path = path
        self._files = _in_zip(path, tables) if path.is_file() else _in_folder(path, tables)

    def has(self, table: str) -> bool:
        return table in self._files

    def names(self) -> list[str]:
        return sorted(self._files)

    def columns(self, table: str) -> list[str]:
        """In lower case, of the first file."""
        file, origin = self._files[table][0]
        return [name.strip().lower() for name in _columns(file, origin)]

    def blocks(
        self,
        table: str,
        columns: Collection[str],
        optional: Collection[str] = (),
        only: Only | None = None,
    ) -> Iterator[Block]:
        """The named columns in lower case; ``optional`` ones that are not there are missing
        values. Raises DataError, naming the column, where another is not there."""
        wanted_values = pa.array([str(value) for value in only[1]]) if only else None
        for file, origin in self._files[table]:
            given = _columns(file, origin)
            lower = {name.strip().lower(): name for name in given}
            require(columns, lower, origin)
            wanted = {n: lower[n] for n in (*columns, *optional) if n in lower}
            absent = [name for name in optional if name not in lower]
            read = _parquet_blocks if _is_parquet(file) else _csv_blocks
            first_row = 1 if _is_parquet(file) else 2
            for batch in read(file, origin, list(wanted.values())):
                named = batch.select(list(wanted.values())).rename_columns(list(wanted))
                if only:
                    named = named.filter(pc.is_in(named[only[0]], wanted_values))
                rows = named.to_pandas().astype("str").assign(**dict.fromkeys(absent))
                rows[absent] = rows[absent].astype("str")
                yield Block(rows, origin, first_row)
                first_row += batch.num_rows


def require(columns: Collection[str], given: Collection[str], origin: str) -> None:
    """Raises DataError, naming the first column that is not there."""
    for column in columns:
        if column not in given:
            raise DataError(
                f"the column '{column.upper()}' is missing",
                where=origin,
                do="See docs/sources.md for the columns that are read.",
            )


def _in_folder(folder: Path, tables: Collection[str]) -> dict[str, list[tuple[Readable, str]]]:
    found: dict[str, list[tuple[Readable, str]]] = {}
    for entry in sorted(folder.iterdir()):
        named = _TABLE_FILE.fullmatch(entry.name)
        name = (named.group(1) if named else entry.name).lower()
        if name not in tables or entry.name.startswith("."):
            continue
        parts = sorted(entry.iterdir()) if entry.is_dir() else [entry]
        files = [part for part in parts if _TABLE_FILE.fullmatch(part.name)]
        origins = [part.relative_to(folder).as_posix() for part in files]
        _note(found, name, list(zip(files, origins, strict=True)), str(folder))
    return found


def _in_zip(file: Path, tables: Collection[str]) -> dict[str, list[tuple[Readable, str]]]:
    try:
        with zipfile.ZipFile(file) as archive:
            names = sorted(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        is_zip = file.suffix.lower() == ".zip"
        raise DataError(
            "the zip archive is damaged" if is_zip else "neither a folder nor a zip archive",
            where=str(file),
            do="Deliver it anew." if is_zip else "Give one of them.",
        ) from None
    members: dict[tuple[str, str], list[tuple[Readable, str]]] = {}
    for member in names:
        path = PurePosixPath(member)
        named = _TABLE_FILE.fullmatch(path.name)
        if not named or path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        folder = re.sub(r"\.parquet$", "", path.parent.name.lower())
        alone = named.group(1).lower() in tables
        table = named.group(1).lower() if alone else folder
        if table in tables:
            place = str(path.parent) if alone else str(path.parent.parent)
            members.setdefault((table, place), []).append((Member(file, member), member))
    found: dict[str, list[tuple[Readable, str]]] = {}
    for (table, _place), files in members.items():
        _note(found, table, files, str(file))
    return found


def _note(
    found: dict[str, list[tuple[Readable, str]]],
    table: str,
    files: list[tuple[Readable, str]],
    where: str,
) -> None:
    if table in found:
        raise DataError(f"table '{table}' is delivered twice", where=where, do="Keep one of them.")
    if files:
        found[table] = files


def _is_parquet(file: Readable) -> bool:
    return file.name.lower().endswith(".parquet")


def _columns(file: Readable, origin: str) -> list[str]:
    if _is_parquet(file):
        with _parquet(file, origin) as parquet:
            return list(parquet.schema_arrow.names)
    return header(file, origin)[0]


def _csv_blocks(file: Readable, origin: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    _, delimiter = header(file, origin)
    yield from blocks(file, origin, columns, delimiter, frozenset(columns))


def _parquet_blocks(file: Readable, origin: str, columns: list[str]) -> Iterator[pa.Table]:
    with _parquet(file, origin) as parquet:
        try:
            for batch in parquet.iter_batches(batch_size=BLOCK_ROWS, columns=columns):
                arrays = [_as_text(column) for column in batch.columns]
                yield pa.Table.from_arrays(arrays, names=batch.schema.names)
        except (pa.ArrowInvalid, OSError):
            raise _not_parquet(origin) from None


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):  # keys with gaps become numbers with ".0" on their way
        whole = pc.equal(pc.floor(column), column)
        if pc.all(pc.fill_null(whole, True)).as_py():
            column = pc.cast(column, pa.int64(), safe=False)
    text = pc.cast(column, pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


@contextmanager
def _parquet(file: Readable, origin: str) -> Iterator[pq.ParquetFile]:
    """Parquet is read from its end: a member of an archive is unpacked into a nameless file."""
    with ExitStack() as stack:
        try:
            if isinstance(file, Path):
                parquet = stack.enter_context(pq.ParquetFile(file))
            else:
                unpacked = stack.enter_context(tempfile.TemporaryFile())
                with file.open() as packed:
                    copyfileobj(packed, unpacked)
                parquet = stack.enter_context(pq.ParquetFile(unpacked))
        except (pa.ArrowInvalid, OSError, zipfile.BadZipFile):
            raise _not_parquet(origin) from None
        yield parquet


def _not_parquet(origin: str) -> DataError:
    return DataError("the file is not readable as Parquet", where=origin, do="Deliver it anew.")
