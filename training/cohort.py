"""People at index dates, with what was known and what then happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
import pandas as pd

from features.history import History
from features.matrix import build_matrix
from features.measures import MEASURES
from features.progress import Track, silently
from features.store import Extract
from features.tables import CONTACTS, Tables
from models.outcomes import Ended, OutcomeReader
from models.population import present
from models.targets import Target
from training.circumstances import circumstances, joined
from training.enrolled import Enrolled, TeamTimes, follow_up, stay_told, team_times
from training.weights import MOST, Apart, weights

Keep = Callable[[np.ndarray, date], np.ndarray]
"""(person ids, index date) -> which of them to keep, bool."""


class InTeam(IntEnum):
    """What a row has to do with a mobile team."""

    NO = 0
    ALREADY = 1
    """In a team at the index date."""
    JOINED = 2
    """Joined one within the longest horizon, while followed."""


@dataclass(frozen=True)
class Cohort:
    """One row per person and index date at which the person was scored.

    ``matrix``: float32 features, index (person_id, index_date). ``about``: for the same
    rows, ``care_unit`` and ``municipality`` (categories of text, missing where unknown) and
    ``deprivation`` (quintile 1-5, NaN where unknown), as known at the index date. Per target,
    (rows,): ``event`` 0/1, ``weight`` the inverse probability of censoring weight (0:
    unknown), ``days`` from the index date to the end of follow-up, and ``ended`` how it ended
    (``models.outcomes.Ended``). ``team``: (rows,), ``InTeam``. ``enrolled``: what became of
    people in a team. ``admissions``: all admissions recorded in the extract, by calendar
    month.
    """

    matrix: pd.DataFrame
    about: pd.DataFrame
    event: dict[str, np.ndarray]
    weight: dict[str, np.ndarray]
    days: dict[str, np.ndarray]
    ended: dict[str, np.ndarray]
    team: np.ndarray
    enrolled: Enrolled
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

        def of_each(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            return {target: of_target[rows] for target, of_target in values.items()}

        return Cohort(
            self.matrix.loc[rows],
            self.about.loc[rows],
            of_each(self.event),
            of_each(self.weight),
            of_each(self.days),
            of_each(self.ended),
            self.team[rows],
            self.enrolled,
            self.admissions,
        )

    def bounded(self, target: str) -> int:
        """How many rows would weigh more, had weights no limit (``training.weights.MOST``)."""
        weighed_for_teams = self.enrolled is Enrolled.CENSOR and bool(self.team.any())
        return int((self.weight[target] >= MOST).sum()) if weighed_for_teams else 0


@dataclass(frozen=True)
class Gathered:
    """What has been read of everyone at each index date: a cohort but for the policy.

    ``days`` and ``ended``: outcomes as they are. ``times``: who was in a team and who joined
    one; None where no enrolments are delivered.
    """

    targets: Sequence[Target]
    matrix: pd.DataFrame
    about: pd.DataFrame
    days: dict[str, np.ndarray]
    ended: dict[str, np.ndarray]
    times: TeamTimes | None
    admissions: pd.Series

    def under(self, enrolled: Enrolled, apart: Apart | None = None) -> Cohort:
        """The cohort by a policy for people in a team. ``apart``: groups whose weights are
        estimated apart, such as those who learn and those who are judged."""
        followed = {
            target.name: follow_up(
                self.days[target.name],
                self.ended[target.name],
                target.horizon_days,
                self.times,
                enrolled,
            )
            for target in self.targets
        }
        times = self.times if enrolled is Enrolled.CENSOR else None
        return Cohort(
            self.matrix,
            self.about,
            {name: (of.ended == Ended.EVENT).astype(np.int8) for name, of in followed.items()},
            weights(followed, self.matrix, times, apart),
            {name: of.days for name, of in followed.items()},
            {name: of.ended for name, of in followed.items()},
            _in_team(self.times, len(self.matrix)),
            enrolled,
            self.admissions,
        )


def build_cohort(
    extract: Extract,
    index_dates: Sequence[date],
    targets: Sequence[Target],
    *,
    keep: Keep | None = None,
    enrolled: Enrolled = Enrolled.CENSOR,
    apart: Apart | None = None,
    track: Track = silently,
) -> Cohort:
    """Everyone present at each index date: ``gather``, and then ``Gathered.under``."""
    return gather(extract, index_dates, targets, keep=keep, track=track).under(enrolled, apart)


def gather(
    extract: Extract,
    index_dates: Sequence[date],
    targets: Sequence[Target],
    *,
    keep: Keep | None = None,
    track: Track = silently,
) -> Gathered:
    """Everyone present at each index date, partition by partition.

    Memory is that of the result and one partition. Rows are ordered by partition, then
    date, then person: the same for the same extract.
    """
    dates = sorted(set(index_dates))
    matrices: list[pd.DataFrame] = []
    about: list[pd.DataFrame] = []
    months: list[pd.Series] = []
    results: dict[str, list[pd.DataFrame]] = {target.name: [] for target in targets}
    coverage = extract.manifest.coverage
    horizon = max((target.horizon_days for target in targets), default=0)
    in_teams: list[TeamTimes] = []
    for partition in track(extract.partitions, "building features", total=len(extract.partitions)):
        tables = extract.read(partition)
        months.append(_admissions_by_month(tables))
        history = History.of(tables, coverage)
        reader = OutcomeReader(tables, extract.manifest.data_through) if targets else None
        for day in dates:
            here = present(tables, coverage, day)
            chosen = here.to_numpy()
            if keep is not None:
                chosen = chosen & keep(here.index.to_numpy(), day)
            matrix = build_matrix(history, MEASURES, [day])
            matrices.append(matrix.loc[chosen])
            about.append(circumstances(tables, here.index[chosen], day))
            for target in targets:
                assert reader is not None
                results[target.name].append(reader.read(day, target).loc[chosen])
            if reader is not None and "enrolments" in tables:
                stay = stay_told(coverage.urgency)
                in_teams.append(team_times(tables, reader, day, horizon, stay).of(chosen))
    matrix = pd.concat(matrices)
    return Gathered(
        targets,
        matrix,
        joined(about, matrix.index),
        {name: _column(parts, "days") for name, parts in results.items()},
        {name: _column(parts, "ended") for name, parts in results.items()},
        TeamTimes.together(in_teams) if in_teams else None,
        _every_month(months),
    )


def _column(parts: list[pd.DataFrame], name: str) -> np.ndarray:
    return np.concatenate([part[name].to_numpy() for part in parts])


def _in_team(times: TeamTimes | None, rows: int) -> np.ndarray:
    team = np.zeros(rows, dtype=np.int8)
    if times is not None:
        team[times.already] = InTeam.ALREADY
        team[times.joins] = InTeam.JOINED
    return team


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
