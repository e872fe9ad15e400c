"""One model from week to week: who came onto a list, who left it, and because of what.

Every week is scored four times: as it was (known a week ago, at last Monday); the same
records a week on (time has passed: windows and people have aged); with what had happened
by last Monday and was recorded since; and as it is now. Somebody who came or left did so at
the last of the three steps that moved them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

import numpy as np
import pandas as pd

from features.known_on import known_on
from features.progress import Track, silently
from features.store import Extract
from features.tables import ALL_TABLES, PERSONS, Coverage, Tables
from models.disclosure import shown
from models.risk_model import RiskModel
from training.judgement.metrics import SMALLEST
from training.stability.present import Present

WEEK = timedelta(days=7)


class Cause(Enum):
    """Why somebody came onto a list or left it. What it says is for readers of the table."""

    HAPPENED = "something happened to them in the week"
    LATE = "something older was recorded of them"
    TIME = "time alone: windows and age"
    OTHERS = "others on the list changed"


@dataclass(frozen=True)
class WeekOnWeek:
    """``listed``: people on all lists at ``monday``; ``kept``: the share of the lists of the
    week before that is still on one."""

    monday: date
    listed: int
    kept: float


@dataclass(frozen=True)
class AcrossWeeks:
    """``changes``: how many came or left in all weeks; ``causes``: the share of them by cause,
    None where 7 or fewer, or where it would give such a number away. ``steps``: mean absolute
    change of the log-odds of people on either week's list at each step but the last."""

    target: str
    weeks: tuple[WeekOnWeek, ...]
    changes: int
    causes: dict[Cause, float | None]
    steps: dict[Cause, float]


def across_weeks(
    extract: Extract,
    model: RiskModel,
    target: str,
    newest: date,
    weeks: int,
    track: Track = silently,
) -> AcrossWeeks:
    """The ``weeks`` changes of list up to the one of ``newest``, a Monday."""
    mondays = [newest - WEEK * number for number in range(weeks, -1, -1)]
    parts: list[list[pd.DataFrame]] = [[] for _ in mondays[1:]]
    for partition in track(extract.partitions, "Scoring weeks", total=len(extract.partitions)):
        tables = extract.read(partition)
        for number, monday in enumerate(mondays[1:]):
            parts[number].append(stages(tables, extract.manifest.coverage, model, target, monday))
    return churn(target, mondays[1:], [pd.concat(of_week) for of_week in parts])


STAGES = ("before", "aged", "late", "now")


def stages(
    tables: Tables, coverage: Coverage, model: RiskModel, target: str, monday: date
) -> pd.DataFrame:
    """Everyone present at any stage of a week: per stage ``<stage>.probability`` (NaN: not
    present), ``.unit`` and ``.may``; ``had_new`` and ``had_late``: records of their own."""
    before = monday - WEEK
    last_day, now_day = before - timedelta(days=1), monday - timedelta(days=1)
    then = known_on(tables, last_day, happened_by=last_day)
    late = known_on(tables, now_day, happened_by=last_day)
    seen = {
        "before": Present.at(tables, coverage, before),
        "aged": Present.at(then, coverage, monday),
        "late": Present.at(late, coverage, monday),
        "now": Present.at(tables, coverage, monday),
    }
    columns = {}
    for stage, here in seen.items():
        index = here.matrix.index
        probability = model.predict(here.matrix)[target].to_numpy()
        columns[f"{stage}.probability"] = pd.Series(probability, index)
        columns[f"{stage}.unit"] = pd.Series(here.unit, index)
        columns[f"{stage}.may"] = pd.Series(here.may, index)
    frame = pd.DataFrame(columns)
    frame["had_late"] = frame.index.isin(_people_with_rows(tables, before, monday, late=True))
    frame["had_new"] = frame.index.isin(_people_with_rows(tables, before, monday, late=False))
    return frame


def _people_with_rows(tables: Tables, before: date, monday: date, *, late: bool) -> set[str]:
    """Whose records became known within [before, monday): recorded late, or of the week itself
    (begun, ended or died in it)."""
    first, end = pd.Timestamp(before), pd.Timestamp(monday)
    people: set[str] = set()
    for table in ALL_TABLES[1:]:
        rows = tables.get(table.name)
        if rows is None:
            continue
        assert table.happened is not None
        happened, recorded = rows[table.happened], rows["recorded_at"]
        if late:
            hit = (happened < first) & (recorded >= first) & (recorded < end)
        else:
            hit = (happened >= first) & (happened < end) & (recorded < end)
            if table.ended is not None:
                ended = rows[table.ended]
                hit |= (ended >= first) & (ended < end) & (recorded < end)
        people |= set(rows.loc[hit, "person_id"].astype("str"))
    if not late:
        persons = tables[PERSONS.name]
        for column in ("birth_date", "death_date"):
            hit = (persons[column] >= first) & (persons[column] < end)
            people |= set(persons.loc[hit, "person_id"].astype("str"))
    return people


def churn(target: str, mondays: Sequence[date], weeks: Sequence[pd.DataFrame]) -> AcrossWeeks:
    """What ``stages`` gave for each week, as one account."""
    of_weeks, moved = [], dict.fromkeys(Cause, 0)
    steps: dict[Cause, list[np.ndarray]] = {
        cause: [] for cause in (Cause.TIME, Cause.LATE, Cause.HAPPENED)
    }
    for monday, frame in zip(mondays, weeks, strict=True):
        lists = lists_of(frame)
        old, new = lists[:, 0], lists[:, -1]
        kept = float((old & new).sum() / old.sum()) if old.any() else float("nan")
        of_weeks.append(WeekOnWeek(monday, int(new.sum()), kept))
        for cause, count in causes_of(frame, lists).items():
            moved[cause] += count
        log_odds = np.column_stack([_log_odds(frame, stage) for stage in STAGES])[old | new]
        for place, of_step in enumerate(steps.values()):
            of_step.append(np.abs(log_odds[:, place + 1] - log_odds[:, place]))
    changes = sum(moved.values())
    may_tell = shown(np.array([list(moved.values())]).T, np.ones((1, len(moved)), dtype=int))
    return AcrossWeeks(
        target,
        tuple(of_weeks),
        changes,
        {
            cause: count / changes if tells else None
            for (cause, count), tells in zip(moved.items(), may_tell, strict=True)
        },
        {cause: _mean(np.concatenate(of_step)) for cause, of_step in steps.items()},
    )


def lists_of(frame: pd.DataFrame) -> np.ndarray:
    """Who is on a list at each stage, (people, stages) bool."""
    return np.column_stack([_listed(frame, stage) for stage in STAGES])


def _listed(frame: pd.DataFrame, stage: str) -> np.ndarray:
    here = frame[f"{stage}.probability"].notna().to_numpy()
    part = frame.loc[here]
    present = Present(
        part[[]], part[f"{stage}.unit"].to_numpy("U"), part[f"{stage}.may"].to_numpy(bool)
    )
    listed = np.zeros(len(frame), dtype=bool)
    listed[here] = present.listed(part[f"{stage}.probability"].to_numpy())
    return listed


def causes_of(frame: pd.DataFrame, lists: np.ndarray) -> dict[Cause, int]:
    """How many of those on one week's list only were moved by what: at the last step that
    moved them, by records of their own or else by others."""
    steps = lists[:, 1:] != lists[:, :-1]
    last = np.where(steps[:, 2], 2, np.where(steps[:, 1], 1, 0))
    changed = lists[:, 0] != lists[:, -1]
    own_new, own_late = frame["had_new"].to_numpy(), frame["had_late"].to_numpy()
    happened = changed & (last == 2) & own_new
    late = changed & (last == 1) & own_late
    time = changed & (last == 0)
    others = changed & ~happened & ~late & ~time
    found = {
        Cause.HAPPENED: happened,
        Cause.LATE: late,
        Cause.TIME: time,
        Cause.OTHERS: others,
    }
    return {cause: int(people.sum()) for cause, people in found.items()}


def _log_odds(frame: pd.DataFrame, stage: str) -> np.ndarray:
    p = np.clip(frame[f"{stage}.probability"].to_numpy(), SMALLEST, 1 - SMALLEST)
    return np.log(p / (1 - p))


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
