"""Does today's extract tell the past as extracts of that time would have told it?

For some Mondays gone by, everyone present is scored twice: from today's extract, and from
an extract that is really cut on the Sunday before. The cut (``features.known_on``) is
written as a delivery, ingested by the ordinary way into a home of its own, and scored by
the ordinary way. People, features and scores must agree in every byte. Where they do not,
the features know something that was not known then, or have forgotten something that was.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from features.arrow import to_arrow
from features.errors import ReplayDiffers, SettingsError
from features.home import Home
from features.known_on import known_on
from features.measures import FEATURES
from features.progress import Track, silently
from features.sources.base import SourceData
from features.sources.tables import TablesSource
from features.store import Extract, ExtractStore
from features.tables import TABLE, Coverage
from training.score import matrix_of_present

MONDAYS, WEEKS_APART = 10, 4

Predict = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass
class MondayReplayed:
    """How one Monday's rows compare. ``rows``: people present from either side, ``equal``:
    those whose features and scores agree in every byte, ``features``: feature -> number of
    rows in which it differs."""

    index_date: date
    rows: int = 0
    equal: int = 0
    one_side_only: int = 0
    largest_difference: float = 0.0
    features: Counter[str] = field(default_factory=Counter)
    coverage: str = ""

    @property
    def same(self) -> bool:
        return self.equal == self.rows and not self.coverage

    @property
    def share(self) -> float:
        return self.equal / self.rows if self.rows else 1.0

    def add(self, now: pd.DataFrame, then: pd.DataFrame, predict: Predict) -> None:
        """Compares some people: their features from today's extract and from the cut one."""
        both = now.index.intersection(then.index)
        apart = len(now) + len(then) - 2 * len(both)
        self.one_side_only += apart
        self.rows += len(both) + apart
        if not len(both):
            return
        one, other = now.loc[both], then.loc[both]
        of_feature = _unlike(one.to_numpy(), other.to_numpy())
        before, after = (predict(side).to_numpy(dtype=np.float64) for side in (one, other))
        of_score = _unlike(before, after)
        self.equal += int((~(of_feature.any(axis=1) | of_score.any(axis=1))).sum())
        self.largest_difference = max(self.largest_difference, float(np.abs(before - after).max()))
        for number in np.flatnonzero(of_feature.any(axis=0)).tolist():
            self.features[str(one.columns[number])] += int(of_feature[:, number].sum())


def _unlike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two arrays differ in a byte: what is not known equals itself."""
    whole = np.dtype(f"i{one.itemsize}")
    return np.ascontiguousarray(one).view(whole) != np.ascontiguousarray(other).view(whole)


def replay(
    home: Home,
    mondays: int = MONDAYS,
    weeks_apart: int = WEEKS_APART,
    track: Track = silently,
    predict: Predict | None = None,
) -> list[MondayReplayed]:
    """Replays ``mondays`` Mondays, ``weeks_apart`` weeks from one to the next, latest first.

    The latest is the last Monday within the extract. ``predict``: the champion's. Raises
    ``SettingsError``, ``ExtractMissing``, ``ModelMissing`` and ``ModelMismatch``.
    """
    for where, value in (("mondays", mondays), ("weeks-apart", weeks_apart)):
        if value < 1:
            raise SettingsError("must be at least 1", where=where, do="Give a whole number.")
    extract = ExtractStore(home).current()
    predict = predict or _champion(home, extract)
    latest = extract.manifest.data_through
    latest -= timedelta(days=latest.weekday())
    dates = [latest - timedelta(weeks=weeks_apart * n) for n in range(mondays)]
    declared = _declared(extract)
    return [
        _replay_one(extract, index_date, declared, predict)
        for index_date in track(dates, "Replaying", total=len(dates))
    ]


def as_text(replayed: list[MondayReplayed]) -> str:
    """The comparison as a table: nobody in it, only numbers of rows."""
    lines = [f"{'Monday':<12}{'people':>10}{'equal rows':>12}{'share':>10}  largest difference"]
    for monday in replayed:
        # Rounded down: only all is 100 %.
        share = f"{np.floor(monday.share * 1e4) / 1e2:.2f} %"
        lines.append(
            f"{monday.index_date.isoformat():<12}{monday.rows:>10,}{monday.equal:>12,}"
            f"{share:>10}  {monday.largest_difference:.3g}"
        )
    features = len(FEATURES)
    lines.append(f"Compared byte for byte: {features} features and every score of each row.")
    return "\n".join(lines)


def refuse_differences(replayed: list[MondayReplayed]) -> None:
    """Raises ReplayDiffers, naming Mondays and features and nobody, if anything differs."""
    wrong = [monday for monday in replayed if not monday.same]
    if not wrong:
        return
    features = sum((monday.features for monday in wrong), Counter())
    causes = [monday.coverage for monday in wrong if monday.coverage][:1]
    if one_side := sum(monday.one_side_only for monday in wrong):
        causes.append(f"{one_side} people are present on one side only")
    if features:
        named = ", ".join(name for name, _ in features.most_common(10))
        more = f" and {len(features) - 10} more" if len(features) > 10 else ""
        causes.append(f"features that differ: {named}{more}")
    raise ReplayDiffers(
        f"{len(wrong)} of {len(replayed)} Mondays look another way from today than they did "
        f"then ({'; '.join(causes)})",
        where=", ".join(monday.index_date.isoformat() for monday in wrong),
        do="Look for rows of these features' tables that were known before their recorded_at, "
        "or a measure that reads past the index date.",
    )


def _champion(home: Home, extract: Extract) -> Predict:
    from models.registry import Registry

    model = Registry(home).champion().model
    model.require(extract.manifest.coverage)
    return model.predict


def _declared(extract: Extract) -> Coverage | None:
    """The coverage that the source stated; None where it is what the rows show."""
    shown = [Coverage.of(extract.read(number)) for number in extract.partitions]
    by_rows = Coverage(
        frozenset().union(*(part.tables for part in shown)),
        frozenset().union(*(part.systems for part in shown)),
        frozenset().union(*(part.settings for part in shown)),
        any(part.urgency for part in shown),
    )
    return None if by_rows == extract.manifest.coverage else extract.manifest.coverage


def _replay_one(
    extract: Extract, index_date: date, declared: Coverage | None, predict: Predict
) -> MondayReplayed:
    replayed = MondayReplayed(index_date)
    with tempfile.TemporaryDirectory(prefix="framsynt-replay-") as folder:
        cut = _cut(extract, index_date - timedelta(days=1), Path(folder), declared)
        replayed.coverage = _not_covered(extract.manifest.coverage, cut.manifest.coverage)
        for now, then in _side_by_side(extract, cut, index_date):
            replayed.add(now, then, predict)
    return replayed


def _not_covered(now: Coverage, then: Coverage) -> str:
    lost = [
        f"{name} {', '.join(sorted(gone))}"
        for name in ("tables", "systems", "settings")
        if (gone := getattr(now, name) - getattr(then, name))
    ]
    if now.urgency and not then.urgency:
        lost.append("urgency of contacts")
    return f"not delivered at all by then: {'; '.join(lost)}" if lost else ""


@dataclass(frozen=True)
class _CutSource(TablesSource):
    """A folder of tables, with the last day and coverage that the cut gives it."""

    last_day: date
    coverage: Coverage | None

    def read(self, path: Path, track: Track) -> SourceData:
        frames = super().read(path, track).frames
        return SourceData(frames, coverage=self.coverage, data_through=self.last_day)


def _cut(extract: Extract, last_day: date, folder: Path, declared: Coverage | None) -> Extract:
    """The extract that a delivery on ``last_day`` would have made, in a home of its own."""
    delivery = folder / "delivery"
    for number in extract.partitions:
        for name, rows in known_on(extract.read(number), last_day).items():
            file = delivery / name / f"part-{number:04d}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            if name != "persons" or len(rows):  # a file of persons may not be empty
                pq.write_table(to_arrow(TABLE[name], rows), file)
    store = ExtractStore(Home.at(folder / "home"))
    return store.ingest(_CutSource(last_day, declared), delivery)


def _side_by_side(
    extract: Extract, cut: Extract, index_date: date
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The features of the same people from both. A cut may have fewer partitions, never more."""
    fewer = len(cut.partitions)
    for number in cut.partitions:
        now = [
            matrix_of_present(extract.read(part), extract.manifest.coverage, index_date)
            for part in extract.partitions
            if part % fewer == number
        ]
        then = matrix_of_present(cut.read(number), cut.manifest.coverage, index_date)
        yield pd.concat(now), then
