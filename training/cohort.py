"""People at index dates, with what was known and what then happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.progress import Track, silently
from features.store import Extract
from features.tables import CONTACTS, Tables
from models.outcomes import OutcomeReader, censoring_weights
from models.population import present
from models.targets import Target

Keep = Callable[[np.ndarray, date], np.ndarray]
"""(person ids, index date) -> which of them to keep, bool."""


@dataclass(frozen=True)
class Cohort:
    """One row per person and index date at which the person was scored.

    ``matrix``: float32 features, index (person_id, index_date). ``event`` and ``weight``:
    per target, (rows,): 0/1 and the inverse probability of censoring weight (0: unknown).
    ``admissions``: all admissions recorded in the extract, by calendar month.
    """

    matrix: pd.DataFrame
    event: dict[str, np.ndarray]
    weight: dict[str, np.ndarray]
    admissions: pd.Series

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def person_ids(self) -> np.ndarray:
        return self.matrix.index.get_level_values("person_id").to_numpy()

    @property
    def index_dates(self) -> np.ndarray:
        return self.matrix.index.get_level_values("index_date").to_numpy()

    def take(self, rows: np.ndarray) -> Cohort:
        """Some of the rows (bool). Weights stay those of the whole cohort."""
        return Cohort(
            self.matrix.loc[rows],
            {target: event[rows] for target, event in self.event.items()},
            {target: weight[rows] for target, weight in self.weight.items()},
            self.admissions,
        )


def build_cohort(
    extract: Extract,
    index_dates: Sequence[date],
    targets: Sequence[Target],
    *,
    keep: Keep | None = None,
    track: Track = silently,
    description: str = "building features",
) -> Cohort:
    """Everyone present at each index date, partition by partition.

    Memory is that of the result and one partition. Rows are ordered by partition, then
    date, then person: the same for the same extract.
    """
    dates = sorted(set(index_dates))
    matrices: list[pd.DataFrame] = []
    months: list[pd.Series] = []
    results: dict[str, list[pd.DataFrame]] = {target.name: [] for target in targets}
    for partition in track(extract.partitions, description, total=len(extract.partitions)):
        tables = extract.read(partition)
        months.append(_admissions_by_month(tables))
        history = History.of(tables, extract.manifest.coverage)
        reader = OutcomeReader(tables, extract.manifest.data_through) if targets else None
        for day in dates:
            here = present(tables, extract.manifest.coverage, day)
            chosen = here.to_numpy()
            if keep is not None:
                chosen = chosen & keep(here.index.to_numpy(), day)
            matrix = build_matrix(history, MEASURES, [day])
            matrices.append(matrix.loc[chosen])
            for target in targets:
                assert reader is not None
                results[target.name].append(reader.read(day, target).loc[chosen])
    matrix = pd.concat(matrices)
    weighted = {name: _events_and_weights(parts, matrix) for name, parts in results.items()}
    return Cohort(
        matrix,
        {name: event for name, (event, _) in weighted.items()},
        {name: weight for name, (_, weight) in weighted.items()},
        _every_month(months),
    )


def _events_and_weights(
    parts: list[pd.DataFrame], matrix: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    rows = pd.concat(parts)
    days, censored = rows["days"].to_numpy(), rows["censored"].to_numpy()
    index_date = matrix.index.get_level_values("index_date")
    weight = np.ones(len(rows))
    # Censoring differs by date: late dates reach the end of the data.
    for day in index_date.unique():
        at = np.asarray(index_date == day)
        weight[at] = censoring_weights(days[at], censored[at])
    return rows["event"].to_numpy(dtype=np.int8), weight


def first_contact(extract: Extract) -> date | None:
    """The first day of any contact, judged by one partition; None where there are none.

    People are spread over partitions by a hash, so one partition tells as well as all.
    """
    for partition in extract.partitions:
        contacts = extract.read(partition).get("contacts")
        if contacts is not None and len(contacts):
            return contacts["start"].min().date()
    return None


def _admissions_by_month(tables: Tables) -> pd.Series:
    contacts = tables.get("contacts", CONTACTS.empty())
    stays = contacts.loc[contacts["setting"] == "inpatient", "start"]
    return stays.dt.to_period("M").value_counts()


def _every_month(counts: list[pd.Series]) -> pd.Series:
    total = pd.concat(counts).groupby(level=0).sum().sort_index()
    if len(total):
        months = pd.period_range(total.index[0], total.index[-1], freq="M")
        total = total.reindex(months, fill_value=0)
    return total.astype("int64")
