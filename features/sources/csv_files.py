"""Reads CSV files in blocks of text; a broken file becomes a DataError that quotes nothing."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from features.errors import DataError

_BLOCK_BYTES = 8 << 20
_SAVE_AS_UTF8 = "Save the file as UTF-8."


def header(file: Path, origin: str) -> tuple[list[str], str]:
    """Column names and delimiter (comma or semicolon). Raises DataError if there are none."""
    try:
        with _open_text(file) as text:
            line = text.readline()
    except UnicodeDecodeError:
        raise DataError("text that is not UTF-8", where=origin, do=_SAVE_AS_UTF8) from None
    except (OSError, EOFError):
        raise _unreadable(origin) from None
    if not line.strip():
        raise DataError(
            "the file is empty", where=origin, do="Deliver its rows, or leave the file out."
        )
    delimiter = ";" if line.count(";") > line.count(",") else ","
    return next(csv.reader([line], delimiter=delimiter)), delimiter


def has_rows(file: Path) -> bool:
    """Is there anything after the first line?"""
    try:
        with _open_text(file) as text:
            text.readline()
            return bool(text.readline().strip())
    except (UnicodeDecodeError, OSError, EOFError):
        return True  # what is wrong, and where, is told when the rows are read


def blocks(
    file: Path, origin: str, names: list[str], delimiter: str, plain: frozenset[str]
) -> Iterator[pa.RecordBatch]:
    """The named columns, as text: dictionaries, but for the columns in ``plain``."""
    repeated = pa.dictionary(pa.int32(), pa.string())
    rows = 1
    try:
        with pa_csv.open_csv(
            file,
            read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() if name in plain else repeated for name in names},
                include_columns=names,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        ) as reader:
            for batch in reader:
                rows += batch.num_rows
                yield batch
    except pa.ArrowInvalid as problem:  # its text quotes the row: not passed on
        if "UTF8" in str(problem):
            what, do = "text that is not UTF-8", _SAVE_AS_UTF8
        else:
            what, do = (
                "a row with the wrong number of columns",
                "Correct it or its quotation marks.",
            )
        found = re.search(r"Row #(\d+)", str(problem))
        at = f", row {found.group(1)}" if found else f", after row {rows}"
        raise DataError(what, where=origin + at, do=do) from None
    except (OSError, EOFError):
        raise _unreadable(origin) from None


def _open_text(file: Path) -> io.TextIOBase:
    if file.suffix == ".gz":
        text = gzip.open(file, "rt", encoding="utf-8-sig", newline="")  # noqa: SIM115
        return cast(io.TextIOBase, text)
    return file.open("rt", encoding="utf-8-sig", newline="")


def _unreadable(origin: str) -> DataError:
    return DataError("the file is damaged and cannot be read", where=origin, do="Deliver it anew.")
