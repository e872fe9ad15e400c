"""The weekly run: everybody's scores, and each care unit's list, in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.errors import NotEnoughData, SettingsError
from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from features.tables import Tables
from models import population
from serving.changes import LastWeek, discharged_in_week_before
from serving.freshness import refuse_stale, this_week
from serving.register import NewRun, Register, WeeklyRun
from serving.scoring import Scorer, group_names, mobile_models, person_ids
from serving.week import monday_after, monday_of, week_of

CAPACITY = 20
EVERYONE = "all"
"""The one list there is when the source does not say who is listed where."""


@dataclass(frozen=True)
class WeeklyResult:
    """``written`` is false when the week's list was already there, made from the same.

    ``despite``: reasons to refuse that the operator accepted.
    """

    week: str
    index_date: date
    model_version: str
    extract_id: str
    capacity: int
    people: int
    care_units: int
    listed: int
    new: int
    written: bool
    despite: tuple[str, ...] = ()

    def summary(self) -> str:
        """What was done, and what was accepted, for the operator; no person's data."""
        if not self.written:
            said = (
                f"{self.week}: unchanged. The same model, extract and capacity have already "
                f"made this list ({self.listed} people at {self.care_units} care units)."
            )
        else:
            said = (
                f"{self.week}: {self.people} people scored, {self.listed} listed at "
                f"{self.care_units} care units, {self.new} of them new. "
                f"Model version {self.model_version}."
            )
        return "\n".join([said, *(f"  accepted: {reason}" for reason in self.despite)])


@dataclass(frozen=True)
class _Found:
    """What one partition gives: everybody's scores, and feature rows of the candidates."""

    scores: pd.DataFrame
    candidates: pd.DataFrame
    persons: pd.DataFrame
    discharged: set[str]


def run_weekly(
    home: Home,
    week: str | None = None,
    capacity: int = CAPACITY,
    track: Track = silently,
    *,
    weeks_back: int = 0,
    accept: Collection[str] = (),
) -> WeeklyResult:
    """Score everyone present at the week's Monday and write one list per care unit.

    ``week`` is an ISO week such as ``2026-W47``; None means the week after the extract's
    last day, or ``weeks_back`` weeks before that. A list holds those in at least one target
    group, by falling probability of the primary target (equal ones by person_id), to
    ``capacity``. Running again with the same model, extract and capacity changes nothing.

    ``accept``: tables, or ``extract``, to list from though they look stale (``freshness``).
    Raises StaleData, SettingsError for a bad week, capacity or name to accept,
    ExtractMissing, ModelMissing, ModelMismatch.
    """
    if capacity < 1:
        raise SettingsError("must be at least 1", where="capacity", do="Give a whole number.")
    asked = monday_of(week) if week is not None else None
    extract = ExtractStore(home).current()
    index_date = _index_date(asked, extract.manifest.data_through, weeks_back)
    wanted = asked or (None if weeks_back else this_week(extract.manifest))
    despite = refuse_stale(extract.manifest, index_date, wanted, accept)
    scorer = Scorer.of(home)
    scorer.model.require(extract.manifest.coverage)
    register = Register.open(home)
    try:
        run = NewRun(
            week=week_of(index_date),
            index_date=index_date,
            model_version=scorer.version,
            extract_id=extract.id,
            capacity=capacity,
            primary_target=scorer.primary,
            scores=pd.DataFrame(columns=["person_id", "care_unit"]),
        )
        row = register.matching(run)
        written = False
        if row is None:
            last_week = _last_week(register, run)
            row, written = register.add(_filled(run, scorer, extract, last_week, track))
        return _result(register, row, written, despite)
    finally:
        register.close()


def _index_date(asked: date | None, data_through: date, weeks_back: int) -> date:
    """The Monday to score for. Beyond the data it is for ``refuse_stale`` to refuse."""
    newest = monday_after(data_through)
    return asked or newest - timedelta(weeks=weeks_back)


def _filled(
    run: NewRun, scorer: Scorer, extract: Extract, last_week: LastWeek, track: Track
) -> NewRun:
    """The run with its scores, lists and reasons."""
    found = [
        _score_partition(extract.read(number), run, scorer, extract)
        for number in track(extract.partitions, "Scoring", len(extract.partitions))
    ]
    scores = pd.concat([f.scores for f in found], ignore_index=True)
    if scores.empty:
        raise NotEnoughData(
            "nobody was alive and listed at that week's Monday",
            where="week",
            do="Take a week that the extract covers.",
        )
    listed = top_of_each_unit(pd.concat([f.candidates for f in found]), run.capacity)
    persons = pd.concat([f.persons for f in found]).reindex(person_ids(listed))
    discharged = set().union(*(f.discharged for f in found))
    entries = _entries(run, scorer, listed, persons, scores, discharged, last_week)
    people = person_ids(listed)
    reasons = [
        {
            "person_id": person,
            "target": explanation.target,
            "base": explanation.base,
            "rest": explanation.rest,
            "reasons": [r.model_dump() for r in explanation.reasons],
        }
        for person, explanation in zip(
            people, scorer.explain(listed, run.primary_target), strict=True
        )
    ]
    return NewRun(**{**vars(run), "scores": scores, "entries": entries, "reasons": reasons})


def _score_partition(tables: Tables, run: NewRun, scorer: Scorer, extract: Extract) -> _Found:
    coverage = extract.manifest.coverage
    here = population.present(tables, coverage, run.index_date)
    matrix = scorer.matrix(tables, run.index_date, coverage)
    matrix = matrix[person_ids(matrix).isin(here.index[here])]
    people = person_ids(matrix)
    if "listings" in coverage.tables:
        units = population.listed_unit(tables, run.index_date).reindex(people).to_numpy(dtype=str)
    else:
        units = np.full(len(matrix), EVERYONE)
    probabilities = scorer.model.predict(matrix)
    scores = probabilities.reset_index(drop=True)
    scores.insert(0, "person_id", people.astype(str))
    scores.insert(1, "care_unit", units)
    candidates = matrix.assign(
        **{UNIT: units, CHANCE: probabilities[run.primary_target].to_numpy()}
    )[population.groups(matrix).any(axis=1).to_numpy()]
    persons = tables["persons"].set_index("person_id")[["birth_date", "sex"]]
    return _Found(
        scores,
        top_of_each_unit(candidates, run.capacity),
        persons,
        discharged_in_week_before(tables, run.index_date),
    )


UNIT, CHANCE = " care_unit", " probability"  # beside feature names, which never begin with a space


def top_of_each_unit(candidates: pd.DataFrame, capacity: int) -> pd.DataFrame:
    """The ``capacity`` likeliest of each care unit, units by name, then by rank."""
    order = candidates.assign(_person=person_ids(candidates)).sort_values(
        [UNIT, CHANCE, "_person"], ascending=[True, False, True], kind="stable"
    )
    return order.drop(columns="_person").groupby(UNIT, sort=False).head(capacity)


def _entries(
    run: NewRun,
    scorer: Scorer,
    listed: pd.DataFrame,
    persons: pd.DataFrame,
    scores: pd.DataFrame,
    discharged: set[str],
    last_week: LastWeek,
) -> list[dict[str, Any]]:
    grouped = population.groups(listed)
    mobile = mobile_models(listed)
    of_person = scores.set_index("person_id")[scorer.model.targets]
    ranks = listed.groupby(UNIT, sort=False).cumcount() + 1
    entries = []
    for i, person in enumerate(person_ids(listed)):
        suggestion = mobile[i]
        probabilities = {t: float(p) for t, p in of_person.loc[person].items()}
        entries.append(
            {
                "care_unit": str(listed[UNIT].iloc[i]),
                "rank": int(ranks.iloc[i]),
                "person_id": str(person),
                "age": age_on(persons["birth_date"].iloc[i], run.index_date),
                "sex": str(persons["sex"].iloc[i]),
                "target_groups": group_names(grouped, i),
                "mobile_model": suggestion.model if suggestion else None,
                "mobile_rule": suggestion.rule.model_dump() if suggestion else {},
                "probabilities": probabilities,
                "changed": last_week.changes(
                    str(person), probabilities[run.primary_target], person in discharged
                ),
            }
        )
    return entries


def age_on(born: pd.Timestamp, day: date) -> int:
    """Whole years lived on a day."""
    return int(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _last_week(register: Register, run: NewRun) -> LastWeek:
    last = register.before(run.week)
    if last is None:
        return LastWeek()
    # Only the week just before is "last week": after a gap everybody has come back or is new.
    adjacent = last.index_date == run.index_date - timedelta(days=7)
    comparable = adjacent and last.model_version == run.model_version
    return LastWeek(
        on_list=frozenset(e.person_id for e in register.entries(last.id))
        if adjacent
        else frozenset(),
        ever_on_list=frozenset(register.listed_before(run.week)),
        scores=register.scores(last.id, run.primary_target) if comparable else {},
    )


def _result(
    register: Register, row: WeeklyRun, written: bool, despite: tuple[str, ...]
) -> WeeklyResult:
    units = register.units(row.id)
    return WeeklyResult(
        week=row.week,
        index_date=row.index_date,
        model_version=row.model_version,
        extract_id=row.extract_id,
        capacity=row.capacity,
        people=row.people,
        care_units=len(units),
        listed=sum(u.listed for u in units),
        new=sum(u.new for u in units),
        written=written,
        despite=despite,
    )
