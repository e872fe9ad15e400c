"""MEDS-Tab, the nearest open tool (Oufattole et al. 2024, arXiv 2411.00200), through its own
commands and an environment of its own.

It has no word for when a row was recorded, groups no codes, and lets a window end at the last
event before the moment of prediction. So it gets known rows alone, with their kind as code,
after noon, and an event at the moment of prediction itself. Version 0.2.0 also loses the last row
of every moment (``compute_agg`` takes the last row's place for an end that is not included) and
counts moments, not rows. So every row gets a moment of its own, and an empty row beside it to be
lost in its stead: then its counts are ours. Where its numbers differ from ours its time is not
shown, since it would be the time of something else.
"""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.features.contenders import ENGINE
from benchmarks.features.data import (
    EVENTS_PER_PERSON,
    INDEX_DATE,
    INDEX_DAY,
    PARTS,
    WINDOWS,
    Columns,
    simulate,
)

PEOPLE = 2_000
_COMMANDS = ("meds-tab-describe", "meds-tab-tabularize-time-series")
_INDEX, _LOST = "INDEX", "LOST"
"""Codes of the moments of prediction, and of the empty rows."""


@dataclass(frozen=True)
class MedsTab:
    """What came of running it; ``seconds`` and ``ours`` None where it was not run."""

    note: str
    people: int = 0
    events: int = 0
    seconds: float | None = None
    ours: float | None = None

    def says(self) -> str:
        if self.seconds is None or self.ours is None:
            return f"## MEDS-Tab\n\n{self.note}"
        return f"""## MEDS-Tab

{self.people:,} people, {self.events:,} events, the same counts over the same windows, checked
equal. {self.note} MEDS-Tab took {self.seconds:.1f} s from files to files on one worker, starting
its programs and writing sparse matrices included; Framsynt {self.ours:.3f} s from memory to
memory, its sums of days included ({self.seconds / self.ours:,.0f} times). MEDS-Tab gets twice the
rows: version 0.2.0 loses the last row of every moment, so each row has a moment of its own and an
empty row beside it; its sums of values came out empty and are not asked for. The two do not set
out to do the same: MEDS-Tab is made to be run once for every event, and to write to disk."""


def meds_tab(python: Path | None, *, seed: int, people: int = PEOPLE) -> MedsTab:
    """``python``: of an environment with ``meds-tab``; without one it is not run."""
    if python is None:
        return MedsTab("Not run: no environment with it was named (`--meds-tab`).")
    events = people * EVENTS_PER_PERSON
    data = simulate(people, events, seed)
    run = ENGINE["Framsynt"](data, people)
    run()
    began = time.perf_counter()
    ours = run()
    our_seconds = time.perf_counter() - began
    version = _version(python)
    with TemporaryDirectory() as scratch:
        _write(data, people, Path(scratch))
        began = time.perf_counter()
        try:
            _tabularise(python.parent, Path(scratch))
        except subprocess.CalledProcessError as problem:
            return MedsTab(f"MEDS-Tab {version} stopped in `{Path(problem.cmd[0]).name}`.")
        seconds = time.perf_counter() - began
        try:
            _check(ours, people, Path(scratch))
        except AssertionError:
            return MedsTab(
                f"MEDS-Tab {version} runs on these events, but its counts at the moment of "
                "prediction are not those of our windows. The cause was not found: it may lie in "
                "how we call it as well as in the tool. So no time is shown."
            )
    return MedsTab(f"Version {version}.", people, events, seconds, our_seconds)


def _kinds() -> Iterator[tuple[str, int]]:
    """Codes that are counted, and the first column of their counts in our matrix."""
    column = 0
    for part in PARTS:
        for kind in range(part.kinds):
            if part.summed is None:
                yield f"{part.table}//{kind}", column
            column += len(WINDOWS)


def _write(data: dict[str, Columns], people: int, folder: Path) -> None:
    import polars as pl

    per_kind = {part.table: part.per_kind for part in PARTS}
    frames = []
    for name, rows in data.items():
        known = rows["recorded"] < INDEX_DAY
        value = rows["days"][known] if "days" in rows else np.full(known.sum(), np.nan)
        frames.append(
            pl.DataFrame(
                {
                    "subject_id": rows["person"][known].astype(np.int64),
                    "time": rows["day"][known].astype("datetime64[D]").astype("datetime64[us]"),
                    "code": [f"{name}//{one}" for one in rows["code"][known] // per_kind[name]],
                    "numeric_value": value.astype(np.float32),
                }
            ).with_columns(pl.col("numeric_value").fill_nan(None))
        )
    moment = pl.int_range(pl.len()).over("subject_id")
    events = pl.concat(frames).with_columns(
        time=pl.col("time") + pl.duration(hours=12, microseconds=moment)
    )
    index = pl.DataFrame({"subject_id": np.arange(people)}).with_columns(
        time=pl.lit(INDEX_DATE).cast(pl.Datetime("us")),
        code=pl.lit(_INDEX),
        numeric_value=pl.lit(None, pl.Float32),
    )
    lost = events.with_columns(code=pl.lit(_LOST), numeric_value=pl.lit(None, pl.Float32))
    rows = pl.concat([events, lost, index]).sort("subject_id", "time", maintain_order=True)
    for place in ("data/train", "labels/train"):
        (folder / place).mkdir(parents=True)
    rows.write_parquet(folder / "data/train/0.parquet")
    labels = index.select("subject_id", prediction_time="time", boolean_value=pl.lit(False))
    labels.write_parquet(folder / "labels/train/0.parquet")


def _tabularise(programs: Path, folder: Path) -> None:
    windows = ",".join(f"{window}d" for window in WINDOWS)
    shared = [f"input_dir={folder}/data", f"output_dir={folder}/out"]
    counted = [
        f"tabularization.window_sizes=[{windows}]",
        "tabularization.aggs=[code/count]",
        "tabularization.min_code_inclusion_count=0",
    ]
    options = ([], [*counted, f"input_label_dir={folder}/labels"])
    for command, more in zip(_COMMANDS, options, strict=True):
        subprocess.run([programs / command, *shared, *more], check=True, capture_output=True)


def _check(ours: np.ndarray, people: int, folder: Path) -> None:
    """Every count against ours; its columns are its codes in order of their names."""
    names = sorted([_INDEX, _LOST, *(code for code, _ in _kinds())])
    for number, window in enumerate(WINDOWS):
        found = np.zeros((people, len(names)), dtype=np.float32)
        for file in folder.glob(f"out/tabularize/**/{window}d/code/count.npz"):
            count, row, column = np.load(file)["array"].astype(np.int64)
            np.add.at(found, (row, column), count)
        for code, column in _kinds():
            theirs = found[:, names.index(code)]
            np.testing.assert_array_equal(theirs, ours[:, column + number], f"{code} {window}")


def _version(python: Path) -> str:
    ask = "from importlib.metadata import version; print(version('meds-tab'))"
    answer = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True)
    return answer.stdout.strip()
