"""Any database that SQLAlchemy reaches: one query per canonical table, in a TOML file.

    framsynt ingest sql region.toml          # FRAMSYNT_SOURCE_URL holds the address

    data_through = "2026-11-15"              # a day, or a query that gives one; may be left out
    not_told = ["urgency"]                   # urgency, principal: columns that say nothing

    [tables]
    persons = \"\"\"select pid as person_id, fodd as birth_date ... from patient\"\"\"
    contacts = \"\"\"select ...\"\"\"

A query's columns have the names of the data contract; a table without a query is not
delivered. The address, with its password, stands in the environment variable
`FRAMSYNT_SOURCE_URL` (or the one that `url_variable` names) and never in a file; errors name
neither it nor anybody's data. A colon before a word is written `\\\\:`.

Rows are streamed (a server-side cursor where the driver has one) and the connection only reads. On
PostgreSQL all queries see the same moment. Dates may be dates, moments or text; a moment with a
time zone is the day it was in Stockholm.

**Killed on the way**, an ingest goes on with the tables that it had not finished: those that it had
are kept in the home, readable by its owner alone, not used after a day, and removed when an
extract is published or refused. They are then as old as the first try, which is noted; the others
are new. Where `data_through` is another day by now, all are read anew.

**How fast.** A million contacts of 100,000 people from PostgreSQL, read, checked and published:
some 14 s of processor time and 460 MB at most; 26 to 61 s by the clock on two cores busy with
other work (`pytest -s -m slow tests/features/sources/test_sql.py`).

**Known then.** `recorded_at` as the query gives it, else the default of the table.

**Missing.** Nothing but what no query is written for. Templates, whose table and column names are
ours and must be put right: [a regional warehouse](sources/regional-warehouse.toml) and
[the municipal register](sources/municipal-register.toml).
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from features.errors import DataError, SettingsError
from features.progress import Track
from features.sources.base import EVERYTHING, SourceData, SourceFrame
from features.sources.databases import BATCH_ROWS, URL_VARIABLE, Database, as_text, stream
from features.sources.omop.tables import read_toml
from features.swedish_time import local_day, local_today
from features.tables import ALL_TABLES, TABLE, Coverage, Table
from features.validation import check_columns, nearest

KEPT_SECONDS = 24 * 60 * 60
_KNOWN = ("url_variable", "data_through", "not_told", "tables")
_TELLABLE = ("urgency", "principal")
_NOT_REPEATED = "contact_id"


@dataclass(frozen=True)
class SqlSource:
    folder: Path | None = field(default=None, repr=False)
    """Where finished tables are kept until the ingest is done; None: nowhere."""
    name = "sql"
    delivers: ClassVar[dict[str, Coverage]] = {"with a query for every table": EVERYTHING}

    def keeping_in(self, folder: Path) -> "SqlSource":
        return replace(self, folder=folder)

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises SettingsError (the file, the address), DataError (a query that does not hold),
        SourceUnreachable."""
        reading = _Reading(path, _Settings.read(path), self.folder)
        return SourceData(
            reading.frames(track),
            coverage=reading.coverage,
            data_through=lambda: reading.data_through,
            noted=reading.noted,
        )


@dataclass(frozen=True)
class _Settings:
    queries: dict[str, str]
    url_variable: str
    data_through: str
    not_told: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "_Settings":
        given = read_toml(path)
        _refuse_unknown(given, _KNOWN, path, "setting")
        queries = given.get("tables", {})
        if not isinstance(queries, dict) or "persons" not in queries:
            raise SettingsError(
                "there is no query for persons", where=f"{path}, [tables]", do="Write one."
            )
        _refuse_unknown(queries, tuple(TABLE), path, "canonical table")
        for name, query in queries.items():
            if not isinstance(query, str) or not query.strip():
                raise SettingsError("not a query", where=f"{path}, {name}", do="Write it as text.")
        not_told, variable = given.get("not_told", []), given.get("url_variable", URL_VARIABLE)
        if not isinstance(not_told, list):
            raise SettingsError(
                "not a list", where=f"{path}, not_told", do='Write not_told = ["urgency"].'
            )
        if not isinstance(variable, str):
            raise SettingsError(
                "not a name", where=f"{path}, url_variable", do="Name an environment variable."
            )
        _refuse_unknown(dict.fromkeys(not_told), _TELLABLE, path, "thing that may be untold")
        through = given.get("data_through", "")
        return cls(queries, variable, str(through), tuple(not_told))


def _refuse_unknown(given: dict, known: tuple[str, ...], path: Path, what: str) -> None:
    for name in given:
        if name not in known:
            raise SettingsError(
                f"'{name}' is no {what}{nearest(str(name), list(known))}",
                where=str(path),
                do=f"Known: {', '.join(known)}.",
            )


class _Reading:
    def __init__(self, path: Path, settings: _Settings, folder: Path | None) -> None:
        self.path, self.settings, self.folder = path, settings, folder
        self.database = Database(settings.url_variable)
        self.data_through: date | None = None
        self.noted: Counter[str] = Counter()

    def coverage(self, shown: Coverage) -> Coverage:
        untold = dict.fromkeys(self.settings.not_told, False)
        return replace(shown, **untold)  # type: ignore[arg-type]

    def frames(self, track: Track) -> Iterator[SourceFrame]:
        tables = [table for table in ALL_TABLES if table.name in self.settings.queries]
        with self.database.snapshot() as connection:
            self.data_through = self._through(connection)
            for table in track(tables, "Reading tables", len(tables)):
                kept = _Kept.of(self.folder, table, self._about(table))
                if kept is not None and kept.is_whole():
                    self.noted["tables taken from an earlier try that was broken off"] += 1
                    yield from self._again(table, kept)
                else:
                    yield from self._anew(connection, table, kept)

    def _about(self, table: Table) -> str:
        """What decides what a table holds: its query, asked of this database, as of a day."""
        query = self.settings.queries[table.name]
        return json.dumps([self.database.address, query, f"{self.data_through}"])

    def _origin(self, table: Table) -> str:
        return f"{self.path.name}, {table.name}"

    def _anew(
        self, connection: sa.Connection, table: Table, kept: "_Kept | None"
    ) -> Iterator[SourceFrame]:
        origin, row, writer = self._origin(table), 1, None
        try:
            query = sa.text(self.settings.queries[table.name])
            for names, rows in stream(connection, query, origin):
                if row == 1 and not rows:
                    check_columns(table, names, origin)
                batch = _batch(names, rows, origin)
                if kept is not None:
                    writer = writer or kept.writer(batch.schema)
                    writer.write_batch(batch)
                yield _frame(table, batch, origin, row)
                row += len(rows)
        finally:
            if writer is not None:
                writer.close()
        if kept is not None:
            kept.finish()

    def _again(self, table: Table, kept: "_Kept") -> Iterator[SourceFrame]:
        origin, row = self._origin(table), 1
        with pq.ParquetFile(kept.file) as parquet:
            yield _frame(table, parquet.schema_arrow.empty_table(), origin, row)
            for batch in parquet.iter_batches(batch_size=BATCH_ROWS):
                yield _frame(table, batch, origin, row)
                row += batch.num_rows

    def _through(self, connection: sa.Connection) -> date | None:
        asked = self.settings.data_through
        if not asked:
            return None
        value: Any = asked
        where = f"{self.path.name}, data_through"
        if asked.lstrip().lower().startswith(("select", "with")):
            found = [row for _, rows in stream(connection, sa.text(asked), where) for row in rows]
            value = found[0][0] if len(found) == 1 and len(found[0]) == 1 else None
        try:
            day = local_day(value) if isinstance(value, datetime) else value
            day = day if isinstance(day, date) else date.fromisoformat(str(day)[:10])
        except ValueError:
            raise DataError(
                "not a day", where=where, do="Write 2026-11-15, or a query that gives one."
            ) from None
        if day > local_today():
            raise DataError(
                "a day that is still to come",
                where=where,
                do="Name the last day that is recorded whole; leave out rows dated ahead.",
            )
        return day


def _batch(names: list[str], rows: Any, origin: str) -> pa.RecordBatch:
    values = list(zip(*rows, strict=True)) or [() for _ in names]
    arrays = [
        pa.array(as_text(column, f"{origin}, column '{name}'"), pa.string())
        for name, column in zip(names, values, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _frame(table: Table, batch: Any, origin: str, row: int) -> SourceFrame:
    frame = pd.DataFrame(
        {
            name: (column if name == _NOT_REPEATED else column.dictionary_encode()).to_pandas()
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
    )
    return SourceFrame(table, frame, origin, row)


@dataclass(frozen=True)
class _Kept:
    """A table on disk: ``file`` once it is whole, ``part`` until then."""

    file: Path

    @classmethod
    def of(cls, folder: Path | None, table: Table, about: str) -> "_Kept | None":
        if folder is None:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        os.chmod(folder, 0o700)
        digest = hashlib.sha256(about.encode()).hexdigest()[:16]
        return cls(folder / f"{table.name}-{digest}.parquet")

    @property
    def part(self) -> Path:
        return self.file.with_suffix(".part")

    def is_whole(self) -> bool:
        return self.file.exists() and time.time() - self.file.stat().st_mtime < KEPT_SECONDS

    def writer(self, schema: pa.Schema) -> pq.ParquetWriter:
        return pq.ParquetWriter(self.part, schema, compression="zstd", compression_level=1)

    def finish(self) -> None:
        self.part.replace(self.file)
