"""Reads CSV files in blocks of text; a broken file becomes a DataError that quotes nothing."""

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from features.errors import DataError

_BLOCK_BYTES = 8 << 20
_SAVE_AS_UTF8 = "Save the file as UTF-8."
_DAMAGED = (OSError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Member:
    """A file in a zip archive, read without unpacking the archive."""

    archive: Path
    name: str

    def open(self) -> BinaryIO:
        """Its bytes; closing them closes the archive too."""
        with zipfile.ZipFile(self.archive) as archive:
            return cast(BinaryIO, archive.open(self.name))  # keeps the archive's file open


Readable = Path | Member


def header(file: Readable, origin: str) -> tuple[list[str], str]:
    """Column names and delimiter (comma, semicolon or tab). Raises DataError if there are none."""
    try:
        with _open_text(file) as text:
            line = text.readline()
    except UnicodeDecodeError:
        raise DataError("text that is not UTF-8", where=origin, do=_SAVE_AS_UTF8) from None
    except _DAMAGED:
        raise _unreadable(origin) from None
    if not line.strip():
        raise DataError(
            "the file is empty", where=origin, do="Deliver its rows, or leave the file out."
        )
    delimiter = max(",;\t", key=line.count)
    return next(csv.reader([line], delimiter=delimiter)), delimiter


def has_rows(file: Readable) -> bool:
    """Is there anything after the first line?"""
    try:
        with _open_text(file) as text:
            text.readline()
            return bool(text.readline().strip())
    except (UnicodeDecodeError, *_DAMAGED):
        return True  # what is wrong, and where, is told when the rows are read


def blocks(
    file: Readable, origin: str, names: list[str], delimiter: str, plain: frozenset[str]
) -> Iterator[pa.RecordBatch]:
    """The named columns, as text: dictionaries, but for the columns in ``plain``."""
    try:
        with _reader(file, names, delimiter, plain) as reader:
            yield from reader
    except pa.ArrowInvalid as problem:  # its text quotes the row: not passed on
        if "UTF8" in str(problem):
            what, do = "text that is not UTF-8", _SAVE_AS_UTF8
        else:
            what, do = (
                "a row with the wrong number of columns",
                "Correct it or its quotation marks; if it is the last row, the file was cut off.",
            )
        at = _row_of_problem(file, names, delimiter, plain)
        raise DataError(what, where=origin + at, do=do) from None
    except _DAMAGED:
        raise _unreadable(origin) from None


def _reader(
    file: Readable,
    names: list[str],
    delimiter: str,
    plain: frozenset[str],
    *,
    threads: bool = True,
) -> pa_csv.CSVStreamingReader:
    repeated = pa.dictionary(pa.int32(), pa.string())
    return pa_csv.open_csv(
        file if isinstance(file, Path) else pa.PythonFile(_open_bytes(file), mode="r"),
        read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=threads),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=delimiter != "\t",
            quote_char=False if delimiter == "\t" else '"',  # tabs need no quotation marks
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() if name in plain else repeated for name in names},
            include_columns=names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _row_of_problem(file: Readable, names: list[str], delimiter: str, plain: frozenset[str]) -> str:
    """Where reading fails, by reading again: only a reader without threads counts rows."""
    rows = 1
    try:
        with _reader(file, names, delimiter, plain, threads=False) as reader:
            for batch in reader:
                rows += batch.num_rows
    except pa.ArrowInvalid as problem:
        found = re.search(r"Row #(\d+)", str(problem))
        if found:
            return f", row {found.group(1)}"
    return f", after row {rows}"


def _open_text(file: Readable) -> io.TextIOBase:
    return io.TextIOWrapper(_open_bytes(file), encoding="utf-8-sig", newline="")


def _open_bytes(file: Readable) -> BinaryIO:
    """Unpacked where it is gzipped."""
    opened = file.open() if isinstance(file, Member) else file.open("rb")
    return cast(BinaryIO, _Unpacked(opened)) if file.name.endswith(".gz") else opened


class _Unpacked(gzip.GzipFile):
    """Closes the packed file with itself."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__(fileobj=packed)
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


def _unreadable(origin: str) -> DataError:
    return DataError("the file is damaged and cannot be read", where=origin, do="Deliver it anew.")
