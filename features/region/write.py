"""A region on disk: its chunks made side by side, and the folder put in place as a whole."""

import glob
import json
import multiprocessing
import os
import shutil
import signal
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import FramsyntError
from features.progress import Track, silently
from features.region.chunk import tables_of_chunk
from features.region.settings import RegionSettings
from features.region.units import care_unit_names

_STOPPED = ".stopped"
"""A file that tells the workers to go no further."""
_NEARLY_ALL_DIFFERENT = {"contact_id", "probability"}
"""Columns that a dictionary would only make larger."""


def simulate(
    settings: RegionSettings, folder: Path, track: Track = silently, processes: int = 1
) -> None:
    """Writes a region: a folder of part files per table, the truth, and ``region.json``.

    A part file holds one chunk of people. ``processes`` make chunks side by side; however
    many they are, the same settings give the same bytes. More than one needs a main module
    that can be imported (``multiprocessing``'s "spawn"), which a notebook is not.
    The folder appears at once and whole, or not at all; a region already there is replaced.
    Raises FramsyntError when the folder holds something else than a region, or when a
    process was ended from outside.
    """
    folder = Path(folder)
    if folder.exists() and not _may_be_replaced(folder):
        raise FramsyntError(
            "the folder is not empty and holds no simulated region",
            where=str(folder),
            do="Name another folder.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.tmp")
    fresh.mkdir()
    try:
        _write(settings, fresh, track, processes)
        old = fresh.with_suffix(".old")
        if folder.exists():
            os.replace(folder, old)
        os.replace(fresh, folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _may_be_replaced(folder: Path) -> bool:
    return folder.is_dir() and ((folder / "region.json").is_file() or not any(folder.iterdir()))


def _sweep(folder: Path) -> None:
    """Removes what simulations into the same folder left behind when they were killed."""
    for left_over in folder.parent.glob(f".{glob.escape(folder.name)}.*-*.tmp"):
        process = left_over.name.split(".")[-2].split("-")[0]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            shutil.rmtree(left_over, ignore_errors=True)
        except (ValueError, PermissionError):
            pass  # not ours


def _write(settings: RegionSettings, folder: Path, track: Track, processes: int) -> None:
    chunks = range(0, settings.people, settings.people_per_chunk)
    processes = min(processes, len(chunks))
    with _chunks_made(settings, folder, chunks, processes) as made:
        for _ in track(made, "Simulating a region", len(chunks)):
            pass
    about = {
        "settings": asdict(settings),
        "data_through": str(settings.end),
        "truth_dates": [str(day) for day in settings.dates_of_truth],
        "care_units": care_unit_names(settings),
    }
    text = json.dumps(about, ensure_ascii=False, indent=1, default=str)
    (folder / "region.json").write_text(text + "\n", encoding="utf-8")


@contextmanager
def _chunks_made(
    settings: RegionSettings, folder: Path, chunks: range, processes: int
) -> Iterator[Iterator[int]]:
    """Chunks as they are made. When this is left early (Ctrl-C), nobody writes any more."""
    if processes < 2:
        yield (_write_chunk(settings, first, folder) for first in chunks)
        return
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=_live_with_the_parent
    )
    try:
        with _born_deaf():
            work = [pool.submit(_write_chunk, settings, first, folder) for first in chunks]
        yield (chunk.result() for chunk in as_completed(work))
    except BrokenProcessPool:
        raise FramsyntError(
            "a process that simulated was ended from outside, perhaps for want of memory",
            do="Simulate with fewer processes, or with fewer people in a chunk.",
        ) from None
    except BaseException:
        (folder / _STOPPED).touch()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _born_deaf() -> Iterator[None]:
    """Processes begun within leave Ctrl-C to their parent, from their first moment."""
    if threading.current_thread() is not threading.main_thread():  # may set no signals
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _live_with_the_parent() -> None:
    """A worker ends when its parent does, however it ends."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _write_chunk(settings: RegionSettings, first: int, folder: Path) -> int:
    pa.set_cpu_count(1)  # the processors are shared out between chunks already
    number = first // settings.people_per_chunk
    for name, table in tables_of_chunk(settings, first):
        if (folder / _STOPPED).exists():
            break
        part = folder / name / f"part-{number:05d}.parquet"
        part.parent.mkdir(exist_ok=True)
        # Without Arrow's schema, so that a dictionary is read back as the text that it is.
        pq.write_table(
            table,
            part,
            compression="zstd",
            compression_level=1,
            store_schema=False,
            use_dictionary=[n for n in table.column_names if n not in _NEARLY_ALL_DIFFERENT],
        )
    return number
