"""From a delivery to a published extract.

Frames are checked as they come and spooled by partition, so that memory holds one frame,
the person ids and one partition at a time. Each partition is then checked as a whole, its
stays joined, sorted and written. Everything happens in a staging folder under a lock; the
last two steps are a rename of that folder to the extract's id and the replacement of
``current``, each atomic. Same delivery, same id, same bytes.
"""

import fcntl
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.also_enrolled import AlsoEnrolled
from features.arrow import to_arrow
from features.errors import DataError
from features.feeds import FeedCounter
from features.integrity import check_between_tables
from features.manifest import Manifest
from features.partitions import n_partitions_for
from features.progress import Track
from features.rejects import Rejects
from features.resuming import resuming
from features.sources.base import Source, SourceData, SourceFrame
from features.spool import Spool
from features.stays import join_stays
from features.swedish_time import local_today
from features.tables import ALL_TABLES, ENROLMENTS, PERSONS, Coverage, Kind, Table, Tables
from features.validation import rejected_rows, validate_table

_ROW_GROUP = 16 * 1024  # one person's rows are found without reading a whole partition


def ingest(
    folder: Path,
    source: Source,
    path: Path,
    track: Track,
    max_rejected: float,
    also_enrolled: pd.DataFrame | None = None,
) -> Path:
    """Read, check and publish; returns the folder of the extract.

    ``folder``: the home's extracts. ``also_enrolled``: rows of ``enrolments`` from elsewhere
    (``also_enrolled.py``); None where nothing else knows of teams. Raises DataError for
    faulty deliveries and when another ingest is running; nothing is then published.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder), resuming(folder, source) as source:
        for left_over in folder.glob(".staging-*"):
            shutil.rmtree(left_over)
        staging = folder / f".staging-{os.getpid()}"
        staging.mkdir()
        try:
            also = None if also_enrolled is None else AlsoEnrolled.of(also_enrolled)
            manifest = _stage(staging, source, path, track, max_rejected, also)
            return _publish(folder, staging, manifest.extract_id)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Holds the lock of the extracts; the system frees it however the process ends."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(
                "another ingest is running",
                where=str(folder.parent),
                do="Wait for it to finish, then try again.",
            ) from None
        yield


def _publish(folder: Path, staging: Path, extract_id: str) -> Path:
    final = folder / extract_id
    if not final.exists():
        _sync(staging)
        staging.rename(final)
        _sync_folder(folder)
    pointer = folder / ".current.new"
    pointer.write_text(extract_id + "\n", encoding="utf-8")
    _sync_file(pointer)
    os.replace(pointer, folder / "current")
    _sync_folder(folder)
    return final


def _sync(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _sync(entry)
        else:
            _sync_file(entry)
    _sync_folder(folder)


def _sync_file(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stage(
    staging: Path,
    source: Source,
    path: Path,
    track: Track,
    max_rejected: float,
    also: AlsoEnrolled | None,
) -> Manifest:
    data = source.read(path, track)
    reading = _Reading(Spool(staging / "spool"))
    reading.take_all(data.frames)
    n_partitions = reading.n_partitions
    told = data.data_through() if callable(data.data_through) else data.data_through
    data_through = told or reading.latest_day()

    writing = _Writing(staging, reading, data_through, also)
    for partition in track(range(n_partitions), "Writing partitions", n_partitions):
        writing.write(partition)
    reading.rejects.stop_at_strangers(reading.read)
    reading.rejects.stop_over(max_rejected, reading.read)
    if not writing.rows[PERSONS.name]:
        raise DataError("no person is left", where=source.name, do="Deliver at least one person.")
    shutil.rmtree(staging / "spool")

    reading.rejects.write(staging / "rejects.parquet")
    truth_hash = _write_truth(staging / "truth.parquet", data)
    manifest = Manifest(
        extract_id="",
        source=source.name,
        ingested_at=datetime.now(UTC),
        data_through=data_through,
        coverage=_with_teams(_coverage(data, writing.coverage), also),
        n_partitions=n_partitions,
        n_persons=writing.rows[PERSONS.name],
        rows=writing.rows,
        rows_read=dict(reading.read),
        rejected=reading.rejects.counts(),
        joined_stays=writing.joined_stays,
        column_hashes=writing.column_hashes(),
        codelist_version=_codelist_version(),
        feeds=writing.feeds.feeds(),
        truth_hash=truth_hash,
        noted={what: count for what, count in sorted(data.noted.items()) if count},
    )
    manifest = replace(manifest, extract_id=manifest.content_id())
    (staging / "manifest.json").write_text(manifest.as_json(), encoding="utf-8")
    return manifest


def _coverage(data: SourceData, shown: Coverage) -> Coverage:
    if callable(data.coverage):
        return data.coverage(shown)
    return data.coverage or shown


def _with_teams(said: Coverage, also: AlsoEnrolled | None) -> Coverage:
    """What a source covers, and enrolments where something else knows of them."""
    return said if also is None else replace(said, tables=said.tables | {ENROLMENTS.name})


def _codelist_version() -> str:
    try:
        from features import codelists
    except ModuleNotFoundError:
        return "none"
    version = getattr(codelists, "version", None)
    return str(version()) if version else "none"


def _write_truth(file: Path, data: SourceData) -> str:
    if data.truth is None:
        return ""
    truth = data.truth.sort_values(["person_id", "target", "index_date"], ignore_index=True)
    truth.to_parquet(file, compression="zstd", index=False)
    return hashlib.sha256(file.read_bytes()).hexdigest()


@dataclass
class _Reading:
    """Takes frames in, checks each row by itself, and spools what is kept."""

    spool: Spool
    rejects: Rejects = field(default_factory=Rejects)
    read: Counter[str] = field(default_factory=Counter)
    delivered: list[str] = field(default_factory=list)
    latest: dict[str, pd.Timestamp] = field(default_factory=dict)
    n_partitions: int = 0
    _persons: list[tuple[pd.DataFrame, int]] = field(default_factory=list)

    def take_all(self, frames: Iterable[SourceFrame]) -> None:
        today = pd.Timestamp(local_today())
        for frame in frames:
            table = frame.table
            if table is not PERSONS:
                self._settle_persons()
            elif self.n_partitions:
                raise DataError("persons must come before every other table", where=frame.origin)
            if table.name not in self.delivered:
                self.delivered.append(table.name)
            self.read[table.name] += len(frame.rows)
            checked = validate_table(table, frame.rows, frame.origin)
            rejected = checked.rejected
            self.rejects.add(
                table.name,
                frame.origin,
                rejected.assign(row=frame.numbers(rejected["row"].to_numpy())),
            )
            rows = checked.rows.assign(**{Spool.ROW: frame.numbers(checked.kept)})
            self._note_latest(table, rows, today)
            file_number = self.rejects.file_number(frame.origin)
            if table is PERSONS:
                self._persons.append((rows, file_number))
            else:
                self.spool.add(table, rows, file_number, self.n_partitions)
        self._settle_persons()
        for name in self.delivered:
            self.read[name] += 0

    def _settle_persons(self) -> None:
        """All persons are in: their number decides the number of partitions."""
        if self.n_partitions:
            return
        n_persons = sum(len(rows) for rows, _ in self._persons)
        if not self.read[PERSONS.name]:
            raise DataError(
                "no persons", where=PERSONS.name, do="Deliver the persons, before other tables."
            )
        self.n_partitions = n_partitions_for(n_persons)
        for rows, file_number in self._persons:
            self.spool.add(PERSONS, rows, file_number, self.n_partitions)
        self._persons.clear()

    def _note_latest(self, table: Table, rows: pd.DataFrame, today: pd.Timestamp) -> None:
        columns = ("birth_date", "death_date") if table is PERSONS else ("recorded_at",)
        for column in columns:
            past = rows[column][rows[column] <= today]
            if len(past):
                kind = "persons" if table is PERSONS else "recorded"
                self.latest[kind] = max(past.max(), self.latest.get(kind, past.max()))

    def latest_day(self) -> date:
        """The last day on record, no later than today: later dates are faults."""
        latest = self.latest.get("recorded", self.latest.get("persons"))
        if latest is None:
            raise DataError("no row has a usable date", do="Check the dates of the delivery.")
        return latest.date()


class _Writing:
    """Checks each partition as a whole, and writes it."""

    def __init__(
        self, staging: Path, reading: _Reading, data_through: date, also: AlsoEnrolled | None
    ) -> None:
        self.staging, self.reading, self.data_through = staging, reading, data_through
        self.also = also
        self.delivered = [table for table in ALL_TABLES if table.name in reading.delivered]
        written = {*reading.delivered, *([ENROLMENTS.name] if also is not None else [])}
        self.tables = [table for table in ALL_TABLES if table.name in written]
        self.rows = {table.name: 0 for table in self.tables}
        self.joined_stays = 0
        self.feeds = FeedCounter(data_through)
        self.coverage = Coverage(frozenset(self.rows), urgency=False)
        self._hashes = {
            table.name: {column.name: hashlib.sha256() for column in table.columns}
            for table in self.tables
        }
        for table in self.tables:
            (staging / table.name).mkdir()

    def write(self, partition: int) -> None:
        tables = {t.name: self.reading.spool.read(t, partition) for t in self.delivered}
        tables = self._without_faulty(tables)
        tables, joined = join_stays(tables)
        self.joined_stays += joined
        self.feeds.add(tables)
        if self.also is not None:
            tables = self.also.added_to(
                tables, partition, self.reading.n_partitions, self.data_through
            )
        seen = Coverage.of(tables)
        self.coverage = Coverage(
            self.coverage.tables,
            self.coverage.systems | seen.systems,
            self.coverage.settings | seen.settings,
            self.coverage.urgency or seen.urgency,
        )
        for table in self.tables:
            rows = _in_order(table, tables[table.name])
            self.rows[table.name] += len(rows)
            written = to_arrow(table, rows)
            self._hash(table, written)
            pq.write_table(
                written,
                self.staging / table.name / f"part-{partition:04d}.parquet",
                compression="zstd",
                row_group_size=_ROW_GROUP,
                use_dictionary=[c.name for c in table.columns if c.kind is not Kind.NUMBER],
            )

    def _without_faulty(self, tables: Tables) -> Tables:
        kept = {}
        for name, faults in check_between_tables(tables, self.data_through).items():
            rows = tables[name]
            bad = np.flatnonzero(faults.reasons)
            if len(bad):
                blamed = [faults.columns[number] for number in faults.blamed[bad]]
                rejected = rejected_rows(
                    rows[Spool.ROW].to_numpy()[bad], blamed, faults.reasons[bad]
                )
                self.reading.rejects.add_from(name, rows[Spool.FILE].to_numpy()[bad], rejected)
                rows = rows[faults.reasons == 0].reset_index(drop=True)
            kept[name] = rows.drop(columns=[Spool.ROW, Spool.FILE])
        return kept

    def _hash(self, table: Table, rows: pa.Table) -> None:
        for column in table.columns:
            values = rows[column.name].combine_chunks()
            into = self._hashes[table.name][column.name]
            into.update(len(values).to_bytes(8, "little"))
            if isinstance(values, pa.DictionaryArray):
                into.update("\0".join(map(str, values.dictionary.to_pylist())).encode())
                values = values.indices
            into.update(values.is_valid().to_numpy(zero_copy_only=False).tobytes())
            if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
                text = values.fill_null("").to_pylist()
                into.update("\0".join(text).encode())
            else:
                zero = False if pa.types.is_boolean(values.type) else 0
                filled = values.view(pa.int32()) if pa.types.is_date32(values.type) else values
                into.update(filled.fill_null(zero).to_numpy(zero_copy_only=False).tobytes())

    def column_hashes(self) -> dict[str, dict[str, str]]:
        return {
            name: {column: hashed.hexdigest() for column, hashed in columns.items()}
            for name, columns in self._hashes.items()
        }


def _in_order(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Sorted by person, time, and then every other column, so that the order in which rows
    were delivered leaves no trace. Categories are the sorted values in use."""
    columns = {}
    for column in table.columns:
        series = rows[column.name]
        if column.kind is Kind.TEXT and column.name != "contact_id":
            if not isinstance(series.dtype, pd.CategoricalDtype):
                series = series.astype("category")
            series = series.cat.remove_unused_categories()
            series = series.cat.reorder_categories(sorted(series.cat.categories))
        columns[column.name] = series
    rows = pd.DataFrame(columns)
    first = ["person_id"] + ([table.happened] if table.happened else [])
    rest = [name for name in table.column_names if name not in first]
    keys = _packed([_rank(rows[name]) for name in first + rest])
    return rows.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)


def _rank(series: pd.Series) -> tuple[np.ndarray, int]:
    """Numbers that order the values (0 = missing), and how many numbers there can be."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy().astype(np.int64) + 1, len(series.cat.categories) + 1
    if isinstance(series.dtype, pd.StringDtype):  # contact_id: any fixed order will do
        text = series.astype(object).fillna("").to_numpy()
        hashed = pd.util.hash_array(text, categorize=False) if len(text) else np.empty(0, "u8")
        return hashed.view(np.int64), 0
    codes, distinct = pd.factorize(series, sort=True)
    return codes.astype(np.int64) + 1, len(distinct) + 1


def _packed(ranks: list[tuple[np.ndarray, int]]) -> list[np.ndarray]:
    """As few sort keys as possible, most significant first: ranks share an int64 while
    they fit."""
    keys: list[np.ndarray] = []
    room = 0
    for rank, size in ranks:
        if size and room // size > 1:
            keys[-1] = keys[-1] * size + rank
            room //= size
        else:
            keys.append(rank)
            room = 2**62 // size if size else 0
    return keys
